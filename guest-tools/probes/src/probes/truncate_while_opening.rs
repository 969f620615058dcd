//! `O_TRUNC` empties a file, whoever has it open.

use crate::prelude::*;

pub fn run(_: &[OsString]) -> Outcome {
    let dir = scratch::open()?;
    let old = scratch::file(dir, "file")?;
    fd_write(old, &[b"this goes away"])?;
    let oflags = O_CREAT | O_TRUNC;
    let new = path_open(dir, 0, "file", oflags, (R_FILE, 0), 0)?;
    let mut buffer = [0; 20];
    same(fd_read(new, &mut [&mut buffer])?, 0)?;
    same(fd_filestat_get(old)?.size, 0)?;
    // The old offset is beyond the end now: what lies between reads as zeros.
    fd_write(old, &[b"!"])?;
    same(fd_read(new, &mut [&mut buffer])?, 15)?;
    same(&buffer[..15], &b"\0\0\0\0\0\0\0\0\0\0\0\0\0\0!"[..])?;
    refused(path_open(dir, 0, ".", O_TRUNC, (0, 0), 0), &[ISDIR])
}
