//! What one descriptor writes another one reads, without closing or synchronising.

use crate::prelude::*;

pub fn run(_: &[OsString]) -> Outcome {
    let dir = scratch::open()?;
    let writer = scratch::file(dir, "file")?;
    let reader = path_open(dir, 0, "file", 0, (R_READ, 0), 0)?;
    same(fd_write(writer, &[b"a", b"", b"bc"])?, 3)?;
    let (mut first, mut rest) = ([0; 1], [0; 9]);
    same(fd_read(reader, &mut [&mut first, &mut [], &mut rest])?, 3)?;
    same((first, &rest[..2]), (*b"a", &b"bc"[..]))?;
    same(fd_write(writer, &[])?, 0)?;
    same(fd_read(reader, &mut [])?, 0)
}
