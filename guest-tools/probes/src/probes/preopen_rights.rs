//! A preopened directory has the rights that programs look for, and opens itself
//! again with the same, fewer or none of them.

use crate::prelude::*;

pub fn run(_: &[OsString]) -> Outcome {
    let held = fd_fdstat_get(3)?;
    same((held.filetype, held.flags), (DIRECTORY, 0))?;
    // Making, linking, opening, reading, renaming, looking at and removing.
    let expected_base: u64 = (9..=26).filter(|bit| *bit != 22).map(|bit| 1 << bit).sum();
    same(held.base & expected_base, expected_base)?;
    same(held.base & (R_SEEK | R_FD_FILESTAT_SET_SIZE | R_WRITE), 0)?;
    let expected_inheriting = (1 << 28) - 1;
    same(held.inheriting & expected_inheriting, expected_inheriting)?;

    let open = |oflags, rights| path_open(3, 0, ".", oflags, rights, 0);
    open(0, (held.base, held.inheriting))?;
    open(0, (0, 0))?;
    open(O_DIRECTORY, (0, 0))?;
    open(O_DIRECTORY, (R_READ, 0))?;
    refused(open(O_DIRECTORY, (R_READ | R_WRITE, 0)), &[ISDIR])?;
    path_open(3, 0, ".", 0, (0, 0), NONBLOCK)?;
    Ok(())
}
