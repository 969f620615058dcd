//! A buffer that holds a part of the entries is filled to its end, the last entry
//! cut off; reading on from the last whole one gives each entry once.

use crate::prelude::*;

pub fn run(_: &[OsString]) -> Outcome {
    let dir = scratch::open()?;
    for number in 0..1000 {
        scratch::write(dir, &format!("file.{number}"), b"")?;
    }
    let mut tiny = [0; 10];
    same(fd_readdir(dir, &mut tiny, 0)?, 10)?;
    same(fd_readdir(dir, &mut [], 0)?, 0)?;
    for size in [64, 100, 256, 4096, 1 << 20] {
        let mut names: Vec<String> = Vec::new();
        for entry in scratch::entries(dir, size)? {
            names.push(entry.name);
        }
        same(names.len(), 1002)?;
        names.sort();
        names.dedup();
        same(names.len(), 1002)?;
    }
    Ok(())
}
