//! Going through a tree of files, directories before what is in them.

use crate::sys::{self, DirEntry, Errno, ExtStat, is_dir, is_link};

/// Which symbolic links to directories are gone into.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Links {
    /// None.
    Never,
    /// Those given as arguments.
    Arguments,
    /// All.
    Always,
}

/// What is met on the way.
pub enum Step {
    /// A file; for a directory, before its contents.
    File(ExtStat),
    /// A file whose status cannot be had.
    NoStatus(Errno),
    /// A directory that cannot be read; it was met as a file before.
    Unreadable(Errno),
}

/// A directory that is being gone through: its path, what is left of it, its
/// device and serial number.
type Level = (Vec<u8>, std::vec::IntoIter<DirEntry>, (u64, u64));

/// Calls `visit` for a path and, if it is a directory, all below it.
pub fn walk(root: &[u8], links: Links, mut visit: impl FnMut(&[u8], Step)) {
    let mut levels: Vec<Level> = Vec::new();
    let mut next = Some(root.to_vec());
    loop {
        if let Some(path) = next.take() {
            let argument = levels.is_empty();
            let follow = links == Links::Always || (argument && links == Links::Arguments);
            match sys::stat(&path, false) {
                Err(errno) => visit(&path, Step::NoStatus(errno)),
                Ok(stat) => {
                    visit(&path, Step::File(stat));
                    let target = match is_link(&stat) && follow {
                        true => sys::stat(&path, true).unwrap_or(stat),
                        false => stat,
                    };
                    let id = (target.device, target.inode);
                    if is_dir(&target) && !levels.iter().any(|level| level.2 == id) {
                        match sys::read_dir(&path) {
                            Ok(names) => levels.push((path, names.into_iter(), id)),
                            Err(errno) => visit(&path, Step::Unreadable(errno)),
                        }
                    }
                }
            }
        }
        let Some((dir, names, _)) = levels.last_mut() else {
            return;
        };
        match names.next() {
            Some(entry) => {
                let mut child = dir.clone();
                if !child.ends_with(b"/") {
                    child.push(b'/');
                }
                child.extend_from_slice(&entry.name);
                next = Some(child);
            }
            None => {
                levels.pop();
            }
        }
    }
}
