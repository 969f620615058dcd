//! Density and snapshots, small: what they hold to be right is right, whatever
//! the figures.

use wardian_benches::density::{Plan, density};

#[test]
fn many_sandboxes_keep_their_own_files() {
    let folder = tempfile::tempdir().expect("a folder");
    let plan = Plan {
        sandboxes: 2000,
        shared_mib: 4,
        tree_mib: 16,
    };
    let table = density(&plan, folder.path());
    println!("{table}");
    assert!(table.is_right(), "{table}");
}
