//! `cp --parents`: the directories of the source, made below the destination.

use super::cp::Cp;
use crate::fast::names::parent;
use crate::sys::{self, Errno, ExtStat, is_dir};
use crate::text::quote;

impl Cp<'_> {
    /// Copies an operand to its whole path below `to`.
    pub(super) fn with_parents(&mut self, to: &[u8], source: &[u8]) -> bool {
        let mut made = Vec::new();
        if !self.make_parents(to, source, &mut made) {
            return false;
        }
        let mut path = [to, b"/".as_slice(), source].concat();
        while path.len() > 1 && path.ends_with(b"/") {
            path.pop();
        }
        let mut fine = self.operand(source, &path);
        // Last, since copying into a directory changes its times.
        for (path, stat) in made.iter().rev() {
            if !self.keep.mode {
                let wanted = if self.fresh_modes {
                    0o777
                } else {
                    stat.mode & 0o777
                };
                let _ = sys::chmod(path, wanted & !self.umask);
            }
            fine &= self.attributes(path, stat, true);
        }
        fine
    }

    fn make_parents(
        &mut self,
        to: &[u8],
        source: &[u8],
        made: &mut Vec<(Vec<u8>, ExtStat)>,
    ) -> bool {
        let dir = parent(source);
        if dir == b"." || dir == b"/" {
            return true;
        }
        let mut at = 0;
        while at < dir.len() {
            let rest = dir[at..].iter().position(|b| *b == b'/');
            let end = rest.map_or(dir.len(), |n| at + n);
            let (from, path) = (&dir[..end], [to, b"/".as_slice(), &dir[..end]].concat());
            let start = std::mem::replace(&mut at, end + 1);
            if end == start {
                continue;
            }
            match sys::stat(&path, true) {
                Ok(stat) if is_dir(&stat) => continue,
                Ok(_) => {
                    let text = [
                        &quote::always(&path),
                        b" exists but is not a directory".as_slice(),
                    ];
                    return self.tell(&text);
                }
                Err(_) => {}
            }
            let found = sys::stat(from, true);
            let found = found.and_then(|stat| match is_dir(&stat) {
                true => Ok(stat),
                false => Err(Errno::Notdir),
            });
            let stat = match found {
                Ok(stat) => stat,
                Err(errno) => {
                    let text = [
                        b"failed to get attributes of ".as_slice(),
                        &quote::always(from),
                    ];
                    return self.problem(&text, errno);
                }
            };
            if let Err(errno) = sys::mkdir(&path) {
                return self.problem(&[b"cannot make directory ", &quote::always(&path)], errno);
            }
            if self.verbose {
                self.out.put(&[from, b" -> ", &path, b"\n"].concat());
            }
            made.push((path, stat));
        }
        true
    }
}
