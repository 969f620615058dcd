//! Polling the standard streams: an empty input is ready, so are the outputs.

use crate::prelude::*;

pub fn run(_: &[OsString]) -> Outcome {
    let clock = Subscription::clock(9, MONOTONIC, 2_000_000_000, 0);
    let events = poll_oneoff(&[Subscription::descriptor(7, FD_READ, 0), clock])?;
    same(events.len(), 1)?;
    same((events[0].userdata, events[0].error), (7, 0))?;
    same(events[0].kind, FD_READ)?;
    let outputs = [1, 2].map(|fd| Subscription::descriptor(u64::from(fd), FD_WRITE, fd));
    let events = poll_oneoff(&[outputs[0], outputs[1], clock])?;
    let ready: Vec<(u64, u8)> = events
        .iter()
        .map(|event| (event.userdata, event.kind))
        .collect();
    same(ready, vec![(1, FD_WRITE), (2, FD_WRITE)])
}
