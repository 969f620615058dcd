//! Going through an archive: `-t`, and the way to `-x`.

use super::extract::Extractor;
use super::header::{self, BLOCK, Entry, Read1};
use super::names;
use super::options::{Action, Options};
use super::{Fatal, Session};
use crate::codec::Format;
use crate::date::Date;
use crate::stream::{Chained, Source, read_full};
use std::collections::HashMap;
use std::io::{self, Read};
use wardian_applet::cli::Output;
use wardian_applet::sys::{File, OpenHow, is_dir, stat};
use wardian_applet::text::glob;

/// The data of the member that is read.
pub struct Data<'a> {
    input: &'a mut dyn Read,
    /// Bytes not yet read.
    pub left: u64,
    padding: u64,
    /// Whether the input ended early.
    pub short: bool,
}

impl Read for Data<'_> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let most = buf
            .len()
            .min(usize::try_from(self.left).unwrap_or(usize::MAX));
        if most == 0 {
            return Ok(0);
        }
        let n = self.input.read(&mut buf[..most])?;
        if n == 0 {
            self.short = true;
            self.left = 0;
            self.padding = 0;
        }
        self.left -= (n as u64).min(self.left);
        Ok(n)
    }
}

impl Data<'_> {
    fn skip(&mut self) -> io::Result<()> {
        let mut left = self.left + self.padding;
        let mut buf = vec![0; 64 * 1024];
        while left > 0 {
            let most = buf.len().min(usize::try_from(left).unwrap_or(usize::MAX));
            let n = self.input.read(&mut buf[..most])?;
            if n == 0 {
                self.short = left > self.padding;
                break;
            }
            left -= n as u64;
        }
        (self.left, self.padding) = (0, 0);
        Ok(())
    }
}

/// Goes through the archive.
pub fn run(session: &mut Session<'_>, options: &Options) -> Result<(), Fatal> {
    let (name, file) = match options.file.as_deref() {
        None | Some(b"-") => (b"-".to_vec(), File::stdin()),
        Some(path) => match File::open(path, OpenHow::READ) {
            Ok(file) => (path.to_vec(), file),
            Err(errno) => {
                let text = [
                    path,
                    b": Cannot open: ".as_slice(),
                    errno.message().as_bytes(),
                ];
                return session.fatal(&text.concat());
            }
        },
    };
    if stat(&name, true).is_ok_and(|stat| is_dir(&stat)) && name != b"-" {
        session.say(&[&name, b": Cannot read: Is a directory".as_slice()].concat());
        session.say(b"At beginning of tape, quitting now");
        return Err(Fatal);
    }
    if let Some(dir) = &options.dir
        && !stat(dir, true).is_ok_and(|stat| is_dir(&stat))
    {
        let text = [dir, b": Cannot open: No such file or directory".as_slice()];
        return session.fatal(&text.concat());
    }
    let mut input: Box<dyn Read> = Box::new(io::BufReader::with_capacity(128 * 1024, Source(file)));
    let mut head = vec![0; 6];
    let n = match read_full(&mut input, &mut head) {
        Ok(n) => n,
        Err(error) => {
            let reason = error.to_string();
            let text = [&name, b": Cannot read: ".as_slice(), reason.as_bytes()];
            return session.fatal(&text.concat());
        }
    };
    head.truncate(n);
    let detected = Format::detect(&head);
    input = Box::new(Chained::new(head, input));
    let format = match (detected, options.format) {
        (Some(found), _) => Some(found),
        (None, Some(Format::Gzip)) => {
            let mut err = Output::new(2);
            err.put(b"\ngzip: stdin: not in gzip format\n");
            err.flush();
            session.say(b"Child returned status 1");
            return Err(Fatal);
        }
        (None, Some(wanted)) => {
            let (program, code) = match wanted {
                Format::Bzip2 => ("bzip2: (stdin) is not a bzip2 file.", 2),
                Format::Zstd => ("zstd: /*stdin*\\: unsupported format ", 1),
                _ => ("xz: (stdin): File format not recognized", 1),
            };
            let mut err = Output::new(2);
            err.put(program.as_bytes());
            err.put(b"\n");
            err.flush();
            session.say(format!("Child returned status {code}").as_bytes());
            return Err(Fatal);
        }
        (None, None) => None,
    };
    if let Some(format) = format {
        input = match format.decoder(input) {
            Ok(decoded) => decoded,
            Err(error) => return session.fatal(error.to_string().as_bytes()),
        };
    }
    walk(session, options, &mut input)
}

