//! Removing what was listed, while listing, skips and repeats nothing.

use crate::prelude::*;

pub fn run(_: &[OsString]) -> Outcome {
    let dir = scratch::open()?;
    for number in 0..300 {
        scratch::write(dir, &format!("file.{number}"), b"")?;
    }
    let mut cookie = 0;
    let mut removed = 0;
    loop {
        let page = scratch::page(dir, 256, cookie)?;
        for entry in &page.entries {
            cookie = entry.next;
            if entry.kind == REGULAR {
                path_unlink_file(dir, &entry.name)?;
                removed += 1;
            }
        }
        if page.last {
            break;
        }
    }
    same(removed, 300)?;
    same(scratch::entries(dir, 256)?.len(), 2)
}
