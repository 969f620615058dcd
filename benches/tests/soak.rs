//! The soak, small: what it holds to be right is right, whatever the figures.

use std::time::Duration;

use wardian_benches::soak::{Plan, soak};

#[test]
fn nothing_is_lost_or_mixed_up() {
    let table = soak(&Plan {
        sandboxes: 200,
        at_once: 8,
        time: Duration::from_secs(4),
        seed: 1,
    });
    println!("{table}");
    assert!(table.is_right(), "{table}");
}
