//! `-o` and `-p`: files whose names come from standard input.

use super::extract::Extractor;
use super::format::{Format, Member, TRAILER, pad};
use super::{Fatal, Run, without_dot};
use crate::stream::{Sink, Source, read_full};
use std::collections::HashMap;
use std::io::{self, Read, Write};
use wardian_applet::cli::Output;
use wardian_applet::sys::{self, ExtStat, File, OpenHow, mode};

/// An archive that is written.
struct Archive {
    out: io::BufWriter<Sink>,
    format: Format,
    written: u64,
    /// Names of files with several that wait for the last one, which has the data.
    waiting: HashMap<(u64, u64), Vec<Member>>,
    /// Numbers of files as they come, for archives that can be made again.
    numbers: HashMap<(u64, u64), u64>,
}

/// Names from standard input.
fn names(run: &Run<'_>) -> Result<Vec<Vec<u8>>, Fatal> {
    let mut text = Vec::new();
    if let Err(errno) = File::stdin().read_to_end(&mut text) {
        run.context.say_error(b"standard input", errno);
        return Err(Fatal);
    }
    let separator = if run.options.null { 0 } else { b'\n' };
    let names = text.split(|byte| *byte == separator);
    Ok(names
        .filter(|name| !name.is_empty())
        .map(<[u8]>::to_vec)
        .collect())
}

fn enter(run: &Run<'_>, name: &[u8]) -> Vec<u8> {
    match &run.options.directory {
        Some(directory) if !name.starts_with(b"/") => [directory, b"/".as_slice(), name].concat(),
        _ => name.to_vec(),
    }
}

fn stat(run: &mut Run<'_>, path: &[u8], name: &[u8]) -> Option<ExtStat> {
    match sys::stat(path, run.options.dereference) {
        Ok(stat) => Some(stat),
        Err(errno) => {
            run.cannot(name, "stat", errno);
            None
        }
    }
}

fn member(run: &Run<'_>, name: &[u8], stat: &ExtStat) -> Member {
    let (uid, gid) = run.options.owner.unwrap_or_default();
    let regular = stat.mode & mode::TYPE == mode::REGULAR;
    Member {
        name: without_dot(name).to_vec(),
        inode: stat.inode,
        mode: stat.mode,
        uid: uid.unwrap_or(stat.uid),
        gid: gid.unwrap_or(stat.gid),
        links: stat.links.max(1),
        modified: stat.modified_ns / 1_000_000_000,
        size: if regular { stat.size_bytes } else { 0 },
        device: (
            (stat.device >> 8) as u32 & 0xfff,
            (stat.device & 0xff) as u32,
        ),
        node: (stat.device_node >> 8, stat.device_node & 0xff),
        ..Member::default()
    }
}

/// Writes an archive.
pub fn run(run: &mut Run<'_>) -> Result<(), Fatal> {
    let names = names(run)?;
    let file = match run.options.archive {
        Some(_) => Some(run.archive(true)?),
        None => None,
    };
    let fd = file.as_ref().map_or(1, File::fd);
    let mut archive = Archive {
        out: io::BufWriter::with_capacity(256 << 10, Sink(fd)),
        format: run.options.format.unwrap_or(Format::Bin { swapped: false }),
        written: 0,
        waiting: HashMap::new(),
        numbers: HashMap::new(),
    };
    for name in names {
        let path = enter(run, &name);
        let Some(stat) = stat(run, &path, &name) else {
            continue;
        };
        let mut member = member(run, &name, &stat);
        if run.options.reproducible {
            member.device = (0, 0);
            let next = archive.numbers.len() as u64 + 1;
            let key = (stat.device, stat.inode);
            member.inode = *archive.numbers.entry(key).or_insert(next);
        }
        if member.kind() == mode::LINK {
            match sys::read_link(&path) {
                Ok(target) => {
                    member.size = target.len() as u64;
                    member.link = Some(target);
                }
                Err(errno) => {
                    run.cannot(&name, "readlink", errno);
                    continue;
                }
            }
        }
        if run.options.verbose || run.options.dots {
            let mut out = Output::new(2);
            match run.options.dots {
                true => out.put(b"."),
                false => out.put(&[&name, b"\n".as_slice()].concat()),
            }
            out.flush();
        }
        archive
            .add(run, member, &path, (stat.device, stat.inode))
            .map_err(|error| Fatal::from((&*run, error)))?;
    }
    let done = archive.finish(run);
    done.map_err(|error| Fatal::from((&*run, error)))?;
    if run.options.dots {
        let mut out = Output::new(2);
        out.put(b"\n");
        out.flush();
    }
    run.blocks(archive.written);
    Ok(())
}

impl Archive {
    /// Adds a file. In the newer formats only the last name of a file with
    /// several carries its data.
    fn add(
        &mut self,
        run: &mut Run<'_>,
        member: Member,
        path: &[u8],
        key: (u64, u64),
    ) -> io::Result<()> {
        let several = member.links > 1 && member.kind() == mode::REGULAR;
        let defers = matches!(self.format, Format::Newc | Format::Crc);
        if several && defers {
            let waiting = self.waiting.entry(key).or_default();
            if (waiting.len() as u64) + 1 < member.links {
                waiting.push(member);
                return Ok(());
            }
            for mut other in self.waiting.remove(&key).unwrap_or_default() {
                other.size = 0;
                self.put(run, &other, b"")?;
            }
        }
        self.put(run, &member, path)
    }

