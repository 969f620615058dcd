//! `-i` and `-t`: from an archive to files or a list, never outside the directory.

use super::format::{Format, Member, pad, skip};
use super::list::{Names, long};
use super::options::Action;
use super::{Fatal, Run, create, safe_name};
use crate::stream::{Chained, Sink, Source, read_full};
use std::collections::{HashMap, HashSet};
use std::io::{self, Read};
use wardian_applet::cli::Output;
use wardian_applet::sys::{self, Errno, File, OpenHow, SetTime, is_dir, mode};
use wardian_applet::text::glob;

/// Counts what is read.
struct Counted<R> {
    inner: R,
    bytes: u64,
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let n = self.inner.read(buf)?;
        self.bytes += n as u64;
        Ok(n)
    }
}

/// Goes through an archive.
pub fn run(run: &mut Run<'_>) -> Result<(), Fatal> {
    let file = run.archive(false)?;
    let mut inner = io::BufReader::with_capacity(256 << 10, Source(file));
    let mut head = vec![0; 512];
    let n = match read_full(&mut inner, &mut head) {
        Ok(n) => n,
        Err(error) => return Err(Fatal::from((&*run, error))),
    };
    head.truncate(n);
    let Some(format) = Format::detect(&head) else {
        run.context.say(match head.len() {
            0..6 => b"premature end of archive".as_slice(),
            _ => b"invalid header: not a cpio archive",
        });
        return Err(Fatal);
    };
    let mut input = Counted {
        inner: Chained::new(head, Box::new(inner)),
        bytes: 0,
    };
    let mut extractor = Extractor::new(run.options.directory.clone());
    let mut names = Names::default();
    let mut out = Output::stdout();
    loop {
        let read = format.read(&mut input);
        let Some(mut member) = read.map_err(|error| Fatal::from((&*run, error)))? else {
            break;
        };
        let mut padding = pad(member.size, format.padding());
        if member.kind() == mode::LINK && member.link.is_none() {
            let mut target = Vec::new();
            let most = member.size.min(64 << 10);
            let read = (&mut input).take(most).read_to_end(&mut target);
            read.map_err(|error| Fatal::from((&*run, error)))?;
            padding += member.size - most;
            member.link = Some(target);
        }
        let has_data = !matches!(member.kind(), mode::LINK);
        let mut data = (&mut input).take(if has_data { member.size } else { 0 });
        if wanted(run, &member.name) {
            if run.options.action == Action::List {
                match run.options.verbose {
                    true => out.put(&long(&member, &mut names, run.options.numeric)),
                    false => out.put(&member.name),
                }
                out.put_byte(b'\n');
            } else if run.options.verify_only {
                let found = create::sum(&mut data).map_err(|error| Fatal::from((&*run, error)))?;
                if format == Format::Crc && found != member.sum {
                    let text = format!(
                        ": checksum error (0x{found:x}, should be 0x{:x})",
                        member.sum
                    );
                    run.trouble(&[&member.name, text.as_bytes()].concat());
                }
            } else {
                extractor.member(run, &member, &mut data)?;
            }
        }
        let left = data.limit();
        skip(&mut input, left + padding).map_err(|error| Fatal::from((&*run, error)))?;
    }
    extractor.finish();
    if run.options.dots && run.options.action == Action::Extract {
        let mut out = Output::new(2);
        out.put(b"\n");
        out.flush();
    }
    run.code = out.finish_or(run.context, run.code, super::TROUBLE);
    run.blocks(input.bytes);
    Ok(())
}

/// Whether the patterns, if there are any, choose a member.
fn wanted(run: &Run<'_>, name: &[u8]) -> bool {
    let patterns = &run.options.operands;
    let matched = patterns.iter().any(|pattern| glob::matches(pattern, name));
    patterns.is_empty() || matched != run.options.nonmatching
}

/// Makes files of members.
pub struct Extractor {
    directory: Option<Vec<u8>>,
    /// The first path of files with several names.
    linked: HashMap<(u64, (u32, u32)), Vec<u8>>,
    /// Links that may lead outside wait for the end, so that nothing is written
    /// through them: path and target.
    late: Vec<(Vec<u8>, Vec<u8>)>,
    late_paths: HashSet<Vec<u8>>,
    /// Modes and times of directories, set at the end.
    directories: Vec<(Vec<u8>, u32, Option<u64>)>,
    warned: bool,
    /// The file that the next member may be a link to (`-l`).
    pub link_to: Option<Vec<u8>>,
}

