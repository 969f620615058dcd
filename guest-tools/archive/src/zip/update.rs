//! zip: makes and changes archives.

use super::archive::{self, Member};
use super::extract::percent;
use crate::stream::{Sink, wrap};
use flate2::{Compress, Compression, FlushCompress, Status};
use std::io::{self, Write};
use wardian_applet::Args;
use wardian_applet::cli::Output;
use wardian_applet::sys::{self, File, OpenHow, is_dir, is_link};
use wardian_applet::text::glob;

#[derive(Default)]
struct Zip {
    recurse: bool,
    quiet: bool,
    junk: bool,
    links: bool,
    no_dirs: bool,
    level: u32,
    delete: bool,
    update: bool,
    freshen: bool,
    move_files: bool,
    names_on_input: bool,
    include: Vec<Vec<u8>>,
    exclude: Vec<Vec<u8>>,
    output: Option<Output>,
    warned: bool,
}

/// Info-ZIP tells of errors on standard output.
fn error(text: &str) {
    let mut err = Output::new(1);
    err.put(text.as_bytes());
    err.flush();
}

/// Runs zip.
pub fn zip(args: &Args) -> i32 {
    let mut this = Zip {
        level: 6,
        ..Zip::default()
    };
    let mut operands: Vec<Vec<u8>> = Vec::new();
    let mut list = 0;
    for arg in args.iter().skip(1) {
        if arg.len() < 2 || arg[0] != b'-' {
            match list {
                b'x' if arg != b"@" => this.exclude.push(arg.clone()),
                b'i' if arg != b"@" => this.include.push(arg.clone()),
                b'x' | b'i' => list = 0,
                _ => operands.push(arg.clone()),
            }
            continue;
        }
        list = 0;
        let letters: &[u8] = match arg.as_slice() {
            b"--recurse-paths" => b"r",
            b"--quiet" => b"q",
            b"--junk-paths" => b"j",
            b"--symlinks" => b"y",
            b"--delete" => b"d",
            b"--update" => b"u",
            b"--exclude" => b"x",
            b"--include" => b"i",
            b"--encrypt" => b"e",
            b"--" => continue,
            other => &other[1..],
        };
        let mut at = 0;
        while at < letters.len() {
            let letter = letters[at];
            at += 1;
            match letter {
                b'r' | b'R' => this.recurse = true,
                b'q' => this.quiet = true,
                b'j' => this.junk = true,
                b'y' => this.links = true,
                b'D' => this.no_dirs = true,
                b'd' => this.delete = true,
                b'u' => this.update = true,
                b'f' => this.freshen = true,
                b'm' => this.move_files = true,
                b'@' => this.names_on_input = true,
                b'0'..=b'9' => this.level = u32::from(letter - b'0'),
                b'x' | b'i' => {
                    list = letter;
                    let glued = &letters[at..];
                    if !glued.is_empty() {
                        match letter {
                            b'x' => this.exclude.push(glued.to_vec()),
                            _ => this.include.push(glued.to_vec()),
                        }
                        list = 0;
                        at = letters.len();
                    }
                }
                b'e' | b'P' => {
                    error("\nzip error: Invalid command arguments (encryption not supported)\n");
                    return 16;
                }
                b'h' => {
                    let mut output = Output::stdout();
                    output.put(b"Usage: zip [-rqjyDdufm0-9@] archive[.zip] [file...] [-x pattern...] [-i pattern...]\n");
                    output.flush();
                    return 0;
                }
                b'X' | b'o' | b'v' | b'g' | b'T' | b'A' | b'k' | b'S' | b'l' => {}
                other => {
                    let shown = char::from(other);
                    error(&format!(
                        "\nzip error: Invalid command arguments (short option '{shown}' not supported)\n"
                    ));
                    return 16;
                }
            }
        }
    }
    let Some((path, files)) = operands.split_first() else {
        error("\nzip error: Nothing to do! (zip.zip)\n");
        return 12;
    };
    let mut files = files.to_vec();
    if this.names_on_input {
        let mut text = Vec::new();
        let _ = File::stdin().read_to_end(&mut text);
        files.extend(
            text.split(|b| *b == b'\n')
                .filter(|line| !line.is_empty())
                .map(<[u8]>::to_vec),
        );
    }
    let mut path = path.clone();
    let base = path.rsplit(|b| *b == b'/').next().unwrap_or(&path);
    if path != b"-" && !base.contains(&b'.') {
        path.extend_from_slice(b".zip");
    }
    match this.run(&path, &files) {
        Ok(code) => code,
        Err(failure) => {
            let shown = String::from_utf8_lossy(&path);
            error(&format!(
                "\nzip I/O error: {failure}\nzip error: Output file write failure ({shown})\n"
            ));
            14
        }
    }
}

struct Found {
    path: Vec<u8>,
    name: Vec<u8>,
    stat: sys::ExtStat,
}

impl Zip {
    fn say(&mut self, text: &[u8]) {
        if !self.quiet {
            self.output.get_or_insert_with(Output::stdout).put(text);
        }
    }