    /// Writes a member; its data comes from the file at the path, if any.
    fn put(&mut self, run: &mut Run<'_>, member: &Member, path: &[u8]) -> io::Result<()> {
        let mut member = member.clone();
        let has_data = member.kind() == mode::REGULAR && member.size > 0;
        let file = match has_data {
            false => None,
            true => match File::open(path, OpenHow::READ) {
                Ok(file) => Some(Source(file)),
                Err(errno) => {
                    run.cannot(&member.name, "open", errno);
                    return Ok(());
                }
            },
        };
        if self.format == Format::Crc && has_data {
            member.sum = match File::open(path, OpenHow::READ) {
                Ok(file) => sum(&mut Source(file))?,
                Err(_) => 0,
            };
        }
        match self.format.write(&mut self.out, &member) {
            Ok(bytes) => self.written += bytes,
            Err(error) if error.kind() == io::ErrorKind::InvalidInput => {
                run.trouble(&[&member.name, b": file name or size too large".as_slice()].concat());
                return Ok(());
            }
            Err(error) => return Err(error),
        }
        let is_tar = matches!(self.format, Format::Tar { .. });
        let mut left = 0;
        if let Some(mut file) = file {
            left = member.size;
            let mut buf = vec![0; 128 << 10];
            while left > 0 {
                let most = buf.len().min(usize::try_from(left).unwrap_or(usize::MAX));
                match read_full(&mut file, &mut buf[..most])? {
                    0 => break,
                    n => {
                        self.out.write_all(&buf[..n])?;
                        left -= n as u64;
                    }
                }
            }
            if left > 0 {
                let text = format!(": File shrunk by {left} bytes, padding with zeros");
                run.trouble(&[&member.name, text.as_bytes()].concat());
            }
            self.written += member.size - left;
        } else if let Some(link) = member.link.as_ref().filter(|_| !is_tar) {
            self.out.write_all(link)?;
            self.written += link.len() as u64;
        } else {
            return Ok(());
        }
        self.zeros(left + pad(member.size, self.format.padding()))
    }

    fn zeros(&mut self, count: u64) -> io::Result<()> {
        io::copy(&mut io::repeat(0).take(count), &mut self.out)?;
        self.written += count;
        Ok(())
    }

    fn finish(&mut self, run: &mut Run<'_>) -> io::Result<()> {
        // Files of which not all names were given.
        let mut waiting: Vec<_> = std::mem::take(&mut self.waiting).into_values().collect();
        waiting.sort_by(|a, b| a[0].name.cmp(&b[0].name));
        for members in waiting {
            let last = members.len() - 1;
            for (at, mut member) in members.into_iter().enumerate() {
                let path = enter(run, &member.name);
                if at < last {
                    member.size = 0;
                }
                self.put(run, &member, &path)?;
            }
        }
        if matches!(self.format, Format::Tar { .. }) {
            self.zeros(1024)?;
        } else {
            let trailer = Member {
                name: TRAILER.to_vec(),
                links: 1,
                ..Member::default()
            };
            self.written += self.format.write(&mut self.out, &trailer)?;
        }
        self.zeros(pad(self.written, 512))?;
        self.out.flush()
    }
}

/// The sum of all bytes.
pub fn sum(input: &mut dyn Read) -> io::Result<u32> {
    let mut total = 0_u32;
    let mut buf = vec![0; 64 << 10];
    loop {
        match input.read(&mut buf)? {
            0 => return Ok(total),
            n => {
                let part: u32 = buf[..n].iter().map(|byte| u32::from(*byte)).sum();
                total = total.wrapping_add(part);
            }
        }
    }
}

/// Copies files into a directory.
pub fn pass(run: &mut Run<'_>) -> Result<(), Fatal> {
    let names = names(run)?;
    let target = run.options.operands[0].clone();
    if !sys::stat(&target, true).is_ok_and(|stat| sys::is_dir(&stat)) {
        run.context
            .say(&[target.as_slice(), b" is not a directory"].concat());
        return Err(Fatal);
    }
    let mut extractor = Extractor::new(Some(target));
    let mut bytes = 0;
    let mut first: HashMap<(u64, u64), Vec<u8>> = HashMap::new();
    for name in names {
        let path = enter(run, &name);
        let Some(stat) = stat(run, &path, &name) else {
            continue;
        };
        let mut member = member(run, &name, &stat);
        let several = stat.links > 1 && member.kind() == mode::REGULAR;
        let key = (stat.device, stat.inode);
        if let Some(other) = first.get(&key).filter(|_| several) {
            member.hard_link = Some(other.clone());
        } else if several {
            first.insert(key, member.name.clone());
        }
        let opened: Box<dyn Read> = match member.kind() {
            mode::LINK => {
                member.link = sys::read_link(&path).ok();
                Box::new(io::empty())
            }
            mode::REGULAR if member.hard_link.is_none() => match File::open(&path, OpenHow::READ) {
                Ok(file) => Box::new(Source(file)),
                Err(errno) => {
                    run.cannot(&name, "open", errno);
                    continue;
                }
            },
            _ => Box::new(io::empty()),
        };
        if run.options.link && member.kind() == mode::REGULAR && member.hard_link.is_none() {
            extractor.link_to = Some(path);
        }
        bytes += member.size;
        let mut input = opened.take(member.size);
        extractor.member(run, &member, &mut input)?;
        extractor.link_to = None;
    }
    extractor.finish();
    run.blocks(bytes);
    Ok(())
}
