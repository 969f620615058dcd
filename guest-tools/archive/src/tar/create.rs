//! `-c`, `-r` and `-u`.

use super::header::{self, BLOCK, Dialect, Entry};
use super::names::{self, Use};
use super::options::{Action, Options};
use super::{Fatal, Session, list, under};
use crate::codec::{Encoder, Format};
use crate::stream::Sink;
use std::collections::HashMap;
use std::io::{self, Write};
use wardian_applet::cli::Output;
use wardian_applet::sys::{self, Errno, ExtStat, File, OpenHow, is_dir, mode};

/// Bytes that an archive's length is a multiple of.
const RECORD: u64 = 20 * BLOCK as u64;

struct Creator<'s, 'c, 'o> {
    session: &'s mut Session<'c>,
    options: &'o Options,
    output: Box<dyn Encoder>,
    written: u64,
    /// First names of files with several, by device and serial number.
    links: HashMap<(u64, u64), Vec<u8>>,
    owners: HashMap<u32, Vec<u8>>,
    groups: HashMap<u32, Vec<u8>>,
    archive: Option<(u64, u64)>,
    listing: Output,
    newest: HashMap<Vec<u8>, i128>,
}

struct Plain<W: Write>(std::io::BufWriter<W>);

impl<W: Write> Write for Plain<W> {
    fn write(&mut self, buf: &[u8]) -> io::Result<usize> {
        self.0.write(buf)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

impl<W: Write> Encoder for Plain<W> {
    fn finish(mut self: Box<Self>) -> io::Result<()> {
        self.0.flush()
    }
}

fn format_of(name: &[u8]) -> Option<Format> {
    let ends = |suffixes: &[&str]| suffixes.iter().any(|s| name.ends_with(s.as_bytes()));
    if ends(&[".gz", ".tgz", ".taz"]) {
        Some(Format::Gzip)
    } else if ends(&[".bz2", ".tbz", ".tbz2", ".tz2"]) {
        Some(Format::Bzip2)
    } else if ends(&[".xz", ".txz"]) {
        Some(Format::Xz)
    } else if ends(&[".lzma", ".tlz"]) {
        Some(Format::Lzma)
    } else if ends(&[".zst", ".tzst"]) {
        Some(Format::Zstd)
    } else {
        None
    }
}

pub fn run(session: &mut Session<'_>, options: &Options) -> Result<(), Fatal> {
    let path = options.file.clone().filter(|path| path != b"-");
    let mut newest = HashMap::new();
    let appending = options.action != Action::Create;
    let mut offset = 0;
    if appending {
        let Some(path) = &path else {
            return session.fatal(b"Options '-Aru' are incompatible with '-f -'");
        };
        if options.format.is_some() {
            return session.fatal(b"Cannot update compressed archives");
        }
        if sys::stat(path, true).is_ok() {
            offset = list::end_of(session, path, &mut newest)?;
        }
    }
    let file = match &path {
        None => None,
        Some(path) => {
            let how = OpenHow {
                write: true,
                create: true,
                truncate: !appending,
                ..OpenHow::READ
            };
            match File::open(path, OpenHow { read: false, ..how }) {
                Ok(file) => Some(file),
                Err(errno) => {
                    let text = [
                        path,
                        b": Cannot open: ".as_slice(),
                        errno.message().as_bytes(),
                    ];
                    return session.fatal(&text.concat());
                }
            }
        }
    };
    let fd = file.as_ref().map_or(1, File::fd);
    if appending && (sys::set_size(fd, offset).is_err() || sys::seek(fd, offset as i64, 0).is_err())
    {
        return session.fatal(b"Cannot seek in the archive");
    }
    let archive = file.as_ref().and_then(|file| sys::fstat(file.fd()).ok());
    let format = options.format.or_else(|| match (&path, options.auto) {
        (Some(path), true) => format_of(path),
        _ => None,
    });
    let level = options.level.unwrap_or(match format {
        Some(Format::Bzip2) => 9,
        Some(Format::Zstd) => 3,
        _ => 6,
    });
    let output: io::Result<Box<dyn Encoder>> = match format {
        None => Ok(Box::new(Plain(io::BufWriter::with_capacity(
            256 * 1024,
            Sink(fd),
        )))),
        Some(format) => format.encoder(Box::new(Sink(fd)), level),
    };
    let Ok(output) = output else {
        return session.fatal(b"Cannot compress");
    };
    let listing = if path.is_none() {
        Output::new(2)
    } else {
        Output::stdout()
    };
    let mut creator = Creator {
        session,
        options,
        output,
        written: offset,
        links: HashMap::new(),
        owners: HashMap::new(),
        groups: HashMap::new(),
        archive: archive.map(|stat| (stat.device, stat.inode)),
        listing,
        newest,
    };
    for operand in &options.operands {
        if let Some(dir) = &operand.dir
            && !sys::stat(dir, true).is_ok_and(|stat| is_dir(&stat))
        {
            let text = [dir, b": Cannot open: No such file or directory".as_slice()];
            creator.session.say(&text.concat());
            return Err(Fatal);
        }
        creator.tree(operand.dir.as_deref(), &operand.name)?;
    }
    creator.listing.flush();
    let end = [0; 2 * BLOCK];
    let total = creator.written + end.len() as u64;
    let padding = total.next_multiple_of(RECORD) - total;
    let done = creator
        .output
        .write_all(&end)
        .and_then(|()| creator.output.write_all(&vec![0; padding as usize]))
        .and_then(|()| creator.output.finish());
    match done {
        Ok(()) => Ok(()),
        Err(error) => {
            let name = path.unwrap_or_else(|| b"-".to_vec());
            let reason = error.to_string();
            let text = [&name, b": Cannot write: ".as_slice(), reason.as_bytes()];
            session.fatal(&text.concat())
        }
    }
}

impl Creator<'_, '_, '_> {
    /// A name and, if it is a directory, all below it.
    fn tree(&mut self, dir: Option<&[u8]>, name: &[u8]) -> Result<(), Fatal> {
        let mut stack = vec![(name.to_vec(), true)];
        while let Some((name, given)) = stack.pop() {
            let plain = match name.iter().rposition(|b| *b != b'/') {
                Some(last) => &name[..=last],
                None => b"/",
            };
            let excluded = self
                .options
                .excludes
                .iter()
                .any(|pattern| pattern.matches(plain));
            if excluded || (self.options.exclude_vcs && names::is_vcs(plain)) {
                continue;
            }
            let path = under(dir, plain);
            let stat = match sys::stat(&path, self.options.follow) {
                Ok(stat) => stat,
                Err(errno) => {
                    let what = if given {
                        "Cannot stat"
                    } else {
                        "File removed before we read it"
                    };
                    self.session.error_about(plain, what, errno);
                    continue;
                }
            };
            let is_directory = is_dir(&stat);
            if !self.add(&path, plain, &stat)? || !is_directory || !self.options.recurse {
                continue;
            }
            match sys::read_dir(&path) {
                Ok(mut entries) => {
                    if self.options.sort {
                        entries.sort_by(|a, b| a.name.cmp(&b.name));
                    }
                    let slash: &[u8] = if plain == b"/" { b"" } else { b"/" };
                    let below = entries
                        .iter()
                        .rev()
                        .map(|e| [plain, slash, &e.name].concat());
                    stack.extend(below.map(|name| (name, false)));
                }
                Err(errno) => self.session.error_about(plain, "Cannot open", errno),
            }
        }
        Ok(())
    }

    fn name_of(cache: &mut HashMap<u32, Vec<u8>>, file: &[u8], id: u32) -> Vec<u8> {
        cache
            .entry(id)
            .or_insert_with(|| lookup(file, id).unwrap_or_default())
            .clone()
    }

    /// Writes one member; whether to go on below it.
    fn add(&mut self, path: &[u8], name: &[u8], stat: &ExtStat) -> Result<bool, Fatal> {
        let kind = stat.mode & mode::TYPE;
        if self.archive == Some((stat.device, stat.inode)) {
            self.session
                .say(&[name, b": file is the archive; not dumped".as_slice()].concat());
            return Ok(false);
        }
        let modified = self
            .options
            .mtime
            .unwrap_or_else(|| i128::from(stat.modified_ns));
        if kind != mode::DIRECTORY {
            if self
                .options
                .newer
                .is_some_and(|limit| i128::from(stat.modified_ns) < limit)
            {
                return Ok(false);
            }
            if self.options.action == Action::Update
                && self.newest.get(name).is_some_and(|old| {
                    *old >= i128::from(stat.modified_ns) / 1_000_000_000 * 1_000_000_000
                })
            {
                return Ok(false);
            }
        }
        let safe = match self.options.absolute {
            true => name,
            false => self.session.safe_name(name, "member names"),
        };
        let safe: &[u8] = if safe.is_empty() { b"." } else { safe };
        let mut member = names::transform(&self.options.transforms, safe, Use::Member);
        if kind == mode::DIRECTORY && !member.ends_with(b"/") {
            member.push(b'/');
        }
        let numeric = self.options.numeric;
        let owner = if numeric {
            Vec::new()
        } else {
            Self::name_of(&mut self.owners, b"/etc/passwd", stat.uid)
        };
        let group = if numeric {
            Vec::new()
        } else {
            Self::name_of(&mut self.groups, b"/etc/group", stat.gid)
        };
        let mut entry = Entry {
            name: member,
            mode: stat.mode & 0o7777,
            uid: stat.uid,
            gid: stat.gid,
            modified_ns: modified,
            kind: b'0',
            owner,
            group,
            ..Entry::default()
        };
        if self.options.dialect != Dialect::Pax {
            entry.modified_ns = modified.div_euclid(1_000_000_000) * 1_000_000_000;
        }
        self.override_ids(&mut entry);
        if let Some(changes) = &self.options.mode {
            entry.mode = change_mode(entry.mode, changes, kind == mode::DIRECTORY);
        }
        match kind {
            mode::DIRECTORY => entry.kind = b'5',
            mode::LINK => {
                entry.kind = b'2';
                let target = sys::read_link(path).unwrap_or_default();
                entry.link = names::transform(&self.options.transforms, &target, Use::Symlink);
            }
            mode::REGULAR => {}
            mode::FIFO => entry.kind = b'6',
            mode::CHARACTER | mode::BLOCK => {
                entry.kind = if kind == mode::BLOCK { b'4' } else { b'3' };
                entry.device = (stat.device_node >> 8, stat.device_node & 0xff);
            }
            _ => {
                self.session
                    .say(&[name, b": socket ignored".as_slice()].concat());
                return Ok(false);
            }
        }
        if kind != mode::DIRECTORY && stat.links > 1 && !self.options.hard_follow {
            match self.links.get(&(stat.device, stat.inode)) {
                Some(first) => {
                    entry.kind = b'1';
                    entry.link = names::transform(&self.options.transforms, first, Use::Hardlink);
                }
                None => {
                    self.links.insert((stat.device, stat.inode), safe.to_vec());
                }
            }
        }
        let file = match entry.kind {
            b'0' => match File::open(path, OpenHow::READ) {
                Ok(file) => Some(file),
                Err(errno) => {
                    self.session.error_about(name, "Cannot open", errno);
                    return Ok(false);
                }
            },
            _ => None,
        };
        if file.is_some() {
            entry.size = stat.size_bytes;
            entry.real_size = entry.size;
        }
        if self.options.verbose > 0 {
            let shown = if self.options.show_transformed {
                entry.name.clone()
            } else {
                let slash: &[u8] = if kind == mode::DIRECTORY && !name.ends_with(b"/") {
                    b"/"
                } else {
                    b""
                };
                [name, slash].concat()
            };
            list::show(
                &mut self.listing,
                self.options,
                &entry,
                &shown,
                self.options.verbose > 1,
            );
            self.listing.flush();
        }
        let mut head = Vec::new();
        if header::write(&mut head, &entry, self.options.dialect).is_err() {
            let text = b": file name is too long (cannot be split); not dumped";
            self.session.error(&[&entry.name, text.as_slice()].concat());
            return Ok(false);
        }
        self.put(&head)?;
        if let Some(file) = file {
            self.data(&file, name, entry.size)?;
        }
        if self.options.remove && kind != mode::DIRECTORY {
            let _ = sys::unlink(path);
        }
        Ok(true)
    }

    fn override_ids(&mut self, entry: &mut Entry) {
        if let Some((name, id)) = &self.options.owner {
            let id = id.or_else(|| find_id(b"/etc/passwd", name));
            entry.uid = id.unwrap_or(entry.uid);
            entry.owner = match name.is_empty() && !self.options.numeric {
                true => lookup(b"/etc/passwd", entry.uid).unwrap_or_default(),
                false => name.clone(),
            };
        }
        if let Some((name, id)) = &self.options.group {
            let id = id.or_else(|| find_id(b"/etc/group", name));
            entry.gid = id.unwrap_or(entry.gid);
            entry.group = match name.is_empty() && !self.options.numeric {
                true => lookup(b"/etc/group", entry.gid).unwrap_or_default(),
                false => name.clone(),
            };
        }
        if self.options.numeric {
            entry.owner.clear();
            entry.group.clear();
        }
    }

    fn put(&mut self, bytes: &[u8]) -> Result<(), Fatal> {
        self.written += bytes.len() as u64;
        if let Err(error) = self.output.write_all(bytes) {
            let name = self.options.file.clone().unwrap_or_else(|| b"-".to_vec());
            let reason = error.to_string();
            let text = [&name, b": Cannot write: ".as_slice(), reason.as_bytes()];
            return self.session.fatal(&text.concat());
        }
        Ok(())
    }

    fn data(&mut self, file: &File, name: &[u8], size: u64) -> Result<(), Fatal> {
        let mut buf = vec![0; 128 * 1024];
        let mut left = size;
        while left > 0 {
            let most = buf.len().min(usize::try_from(left).unwrap_or(usize::MAX));
            let n = match file.read(&mut buf[..most]) {
                Ok(n) => n,
                Err(Errno::Intr) => continue,
                Err(errno) => {
                    self.session.error_about(name, "Read error", errno);
                    0
                }
            };
            if n == 0 {
                let text = format!(": File shrank by {left} bytes; padding with zeros");
                self.session.say(&[name, text.as_bytes()].concat());
                self.session.code = self.session.code.max(1);
                buf.fill(0);
                while left > 0 {
                    let most = buf.len().min(usize::try_from(left).unwrap_or(usize::MAX));
                    self.put(&buf[..most])?;
                    left -= most as u64;
                }
                break;
            }
            self.put(&buf[..n])?;
            left -= n as u64;
        }
        let rest = (size % BLOCK as u64) as usize;
        if rest > 0 {
            self.put(&[0; BLOCK][rest..])?;
        }
        Ok(())
    }
}

/// The name for a number in a file like `/etc/passwd`.
pub fn lookup(file: &[u8], id: u32) -> Option<Vec<u8>> {
    let text = sys::read_file(file).ok()?;
    let wanted = id.to_string();
    let line = text
        .split(|b| *b == b'\n')
        .find(|line| line.split(|b| *b == b':').nth(2) == Some(wanted.as_bytes()))?;
    line.split(|b| *b == b':').next().map(<[u8]>::to_vec)
}

/// The number for a name in such a file.
pub fn find_id(file: &[u8], name: &[u8]) -> Option<u32> {
    if name.is_empty() {
        return None;
    }
    let text = sys::read_file(file).ok()?;
    let line = text
        .split(|b| *b == b'\n')
        .find(|line| line.split(|b| *b == b':').next() == Some(name))?;
    let id = line.split(|b| *b == b':').nth(2)?;
    std::str::from_utf8(id).ok()?.parse().ok()
}

/// Permission bits after changes as chmod takes them.
fn change_mode(old: u32, changes: &[u8], directory: bool) -> u32 {
    let text = String::from_utf8_lossy(changes);
    if let Ok(mode) = u32::from_str_radix(&text, 8) {
        return mode & 0o7777;
    }
    let mut mode = old;
    for clause in text.split(',') {
        let at = clause.find(['+', '-', '=']).unwrap_or(clause.len());
        let (who, rest) = clause.split_at(at);
        let mut mask = 0;
        for letter in who.chars() {
            mask |= match letter {
                'u' => 0o4700,
                'g' => 0o2070,
                'o' => 0o1007,
                _ => 0o7777,
            };
        }
        let mask = if mask == 0 { 0o7777 } else { mask };
        let Some(sign) = rest.chars().next() else {
            continue;
        };
        let mut bits = 0;
        for letter in rest[1..].chars() {
            bits |= match letter {
                'r' => 0o444,
                'w' => 0o222,
                'x' => 0o111,
                'X' if directory || old & 0o111 != 0 => 0o111,
                's' => 0o6000,
                't' => 0o1000,
                _ => 0,
            };
        }
        mode = match sign {
            '+' => mode | (bits & mask),
            '-' => mode & !(bits & mask),
            _ => (mode & !(mask & 0o777)) | (bits & mask),
        };
    }
    mode
}
