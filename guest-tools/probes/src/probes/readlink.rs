//! A link's target comes whole into a long buffer and cut off into a short one.

use crate::prelude::*;

pub fn run(_: &[OsString]) -> Outcome {
    let dir = scratch::open()?;
    path_symlink("target", dir, "link")?;
    let mut buffer = [0; 10];
    same(path_readlink(dir, "link", &mut buffer)?, 6)?;
    same(&buffer, b"target\0\0\0\0")?;
    let mut short = [0; 4];
    same(path_readlink(dir, "link", &mut short)?, 4)?;
    same(&short, b"targ")?;
    same(path_readlink(dir, "link", &mut [])?, 0)?;
    scratch::write(dir, "file", b"")?;
    refused(path_readlink(dir, "file", &mut buffer), &[INVAL])?;
    refused(path_readlink(dir, "missing", &mut buffer), &[NOENT])?;
    refused(
        path_readlink(dir, "link/", &mut buffer),
        &[NOENT, INVAL, NOTDIR],
    )
}
