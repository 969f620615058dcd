//! The file that is looked at, its status fetched when first needed.

use crate::walk::{self, CWD};
use wardian_applet::sys::{Errno, ExtStat, mode};

/// The current file.
pub struct File {
    /// Its path, as it is printed.
    pub path: Vec<u8>,
    /// Where its name starts.
    pub base: usize,
    /// Length of the starting point's part.
    pub start: usize,
    /// Levels below the starting point.
    pub depth: usize,
    /// Type bits; 0: not known yet.
    pub kind: u32,
    /// Open directory that holds it, or the working directory for the whole path.
    pub dir: u32,
    /// Its status, if fetched.
    pub stat: Option<ExtStat>,
    /// Whether status is that of a link's target.
    pub follow: bool,
}

impl File {
    /// The name by which it is reached from [`File::dir`].
    pub fn reach(&self) -> &[u8] {
        if self.dir == CWD {
            &self.path
        } else {
            &self.path[self.base..]
        }
    }

    /// Name without directories; slashes at its end are kept.
    pub fn name_shown(&self) -> &[u8] {
        let end = match self.path.as_slice() {
            [b'/'] => return &self.path,
            path => path.len() - usize::from(path.ends_with(b"/")),
        };
        let start = memchr::memrchr(b'/', &self.path[..end]).map_or(0, |at| at + 1);
        &self.path[start..]
    }

    /// Name without directories and slashes at its end.
    pub fn name(&self) -> &[u8] {
        let name = &self.path[self.base..];
        if !name.ends_with(b"/") {
            return name;
        }
        let end = name.iter().rposition(|byte| *byte != b'/');
        let Some(end) = end else {
            return b"/";
        };
        let start = memchr::memrchr(b'/', &name[..end]).map_or(0, |at| at + 1);
        &name[start..=end]
    }

    /// Directory part of the path.
    pub fn directory(&self) -> &[u8] {
        match memchr::memrchr(b'/', &self.path) {
            None => b".",
            Some(at) => &self.path[..at],
        }
    }

    /// The path below the starting point.
    pub fn below(&self) -> &[u8] {
        let rest = self.path.get(self.start..).unwrap_or_default();
        rest.strip_prefix(b"/").unwrap_or(rest)
    }

    /// Status, of the link's target if links are followed and it is there.
    pub fn stat(&mut self) -> Result<ExtStat, Errno> {
        if let Some(stat) = self.stat {
            return Ok(stat);
        }
        let mut stat = Err(Errno::Noent);
        if self.follow {
            stat = walk::stat_at(CWD, &self.path, true);
        }
        if matches!(stat, Err(Errno::Noent | Errno::Notdir)) {
            stat = walk::stat_at(self.dir, self.reach(), false);
        }
        let stat = stat?;
        self.kind = stat.mode & mode::TYPE;
        self.stat = Some(stat);
        Ok(stat)
    }

    /// Type bits.
    pub fn kind(&mut self) -> Result<u32, Errno> {
        if self.kind == 0 {
            self.stat()?;
        }
        Ok(self.kind)
    }

    /// Status with the other answer to whether links are followed.
    pub fn other_stat(&self) -> Result<ExtStat, Errno> {
        if self.follow {
            walk::stat_at(self.dir, self.reach(), false)
        } else {
            walk::stat_at(CWD, &self.path, true)
        }
    }
}
