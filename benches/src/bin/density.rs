//! `density [SANDBOXES] [TREE_MIB] [FOLDER]`: see `wardian_benches::density`.

use std::path::PathBuf;
use std::process::ExitCode;

use wardian_benches::argument;
use wardian_benches::density::{Plan, density};

fn main() -> ExitCode {
    let plan = Plan {
        sandboxes: argument(1, 1_000_000),
        shared_mib: 100,
        tree_mib: argument(2, 1024),
    };
    let folder = argument(3, std::env::temp_dir().display().to_string());
    let table = density(&plan, &PathBuf::from(folder));
    print!("{table}");
    ExitCode::from(u8::from(!table.is_right()))
}
