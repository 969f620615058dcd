//! Rust's standard library works on files: open, write, seek, list, rename, remove.

use std::fs::{self, File, OpenOptions};
use std::io::{ErrorKind, Read, Seek, SeekFrom, Write};
use std::path::Path;

use crate::prelude::*;

pub fn run(_: &[OsString]) -> Outcome {
    let dir = Path::new("fs-tests.dir");
    let path = dir.join("file");
    File::create(&path)?.write_all(b"hello, world")?;
    let mut file = OpenOptions::new().append(true).read(true).open(&path)?;
    file.write_all(b"!")?;
    file.seek(SeekFrom::Start(7))?;
    let mut text = String::new();
    file.read_to_string(&mut text)?;
    same(text, "world!")?;
    same(fs::metadata(&path)?.len(), 13)?;
    fs::create_dir_all(dir.join("a/b/c"))?;
    fs::rename(&path, dir.join("a/b/c/file"))?;
    let missing = fs::read(&path).map_err(|error| error.kind());
    same(missing, Err(ErrorKind::NotFound))?;
    fs::copy(dir.join("a/b/c/file"), &path)?;
    let mut names = Vec::new();
    for entry in fs::read_dir(dir)? {
        let entry = entry?;
        names.push((entry.file_name(), entry.file_type()?.is_dir()));
    }
    names.sort();
    same(names, vec![("a".into(), true), ("file".into(), false)])?;
    fs::remove_dir_all(dir.join("a"))?;
    fs::remove_file(&path)?;
    same(fs::read_dir(dir)?.count(), 0)?;
    // Through the other preopened directory.
    same(fs::read("/dev/null")?, Vec::<u8>::new())?;
    holds(fs::metadata("/tmp")?.is_dir(), "/tmp is a directory")
}
