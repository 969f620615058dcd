//! The zip format: members, their headers, their data.

use crate::date::Date;
use crate::stream::{Source, read_full, wrap};
use flate2::{Decompress, FlushDecompress, Status};
use std::io::{self, Read};
use wardian_applet::sys::{self, File};

/// A member as the central directory tells of it.
#[derive(Clone, Default)]
pub struct Member {
    /// Its name.
    pub name: Vec<u8>,
    /// 0 stored, 8 deflated.
    pub method: u16,
    /// General flags.
    pub flags: u16,
    /// Checksum.
    pub crc: u32,
    /// Bytes in the archive.
    pub packed: u64,
    /// Bytes when extracted.
    pub size: u64,
    /// Where its local header is.
    pub offset: u64,
    /// Seconds since the epoch.
    pub time: i64,
    /// Type and permission bits, if it was made on Unix.
    pub mode: Option<u32>,
    /// Whether it looks like text.
    pub text: bool,
}

/// Bytes of the end record with the longest comment.
const TAIL: u64 = 65_557;

/// Bytes that a central directory may have.
const MAX_DIRECTORY: u64 = 256 << 20;

fn u16_at(data: &[u8], at: usize) -> u16 {
    data.get(at..at + 2)
        .map_or(0, |b| u16::from_le_bytes([b[0], b[1]]))
}

fn u32_at(data: &[u8], at: usize) -> u32 {
    data.get(at..at + 4)
        .map_or(0, |b| u32::from_le_bytes([b[0], b[1], b[2], b[3]]))
}

fn u64_at(data: &[u8], at: usize) -> u64 {
    u64::from(u32_at(data, at)) | (u64::from(u32_at(data, at + 4)) << 32)
}

fn read_at(fd: u32, offset: u64, len: u64) -> io::Result<Vec<u8>> {
    sys::seek(fd, offset as i64, 0).map_err(wrap)?;
    let mut out = vec![0; len as usize];
    let mut done = 0;
    while done < out.len() {
        match sys::read(fd, &mut out[done..]).map_err(wrap)? {
            0 => break,
            n => done += n,
        }
    }
    out.truncate(done);
    Ok(out)
}

/// Reads the central directory; none if there is no such thing.
pub fn members(file: &File) -> io::Result<Option<Vec<Member>>> {
    let size = sys::seek(file.fd(), 0, 2).map_err(wrap)?;
    let tail_len = size.min(TAIL);
    let tail = read_at(file.fd(), size - tail_len, tail_len)?;
    let found = (0..tail.len().saturating_sub(21))
        .rev()
        .find(|at| tail[*at..].starts_with(b"PK\x05\x06"));
    let Some(end) = found else {
        return Ok(None);
    };
    let mut length = u64::from(u32_at(&tail, end + 12));
    let mut offset = u64::from(u32_at(&tail, end + 16));
    if (offset == 0xffff_ffff || length == 0xffff_ffff)
        && end >= 20
        && tail[end - 20..].starts_with(b"PK\x06\x07")
    {
        let at = u64_at(&tail, end - 20 + 8);
        let record = read_at(file.fd(), at, 56)?;
        if record.starts_with(b"PK\x06\x06") {
            length = u64_at(&record, 40);
            offset = u64_at(&record, 48);
        }
    }
    if length > MAX_DIRECTORY || offset.saturating_add(length) > size {
        return Ok(None);
    }
    let data = read_at(file.fd(), offset, length)?;
    let mut out = Vec::new();
    let mut at = 0;
    while data[at..].starts_with(b"PK\x01\x02") && data.len() >= at + 46 {
        let name_len = usize::from(u16_at(&data, at + 28));
        let extra_len = usize::from(u16_at(&data, at + 30));
        let comment_len = usize::from(u16_at(&data, at + 32));
        let Some(name) = data.get(at + 46..at + 46 + name_len) else {
            break;
        };
        let extra = data
            .get(at + 46 + name_len..at + 46 + name_len + extra_len)
            .unwrap_or_default();
        let host = u16_at(&data, at + 4) >> 8;
        let mut member = Member {
            name: name.to_vec(),
            flags: u16_at(&data, at + 8),
            method: u16_at(&data, at + 10),
            time: dos_seconds(u16_at(&data, at + 14), u16_at(&data, at + 12)),
            crc: u32_at(&data, at + 16),
            packed: u32_at(&data, at + 20).into(),
            size: u32_at(&data, at + 24).into(),
            text: u16_at(&data, at + 36) & 1 != 0,
            mode: (host == 3).then(|| u32_at(&data, at + 38) >> 16),
            offset: u32_at(&data, at + 42).into(),
        };
        extras(extra, &mut member);
        out.push(member);
        at += 46 + name_len + extra_len + comment_len;
        if at >= data.len() {
            break;
        }
    }
    Ok(Some(out))
}

fn extras(mut extra: &[u8], member: &mut Member) {
    while extra.len() >= 4 {
        let (tag, len) = (u16_at(extra, 0), usize::from(u16_at(extra, 2)));
        let Some(body) = extra.get(4..4 + len) else {
            return;
        };
        match tag {
            1 => {
                let mut at = 0;
                for field in [&mut member.size, &mut member.packed, &mut member.offset] {
                    if *field == 0xffff_ffff && at + 8 <= body.len() {
                        *field = u64_at(body, at);
                        at += 8;
                    }
                }
            }
            0x5455 if body.first().is_some_and(|flags| flags & 1 != 0) && len >= 5 => {
                member.time = i64::from(u32_at(body, 1) as i32);
            }
            _ => {}
        }
        extra = &extra[4 + len..];
    }
}

