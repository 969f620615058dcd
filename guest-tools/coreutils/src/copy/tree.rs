//! Copying one file, or a directory with all in it.

use super::contents;
use super::cp::{Cp, Follow};
use super::place::Existing;
use crate::cli::Output;
use crate::fast::names::parent;
use crate::fast::remove::answer_is_yes;
use crate::sys::{self, Errno, ExtStat, File, OpenHow, SetTime, is_dir, is_link, mode};
use crate::text::quote;

impl Cp<'_> {
    fn problem(&mut self, text: &[&[u8]], errno: Errno) -> bool {
        self.out.flush();
        self.context.say_error(&text.concat(), errno);
        false
    }

    fn tell(&mut self, text: &[&[u8]]) -> bool {
        self.out.flush();
        self.context.say(&text.concat());
        false
    }

    /// Makes the directories of the source below the destination (`--parents`).
    pub(super) fn make_parents(&mut self, to: &[u8], source: &[u8]) -> bool {
        let dir = parent(source);
        if dir == b"." {
            return true;
        }
        let mut at = 0;
        while at < dir.len() {
            let end = dir[at..]
                .iter()
                .position(|b| *b == b'/')
                .map_or(dir.len(), |n| at + n);
            let (from, made) = (&dir[..end], [to, b"/".as_slice(), &dir[..end]].concat());
            if end > at && sys::stat(&made, true).is_err() {
                if let Err(errno) = sys::mkdir(&made) {
                    return self
                        .problem(&[b"cannot make directory ", &quote::always(&made)], errno);
                }
                if self.verbose {
                    self.out.put(&[from, b" -> ", &made, b"\n"].concat());
                }
                if let Ok(stat) = sys::stat(from, true) {
                    let _ = sys::chmod(&made, stat.mode & 0o7777 & !self.umask);
                }
            }
            at = end + 1;
        }
        true
    }

    /// Copies one path to another; whether all went well.
    pub(super) fn copy(
        &mut self,
        from: &[u8],
        to: &[u8],
        argument: bool,
        above: Option<&[(u64, u64)]>,
    ) -> bool {
        let follow =
            self.follow == Follow::Always || (argument && self.follow == Follow::Arguments);
        let stat = match sys::stat(from, follow) {
            Ok(stat) => stat,
            Err(errno) => return self.problem(&[b"cannot stat ", &quote::always(from)], errno),
        };
        if is_dir(&stat) && !self.recursive {
            let text = [
                b"-r not specified; omitting directory ".as_slice(),
                &quote::always(from),
            ];
            return self.tell(&text);
        }
        let old = sys::stat(to, false).ok();
        let old_target = match &old {
            Some(link) if is_link(link) => sys::stat(to, true).ok(),
            other => *other,
        };
        let id = |stat: &ExtStat| (stat.device, stat.inode);
        if let Some(old) = &old_target
            && id(old) == id(&stat)
            && !is_dir(&stat)
            && !(self.remove || (self.backup.is_some() && is_link(&stat)))
        {
            if self.hard {
                return true;
            }
            let text = [
                &quote::always(from),
                b" and ".as_slice(),
                &quote::always(to),
                b" are the same file",
            ];
            return self.tell(&text);
        }
        if is_dir(&stat) {
            return self.directory(from, to, &stat, old_target, above);
        }
        if let Some(found) = &old {
            if is_dir(old_target.as_ref().unwrap_or(found)) {
                let text = [
                    b"cannot overwrite directory ".as_slice(),
                    &quote::always(to),
                    b" with non-directory",
                ];
                return self.tell(&text);
            }
            match self.existing {
                Existing::Keep => return true,
                Existing::IfOlder if found.modified_ns as i64 >= stat.modified_ns as i64 => {
                    return true;
                }
                Existing::Ask => {
                    self.out.flush();
                    let mut err = Output::new(2);
                    err.put(
                        &[
                            self.context.program,
                            b": overwrite ",
                            &quote::always(to),
                            b"? ",
                        ]
                        .concat(),
                    );
                    err.flush();
                    if !answer_is_yes() {
                        return true;
                    }
                }
                _ => {}
            }
        }
        let mut kept = None;
        if old.is_some() {
            let in_place = !is_link(&stat) && !self.hard && !self.symbolic;
            if let Some(backup) = &self.backup {
                match backup.make(to) {
                    Ok(path) => kept = Some(path),
                    Err(errno) => {
                        return self.problem(&[b"cannot backup ", &quote::always(to)], errno);
                    }
                }
            } else if self.remove || (!in_place && (self.force || is_link(&stat))) {
                if let Err(errno) = sys::unlink(to) {
                    return self.problem(&[b"cannot remove ", &quote::always(to)], errno);
                }
                if self.verbose && self.remove {
                    self.out
                        .put(&[b"removed ".as_slice(), &quote::always(to), b"\n"].concat());
                }
            }
        }
        if self.verbose {
            let mut line = [&quote::always(from), b" -> ".as_slice(), &quote::always(to)].concat();
            if let Some(path) = &kept {
                line.extend([b" (backup: ".as_slice(), &quote::always(path), b")"].concat());
            }
            line.push(b'\n');
            self.out.put(&line);
        }
        if self.keep.links && stat.links > 1 {
            let known = self
                .linked
                .iter()
                .find(|known| known.0 == id(&stat))
                .map(|known| known.1.clone());
            if let Some(first) = known {
                let _ = sys::unlink(to);
                return match sys::link(&first, to) {
                    Ok(()) => true,
                    Err(errno) => self.problem(
                        &[
                            b"cannot create hard link ",
                            &quote::always(to),
                            b" to ",
                            &quote::always(&first),
                        ],
                        errno,
                    ),
                };
            }
            self.linked.push((id(&stat), to.to_vec()));
        }
        self.one(from, to, &stat, old.is_some() && kept.is_none())
    }

    /// Copies what is no directory.
    fn one(&mut self, from: &[u8], to: &[u8], stat: &ExtStat, existed: bool) -> bool {
        if self.hard {
            return match sys::link(from, to) {
                Ok(()) => true,
                Err(errno) => self.problem(
                    &[
                        b"cannot create hard link ",
                        &quote::always(to),
                        b" to ",
                        &quote::always(from),
                    ],
                    errno,
                ),
            };
        }
        if self.symbolic {
            return match sys::symlink(from, to) {
                Ok(()) => true,
                Err(errno) => self.problem(
                    &[
                        b"cannot create symbolic link ",
                        &quote::always(to),
                        b" to ",
                        &quote::always(from),
                    ],
                    errno,
                ),
            };
        }
        if is_link(stat) {
            let made = sys::read_link(from).and_then(|target| sys::symlink(&target, to));
            if let Err(errno) = made {
                return self.problem(
                    &[b"cannot create symbolic link ", &quote::always(to)],
                    errno,
                );
            }
            return self.attributes(to, stat, false);
        }
        if stat.mode & mode::TYPE == mode::FIFO && self.recursive {
            if let Err(errno) = sys::mkfifo(to, stat.mode & 0o777) {
                return self.problem(&[b"cannot create fifo ", &quote::always(to)], errno);
            }
            return self.attributes(to, stat, true);
        }
        let input = match File::open(from, OpenHow::READ) {
            Ok(file) => file,
            Err(errno) => {
                return self.problem(
                    &[b"cannot open ", &quote::always(from), b" for reading"],
                    errno,
                );
            }
        };
        let mut output = match self.attributes_only {
            true => File::open(
                to,
                OpenHow {
                    truncate: false,
                    ..OpenHow::CREATE
                },
            ),
            false => contents::create(to, false),
        };
        if output.is_err() && existed && self.force && sys::unlink(to).is_ok() {
            output = contents::create(to, false);
        }
        let output = match output {
            Ok(file) => file,
            Err(errno) => {
                let errno = if to.ends_with(b"/") && errno == Errno::Isdir {
                    Errno::Notdir
                } else {
                    errno
                };
                return self.problem(&[b"cannot create regular file ", &quote::always(to)], errno);
            }
        };
        if !self.attributes_only
            && let Err((reading, errno)) = contents::copy(&input, &output)
        {
            let (what, path): (&[u8], _) = if reading {
                (b"error reading ", from)
            } else {
                (b"error writing ", to)
            };
            return self.problem(&[what, &quote::always(path)], errno);
        }
        drop(output);
        if !existed && !self.keep.mode && !self.fresh_modes {
            let bits = stat.mode & 0o777 & !self.umask;
            let _ = sys::chmod(to, bits);
        }
        self.attributes(to, stat, true)
    }

    fn attributes(&mut self, to: &[u8], stat: &ExtStat, with_mode: bool) -> bool {
        let mut fine = true;
        if self.keep.times {
            let times = (SetTime::At(stat.accessed_ns), SetTime::At(stat.modified_ns));
            if let Err(errno) = sys::set_times(to, times.0, times.1, with_mode) {
                fine = self.problem(&[b"preserving times for ", &quote::always(to)], errno);
            }
        }
        if self.keep.owner {
            // Without the right to give files away the copy is the copier's.
            let _ = sys::chown(to, stat.uid, stat.gid, with_mode);
        }
        if self.keep.mode
            && with_mode
            && let Err(errno) = sys::chmod(to, stat.mode & 0o7777)
        {
            fine = self.problem(&[b"preserving permissions for ", &quote::always(to)], errno);
        }
        fine
    }

    fn directory(
        &mut self,
        from: &[u8],
        to: &[u8],
        stat: &ExtStat,
        old: Option<ExtStat>,
        above: Option<&[(u64, u64)]>,
    ) -> bool {
        let id = (stat.device, stat.inode);
        let above = above.unwrap_or_default();
        if self.made.contains(&id) {
            let text = [
                b"cannot copy a directory, ".as_slice(),
                &quote::always(from),
                b", into itself, ",
                &quote::always(to),
            ];
            return self.tell(&text);
        }
        if above.contains(&id) {
            let text = [
                b"cannot copy cyclic symbolic link ".as_slice(),
                &quote::always(from),
            ];
            return self.tell(&text);
        }
        let created = match &old {
            Some(found) if is_dir(found) => false,
            Some(_) => {
                let text = [
                    b"cannot overwrite non-directory ".as_slice(),
                    &quote::always(to),
                    b" with directory ",
                    &quote::always(from),
                ];
                return self.tell(&text);
            }
            None => {
                if let Err(errno) = sys::mkdir(to) {
                    return self.problem(&[b"cannot create directory ", &quote::always(to)], errno);
                }
                if self.verbose {
                    self.out.put(
                        &[
                            &quote::always(from),
                            b" -> ".as_slice(),
                            &quote::always(to),
                            b"\n",
                        ]
                        .concat(),
                    );
                }
                true
            }
        };
        if let Ok(made) = sys::stat(to, true) {
            self.made.push((made.device, made.inode));
        }
        let names = match sys::read_dir(from) {
            Ok(names) => names,
            Err(errno) => return self.problem(&[b"cannot access ", &quote::always(from)], errno),
        };
        let path: Vec<(u64, u64)> = above.iter().copied().chain([id]).collect();
        let mut fine = true;
        for entry in names {
            let child = |dir: &[u8]| match dir.ends_with(b"/") {
                true => [dir, &entry.name].concat(),
                false => [dir, b"/", &entry.name].concat(),
            };
            fine &= self.copy(&child(from), &child(to), false, Some(&path));
        }
        if created && !self.keep.mode {
            let _ = sys::chmod(to, stat.mode & 0o777 & !self.umask);
        }
        self.attributes(to, stat, true) && fine
    }
}
