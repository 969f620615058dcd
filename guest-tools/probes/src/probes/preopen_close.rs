//! A preopened descriptor closes as any other; what was opened through it lives on.

use crate::prelude::*;

pub fn run(_: &[OsString]) -> Outcome {
    let dir = scratch::open()?;
    holds(dir > 3, "the preopens come first")?;
    fd_close(3)?;
    same(fd_fdstat_get(dir)?.filetype, DIRECTORY)?;
    refused(fd_fdstat_get(3), &[BADF])?;
    refused(fd_prestat_get(3), &[BADF])?;
    refused(fd_close(3), &[BADF])
}