    fn run(&mut self, path: &[u8], files: &[Vec<u8>]) -> io::Result<i32> {
        let shown = String::from_utf8_lossy(path).into_owned();
        let to_stdout = path == b"-";
        if to_stdout {
            self.output = Some(Output::new(2));
        }
        let old_file = match to_stdout {
            true => None,
            false => File::open(path, OpenHow::READ).ok(),
        };
        let mut old = Vec::new();
        if let Some(file) = &old_file {
            match archive::members(file)? {
                Some(members) => old = members,
                None => {
                    error(&format!(
                        "\nzip error: Zip file structure invalid ({shown})\n"
                    ));
                    return Ok(3);
                }
            }
        }
        let mut found = Vec::new();
        if self.delete {
            let keep: Vec<Member> = old
                .iter()
                .filter(|m| !files.iter().any(|p| glob::matches(p, &m.name)))
                .cloned()
                .collect();
            for pattern in files {
                if !old
                    .iter()
                    .any(|member| glob::matches(pattern, &member.name))
                {
                    self.warn(pattern);
                }
            }
            if keep.len() == old.len() {
                return Ok(self.nothing(&shown));
            }
            for member in &old {
                if files.iter().any(|p| glob::matches(p, &member.name)) {
                    self.say(&[b"deleting: ", member.name.as_slice(), b"\n"].concat());
                }
            }
            old = keep;
        } else {
            let archive_id = old_file
                .as_ref()
                .and_then(|file| sys::fstat(file.fd()).ok())
                .map(|s| (s.device, s.inode));
            let names: Vec<Vec<u8>> = match files.is_empty() && (self.freshen || self.update) {
                true => old.iter().map(|member| member.name.clone()).collect(),
                false => files.to_vec(),
            };
            for name in &names {
                self.find(name, archive_id, &mut found);
            }
            if self.freshen || self.update {
                found.retain(|one: &Found| {
                    let seconds = (one.stat.modified_ns / 1_000_000_000) as i64;
                    match old.iter().find(|member| member.name == one.name) {
                        Some(member) => seconds > member.time,
                        None => self.update,
                    }
                });
                if found.is_empty() {
                    return Ok(12);
                }
            }
            if found.is_empty() {
                return Ok(self.nothing(&shown));
            }
        }
        let temporary = [path, b".tmp~"].concat();
        let out = match to_stdout {
            true => None,
            false => Some(File::open(&temporary, OpenHow::CREATE).map_err(wrap)?),
        };
        let result = self.write(
            &old,
            old_file.as_ref(),
            &found,
            out.as_ref().map_or(1, File::fd),
        );
        self.output.iter_mut().for_each(Output::flush);
        drop(out);
        match result {
            Ok(empty) if !to_stdout => {
                if empty {
                    let _ = sys::unlink(&temporary);
                    let _ = sys::unlink(path);
                    error("\tzip warning: zip file empty\n");
                } else {
                    sys::rename(&temporary, path).map_err(wrap)?;
                }
            }
            Ok(_) => {}
            Err(failure) => {
                let _ = sys::unlink(&temporary);
                return Err(failure);
            }
        }
        if self.move_files {
            for one in found.iter().rev() {
                let _ = match is_dir(&one.stat) {
                    true => sys::rmdir(&one.path),
                    false => sys::unlink(&one.path),
                };
            }
        }
        Ok(0)
    }

    fn nothing(&mut self, shown: &str) -> i32 {
        self.output.iter_mut().for_each(Output::flush);
        error(&format!("\nzip error: Nothing to do! ({shown})\n"));
        12
    }

    fn warn(&mut self, name: &[u8]) {
        self.warned = true;
        if !self.quiet {
            self.output.iter_mut().for_each(Output::flush);
            error(&format!(
                "\tzip warning: name not matched: {}\n",
                String::from_utf8_lossy(name)
            ));
        }
    }

    fn wanted(&self, name: &[u8]) -> bool {
        (self.include.is_empty() || self.include.iter().any(|p| glob::matches(p, name)))
            && !self.exclude.iter().any(|p| glob::matches(p, name))
    }

    /// Adds a name and, with `-r`, all below it.
    fn find(&mut self, name: &[u8], archive: Option<(u64, u64)>, found: &mut Vec<Found>) {
        let trimmed = name
            .strip_suffix(b"/")
            .filter(|rest| !rest.is_empty())
            .unwrap_or(name);
        let mut stack = vec![(trimmed.to_vec(), true)];
        while let Some((path, given)) = stack.pop() {
            let Ok(stat) = sys::stat(&path, !self.links) else {
                if given {
                    self.warn(&path);
                }
                continue;
            };
            if archive == Some((stat.device, stat.inode)) {
                continue;
            }
            let directory = is_dir(&stat);
            if directory
                && self.recurse
                && let Ok(mut entries) = sys::read_dir(&path)
            {
                entries.sort_by(|a, b| b.name.cmp(&a.name));
                for entry in entries {
                    let below = match path.as_slice() {
                        b"." => entry.name,
                        _ => [path.as_slice(), b"/", &entry.name].concat(),
                    };
                    stack.push((below, false));
                }
            }
            let mut member: &[u8] = &path;
            loop {
                let before = member.len();
                for prefix in [b"/".as_slice(), b"./", b"../"] {
                    member = member.strip_prefix(prefix).unwrap_or(member);
                }
                if member.len() == before {
                    break;
                }
            }
            if self.junk {
                member = member.rsplit(|b| *b == b'/').next().unwrap_or(member);
            }
            if matches!(member, b"." | b".." | b"") || (directory && (self.junk || self.no_dirs)) {
                continue;
            }
            let mut member = member.to_vec();
            if directory {
                member.push(b'/');
            }
            if self.wanted(&member) && !found.iter().any(|one| one.name == member) {
                found.push(Found {
                    path,
                    name: member,
                    stat,
                });
            }
        }
    }

