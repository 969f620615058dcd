//! The headers of members: `bin`, `odc`, `newc`, `crc`, and tar's.

use crate::stream::read_full;
use crate::tar::header as tar;
use std::collections::HashMap;
use std::io::{self, Read, Write};
use wardian_applet::sys::mode;

/// The name of the member that ends an archive.
pub const TRAILER: &[u8] = b"TRAILER!!!";
/// Longest name that is read.
const MAX_NAME: usize = 64 << 10;

/// How an archive is laid out.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Format {
    /// Numbers of 16 bits, in the order of this machine or (read only) the other.
    Bin { swapped: bool },
    /// POSIX 1988, octal.
    Odc,
    /// SVR4, hexadecimal.
    Newc,
    /// The same with a sum of the bytes.
    Crc,
    /// Tar, POSIX 1988 or GNU.
    Tar { ustar: bool },
}

/// A member.
#[derive(Clone, Default, Debug)]
pub struct Member {
    pub name: Vec<u8>,
    pub inode: u64,
    /// Type and permissions.
    pub mode: u32,
    pub uid: u32,
    pub gid: u32,
    pub links: u64,
    /// Seconds since the epoch.
    pub modified: u64,
    pub size: u64,
    pub device: (u32, u32),
    pub node: (u32, u32),
    pub sum: u32,
    /// What a symbolic link leads to, if the header tells; else it is the data.
    pub link: Option<Vec<u8>>,
    /// The member that this is a hard link to, if the header tells.
    pub hard_link: Option<Vec<u8>>,
}

impl Member {
    /// The type of file.
    pub fn kind(&self) -> u32 {
        self.mode & mode::TYPE
    }
}

impl Format {
    /// The format with this name.
    pub fn named(name: &[u8]) -> Option<Format> {
        Some(match name.to_ascii_lowercase().as_slice() {
            b"bin" => Format::Bin { swapped: false },
            b"odc" => Format::Odc,
            b"newc" => Format::Newc,
            b"crc" => Format::Crc,
            b"tar" => Format::Tar { ustar: false },
            b"ustar" => Format::Tar { ustar: true },
            _ => return None,
        })
    }

    /// The format of an archive that starts so; six bytes tell, and tar's magic
    /// further on.
    pub fn detect(head: &[u8]) -> Option<Format> {
        match head {
            [0xc7, 0x71, ..] => Some(Format::Bin { swapped: false }),
            [0x71, 0xc7, ..] => Some(Format::Bin { swapped: true }),
            [b'0', b'7', b'0', b'7', b'0', b'7', ..] => Some(Format::Odc),
            [b'0', b'7', b'0', b'7', b'0', b'1', ..] => Some(Format::Newc),
            [b'0', b'7', b'0', b'7', b'0', b'2', ..] => Some(Format::Crc),
            _ if head.get(257..262) == Some(b"ustar") => Some(Format::Tar { ustar: true }),
            _ => None,
        }
    }

    /// What headers with names, and data, are padded to.
    pub fn padding(self) -> u64 {
        match self {
            Format::Bin { .. } => 2,
            Format::Odc => 1,
            Format::Newc | Format::Crc => 4,
            Format::Tar { .. } => 512,
        }
    }