impl Extractor {
    /// Into this directory.
    pub fn new(directory: Option<Vec<u8>>) -> Extractor {
        Extractor {
            directory,
            linked: HashMap::new(),
            late: Vec::new(),
            late_paths: HashSet::new(),
            directories: Vec::new(),
            warned: false,
            link_to: None,
        }
    }

    fn place(&mut self, run: &Run<'_>, name: &[u8]) -> Vec<u8> {
        let safe = match run.options.absolute {
            true => name,
            false => safe_name(name),
        };
        let cut = name.len() - safe.len();
        let warns = run.options.action == Action::Extract && !self.warned;
        if cut > 0 && name.ends_with(safe) && warns {
            let text = [
                b"Removing leading `".as_slice(),
                &name[..cut],
                b"' from member names",
            ];
            run.context.say(&text.concat());
            self.warned = true;
        }
        match &self.directory {
            Some(directory) if !safe.starts_with(b"/") => {
                [directory, b"/".as_slice(), safe].concat()
            }
            _ => safe.to_vec(),
        }
    }

    /// Whether the way to a path goes through a link that waits.
    fn leads_away(&self, path: &[u8]) -> bool {
        let mut parents = slashes(path).map(|at| &path[..at]);
        !self.late.is_empty() && parents.any(|parent| self.late_paths.contains(parent))
    }

    /// Makes one member.
    pub fn member(
        &mut self,
        run: &mut Run<'_>,
        member: &Member,
        data: &mut dyn Read,
    ) -> Result<(), Fatal> {
        if run.options.to_stdout {
            if member.kind() == mode::REGULAR {
                return copy(data, 1).map_err(|error| Fatal::from((&*run, error)));
            }
            return Ok(());
        }
        let path = self.place(run, &member.name);
        if self.leads_away(&path) {
            run.cannot(&member.name, "open", Errno::Notdir);
            return Ok(());
        }
        if !self.make_room(run, member, &path) {
            return Ok(());
        }
        match self.make(run, member, &path, data) {
            Ok(true) => self.told(run, member),
            Ok(false) => {}
            Err(error) => return Err(Fatal::from((&*run, error))),
        }
        Ok(())
    }

    fn told(&self, run: &Run<'_>, member: &Member) {
        if run.options.verbose || run.options.dots {
            let mut out = Output::new(2);
            match run.options.dots {
                true => out.put(b"."),
                false => out.put(&[&member.name, b"\n".as_slice()].concat()),
            }
            out.flush();
        }
    }

    /// Removes what is in the way, if it is older; whether the path is free.
    fn make_room(&self, run: &mut Run<'_>, member: &Member, path: &[u8]) -> bool {
        let Ok(old) = sys::stat(path, false) else {
            return true;
        };
        if is_dir(&old) {
            if member.kind() == mode::DIRECTORY {
                return true;
            }
            if sys::rmdir(path).is_err() {
                run.cannot(&member.name, "remove current", Errno::Notempty);
                return false;
            }
            return true;
        }
        if !run.options.unconditional && member.modified <= old.modified_ns / 1_000_000_000 {
            let text = b" not created: newer or same age version exists";
            run.context.say(&[&member.name, text.as_slice()].concat());
            return false;
        }
        if let Err(errno) = sys::unlink(path) {
            run.cannot(&member.name, "remove current", errno);
            return false;
        }
        true
    }

    /// Makes the file; whether that went well.
    fn make(
        &mut self,
        run: &mut Run<'_>,
        member: &Member,
        path: &[u8],
        data: &mut dyn Read,
    ) -> io::Result<bool> {
        let parents = run.options.make_directories;
        let made = match member.kind() {
            mode::DIRECTORY => {
                let made = with_parents(path, parents, || sys::mkdir(path));
                match made {
                    Err(Errno::Exist) if sys::stat(path, true).is_ok_and(|s| is_dir(&s)) => Ok(()),
                    other => other,
                }
            }
            mode::LINK => {
                let target = member.link.clone().unwrap_or_default();
                let away = target.starts_with(b"/")
                    || target.split(|byte| *byte == b'/').any(|part| part == b"..");
                if away && !run.options.absolute {
                    let _ = with_parents(path, parents, || sys::mkdir(path));
                    let _ = sys::rmdir(path);
                    self.late.push((path.to_vec(), target));
                    self.late_paths.insert(path.to_vec());
                    return Ok(true);
                }
                with_parents(path, parents, || sys::symlink(&target, path))
            }
            mode::FIFO => with_parents(path, parents, || sys::mkfifo(path, member.mode & 0o777)),
            mode::REGULAR => return self.file(run, member, path, data),
            _ => Err(Errno::Perm),
        };
        match made {
            Ok(()) => {
                self.attributes(run, member, path);
                Ok(true)
            }
            Err(errno) => {
                let what = match member.kind() {
                    mode::DIRECTORY => "mkdir",
                    mode::LINK => "symlink",
                    _ => "mknod",
                };
                run.cannot(&member.name, what, errno);
                Ok(false)
            }
        }
    }