    /// Writes the archive; whether it is empty.
    fn write(
        &mut self,
        old: &[Member],
        source: Option<&File>,
        found: &[Found],
        fd: u32,
    ) -> io::Result<bool> {
        let mut sink = io::BufWriter::with_capacity(128 * 1024, Sink(fd));
        let mut offset = 0;
        let mut members: Vec<Member> = Vec::new();
        let mut used = vec![false; found.len()];
        for member in old {
            if let Some(at) = found.iter().position(|one| one.name == member.name) {
                used[at] = true;
                self.add(&found[at], "updating", &mut sink, &mut offset, &mut members)?;
                continue;
            }
            let Some(source) = source else { continue };
            let mut copy = member.clone();
            copy.flags &= !8;
            let start = archive::data_offset(source.fd(), member)?;
            copy.offset = offset;
            let head = archive::local_header(&copy);
            sink.write_all(&head)?;
            offset += head.len() as u64 + member.packed;
            sys::seek(source.fd(), start as i64, 0).map_err(wrap)?;
            let mut left = member.packed;
            let mut buf = vec![0; 64 * 1024];
            while left > 0 {
                let most = buf.len().min(usize::try_from(left).unwrap_or(usize::MAX));
                let n = source.read(&mut buf[..most]).map_err(wrap)?;
                if n == 0 {
                    return Err(io::ErrorKind::UnexpectedEof.into());
                }
                sink.write_all(&buf[..n])?;
                left -= n as u64;
            }
            members.push(copy);
        }
        for (one, used) in found.iter().zip(used) {
            if !used {
                self.add(one, "  adding", &mut sink, &mut offset, &mut members)?;
            }
        }
        sink.write_all(&archive::directory(&members, offset))?;
        sink.flush()?;
        Ok(members.is_empty())
    }

    fn add(
        &mut self,
        one: &Found,
        word: &str,
        sink: &mut dyn Write,
        offset: &mut u64,
        members: &mut Vec<Member>,
    ) -> io::Result<()> {
        let data = if is_dir(&one.stat) {
            Vec::new()
        } else if is_link(&one.stat) {
            sys::read_link(&one.path).map_err(wrap)?
        } else {
            match sys::read_file(&one.path) {
                Ok(data) => data,
                Err(errno) => {
                    let shown = String::from_utf8_lossy(&one.path);
                    error(&format!(
                        "\tzip warning: could not open for reading: {shown} ({})\n",
                        errno.message()
                    ));
                    return Ok(());
                }
            }
        };
        let mut member = Member {
            name: one.name.clone(),
            crc: crc32fast::hash(&data),
            size: data.len() as u64,
            packed: data.len() as u64,
            offset: *offset,
            time: (one.stat.modified_ns / 1_000_000_000) as i64,
            mode: Some(one.stat.mode),
            text: !data.is_empty() && !data.iter().take(4096).any(|b| *b == 0 || *b >= 0x80),
            ..Member::default()
        };
        let mut body = data;
        if self.level > 0 && !body.is_empty() && !is_link(&one.stat) {
            let packed = deflate(&body, self.level)?;
            if packed.len() < body.len() {
                member.method = 8;
                member.packed = packed.len() as u64;
                member.flags = match self.level {
                    9 => 2,
                    2 => 4,
                    1 => 6,
                    _ => 0,
                };
                body = packed;
            }
        }
        let head = archive::local_header(&member);
        sink.write_all(&head)?;
        sink.write_all(&body)?;
        *offset += (head.len() + body.len()) as u64;
        let how = if member.method == 8 {
            "deflated"
        } else {
            "stored"
        };
        let share = percent(member.size, member.packed);
        let line = [
            format!("{word}: ").as_bytes(),
            &member.name,
            format!(" ({how} {share}%)\n").as_bytes(),
        ]
        .concat();
        self.say(&line);
        members.push(member);
        Ok(())
    }
}

fn deflate(data: &[u8], level: u32) -> io::Result<Vec<u8>> {
    let mut deflate = Compress::new(Compression::new(level), false);
    let mut out = Vec::with_capacity(data.len() / 2 + 64);
    loop {
        let done = deflate.total_in() as usize;
        out.reserve(64 * 1024);
        let status = deflate
            .compress_vec(&data[done..], &mut out, FlushCompress::Finish)
            .map_err(io::Error::other)?;
        if status == Status::StreamEnd {
            return Ok(out);
        }
    }
}
