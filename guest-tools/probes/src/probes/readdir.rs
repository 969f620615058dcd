//! Directories list themselves, the one above and their entries, with the numbers
//! and types that status calls tell; cookies go on where they were.

use crate::prelude::*;

pub fn run(_: &[OsString]) -> Outcome {
    let dir = scratch::open()?;
    let here = fd_filestat_get(dir)?;
    let entries = scratch::entries(dir, 4096)?;
    let names: Vec<&str> = entries.iter().map(|entry| &entry.name[..]).collect();
    same(names, vec![".", ".."])?;
    same((entries[0].ino, entries[0].kind), (here.ino, DIRECTORY))?;
    same(entries[1].kind, DIRECTORY)?;

    scratch::write(dir, "file", b"")?;
    path_create_directory(dir, "sub")?;
    path_symlink("file", dir, "link")?;
    let entries = scratch::entries(dir, 4096)?;
    same(entries.len(), 5)?;
    for (name, kind) in [("file", REGULAR), ("sub", DIRECTORY), ("link", SYMLINK)] {
        let found = entries.iter().find(|entry| entry.name == name);
        let found = found.ok_or_else(|| differs(format!("no {name}")))?;
        let stat = path_filestat_get(dir, 0, name)?;
        same((found.kind, found.ino), (kind, stat.ino))?;
    }
    // Each cookie leads to the entries after it.
    for (index, entry) in entries.iter().enumerate() {
        let rest = scratch::entries_from(dir, 4096, entry.next)?;
        let names: Vec<&String> = rest.iter().map(|entry| &entry.name).collect();
        let expected: Vec<&String> = entries[index + 1..]
            .iter()
            .map(|entry| &entry.name)
            .collect();
        same(names, expected)?;
    }
    refused(fd_readdir(1, &mut [0; 64], 0), &[NOTDIR, BADF])?;
    same(fd_readdir(dir, &mut [0; 64], u64::MAX)?, 0)
}