fn walk(session: &mut Session<'_>, options: &Options, input: &mut dyn Read) -> Result<(), Fatal> {
    let mut global = HashMap::new();
    let mut matched = vec![false; options.operands.len()];
    let mut extractor = Extractor::new(options);
    let mut first = true;
    let mut failed = false;
    loop {
        let entry = match header::read(input, &mut global) {
            Ok(Read1::Entry(entry)) => entry,
            Ok(Read1::End) => break,
            Ok(Read1::Nothing) => break,
            Ok(Read1::Garbage) if first => {
                session.say(b"This does not look like a tar archive");
                session.code = 2;
                failed = true;
                // GNU looks on for a header; nothing after garbage is trusted here.
                break;
            }
            Ok(Read1::Garbage) => {
                session.error(b"Skipping to next header");
                failed = true;
                break;
            }
            Ok(Read1::Short) if first => {
                session.say(b"This does not look like a tar archive");
                session.code = 2;
                break;
            }
            Ok(Read1::Short) => {
                session.say(b"Unexpected EOF in archive");
                extractor.finish(session);
                return Err(Fatal);
            }
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => {
                session.say(b"Unexpected EOF in archive");
                extractor.finish(session);
                return Err(Fatal);
            }
            Err(error) => {
                let mut err = Output::new(2);
                err.put(format!("\ngzip: stdin: {error}\n").as_bytes());
                err.flush();
                session.say(b"Unexpected EOF in archive");
                extractor.finish(session);
                return Err(Fatal);
            }
        };
        first = false;
        let padded = entry.size.next_multiple_of(BLOCK as u64);
        let mut data = Data {
            input,
            left: entry.size,
            padding: padded - entry.size,
            short: false,
        };
        if selected(options, &entry.name, &mut matched) {
            let listing = options.action == Action::List;
            let shown = match listing {
                true if options.show_transformed => {
                    names::transform(&options.transforms, &entry.name, names::Use::Member)
                }
                _ => entry.name.clone(),
            };
            if listing || options.verbose > 0 {
                let long = if listing {
                    options.verbose > 0
                } else {
                    options.verbose > 1
                };
                if listing || !extractor.is_stripped(&entry.name) {
                    show(&mut session.output, options, &entry, &shown, long);
                }
            }
            if !listing {
                extractor.member(session, &entry, &mut data)?;
            }
        }
        if data.skip().is_err() || data.short {
            session.say(b"Unexpected EOF in archive");
            extractor.finish(session);
            return Err(Fatal);
        }
    }
    extractor.finish(session);
    if !failed {
        for (operand, found) in options.operands.iter().zip(matched) {
            if !found {
                session.error(&[&operand.name, b": Not found in archive".as_slice()].concat());
            }
        }
        // A pipe's writer is to see all of its output read.
        let mut buf = vec![0; 64 * 1024];
        while matches!(input.read(&mut buf), Ok(1..)) {}
    }
    Ok(())
}

fn selected(options: &Options, name: &[u8], matched: &mut [bool]) -> bool {
    if options
        .excludes
        .iter()
        .any(|pattern| excluded(pattern, name))
    {
        return false;
    }
    if options.exclude_vcs && name.split(|b| *b == b'/').any(names::is_vcs) {
        return false;
    }
    if options.operands.is_empty() {
        return true;
    }
    let trim = |name: &[u8]| -> Vec<u8> { name.strip_suffix(b"/").unwrap_or(name).to_vec() };
    let name = trim(name);
    let mut any = false;
    for (operand, found) in options.operands.iter().zip(matched) {
        let wanted = trim(&operand.name);
        let same = |name: &[u8]| match options.wildcards {
            true => glob::matches(&wanted, name),
            false => wanted == name,
        };
        let below = options.recurse
            && name
                .iter()
                .enumerate()
                .any(|(at, b)| *b == b'/' && same(&name[..at]));
        if same(&name) || below {
            *found = true;
            any = true;
        }
    }
    any
}

/// Whether a pattern matches a name or a directory above it.
fn excluded(pattern: &names::Pattern, name: &[u8]) -> bool {
    pattern.matches(name)
        || name
            .iter()
            .enumerate()
            .any(|(at, byte)| *byte == b'/' && at > 0 && pattern.matches(&name[..at]))
}

