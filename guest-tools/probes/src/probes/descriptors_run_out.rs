//! The limit of descriptors is EMFILE, and closing one is enough to go on.

use crate::prelude::*;

pub fn run(_: &[OsString]) -> Outcome {
    let dir = scratch::open()?;
    let mut last = scratch::file(dir, "file")?;
    let refusal = loop {
        match scratch::file(dir, "file") {
            Ok(fd) => last = fd,
            Err(errno) => break errno,
        }
        holds(last < 100_000, "there is a limit")?;
    };
    same(refusal, MFILE)?;
    fd_close(last)?;
    same(scratch::file(dir, "file")?, last)
}
