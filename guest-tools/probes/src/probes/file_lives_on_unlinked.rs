//! A file that is unlinked while open keeps its contents until it is closed, and
//! its name is free at once. So it is with directories.

use crate::prelude::*;

pub fn run(_: &[OsString]) -> Outcome {
    let dir = scratch::open()?;
    let fd = scratch::file(dir, "file")?;
    fd_write(fd, &[b"still here"])?;
    path_unlink_file(dir, "file")?;
    refused(path_filestat_get(dir, 0, "file"), &[NOENT])?;
    same(fd_filestat_get(fd)?.nlink, 0)?;
    scratch::write(dir, "file", b"another")?;
    let mut buffer = [0; 10];
    same(fd_pread(fd, &mut [&mut buffer], 0)?, 10)?;
    same(&buffer[..], &b"still here"[..])?;
    fd_write(fd, &[b"!"])?;
    fd_close(fd)?;
    same(scratch::read(dir, "file")?, b"another".to_vec())?;

    path_create_directory(dir, "sub")?;
    let sub = path_open(dir, 0, "sub", O_DIRECTORY, (R_READDIR, 0), 0)?;
    path_remove_directory(dir, "sub")?;
    path_create_directory(dir, "sub")?;
    refused(scratch::file(sub, "file"), &[NOENT])?;
    fd_close(sub)?;
    Ok(())
}
