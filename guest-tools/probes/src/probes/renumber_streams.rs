//! The standard streams move to other numbers as any descriptor does.

use crate::prelude::*;

pub fn run(_: &[OsString]) -> Outcome {
    let dir = scratch::open()?;
    let places = [
        scratch::file(dir, "file")?,
        scratch::file(dir, "file")?,
        scratch::file(dir, "file")?,
    ];
    for (stream, place) in (0..).zip(places) {
        fd_renumber(stream, place)?;
        fd_fdstat_get(place)?;
        refused(fd_fdstat_get(stream), &[BADF])?;
    }
    // What is opened now takes their numbers.
    same(scratch::file(dir, "file")?, 0)?;
    fd_close(0)?;
    scratch::file(dir, "file")?;
    let [_, output, errors] = places;
    for (stream, place) in [(1, output), (2, errors)] {
        same(scratch::file(dir, "file")?, stream)?;
        fd_renumber(place, stream)?;
    }
    Ok(())
}
