//! Renaming moves files and directories, replaces what may be replaced, and
//! refuses the rest without a change.

use crate::prelude::*;

pub fn run(_: &[OsString]) -> Outcome {
    let dir = scratch::open()?;
    let rename = |from: &str, to: &str| path_rename(dir, from, dir, to);
    let kind = |path: &str| path_filestat_get(dir, 0, path).map(|stat| stat.filetype);

    path_create_directory(dir, "a")?;
    rename("a", "b")?;
    refused(kind("a"), &[NOENT])?;
    path_create_directory(dir, "a")?;
    rename("a", "b")?;
    same(kind("b")?, DIRECTORY)?;

    scratch::write(dir, "b/file", b"")?;
    path_create_directory(dir, "a")?;
    refused(rename("a", "b"), &[NOTEMPTY, EXIST])?;
    refused(rename("a", "b/file"), &[NOTDIR])?;
    refused(rename("b/file", "a"), &[ISDIR])?;
    refused(rename("b", "b/below"), &[INVAL])?;
    refused(rename("missing", "x"), &[NOENT])?;
    refused(rename("b/file", "missing/x"), &[NOENT])?;
    refused(rename("b/file/", "x"), &[NOTDIR])?;
    refused(rename("b/file", "x/"), &[NOTDIR, NOENT])?;
    refused(rename("a", "../a"), &[PERM])?;
    refused(rename(".", "x"), &[BUSY, INVAL])?;
    same((kind("a")?, kind("b/file")?), (DIRECTORY, REGULAR))?;

    scratch::write(dir, "source", b"source")?;
    scratch::write(dir, "target", b"target")?;
    rename("source", "target")?;
    refused(kind("source"), &[NOENT])?;
    same(scratch::read(dir, "target")?, b"source".to_vec())?;
    rename("target", "target")?;
    // Two names of one node: nothing happens.
    path_link(dir, 0, "target", dir, "twin")?;
    rename("target", "twin")?;
    same((kind("target")?, kind("twin")?), (REGULAR, REGULAR))?;
    let sub = path_open(dir, 0, "a", O_DIRECTORY, (R_READDIR, 0), 0)?;
    path_rename(dir, "target", sub, "moved")?;
    same(kind("a/moved")?, REGULAR)
}
