//! A subscription that cannot be is an event with an errno; none at all, or one of
//! an unknown kind, fails the call.

use crate::prelude::*;

pub fn run(_: &[OsString]) -> Outcome {
    let dir = scratch::open()?;
    let file = scratch::file(dir, "file")?;
    refused(poll_oneoff(&[]), &[INVAL])?;
    let events = poll_oneoff(&[
        Subscription::descriptor(1, FD_READ, 99),
        Subscription::clock(2, 77, 0, 0),
        Subscription::descriptor(3, FD_READ, file),
        Subscription::descriptor(4, FD_WRITE, file),
    ])?;
    let answers: Vec<(u64, Errno)> = events
        .iter()
        .map(|event| (event.userdata, Errno(event.error)))
        .collect();
    same(answers.len(), 4)?;
    for expected in [(1, BADF), (2, INVAL), (3, Errno(0)), (4, Errno(0))] {
        holds(answers.contains(&expected), &format!("{expected:?}"))?;
    }
    refused(poll_oneoff(&[Subscription::descriptor(1, 3, 0)]), &[INVAL])
}