fn dos_seconds(date: u16, time: u16) -> i64 {
    Date {
        year: 1980 + i64::from(date >> 9),
        month: i64::from(date >> 5 & 15).clamp(1, 12),
        day: i64::from(date & 31).max(1),
        hour: i64::from(time >> 11),
        minute: i64::from(time >> 5 & 63),
        second: i64::from(time & 31) * 2,
    }
    .seconds()
}

/// Date and time as DOS has them.
fn dos_time(seconds: i64) -> (u16, u16) {
    let date = Date::new(seconds + (seconds & 1));
    if date.year < 1980 {
        return (0x21, 0);
    }
    (
        (((date.year - 1980) << 9) | (date.month << 5) | date.day) as u16,
        ((date.hour << 11) | (date.minute << 5) | (date.second / 2)) as u16,
    )
}

/// Where a member's data is.
pub fn data_offset(fd: u32, member: &Member) -> io::Result<u64> {
    let local = read_at(fd, member.offset, 30)?;
    if !local.starts_with(b"PK\x03\x04") || local.len() < 30 {
        return Err(io::ErrorKind::InvalidData.into());
    }
    Ok(member.offset + 30 + u64::from(u16_at(&local, 26)) + u64::from(u16_at(&local, 28)))
}

/// Goes through a member's contents; gives checksum and length.
pub fn contents(
    file: File,
    member: &Member,
    take: &mut dyn FnMut(&[u8]) -> io::Result<()>,
) -> io::Result<(u32, u64)> {
    let offset = data_offset(file.fd(), member)?;
    sys::seek(file.fd(), offset as i64, 0).map_err(wrap)?;
    let mut input = Source(file).take(member.packed);
    let mut crc = crc32fast::Hasher::new();
    let mut total = 0;
    let mut buf = vec![0; 64 * 1024];
    if member.method == 0 {
        loop {
            let n = input.read(&mut buf)?;
            if n == 0 {
                return Ok((crc.finalize(), total));
            }
            crc.update(&buf[..n]);
            total += n as u64;
            take(&buf[..n])?;
        }
    }
    let mut inflate = Decompress::new(false);
    let mut out = vec![0; 128 * 1024];
    let mut have = 0;
    let mut at = 0;
    loop {
        if at == have {
            have = read_full(&mut input, &mut buf)?;
            at = 0;
            if have == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
        }
        let (in_before, out_before) = (inflate.total_in(), inflate.total_out());
        let status = inflate
            .decompress(&buf[at..have], &mut out, FlushDecompress::None)
            .map_err(|_| io::Error::from(io::ErrorKind::InvalidData))?;
        at += (inflate.total_in() - in_before) as usize;
        let made = (inflate.total_out() - out_before) as usize;
        crc.update(&out[..made]);
        total += made as u64;
        take(&out[..made])?;
        if status == Status::StreamEnd {
            return Ok((crc.finalize(), total));
        }
    }
}

fn common(member: &Member, out: &mut Vec<u8>) {
    let (date, time) = dos_time(member.time);
    let version: u16 = if member.method == 8 || member.name.ends_with(b"/") {
        20
    } else {
        10
    };
    out.extend_from_slice(&version.to_le_bytes());
    out.extend_from_slice(&member.flags.to_le_bytes());
    out.extend_from_slice(&member.method.to_le_bytes());
    out.extend_from_slice(&time.to_le_bytes());
    out.extend_from_slice(&date.to_le_bytes());
    out.extend_from_slice(&member.crc.to_le_bytes());
    out.extend_from_slice(&(member.packed as u32).to_le_bytes());
    out.extend_from_slice(&(member.size as u32).to_le_bytes());
    out.extend_from_slice(&(member.name.len() as u16).to_le_bytes());
}

/// A local header.
pub fn local_header(member: &Member) -> Vec<u8> {
    let mut out = b"PK\x03\x04".to_vec();
    common(member, &mut out);
    out.extend_from_slice(&9_u16.to_le_bytes());
    out.extend_from_slice(&member.name);
    stamp(member, &mut out);
    out
}

fn stamp(member: &Member, out: &mut Vec<u8>) {
    out.extend_from_slice(&[0x55, 0x54, 5, 0, 1]);
    out.extend_from_slice(&(member.time as i32).to_le_bytes());
}

/// The central directory with the end record.
pub fn directory(members: &[Member], offset: u64) -> Vec<u8> {
    let mut out = Vec::new();
    for member in members {
        out.extend_from_slice(b"PK\x01\x02\x1e\x03");
        common(member, &mut out);
        out.extend_from_slice(&9_u16.to_le_bytes());
        out.extend_from_slice(&[0; 4]);
        out.extend_from_slice(&u16::from(member.text).to_le_bytes());
        let dos = if member.name.ends_with(b"/") { 0x10 } else { 0 };
        let mode = member.mode.unwrap_or(0o100_644);
        out.extend_from_slice(&((mode << 16) | dos).to_le_bytes());
        out.extend_from_slice(&(member.offset as u32).to_le_bytes());
        out.extend_from_slice(&member.name);
        stamp(member, &mut out);
    }
    let length = out.len() as u32;
    out.extend_from_slice(b"PK\x05\x06\0\0\0\0");
    out.extend_from_slice(&(members.len() as u16).to_le_bytes());
    out.extend_from_slice(&(members.len() as u16).to_le_bytes());
    out.extend_from_slice(&length.to_le_bytes());
    out.extend_from_slice(&(offset as u32).to_le_bytes());
    out.extend_from_slice(&[0, 0]);
    out
}
