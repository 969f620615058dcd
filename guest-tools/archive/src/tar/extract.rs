//! `-x`: members become files, never outside the directory.

use super::header::Entry;
use super::list::Data;
use super::names::{self, Use};
use super::options::Options;
use super::{Fatal, Session, under};
use crate::stream::{Sink, errno};
use std::collections::HashSet;
use std::io::{self, Read, Write};
use wardian_applet::sys::{self, Errno, File, OpenHow, SetTime, is_dir, is_link, mode};

struct Directory {
    path: Vec<u8>,
    mode: u32,
    modified_ns: u64,
}

/// Writes members.
pub struct Extractor<'o> {
    options: &'o Options,
    /// Directories whose mode and time are set at the end.
    directories: Vec<Directory>,
    /// Links that lead elsewhere are made at the end, so that nothing is written
    /// through them: path, target, time.
    links: Vec<(Vec<u8>, Vec<u8>, u64)>,
    made: HashSet<Vec<u8>>,
    exact_modes: bool,
    owners: bool,
    mask: u32,
}

impl<'o> Extractor<'o> {
    /// For these options.
    pub fn new(options: &'o Options) -> Extractor<'o> {
        let root = sys::identity().0 == 0;
        let mask = sys::umask(0o022);
        sys::umask(mask);
        Extractor {
            options,
            directories: Vec::new(),
            links: Vec::new(),
            made: HashSet::new(),
            exact_modes: options.permissions.unwrap_or(root),
            owners: options.same_owner.unwrap_or(root),
            mask,
        }
    }

    /// Whether `--strip-components` leaves nothing of a name.
    pub fn is_stripped(&self, name: &[u8]) -> bool {
        self.options.strip > 0 && strip(name, self.options.strip).is_none()
    }

    /// The path for a member's or a hard link's name.
    fn place(&self, session: &mut Session<'_>, name: &[u8], used: Use) -> Option<Vec<u8>> {
        let stripped = strip(name, self.options.strip)?;
        let new = names::transform(&self.options.transforms, stripped, used);
        let what = match used {
            Use::Hardlink => "hard link targets",
            _ => "member names",
        };
        let safe = match self.options.absolute {
            true => new.as_slice(),
            false => session.safe_name(&new, what),
        };
        let safe: &[u8] = if safe.is_empty() { b"." } else { safe };
        Some(under(self.options.dir.as_deref(), safe))
    }

    /// Writes a member.
    pub fn member(
        &mut self,
        session: &mut Session<'_>,
        entry: &Entry,
        data: &mut Data<'_>,
    ) -> Result<(), Fatal> {
        if self.options.to_stdout {
            if entry.kind == b'0' {
                session.output.flush();
                if let Err(error) = self.contents(entry, data, 1) {
                    session.error(error.to_string().as_bytes());
                }
            }
            return Ok(());
        }
        let Some(path) = self.place(session, &entry.name, Use::Member) else {
            return Ok(());
        };
        let path = match path.iter().rposition(|b| *b != b'/') {
            Some(last) => path[..=last].to_vec(),
            None => path,
        };
        let shown = strip(&entry.name, self.options.strip).unwrap_or(&entry.name);
        if self.leads_away(&path) {
            session.error(&[shown, b": Cannot open: Not a directory".as_slice()].concat());
            return Ok(());
        }
        let modified = u64::try_from(entry.modified_ns).unwrap_or(0);
        if let Some(old) = sys::stat(&path, false).ok().filter(|_| entry.kind != b'5') {
            if self.options.skip_old {
                return Ok(());
            }
            if self.options.keep_newer && old.modified_ns >= modified {
                let open = "Current \u{2018}".as_bytes();
                let close = "\u{2019} is newer or same age".as_bytes();
                session.say(&[open, shown, close].concat());
                return Ok(());
            }
            if self.options.keep_old {
                let what = match entry.kind {
                    b'2' => format!(
                        "Cannot create symlink to '{}'",
                        String::from_utf8_lossy(&entry.link)
                    ),
                    b'1' => format!(
                        "Cannot hard link to '{}'",
                        String::from_utf8_lossy(&entry.link)
                    ),
                    _ => "Cannot open".to_owned(),
                };
                session.error_about(
                    shown,
                    &what
                        .replacen('\'', "\u{2018}", 1)
                        .replacen('\'', "\u{2019}", 1),
                    Errno::Exist,
                );
                return Ok(());
            }
            if is_dir(&old) {
                if sys::rmdir(&path).is_err() {
                    session.error_about(shown, "Cannot open", Errno::Exist);
                    return Ok(());
                }
            } else if self.options.overwrite
                && matches!(entry.kind, b'0' | 0)
                && old.mode & mode::TYPE == mode::REGULAR
            {
                // It is written into, and so are its other names.
            } else if let Err(errno) = sys::unlink(&path) {
                session.error_about(shown, "Cannot unlink", errno);
                return Ok(());
            }
        }
        match entry.kind {
            b'5' => self.directory(session, entry, &path, shown, modified),
            b'2' => self.symlink(session, entry, &path, shown, modified),
            b'1' => {
                let Some(target) = self.place(session, &entry.link, Use::Hardlink) else {
                    return Ok(());
                };
                if self.leads_away(&target) {
                    session.error_about(shown, "Cannot hard link", Errno::Acces);
                    return Ok(());
                }
                self.parents(&path);
                if let Err(errno) = sys::link(&target, &path) {
                    let text = format!(
                        "Cannot hard link to \u{2018}{}\u{2019}",
                        String::from_utf8_lossy(&entry.link)
                    );
                    session.error_about(shown, &text, errno);
                }
            }
            b'6' => {
                self.parents(&path);
                if let Err(errno) = sys::mkfifo(&path, entry.mode & !self.mask) {
                    session.error_about(shown, "Cannot mkfifo", errno);
                }
            }
            b'3' | b'4' => session.error_about(shown, "Cannot mknod", Errno::Perm),
            _ => self.file(session, entry, data, &path, shown, modified),
        }
        Ok(())
    }

    fn file(
        &mut self,
        session: &mut Session<'_>,
        entry: &Entry,
        data: &mut Data<'_>,
        path: &[u8],
        shown: &[u8],
        modified: u64,
    ) {
        let how = OpenHow {
            exclusive: !self.options.overwrite,
            no_follow: true,
            ..OpenHow::CREATE
        };
        let opened = match File::open(path, how) {
            Err(Errno::Noent) => {
                self.parents(path);
                File::open(path, how)
            }
            other => other,
        };
        let file = match opened {
            Ok(file) => file,
            Err(errno) => return session.error_about(shown, "Cannot open", errno),
        };
        if let Err(error) = self.contents(entry, data, file.fd()) {
            match errno(&error) {
                Some(errno) => session.error_about(shown, "Cannot write", errno),
                None => session.error(&[shown, b": ", error.to_string().as_bytes()].concat()),
            }
        }
        drop(file);
        self.attributes(entry, path, modified);
    }

    fn attributes(&self, entry: &Entry, path: &[u8], modified: u64) {
        if self.owners {
            let _ = sys::chown(path, self.id(entry, true), self.id(entry, false), false);
        }
        let bits = match self.exact_modes {
            true => entry.mode,
            false => entry.mode & 0o777 & !self.mask,
        };
        let _ = sys::chmod(path, bits);
        if !self.options.touch {
            let _ = sys::set_times(path, SetTime::Now, SetTime::At(modified), false);
        }
    }

    fn id(&self, entry: &Entry, owner: bool) -> u32 {
        let (name, id, file): (&[u8], u32, &[u8]) = match owner {
            true => (&entry.owner, entry.uid, b"/etc/passwd"),
            false => (&entry.group, entry.gid, b"/etc/group"),
        };
        if self.options.numeric || name == b"root" {
            return id;
        }
        super::create::find_id(file, name).unwrap_or(id)
    }

    /// Copies the data, leaving the holes of a sparse file.
    fn contents(&self, entry: &Entry, data: &mut Data<'_>, fd: u32) -> io::Result<()> {
        let mut sink = Sink(fd);
        let Some(map) = &entry.sparse else {
            return copy(data, &mut sink);
        };
        let mut at = 0;
        for (offset, length) in map {
            zeros(&mut sink, offset.saturating_sub(at))?;
            copy(&mut data.take(*length), &mut sink)?;
            at = offset.saturating_add(*length);
        }
        zeros(&mut sink, entry.real_size.saturating_sub(at))
    }

    fn directory(
        &mut self,
        session: &mut Session<'_>,
        entry: &Entry,
        path: &[u8],
        shown: &[u8],
        modified: u64,
    ) {
        let made = match sys::mkdir(path) {
            Err(Errno::Noent) => {
                self.parents(path);
                sys::mkdir(path)
            }
            other => other,
        };
        match made {
            Ok(()) => {}
            Err(_) if sys::stat(path, true).is_ok_and(|stat| is_dir(&stat)) => {
                if self.options.keep_old || self.options.skip_old {
                    return;
                }
            }
            Err(Errno::Exist) if !self.options.keep_old && sys::unlink(path).is_ok() => {
                if let Err(errno) = sys::mkdir(path) {
                    return session.error_about(shown, "Cannot mkdir", errno);
                }
            }
            Err(errno) => return session.error_about(shown, "Cannot mkdir", errno),
        }
        let bits = match self.exact_modes {
            true => entry.mode,
            false => entry.mode & 0o777 & !self.mask,
        };
        let _ = sys::chmod(path, bits | 0o700);
        if self.owners {
            let _ = sys::chown(path, self.id(entry, true), self.id(entry, false), false);
        }
        self.directories.push(Directory {
            path: path.to_vec(),
            mode: bits,
            modified_ns: modified,
        });
    }

    fn symlink(
        &mut self,
        session: &mut Session<'_>,
        entry: &Entry,
        path: &[u8],
        shown: &[u8],
        modified: u64,
    ) {
        let target = names::transform(&self.options.transforms, &entry.link, Use::Symlink);
        self.parents(path);
        let away =
            target.starts_with(b"/") || target.split(|b| *b == b'/').any(|part| part == b"..");
        if away && !self.options.absolute {
            self.links.push((path.to_vec(), target, modified));
            return;
        }
        match sys::symlink(&target, path) {
            Ok(()) => {
                self.made.insert(path.to_vec());
                let _ = sys::set_times(path, SetTime::Now, SetTime::At(modified), false);
            }
            Err(errno) => {
                let text = format!(
                    "Cannot create symlink to \u{2018}{}\u{2019}",
                    String::from_utf8_lossy(&target)
                );
                session.error_about(shown, &text, errno);
            }
        }
    }

    /// Whether a path goes through a link that this archive made and that, by
    /// way of others, leads out of the directory. Links to below are harmless.
    fn leads_away(&self, path: &[u8]) -> bool {
        if self.options.absolute || self.links.is_empty() {
            return false;
        }
        let waits = |part: &[u8]| self.links.iter().any(|link| link.0 == part);
        path.iter()
            .enumerate()
            .any(|(at, byte)| *byte == b'/' && waits(&path[..at]))
    }

    fn parents(&self, path: &[u8]) {
        for (at, byte) in path.iter().enumerate().skip(1) {
            if *byte == b'/' {
                let _ = sys::mkdir(&path[..at]);
            }
        }
    }

    /// Makes the links that wait, and sets what was kept for the end.
    pub fn finish(&mut self, session: &mut Session<'_>) {
        for (path, target, modified) in std::mem::take(&mut self.links) {
            match sys::symlink(&target, &path) {
                Ok(()) => {
                    let _ = sys::set_times(&path, SetTime::Now, SetTime::At(modified), false);
                }
                Err(errno) => {
                    let text = format!(
                        "Cannot create symlink to \u{2018}{}\u{2019}",
                        String::from_utf8_lossy(&target)
                    );
                    session.error_about(&path, &text, errno);
                }
            }
        }
        for directory in std::mem::take(&mut self.directories).iter().rev() {
            if sys::stat(&directory.path, false).is_ok_and(|stat| is_link(&stat)) {
                continue;
            }
            let _ = sys::chmod(&directory.path, directory.mode & !mode::TYPE);
            if !self.options.touch {
                let time = SetTime::At(directory.modified_ns);
                let _ = sys::set_times(&directory.path, SetTime::Now, time, false);
            }
        }
    }
}

/// A name without its first parts; none if nothing is left.
fn strip(name: &[u8], count: usize) -> Option<&[u8]> {
    let mut rest = name;
    for _ in 0..count {
        let slash = rest.iter().position(|b| *b == b'/')?;
        rest = &rest[slash..];
        while let Some(tail) = rest.strip_prefix(b"/") {
            rest = tail;
        }
    }
    (!rest.is_empty()).then_some(rest)
}

fn copy(input: &mut dyn Read, output: &mut dyn Write) -> io::Result<()> {
    let mut buf = vec![0; 128 * 1024];
    loop {
        match input.read(&mut buf)? {
            0 => return Ok(()),
            n => output.write_all(&buf[..n])?,
        }
    }
}

fn zeros(sink: &mut Sink, count: u64) -> io::Result<()> {
    let buf = vec![0; usize::try_from(count.min(64 * 1024)).unwrap_or(0)];
    let mut left = count;
    while left > 0 {
        let n = (buf.len() as u64).min(left);
        sink.write_all(&buf[..n as usize])?;
        left -= n;
    }
    Ok(())
}
