//! Copying one file, or a directory with all in it.

use super::contents;
use super::cp::{Cp, Follow};
use super::place::{Backup, Existing, identity, put_back, same_directory, same_entry};
use super::same::Same;
use crate::cli::Output;
use crate::fast::names::parent;
use crate::fast::remove::answer_is_yes;
use crate::place::canonical::real_path;
use crate::sys::{self, Errno, ExtStat, File, OpenHow, SetTime, is_dir, is_link, mode};
use crate::text::quote;
use std::collections::hash_map::Entry;

impl Cp<'_> {
    pub(super) fn problem(&mut self, text: &[&[u8]], errno: Errno) -> bool {
        self.out.flush();
        self.context.say_error(&text.concat(), errno);
        false
    }

    pub(super) fn tell(&mut self, text: &[&[u8]]) -> bool {
        self.out.flush();
        self.context.say(&text.concat());
        false
    }

    /// Copies an operand.
    pub(super) fn operand(&mut self, from: &[u8], to: &[u8]) -> bool {
        self.top = (from.to_vec(), to.to_vec());
        (self.into_itself, self.made) = (false, false);
        self.copy(from, to, true, None)
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
        if argument && self.several && !is_dir(&stat) {
            if self.backup.is_none() && self.sources.has(from, &stat) {
                let text = [
                    b"warning: source file ".as_slice(),
                    &quote::always(from),
                    b" specified more than once",
                ];
                self.tell(&text);
                return true;
            }
            self.sources.add(from, &stat);
        }
        let link = sys::stat(to, false);
        let target = match &link {
            Ok(link) if is_link(link) => sys::stat(to, true),
            other => *other,
        };
        // Regular files are written through links; nothing else is.
        let apart = self.hard || self.symbolic || self.remove || self.backup.is_some();
        let through = !apart && stat.mode & mode::TYPE == mode::REGULAR;
        let circular = matches!(target, Err(Errno::Loop));
        let seen = if through { &target } else { &link };
        if let Ok(seen) = seen
            && !is_dir(&stat)
            && self.existing != Existing::Keep
        {
            match self.sameness(from, to, &stat, seen) {
                Same::No => {}
                Same::Done => return true,
                Same::Refused => {
                    let text = [
                        &quote::always(from),
                        b" and ".as_slice(),
                        &quote::always(to),
                        b" are the same file",
                    ];
                    return self.tell(&text);
                }
            }
        }
        let old_target = target.ok();
        let known = seen.is_ok() || circular || old_target.is_some();
        let link = link.ok();
        let old = link.filter(|_| known);
        if is_dir(&stat) {
            // A link to a directory is none: what it leads to is not written to.
            return self.directory(from, to, &stat, link, above);
        }
        if let Some(found) = &old {
            let led = old_target.as_ref().filter(|_| through);
            if is_dir(led.unwrap_or(found)) {
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
        if argument
            && let Some(found) = &link
            && self.clashes(from, to, found)
        {
            return false;
        }
        let (mut kept, mut gone) = (None, false);
        if let Some(found) = &old {
            let apart = self.hard || self.symbolic;
            // With links kept or not followed, writing to one of several names
            // would change the others.
            let data = !self.attributes_only;
            let separate = data
                && (self.keep.links && found.links > 1
                    || self.follow == Follow::Never && stat.mode & mode::TYPE != mode::REGULAR);
            let forced = self.force && (apart || is_link(&stat));
            // A link that leads in circles is no file to write to.
            let circular = self.force && circular;
            if let Some(backup) = &self.backup {
                if backup.would_destroy(&stat, to) {
                    let text = [
                        b"backing up ".as_slice(),
                        &quote::always(to),
                        b" might destroy source;  ",
                        &quote::always(from),
                        b" not copied",
                    ];
                    return self.tell(&text);
                }
                match backup.make(to) {
                    Ok(path) => kept = Some(path),
                    Err(errno) => {
                        return self.problem(&[b"cannot backup ", &quote::always(to)], errno);
                    }
                }
            } else if self.remove || separate || forced || circular {
                if let Err(errno) = sys::unlink(to) {
                    return self.problem(&[b"cannot remove ", &quote::always(to)], errno);
                }
                gone = true;
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
        if self.keep.links && stat.links > 1 && !self.hard && !self.symbolic {
            if let Some(first) = self.copied.get(&identity(&stat)).cloned() {
                let _ = sys::unlink(to);
                let Err(errno) = sys::link(&first, to) else {
                    return true;
                };
                let (made, of) = (quote::always(to), quote::always(&first));
                self.problem(&[b"cannot create hard link ", &made, b" to ", &of], errno);
                self.put_back(kept, to);
                return false;
            }
            self.copied.insert(identity(&stat), to.to_vec());
        }
        let existed = old.is_some() && kept.is_none() && !gone;
        let fine = self.one(from, to, &stat, existed);
        if !fine {
            self.put_back(kept, to);
        }
        if argument
            && self.several
            && let Ok(made) = sys::stat(to, false)
        {
            self.targets.add(to, &made);
        }
        fine
    }

    /// Gives what was kept in a backup its name back, after a failure.
    fn put_back(&mut self, kept: Option<Vec<u8>>, to: &[u8]) {
        let shown = self.verbose.then_some(&mut self.out);
        if let Some(Err(errno)) = kept.map(|kept| put_back(&kept, to, shown)) {
            self.problem(&[b"cannot un-backup ", &quote::always(to)], errno);
        }
    }

    /// Whether the target came from another operand of this run, after a message.
    fn clashes(&mut self, from: &[u8], to: &[u8], old: &ExtStat) -> bool {
        if !self.several || !self.targets.has(to, old) {
            return false;
        }
        let through = is_link(old);
        if through && !self.remove {
            let text = [
                b"will not copy ".as_slice(),
                &quote::always(from),
                b" through just-created symlink ",
                &quote::always(to),
            ];
            self.tell(&text);
            return true;
        }
        if matches!(self.backup, Some(Backup::Numbered)) {
            return false;
        }
        let text = [
            b"will not overwrite just-created ".as_slice(),
            &quote::always(to),
            b" with ",
            &quote::always(from),
        ];
        self.tell(&text);
        true
    }

    /// Copies what is no directory.
    fn one(&mut self, from: &[u8], to: &[u8], stat: &ExtStat, existed: bool) -> bool {
        if self.hard {
            // A link that is followed gives a name to what it leads to.
            let real = match !is_link(stat) && sys::stat(from, false).is_ok_and(|s| is_link(&s)) {
                true => real_path(from).ok(),
                false => None,
            };
            return match sys::link(real.as_deref().unwrap_or(from), to) {
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
            if !from.starts_with(b"/") && !same_directory(b".", parent(to)) {
                let text = b": can make relative symbolic links only in current directory";
                return self.tell(&[&quote::if_needed(to), text]);
            }
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
            let bits = if self.fresh_modes { 0o666 } else { stat.mode };
            if let Err(errno) = sys::mkfifo(to, bits & 0o777) {
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
        let dangling = sys::stat(to, false).is_ok_and(|link| is_link(&link))
            && matches!(sys::stat(to, true), Err(Errno::Noent));
        if dangling && std::env::var_os("POSIXLY_CORRECT").is_none() {
            let text = [
                b"not writing through dangling symlink ".as_slice(),
                &quote::always(to),
            ];
            return self.tell(&text);
        }
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

    pub(super) fn attributes(&mut self, to: &[u8], stat: &ExtStat, with_mode: bool) -> bool {
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
        let id = identity(stat);
        let above = above.unwrap_or_default();
        let earlier = match above.is_empty() {
            true => self.copied.get(&id).cloned(),
            false => match self.copied.entry(id) {
                Entry::Occupied(known) => Some(known.get().clone()),
                Entry::Vacant(free) => {
                    free.insert(to.to_vec());
                    None
                }
            },
        };
        if let Some(earlier) = earlier {
            if same_entry(from, &earlier) {
                self.into_itself = true;
                let text = [
                    b"cannot copy a directory, ".as_slice(),
                    &quote::always(&self.top.0),
                    b", into itself, ",
                    &quote::always(&self.top.1),
                ];
                return self.tell(&text);
            }
            if same_entry(to, &earlier) {
                let text = [
                    b"warning: source directory ".as_slice(),
                    &quote::always(&self.top.0),
                    b" specified more than once",
                ];
                self.tell(&text);
                return true;
            }
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
        // The first directory made is enough to notice a copy into itself.
        if created
            && !std::mem::replace(&mut self.made, true)
            && let Ok(made) = sys::stat(to, true)
        {
            self.copied.insert(identity(&made), to.to_vec());
        }
        self.copied.entry(id).or_insert_with(|| to.to_vec());
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
            if self.into_itself {
                break;
            }
        }
        if created && !self.keep.mode {
            let bits = if self.fresh_modes { 0o777 } else { stat.mode };
            let _ = sys::chmod(to, bits & 0o777 & !self.umask);
        }
        self.attributes(to, stat, true) && fine
    }
}
