//! Clocks run forwards, know their resolution, and refuse other numbers.

use crate::prelude::*;

pub fn run(_: &[OsString]) -> Outcome {
    for clock in [REALTIME, MONOTONIC] {
        holds(clock_res_get(clock)? > 0, "a resolution is not zero")?;
        let first = clock_time_get(clock, 1)?;
        let second = clock_time_get(clock, u64::MAX)?;
        holds(second >= first, "time does not run backwards")?;
    }
    let year_2020_ns = 1_577_836_800_000_000_000;
    holds(
        clock_time_get(REALTIME, 0)? > year_2020_ns,
        "it is after 2020",
    )?;
    for cpu_clock in [2, 3] {
        refused(clock_time_get(cpu_clock, 0), &[NOTSUP])?;
        refused(clock_res_get(cpu_clock), &[NOTSUP])?;
    }
    for unknown in [4, u32::MAX] {
        refused(clock_time_get(unknown, 0), &[INVAL])?;
        refused(clock_res_get(unknown), &[INVAL])?;
    }
    Ok(())
}