    /// Reads a header. None at the end of the archive.
    pub fn read(self, input: &mut dyn Read) -> io::Result<Option<Member>> {
        let (mut member, name_size, header) = match self {
            Format::Tar { .. } => return read_tar(input),
            Format::Bin { swapped } => {
                let mut raw = [0; 26];
                exactly(input, &mut raw)?;
                let word = |at: usize| {
                    let pair = [raw[2 * at], raw[2 * at + 1]];
                    u32::from(match swapped {
                        true => u16::from_be_bytes(pair),
                        false => u16::from_le_bytes(pair),
                    })
                };
                if word(0) != 0o070_707 {
                    return Err(io::ErrorKind::InvalidData.into());
                }
                let long = |at: usize| u64::from(word(at)) << 16 | u64::from(word(at + 1));
                let member = Member {
                    device: (word(1) >> 8, word(1) & 0xff),
                    inode: word(2).into(),
                    mode: word(3),
                    uid: word(4),
                    gid: word(5),
                    links: word(6).into(),
                    node: (word(7) >> 8, word(7) & 0xff),
                    modified: long(8),
                    size: long(11),
                    ..Member::default()
                };
                (member, word(10) as usize, 26)
            }
            Format::Odc => {
                let mut raw = [0; 76];
                exactly(input, &mut raw)?;
                if !raw.starts_with(b"070707") {
                    return Err(io::ErrorKind::InvalidData.into());
                }
                let field = |at: usize, length: usize| number(&raw[at..at + length], 8);
                let six = |at: usize| field(6 + 6 * at, 6);
                let device = |n: u64| ((n >> 8) as u32, (n & 0xff) as u32);
                let member = Member {
                    device: device(six(0)),
                    inode: six(1),
                    mode: six(2) as u32,
                    uid: six(3) as u32,
                    gid: six(4) as u32,
                    links: six(5),
                    node: device(six(6)),
                    modified: field(48, 11),
                    size: field(65, 11),
                    ..Member::default()
                };
                (member, field(59, 6) as usize, 76)
            }
            Format::Newc | Format::Crc => {
                let mut raw = [0; 110];
                exactly(input, &mut raw)?;
                if !raw.starts_with(b"07070") {
                    return Err(io::ErrorKind::InvalidData.into());
                }
                let field = |at: usize| number(&raw[6 + 8 * at..14 + 8 * at], 16) as u32;
                let member = Member {
                    inode: field(0).into(),
                    mode: field(1),
                    uid: field(2),
                    gid: field(3),
                    links: field(4).into(),
                    modified: field(5).into(),
                    size: field(6).into(),
                    device: (field(7), field(8)),
                    node: (field(9), field(10)),
                    sum: field(12),
                    ..Member::default()
                };
                (member, field(11) as usize, 110)
            }
        };
        if name_size == 0 || name_size > MAX_NAME {
            return Err(io::ErrorKind::InvalidData.into());
        }
        let mut name = vec![0; name_size];
        exactly(input, &mut name)?;
        skip(input, pad(header + name_size as u64, self.padding()))?;
        let end = name.iter().position(|byte| *byte == 0);
        name.truncate(end.unwrap_or(name.len()));
        if name == TRAILER {
            return Ok(None);
        }
        member.name = name;
        Ok(Some(member))
    }

    /// Writes a header; gives the bytes written.
    ///
    /// # Errors
    /// `InvalidInput` if the format cannot hold a number or the name.
    pub fn write(self, output: &mut dyn Write, member: &Member) -> io::Result<u64> {
        let name_size = member.name.len() as u64 + 1;
        let unfit = |fits: bool| match fits {
            true => Ok(()),
            false => Err(io::Error::from(io::ErrorKind::InvalidInput)),
        };
        let device = |(major, minor): (u32, u32)| u64::from(major << 8 | minor & 0xff);
        let mut out = Vec::with_capacity(128 + member.name.len());
        match self {
            Format::Tar { ustar } => return write_tar(output, member, ustar),
            Format::Bin { .. } => {
                unfit(member.size < 1 << 31 && name_size < 1 << 16)?;
                let words = [
                    0o070_707,
                    device(member.device),
                    member.inode,
                    member.mode.into(),
                    member.uid.into(),
                    member.gid.into(),
                    member.links,
                    device(member.node),
                    member.modified >> 16,
                    member.modified,
                    name_size,
                    member.size >> 16,
                    member.size,
                ];
                for word in words {
                    out.extend_from_slice(&(word as u16).to_le_bytes());
                }
            }
            Format::Odc => {
                unfit(member.size < 1 << 33 && name_size < 1 << 18)?;
                let six = [
                    device(member.device),
                    member.inode,
                    member.mode.into(),
                    member.uid.into(),
                    member.gid.into(),
                    member.links,
                    device(member.node),
                ];
                out.extend_from_slice(b"070707");
                for field in six {
                    out.extend_from_slice(format!("{:06o}", field & 0o777_777).as_bytes());
                }
                let rest = format!("{:011o}{name_size:06o}", member.modified);
                out.extend_from_slice(rest.as_bytes());
                out.extend_from_slice(format!("{:011o}", member.size).as_bytes());
            }
            Format::Newc | Format::Crc => {
                unfit(member.size < 1 << 32)?;
                let fields = [
                    member.inode as u32,
                    member.mode,
                    member.uid,
                    member.gid,
                    member.links as u32,
                    member.modified as u32,
                    member.size as u32,
                    member.device.0,
                    member.device.1,
                    member.node.0,
                    member.node.1,
                    name_size as u32,
                    member.sum,
                ];
                let magic: &[u8] = if self == Format::Crc {
                    b"070702"
                } else {
                    b"070701"
                };
                out.extend_from_slice(magic);
                for field in fields {
                    out.extend_from_slice(format!("{field:08X}").as_bytes());
                }
            }
        }
        out.extend_from_slice(&member.name);
        out.push(0);
        let padding = pad(out.len() as u64, self.padding());
        out.extend(std::iter::repeat_n(0, padding as usize));
        output.write_all(&out)?;
        Ok(out.len() as u64)
    }
}

