//! Advice is checked and changes nothing.

use crate::prelude::*;

pub fn run(_: &[OsString]) -> Outcome {
    let dir = scratch::open()?;
    let fd = scratch::file(dir, "file")?;
    fd_filestat_set_size(fd, 100)?;
    for advice in 0..=5 {
        fd_advise(fd, 10, 50, advice)?;
    }
    fd_advise(fd, u64::MAX, u64::MAX, 0)?;
    same(fd_filestat_get(fd)?.size, 100)?;
    refused(fd_advise(fd, 0, 0, 6), &[INVAL])?;
    refused(fd_advise(99, 0, 0, 0), &[BADF])
}
