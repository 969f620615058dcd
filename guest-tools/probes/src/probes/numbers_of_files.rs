//! Device and inode numbers tell files apart and links of one file together.

use crate::prelude::*;

pub fn run(_: &[OsString]) -> Outcome {
    let dir = scratch::open()?;
    scratch::write(dir, "one", b"")?;
    scratch::write(dir, "two", b"")?;
    path_link(dir, 0, "one", dir, "uno")?;
    let [one, two, uno] = ["one", "two", "uno"].map(|name| path_filestat_get(dir, 0, name));
    let (one, two, uno) = (one?, two?, uno?);
    same((one.dev, one.ino), (uno.dev, uno.ino))?;
    same(one.dev, two.dev)?;
    holds(one.ino != two.ino, "the files have numbers of their own")?;
    holds(one.ino != 0, "numbers are not 0")
}
