//! The empty directory that each probe finds preopened, and short ways to make
//! files in it.

use crate::errno::{self, Errno};
use crate::layout::{O_CREAT, O_DIRECTORY, R_FILE};
use crate::preview1::{self, Answer};

/// Name of the preopened directory.
pub const NAME: &[u8] = b"fs-tests.dir";

/// Number and name of each preopened directory.
pub fn preopens() -> impl Iterator<Item = (u32, Vec<u8>)> {
    (3..).map_while(|fd| {
        let (_, length) = preview1::fd_prestat_get(fd).ok()?;
        let mut name = vec![0; length];
        preview1::fd_prestat_dir_name(fd, &mut name).ok()?;
        Some((fd, name))
    })
}

/// A new descriptor of the scratch directory.
pub fn open() -> Answer<u32> {
    open_preopen(NAME)
}

/// A new descriptor of a preopened directory.
pub fn open_preopen(wanted: &[u8]) -> Answer<u32> {
    let found = preopens().find(|(_, name)| name == wanted);
    let (fd, _) = found.ok_or(errno::NOENT)?;
    let held = preview1::fd_fdstat_get(fd)?;
    let rights = (held.base, held.inheriting);
    preview1::path_open(fd, 0, ".", O_DIRECTORY, rights, 0)
}

/// Opens a file to read and write, making it if need be.
pub fn file(dir: u32, name: &str) -> Answer<u32> {
    preview1::path_open(dir, 0, name, O_CREAT, (R_FILE, 0), 0)
}

/// Makes a file with these contents.
pub fn write(dir: u32, name: &str, contents: &[u8]) -> Answer<()> {
    let fd = file(dir, name)?;
    let count = preview1::fd_write(fd, &[contents])?;
    preview1::fd_close(fd)?;
    if count as usize == contents.len() {
        Ok(())
    } else {
        Err(Errno(0))
    }
}

/// Reads a whole small file.
pub fn read(dir: u32, name: &str) -> Answer<Vec<u8>> {
    let fd = preview1::path_open(dir, 0, name, 0, (R_FILE & !crate::layout::R_WRITE, 0), 0)?;
    let mut contents = vec![0; 4096];
    let count = preview1::fd_read(fd, &mut [&mut contents])?;
    contents.truncate(count as usize);
    preview1::fd_close(fd)?;
    Ok(contents)
}

/// An entry of a directory.
pub struct Entry {
    pub next: u64,
    pub ino: u64,
    pub kind: u8,
    pub name: String,
}

/// What one call of `fd_readdir` gives.
pub struct Page {
    pub entries: Vec<Entry>,
    /// The buffer was not filled: nothing comes after.
    pub last: bool,
}

/// One call of `fd_readdir`; an entry that is cut off is left out.
pub fn page(dir: u32, size: usize, cookie: u64) -> Answer<Page> {
    let mut buffer = vec![0; size];
    let used = preview1::fd_readdir(dir, &mut buffer, cookie)? as usize;
    let mut rest = &buffer[..used];
    let mut entries = Vec::new();
    while let Some((header, after)) = rest.split_first_chunk::<24>() {
        let number = |at: usize| {
            let bytes = header[at..at + 8].try_into().expect("8 bytes");
            u64::from_le_bytes(bytes)
        };
        let length = number(16) as u32 as usize;
        let Some((name, after)) = after.split_at_checked(length) else {
            break;
        };
        entries.push(Entry {
            next: number(0),
            ino: number(8),
            kind: header[20],
            name: String::from_utf8_lossy(name).into_owned(),
        });
        rest = after;
    }
    let last = used < size;
    Ok(Page { entries, last })
}

/// All entries, read with a buffer of this size.
pub fn entries(dir: u32, size: usize) -> Answer<Vec<Entry>> {
    entries_from(dir, size, 0)
}

/// The entries from a cookie on.
pub fn entries_from(dir: u32, size: usize, mut cookie: u64) -> Answer<Vec<Entry>> {
    let mut all = Vec::new();
    loop {
        let page = page(dir, size, cookie)?;
        cookie = page.entries.last().map_or(cookie, |entry| entry.next);
        all.extend(page.entries);
        if page.last {
            return Ok(all);
        }
    }
}
