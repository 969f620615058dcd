//! `preempt [OTHERS] [ROUNDS]`: see `wardian_benches::preempt`.

use std::process::ExitCode;

use wardian_benches::argument;
use wardian_benches::preempt::{Plan, preempt};

fn main() -> ExitCode {
    let plan = Plan {
        others: argument(1, 1000),
        rounds: argument(2, 200),
    };
    let table = preempt(&plan);
    print!("{table}");
    ExitCode::from(u8::from(!table.is_right()))
}
