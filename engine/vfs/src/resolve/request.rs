//! What a resolution is asked and what it answers.

use crate::{Cred, Errno, FileType, Ino, Magic, Name, Vfs};

/// Where a resolution starts and how far it may reach.
#[derive(Clone, Copy, Debug)]
pub struct At<'a> {
    /// Relative paths start here.
    pub base: Ino,
    /// `/` in [`PathMode::Posix`]; `..` stops here.
    pub root: Ino,
    /// Whose search permission counts.
    pub cred: &'a Cred,
    /// How far the path may reach.
    pub mode: PathMode,
}

/// How far a path may reach.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum PathMode {
    /// POSIX: absolute paths start at the root; `..` at the root stays there.
    Posix,
    /// WASI: absolute paths, `..` above the base and absolute link targets are
    /// `EPERM`.
    Beneath,
}

/// Whether a symbolic link in the last component is followed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Follow {
    /// It is (`open`, `stat`).
    Last,
    /// It is not (`lstat`, `readlink`), unless a slash follows it.
    NoLast,
    /// It is not, slash or no slash: for what changes the entry itself
    /// (`mkdir`, `unlink`, `rmdir`, `rename`, `link`). A trailing slash is only
    /// reported; [`Vfs::create_at`] and its like answer it. The last name's length is left to
    /// the operation.
    Entry,
}

/// Where a path leads.
#[derive(Clone, Debug)]
pub struct Resolved {
    /// Directory of the last component.
    pub parent: Ino,
    /// The last component, to hand to [`Vfs::create`] and its like. It is `.` or
    /// `..` when the path ends so, and `/` when the path is nothing but slashes:
    /// the changing operations answer those as POSIX asks.
    pub name: Name,
    /// The node; `None`: it does not exist, though its directory does.
    pub target: Option<Ino>,
    /// A slash followed the last component: a directory is meant.
    pub trailing_slash: bool,
    /// The path reached a magic node: its kind, and the rest of the path below it
    /// (no leading slash, `.` or `..`; perhaps empty). The engine goes on, with
    /// `parent`, `name` and `target` those of the magic node itself.
    pub magic: Option<(Magic, Vec<u8>)>,
}

impl Resolved {
    /// Refuses a trailing slash after something other than a directory.
    ///
    /// # Errors
    /// `ENOTDIR`.
    pub fn check_slash(&self, vfs: &Vfs) -> Result<(), Errno> {
        match self.target {
            Some(ino)
                if self.trailing_slash && vfs.stat(ino)?.file_type() != FileType::Directory =>
            {
                Err(Errno::Notdir)
            }
            _ => Ok(()),
        }
    }
}
