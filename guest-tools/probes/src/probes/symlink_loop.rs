//! Links in a circle end with ELOOP.

use crate::prelude::*;

pub fn run(_: &[OsString]) -> Outcome {
    let dir = scratch::open()?;
    path_symlink("self", dir, "self")?;
    path_symlink("pong", dir, "ping")?;
    path_symlink("ping", dir, "pong")?;
    for name in ["self", "ping"] {
        refused(path_open(dir, 0, name, 0, (0, 0), 0), &[LOOP])?;
        refused(path_open(dir, FOLLOW, name, 0, (0, 0), 0), &[LOOP])?;
        refused(path_open(dir, FOLLOW, name, O_CREAT, (0, 0), 0), &[LOOP])?;
        refused(path_filestat_get(dir, FOLLOW, name), &[LOOP])?;
        let below = format!("{name}/below");
        refused(path_create_directory(dir, &below), &[LOOP])?;
    }
    Ok(())
}
