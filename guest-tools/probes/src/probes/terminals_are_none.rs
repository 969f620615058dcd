//! Neither files, directories nor the standard streams of a test are terminals:
//! no character device lacks the rights to seek and tell.

use crate::prelude::*;

pub fn run(_: &[OsString]) -> Outcome {
    let dir = scratch::open()?;
    let file = scratch::file(dir, "file")?;
    let root = scratch::open_preopen(b"/")?;
    let null = path_open(root, 0, "dev/null", 0, (R_READ, 0), 0)?;
    for fd in [0, 1, 2, dir, file, null] {
        let stat = fd_fdstat_get(fd)?;
        let terminal = stat.filetype == CHARACTER_DEVICE && stat.base & (R_SEEK | R_TELL) == 0;
        holds(!terminal, &format!("{fd} is no terminal"))?;
    }
    Ok(())
}