    fn file(
        &mut self,
        run: &mut Run<'_>,
        member: &Member,
        path: &[u8],
        data: &mut dyn Read,
    ) -> io::Result<bool> {
        let parents = run.options.make_directories;
        let key = (member.inode, member.device);
        let first = match &member.hard_link {
            Some(name) => Some(self.place(run, name)),
            None => self.linked.get(&key).filter(|_| member.links > 1).cloned(),
        };
        if let Some(first) = first.filter(|first| first != path && !self.leads_away(first)) {
            match with_parents(path, parents, || sys::link(&first, path)) {
                Ok(()) if member.size == 0 || member.hard_link.is_some() => return Ok(true),
                Ok(()) => {}
                Err(errno) => {
                    run.cannot(&member.name, "link", errno);
                    return Ok(false);
                }
            }
        } else if let Some(origin) = self.link_to.take()
            && with_parents(path, parents, || sys::link(&origin, path)).is_ok()
        {
            return Ok(true);
        }
        if member.links > 1 {
            self.linked.entry(key).or_insert_with(|| path.to_vec());
        }
        let how = OpenHow {
            no_follow: true,
            ..OpenHow::CREATE
        };
        let mut opened = None;
        let made = with_parents(path, parents, || {
            File::open(path, how).map(|file| opened = Some(file))
        });
        let Some(file) = opened else {
            run.cannot(&member.name, "open", made.err().unwrap_or(Errno::Noent));
            return Ok(false);
        };
        copy(data, file.fd())?;
        drop(file);
        self.attributes(run, member, path);
        Ok(true)
    }

    fn attributes(&mut self, run: &Run<'_>, member: &Member, path: &[u8]) {
        let time = run.options.keep_times.then_some(member.modified);
        let (uid, gid) = run.options.owner.unwrap_or_default();
        if run.options.keep_owner {
            let uid = uid.unwrap_or(member.uid);
            let _ = sys::chown(path, uid, gid.unwrap_or(member.gid), false);
        }
        let bits = member.mode & 0o7777;
        match member.kind() {
            mode::DIRECTORY => {
                let _ = sys::chmod(path, bits | 0o700);
                self.directories.push((path.to_vec(), bits, time));
            }
            mode::LINK => {}
            _ => {
                let _ = sys::chmod(path, bits);
            }
        }
        if let Some(time) = time {
            set_time(path, time);
        }
    }

    /// Makes the links that wait, and gives directories their modes and times.
    pub fn finish(&mut self) {
        for (path, target) in std::mem::take(&mut self.late) {
            let _ = sys::symlink(&target, &path);
        }
        for (path, bits, time) in std::mem::take(&mut self.directories).into_iter().rev() {
            let _ = sys::chmod(&path, bits);
            if let Some(time) = time {
                set_time(&path, time);
            }
        }
    }
}

fn slashes(path: &[u8]) -> impl Iterator<Item = usize> {
    (0..path.len()).filter(|at| path[*at] == b'/')
}

fn set_time(path: &[u8], seconds: u64) {
    let time = SetTime::At(seconds.saturating_mul(1_000_000_000));
    let _ = sys::set_times(path, time, time, false);
}

/// Makes something, and before it the directories above if that is wanted.
fn with_parents(
    path: &[u8],
    parents: bool,
    mut make: impl FnMut() -> Result<(), Errno>,
) -> Result<(), Errno> {
    match make() {
        Err(Errno::Noent) if parents => {
            for at in slashes(path).filter(|at| *at > 0) {
                let _ = sys::mkdir(&path[..at]);
            }
            make()
        }
        other => other,
    }
}

fn copy(data: &mut dyn Read, fd: u32) -> io::Result<()> {
    let mut buf = vec![0; 128 << 10];
    let mut sink = Sink(fd);
    loop {
        match data.read(&mut buf)? {
            0 => return Ok(()),
            n => io::Write::write_all(&mut sink, &buf[..n])?,
        }
    }
}