fn read_tar(input: &mut dyn Read) -> io::Result<Option<Member>> {
    let entry = match tar::read(input, &mut HashMap::new())? {
        tar::Read1::Entry(entry) => entry,
        tar::Read1::End | tar::Read1::Nothing => return Ok(None),
        tar::Read1::Garbage => return Err(io::ErrorKind::InvalidData.into()),
        tar::Read1::Short => return Err(io::ErrorKind::UnexpectedEof.into()),
    };
    let kind = match entry.kind {
        b'2' => mode::LINK,
        b'3' => mode::CHARACTER,
        b'4' => mode::BLOCK,
        b'5' => mode::DIRECTORY,
        b'6' => mode::FIFO,
        _ => mode::REGULAR,
    };
    let mut name = entry.name;
    while name.len() > 1 && name.ends_with(b"/") {
        name.pop();
    }
    Ok(Some(Member {
        name,
        mode: kind | entry.mode & 0o7777,
        uid: entry.uid,
        gid: entry.gid,
        links: 1,
        modified: u64::try_from(entry.modified_ns / 1_000_000_000).unwrap_or(0),
        size: entry.size,
        node: entry.device,
        link: (entry.kind == b'2').then(|| entry.link.clone()),
        hard_link: (entry.kind == b'1').then_some(entry.link),
        ..Member::default()
    }))
}

fn write_tar(output: &mut dyn Write, member: &Member, ustar: bool) -> io::Result<u64> {
    let kind = match member.kind() {
        _ if member.hard_link.is_some() => b'1',
        mode::LINK => b'2',
        mode::CHARACTER => b'3',
        mode::BLOCK => b'4',
        mode::DIRECTORY => b'5',
        mode::FIFO => b'6',
        _ => b'0',
    };
    let link = member.hard_link.clone().or_else(|| member.link.clone());
    let entry = tar::Entry {
        name: member.name.clone(),
        mode: member.mode & 0o7777,
        uid: member.uid,
        gid: member.gid,
        size: if kind == b'0' { member.size } else { 0 },
        modified_ns: i128::from(member.modified) * 1_000_000_000,
        kind,
        link: link.unwrap_or_default(),
        device: member.node,
        ..tar::Entry::default()
    };
    let dialect = match ustar {
        true => tar::Dialect::Ustar,
        false => tar::Dialect::Gnu,
    };
    let mut bytes = Vec::new();
    tar::write(&mut bytes, &entry, dialect)?;
    output.write_all(&bytes)?;
    Ok(bytes.len() as u64)
}

/// Bytes up to the next multiple.
pub fn pad(length: u64, multiple: u64) -> u64 {
    length.next_multiple_of(multiple) - length
}

/// Passes over bytes.
pub fn skip(input: &mut dyn Read, count: u64) -> io::Result<()> {
    let mut buf = vec![0; usize::try_from(count.min(64 << 10)).unwrap_or(0)];
    let mut left = count;
    while left > 0 {
        let most = buf.len().min(usize::try_from(left).unwrap_or(usize::MAX));
        exactly(input, &mut buf[..most])?;
        left -= most as u64;
    }
    Ok(())
}

fn exactly(input: &mut dyn Read, buf: &mut [u8]) -> io::Result<()> {
    match read_full(input, buf)? {
        n if n == buf.len() => Ok(()),
        _ => Err(io::ErrorKind::UnexpectedEof.into()),
    }
}

fn number(digits: &[u8], radix: u32) -> u64 {
    let text = std::str::from_utf8(digits).unwrap_or_default();
    u64::from_str_radix(text.trim(), radix).unwrap_or(0)
}
