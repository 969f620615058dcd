//! A descriptor reads and writes as it was opened for: neither, one or both.

use crate::prelude::*;

pub fn run(_: &[OsString]) -> Outcome {
    let dir = scratch::open()?;
    scratch::write(dir, "file", b"")?;
    let open = |rights| path_open(dir, 0, "file", 0, (rights, 0), 0);
    let mut buffer = [0; 100];

    let reader = open(R_READ)?;
    same(fd_fdstat_get(reader)?.base & (R_READ | R_WRITE), R_READ)?;
    same(fd_read(reader, &mut [&mut buffer])?, 0)?;
    refused(fd_write(reader, &[b"x"]), &[BADF, NOTCAPABLE])?;
    refused(fd_filestat_set_size(reader, 0), &[BADF, INVAL, NOTCAPABLE])?;

    let writer = open(R_WRITE)?;
    same(fd_fdstat_get(writer)?.base & (R_READ | R_WRITE), R_WRITE)?;
    refused(fd_read(writer, &mut [&mut buffer]), &[BADF, NOTCAPABLE])?;
    same(fd_write(writer, &[&[1; 50]])?, 50)?;

    let both = open(R_READ | R_WRITE)?;
    same(fd_read(both, &mut [&mut buffer])?, 50)?;
    same(fd_write(both, &[&[2; 25]])?, 25)?;
    same(fd_filestat_get(both)?.size, 75)?;

    let neither = open(0)?;
    same(fd_fdstat_get(neither)?.base & (R_READ | R_WRITE), 0)?;
    refused(fd_read(neither, &mut [&mut buffer]), &[BADF, NOTCAPABLE])?;
    refused(fd_write(neither, &[b"x"]), &[BADF, NOTCAPABLE])?;
    same(fd_filestat_get(neither)?.size, 75)
}
