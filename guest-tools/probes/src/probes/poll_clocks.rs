//! Polling clocks waits as long as asked, from now or until a time, and answers for
//! the ones that are due.

use crate::prelude::*;

pub fn run(_: &[OsString]) -> Outcome {
    const MS: u64 = 1_000_000;
    let start = clock_time_get(MONOTONIC, 0)?;
    let soon = Subscription::clock(1, MONOTONIC, 5 * MS, 0);
    let late = Subscription::clock(2, MONOTONIC, 60_000 * MS, 0);
    let events = poll_oneoff(&[late, soon])?;
    same(events.len(), 1)?;
    same(
        (events[0].userdata, events[0].error, events[0].kind),
        (1, 0, CLOCK),
    )?;
    let end = clock_time_get(MONOTONIC, 0)?;
    holds(end - start >= 5 * MS, "it waits 5 ms")?;

    for clock in [REALTIME, MONOTONIC] {
        let until = clock_time_get(clock, 0)? + 5 * MS;
        let events = poll_oneoff(&[Subscription::clock(3, clock, until, ABSTIME)])?;
        same(events.len(), 1)?;
        holds(clock_time_get(clock, 0)? >= until, "it waits until then")?;
        let past = Subscription::clock(4, clock, 1, ABSTIME);
        same(poll_oneoff(&[past])?.len(), 1)?;
    }
    same(
        poll_oneoff(&[Subscription::clock(5, REALTIME, 0, 0)])?.len(),
        1,
    )
}
