//! `soak [MINUTES] [SANDBOXES] [AT_ONCE] [SEED]`: see `wardian_benches::soak`.

use std::process::ExitCode;
use std::time::Duration;

use wardian_benches::argument;
use wardian_benches::soak::{Plan, soak};

fn main() -> ExitCode {
    let plan = Plan {
        time: Duration::from_secs_f64(60.0 * argument(1, 10.0)),
        sandboxes: argument(2, 10_000),
        at_once: argument(3, 32),
        seed: argument(4, 1),
    };
    let table = soak(&plan);
    print!("{table}");
    ExitCode::from(u8::from(!table.is_right()))
}
