//! With the default preopens, `/` and `.`, relative paths belong to the working
//! directory and absolute ones to the root, though a C library strips the slash.

use std::fs;

use crate::prelude::*;

pub fn run(_: &[OsString]) -> Outcome {
    let names: Vec<Vec<u8>> = scratch::preopens().map(|(_, name)| name).collect();
    same(names, vec![b"/".to_vec(), b".".to_vec()])?;
    // Relative: what is made is made here.
    fs::write("file", "here")?;
    fs::create_dir("tmp")?;
    fs::write("tmp/file", "mine")?;
    same(fs::read_to_string("./file")?, "here")?;
    let here = scratch::open_preopen(b".")?;
    same(scratch::read(here, "tmp/file")?, b"mine".to_vec())?;
    fs::remove_file("tmp/file")?;
    fs::remove_dir("tmp")?;
    // Absolute: what is not here is looked for at the root.
    holds(fs::metadata("/tmp")?.is_dir(), "/tmp is a directory")?;
    fs::write("/tmp/file", "there")?;
    same(fs::read_to_string("/tmp/file")?, "there")?;
    let root = scratch::open_preopen(b"/")?;
    same(scratch::read(root, "tmp/file")?, b"there".to_vec())?;
    same(fs::read_dir("/tmp")?.count(), 1)?;
    fs::rename("/tmp/file", "/tmp/other")?;
    fs::rename("/tmp/other", "file")?;
    same(fs::read_to_string("file")?, "there")?;
    fs::create_dir("/tmp/dir")?;
    fs::remove_dir("/tmp/dir")?;
    same(fs::read("/dev/null")?, Vec::<u8>::new())?;
    same(fs::read("/proc/self/comm").is_ok(), true)?;
    // Upwards too, as the root is preopened; but no absolute links are made.
    fs::write("/tmp/linked", "linked")?;
    refused(path_symlink("/tmp/linked", 4, "absolute"), &[PERM])?;
    same(fs::read_to_string("../../tmp/linked")?, "linked")?;
    let result = path_open(here, 0, "../../tmp/linked", 0, (R_READ, 0), 0);
    refused(result, &[PERM])?;
    refused(path_open(4, 0, "/tmp/linked", 0, (R_READ, 0), 0), &[PERM])?;
    // A single new name is one of the working directory.
    fs::write("/new", "")?;
    same(scratch::read(here, "new")?, Vec::new())?;
    refused(path_filestat_get(root, 0, "new"), &[NOENT])?;
    fs::create_dir("bin")?;
    same(path_filestat_get(here, 0, "bin")?.filetype, DIRECTORY)?;
    holds(fs::metadata("missing").is_err(), "nothing is made up")
}
