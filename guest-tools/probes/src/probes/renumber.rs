//! `fd_renumber` moves a descriptor over an open one, and only over such.

use crate::prelude::*;

pub fn run(_: &[OsString]) -> Outcome {
    let dir = scratch::open()?;
    let from = scratch::file(dir, "one")?;
    let to = scratch::file(dir, "two")?;
    fd_write(from, &[b"offset"])?;
    let (stat, status) = (fd_fdstat_get(from)?, fd_filestat_get(from)?);
    fd_renumber(from, to)?;
    refused(fd_close(from), &[BADF])?;
    same((fd_fdstat_get(to)?, fd_filestat_get(to)?), (stat, status))?;
    same(fd_tell(to)?, 6)?;
    refused(fd_renumber(to, from), &[BADF])?;
    refused(fd_renumber(from, to), &[BADF])?;
    fd_renumber(to, to)?;
    same(fd_tell(to)?, 6)?;
    // The number set free is the next one given.
    same(scratch::file(dir, "three")?, from)
}