/// Adds a member's line.
pub fn show(output: &mut Output, options: &Options, entry: &Entry, name: &[u8], long: bool) {
    if !long {
        output.put(&quoted(name));
        output.put(b"\n");
        return;
    }
    let kind = match entry.kind {
        b'1' => b'h',
        b'2' => b'l',
        b'3' => b'c',
        b'4' => b'b',
        b'5' => b'd',
        b'6' => b'p',
        _ => b'-',
    };
    output.put(&[kind]);
    let mut bits = Vec::with_capacity(9);
    for (shift, special, set, unset) in [
        (6, 0o4000, b's', b'S'),
        (3, 0o2000, b's', b'S'),
        (0, 0o1000, b't', b'T'),
    ] {
        let part = entry.mode >> shift;
        bits.push(if part & 4 != 0 { b'r' } else { b'-' });
        bits.push(if part & 2 != 0 { b'w' } else { b'-' });
        bits.push(match (entry.mode & special != 0, part & 1 != 0) {
            (true, true) => set,
            (true, false) => unset,
            (false, true) => b'x',
            (false, false) => b'-',
        });
    }
    output.put(&bits);
    let name_or = |name: &[u8], id: u32| match name.is_empty() || options.numeric {
        true => id.to_string().into_bytes(),
        false => name.to_vec(),
    };
    let owner = name_or(&entry.owner, entry.uid);
    let group = name_or(&entry.group, entry.gid);
    let size = match entry.kind {
        b'3' | b'4' => format!("{},{}", entry.device.0, entry.device.1),
        _ => entry.real_size.to_string(),
    };
    output.put(b" ");
    output.put(&owner);
    output.put(b"/");
    output.put(&group);
    let used = owner.len() + 1 + group.len() + 1 + size.len();
    let width = 19_usize.max(used) - used + size.len();
    let date = Date::new(entry.modified_ns.div_euclid(1_000_000_000) as i64);
    let mut time = format!(
        " {size:>width$} {:04}-{:02}-{:02} {:02}:{:02}",
        date.year, date.month, date.day, date.hour, date.minute
    );
    if options.full_time {
        time.push_str(&format!(":{:02}", date.second));
        let nanos = entry.modified_ns.rem_euclid(1_000_000_000);
        if nanos != 0 {
            time.push_str(&format!(".{nanos:09}"));
        }
    }
    output.put(time.as_bytes());
    output.put(b" ");
    output.put(&quoted(name));
    match entry.kind {
        b'1' => output.put(&[b" link to ".as_slice(), &quoted(&entry.link)].concat()),
        b'2' => output.put(&[b" -> ".as_slice(), &quoted(&entry.link)].concat()),
        _ => {}
    }
    output.put(b"\n");
}

/// A name with escapes for what a terminal would take amiss.
fn quoted(name: &[u8]) -> Vec<u8> {
    let utf8 = std::str::from_utf8(name).is_ok();
    let mut out = Vec::with_capacity(name.len());
    for byte in name {
        match byte {
            b'\n' => out.extend_from_slice(b"\\n"),
            b'\t' => out.extend_from_slice(b"\\t"),
            b'\r' => out.extend_from_slice(b"\\r"),
            8 => out.extend_from_slice(b"\\b"),
            7 => out.extend_from_slice(b"\\a"),
            11 => out.extend_from_slice(b"\\v"),
            12 => out.extend_from_slice(b"\\f"),
            b'\\' => out.extend_from_slice(b"\\\\"),
            0..=0x1f | 0x7f => out.extend_from_slice(format!("\\{byte:03o}").as_bytes()),
            0x80.. if !utf8 => out.extend_from_slice(format!("\\{byte:03o}").as_bytes()),
            byte => out.push(*byte),
        }
    }
    out
}

/// Where an archive's end marker begins, and the time of each member.
pub fn end_of(
    session: &mut Session<'_>,
    path: &[u8],
    newest: &mut HashMap<Vec<u8>, i128>,
) -> Result<u64, Fatal> {
    let file = match File::open(path, OpenHow::READ) {
        Ok(file) => file,
        Err(errno) => {
            let text = [
                path,
                b": Cannot open: ".as_slice(),
                errno.message().as_bytes(),
            ];
            return session.fatal(&text.concat());
        }
    };
    struct Counting<R>(R, u64);
    impl<R: Read> Read for Counting<R> {
        fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
            let n = self.0.read(buf)?;
            self.1 += n as u64;
            Ok(n)
        }
    }
    let mut input = Counting(io::BufReader::with_capacity(128 * 1024, Source(file)), 0);
    let mut global = HashMap::new();
    loop {
        let at = input.1;
        match header::read(&mut input, &mut global) {
            Ok(Read1::Entry(entry)) => {
                newest.insert(entry.name.clone(), entry.modified_ns);
                let mut data = Data {
                    left: entry.size,
                    padding: entry.size.next_multiple_of(BLOCK as u64) - entry.size,
                    input: &mut input,
                    short: false,
                };
                let _ = data.skip();
            }
            Ok(Read1::Garbage) if at == 0 => {
                return session.fatal(b"This does not look like a tar archive");
            }
            _ => return Ok(at),
        }
    }
}
