//! `shell [ROUNDS] [LINES] [TIMES]`: see `wardian_benches::shell`.

use std::process::ExitCode;

use wardian_benches::argument;
use wardian_benches::shell::{Plan, shell};

fn main() -> ExitCode {
    let plan = Plan {
        rounds: argument(1, 100_000),
        lines: argument(2, 10_000),
        times: argument(3, 9),
    };
    let table = shell(&plan);
    print!("{table}");
    ExitCode::from(u8::from(!table.is_right()))
}
