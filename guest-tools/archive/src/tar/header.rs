//! Headers of members: ustar, GNU and pax.

use std::collections::HashMap;
use std::io::{self, Read, Write};

/// Bytes in a block.
pub const BLOCK: usize = 512;

/// Bytes that an extended header may have.
const MAX_EXTENDED: u64 = 1 << 20;

/// How headers are written.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Dialect {
    /// GNU, the default.
    Gnu,
    /// POSIX 1988.
    Ustar,
    /// POSIX 2001.
    Pax,
}

/// A member.
#[derive(Clone, Default)]
pub struct Entry {
    /// Its name.
    pub name: Vec<u8>,
    /// Permission bits.
    pub mode: u32,
    /// Owner.
    pub uid: u32,
    /// Group.
    pub gid: u32,
    /// Bytes of data in the archive.
    pub size: u64,
    /// Time of change, in nanoseconds.
    pub modified_ns: i128,
    /// Type: `0` file, `1` hard link, `2` symbolic link, `5` directory...
    pub kind: u8,
    /// What a link leads to.
    pub link: Vec<u8>,
    /// Owner's name.
    pub owner: Vec<u8>,
    /// Group's name.
    pub group: Vec<u8>,
    /// Device numbers.
    pub device: (u32, u32),
    /// Offsets and lengths of what a sparse file holds.
    pub sparse: Option<Vec<(u64, u64)>>,
    /// Size of the file when extracted.
    pub real_size: u64,
}

/// What reading a header gave.
pub enum Read1 {
    /// A member.
    Entry(Box<Entry>),
    /// The end of the archive.
    End,
    /// Nothing at all: an empty input.
    Nothing,
    /// Something that is no header.
    Garbage,
    /// Half a block.
    Short,
}

fn number(field: &[u8]) -> u64 {
    if let Some(first) = field.first()
        && first & 0x80 != 0
    {
        let negative = first & 0x40 != 0;
        if negative {
            return 0;
        }
        let low = &field[field.len().saturating_sub(8)..];
        return low.iter().fold(0, |n, byte| (n << 8) | u64::from(*byte));
    }
    let digits = field.iter().skip_while(|b| **b == b' ');
    let digits = digits.take_while(|b| (b'0'..=b'7').contains(*b));
    digits.fold(0_u64, |n, byte| {
        n.saturating_mul(8) + u64::from(byte - b'0')
    })
}

fn text(field: &[u8]) -> Vec<u8> {
    let end = field.iter().position(|b| *b == 0).unwrap_or(field.len());
    field[..end].to_vec()
}

fn checksum(block: &[u8]) -> u64 {
    let sum =
        |range: std::ops::Range<usize>| block[range].iter().map(|b| u64::from(*b)).sum::<u64>();
    sum(0..148) + 8 * 32 + sum(156..BLOCK)
}

fn block(input: &mut dyn Read) -> io::Result<Option<Vec<u8>>> {
    let mut buf = vec![0; BLOCK];
    match crate::stream::read_full(input, &mut buf)? {
        0 => Ok(None),
        BLOCK => Ok(Some(buf)),
        n => {
            buf.truncate(n);
            Ok(Some(buf))
        }
    }
}

fn body(input: &mut dyn Read, size: u64) -> io::Result<Vec<u8>> {
    if size > MAX_EXTENDED {
        return Err(io::ErrorKind::InvalidData.into());
    }
    let padded = size.div_ceil(BLOCK as u64) * BLOCK as u64;
    let mut out = vec![0; padded as usize];
    if crate::stream::read_full(input, &mut out)? < out.len() {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    out.truncate(size as usize);
    Ok(out)
}

fn records(data: &[u8], into: &mut HashMap<Vec<u8>, Vec<u8>>) {
    let mut rest = data;
    while let Some(space) = rest.iter().position(|b| *b == b' ') {
        let length = std::str::from_utf8(&rest[..space])
            .ok()
            .and_then(|n| n.parse::<usize>().ok());
        let Some(length) = length.filter(|n| *n > space + 1 && *n <= rest.len()) else {
            return;
        };
        let record = &rest[space + 1..length - 1];
        if let Some(equals) = record.iter().position(|b| *b == b'=') {
            into.insert(record[..equals].to_vec(), record[equals + 1..].to_vec());
        }
        rest = &rest[length..];
    }
}

fn decimal(text: &[u8]) -> Option<u64> {
    std::str::from_utf8(text).ok()?.trim().parse().ok()
}

fn time(text: &[u8]) -> Option<i128> {
    let text = std::str::from_utf8(text).ok()?;
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let seconds: i64 = whole.parse().ok()?;
    let digits: String = fraction
        .chars()
        .chain("000000000".chars())
        .take(9)
        .collect();
    let nanos: i128 = digits.parse().ok()?;
    let sign = if whole.starts_with('-') { -1 } else { 1 };
    Some(i128::from(seconds) * 1_000_000_000 + sign * nanos)
}

/// Reads the next header with all that belongs to it.
pub fn read(input: &mut dyn Read, global: &mut HashMap<Vec<u8>, Vec<u8>>) -> io::Result<Read1> {
    let mut long_name = None;
    let mut long_link = None;
    let mut extended = global.clone();
    let mut first = true;
    loop {
        let Some(header) = block(input)? else {
            return Ok(if first { Read1::Nothing } else { Read1::Short });
        };
        if header.len() < BLOCK {
            return Ok(Read1::Short);
        }
        if header.iter().all(|b| *b == 0) {
            return Ok(Read1::End);
        }
        if number(&header[148..156]) != checksum(&header) {
            return Ok(Read1::Garbage);
        }
        first = false;
        let size = number(&header[124..136]);
        let strip = |mut text: Vec<u8>| {
            while text.last() == Some(&0) {
                text.pop();
            }
            text
        };
        match header[156] {
            b'L' => {
                long_name = Some(strip(body(input, size)?));
                continue;
            }
            b'K' => {
                long_link = Some(strip(body(input, size)?));
                continue;
            }
            b'x' => {
                records(&body(input, size)?, &mut extended);
                continue;
            }
            b'g' => {
                records(&body(input, size)?, global);
                extended = global.clone();
                continue;
            }
            _ => {}
        }
        let posix = &header[257..263] == b"ustar\0";
        let mut name = text(&header[..100]);
        if posix && header[345] != 0 {
            name = [&text(&header[345..500]), b"/".as_slice(), &name].concat();
        }
        let mut entry = Entry {
            name,
            mode: number(&header[100..108]) as u32 & 0o7777,
            uid: number(&header[108..116]) as u32,
            gid: number(&header[116..124]) as u32,
            size,
            modified_ns: i128::from(number(&header[136..148])) * 1_000_000_000,
            kind: header[156],
            link: text(&header[157..257]),
            owner: text(&header[265..297]),
            group: text(&header[297..329]),
            device: (
                number(&header[329..337]) as u32,
                number(&header[337..345]) as u32,
            ),
            sparse: None,
            real_size: size,
        };
        if entry.kind == 0 || entry.kind == b'7' {
            entry.kind = if entry.name.ends_with(b"/") {
                b'5'
            } else {
                b'0'
            };
        }
        if let Some(name) = long_name {
            entry.name = name;
        }
        if let Some(link) = long_link {
            entry.link = link;
        }
        if entry.kind == b'S' {
            old_sparse(input, &header, &mut entry)?;
        }
        apply(&extended, input, &mut entry)?;
        if matches!(entry.kind, b'1' | b'2' | b'3' | b'4' | b'6') {
            entry.size = 0;
            entry.real_size = 0;
        }
        return Ok(Read1::Entry(Box::new(entry)));
    }
}

fn old_sparse(input: &mut dyn Read, header: &[u8], entry: &mut Entry) -> io::Result<()> {
    let mut map = Vec::new();
    let mut add = |field: &[u8]| {
        for pair in field.chunks_exact(24) {
            if pair[0] != 0 {
                map.push((number(&pair[..12]), number(&pair[12..])));
            }
        }
    };
    add(&header[386..482]);
    let mut more = header[482] != 0;
    while more {
        let Some(next) = block(input)?.filter(|next| next.len() == BLOCK) else {
            return Err(io::ErrorKind::UnexpectedEof.into());
        };
        add(&next[..504]);
        more = next[504] != 0;
    }
    entry.real_size = number(&header[483..495]);
    entry.sparse = Some(map);
    entry.kind = b'0';
    Ok(())
}

fn apply(
    extended: &HashMap<Vec<u8>, Vec<u8>>,
    input: &mut dyn Read,
    entry: &mut Entry,
) -> io::Result<()> {
    let get = |name: &str| extended.get(name.as_bytes());
    if let Some(size) = get("size").and_then(|t| decimal(t)) {
        entry.size = size;
        entry.real_size = size;
    }
    if let Some(path) = get("GNU.sparse.name").or_else(|| get("path")) {
        entry.name.clone_from(path);
    }
    if let Some(link) = get("linkpath") {
        entry.link.clone_from(link);
    }
    if let Some(modified) = get("mtime").and_then(|t| time(t)) {
        entry.modified_ns = modified;
    }
    if let Some(uid) = get("uid").and_then(|t| decimal(t)) {
        entry.uid = uid as u32;
    }
    if let Some(gid) = get("gid").and_then(|t| decimal(t)) {
        entry.gid = gid as u32;
    }
    if let Some(owner) = get("uname") {
        entry.owner.clone_from(owner);
    }
    if let Some(group) = get("gname") {
        entry.group.clone_from(group);
    }
    if let Some(real) = get("GNU.sparse.realsize").or_else(|| get("GNU.sparse.size")) {
        entry.real_size = decimal(real).unwrap_or(entry.size);
        if let Some(map) = get("GNU.sparse.map") {
            let numbers: Vec<u64> = map.split(|b| *b == b',').filter_map(decimal).collect();
            entry.sparse = Some(numbers.chunks_exact(2).map(|p| (p[0], p[1])).collect());
        } else if get("GNU.sparse.major").is_some_and(|major| major == b"1") {
            // The map comes first in the data, one number a line.
            let mut text = Vec::new();
            let mut used = 0;
            let parse = |text: &[u8]| -> Option<Vec<(u64, u64)>> {
                let lines: Vec<&[u8]> = text.split(|b| *b == b'\n').collect();
                let count = decimal(lines.first()?)? as usize;
                if count > 1 << 20 || lines.len() < 2 * count + 2 {
                    return None;
                }
                let numbers: Option<Vec<u64>> =
                    lines[1..=2 * count].iter().map(|l| decimal(l)).collect();
                Some(numbers?.chunks_exact(2).map(|p| (p[0], p[1])).collect())
            };
            let map = loop {
                if text.len() as u64 > MAX_EXTENDED {
                    return Err(io::ErrorKind::InvalidData.into());
                }
                let Some(next) = block(input)?.filter(|next| next.len() == BLOCK) else {
                    return Err(io::ErrorKind::UnexpectedEof.into());
                };
                used += BLOCK as u64;
                text.extend_from_slice(&next);
                if let Some(map) = parse(&text) {
                    break map;
                }
            };
            entry.size = entry.size.saturating_sub(used);
            entry.sparse = Some(map);
        }
    }
    Ok(())
}

fn octal(field: &mut [u8], value: u64) {
    let digits = field.len() - 1;
    if digits * 3 < 64 && value >> (digits * 3) != 0 {
        field.fill(0);
        let end = field.len();
        field[end - 8..].copy_from_slice(&value.to_be_bytes()[..8.min(end)]);
        field[0] |= 0x80;
        return;
    }
    let text = format!("{value:0digits$o}");
    field[..digits].copy_from_slice(text.as_bytes());
}

fn fill(field: &mut [u8], text: &[u8]) {
    let n = text.len().min(field.len());
    field[..n].copy_from_slice(&text[..n]);
}

fn plain(entry: &Entry, kind: u8, name: &[u8], size: u64, dialect: Dialect) -> [u8; BLOCK] {
    let mut header = [0; BLOCK];
    fill(&mut header[..100], name);
    octal(&mut header[100..108], entry.mode.into());
    octal(&mut header[108..116], entry.uid.into());
    octal(&mut header[116..124], entry.gid.into());
    octal(&mut header[124..136], size);
    let seconds = entry.modified_ns.div_euclid(1_000_000_000);
    octal(&mut header[136..148], u64::try_from(seconds).unwrap_or(0));
    header[156] = kind;
    fill(&mut header[157..257], &entry.link);
    let magic: &[u8] = if dialect == Dialect::Gnu {
        b"ustar  \0"
    } else {
        b"ustar\x0000"
    };
    fill(&mut header[257..265], magic);
    fill(&mut header[265..296], &entry.owner);
    fill(&mut header[297..328], &entry.group);
    if matches!(kind, b'3' | b'4') {
        octal(&mut header[329..337], entry.device.0.into());
        octal(&mut header[337..345], entry.device.1.into());
    } else if dialect != Dialect::Gnu {
        octal(&mut header[329..337], 0);
        octal(&mut header[337..345], 0);
    }
    seal(&mut header);
    header
}

fn seal(header: &mut [u8; BLOCK]) {
    let sum = checksum(header);
    header[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
}

fn padded(output: &mut dyn Write, data: &[u8]) -> io::Result<()> {
    output.write_all(data)?;
    let rest = data.len() % BLOCK;
    if rest > 0 {
        output.write_all(&[0; BLOCK][rest..])?;
    }
    Ok(())
}

/// Writes a member's header. Fails with `InvalidInput` if the dialect cannot
/// hold the name.
pub fn write(output: &mut dyn Write, entry: &Entry, dialect: Dialect) -> io::Result<()> {
    let long = |name: &[u8]| name.len() > 100;
    let auxiliary = |name: &[u8]| Entry {
        name: name.to_vec(),
        mode: 0o644,
        owner: b"root".to_vec(),
        group: b"root".to_vec(),
        ..Entry::default()
    };
    match dialect {
        Dialect::Gnu => {
            for (kind, text) in [(b'K', &entry.link), (b'L', &entry.name)] {
                if long(text) {
                    let mut head = auxiliary(b"././@LongLink");
                    head.mode = 0o644;
                    let data = [text.as_slice(), b"\0"].concat();
                    output.write_all(&plain(
                        &head,
                        kind,
                        &head.name,
                        data.len() as u64,
                        dialect,
                    ))?;
                    padded(output, &data)?;
                }
            }
            let mut header = plain(entry, entry.kind, &entry.name, entry.size, dialect);
            seal(&mut header);
            output.write_all(&header)
        }
        Dialect::Ustar => {
            if long(&entry.link) {
                return Err(io::ErrorKind::InvalidInput.into());
            }
            let mut header = plain(entry, entry.kind, &entry.name, entry.size, dialect);
            if long(&entry.name) {
                let slash = (0..entry.name.len().min(156))
                    .rev()
                    .find(|at| entry.name[*at] == b'/' && entry.name.len() - at - 1 <= 100);
                let Some(slash) = slash.filter(|at| *at > 0 && *at + 1 < entry.name.len()) else {
                    return Err(io::ErrorKind::InvalidInput.into());
                };
                header = plain(
                    entry,
                    entry.kind,
                    &entry.name[slash + 1..],
                    entry.size,
                    dialect,
                );
                fill(&mut header[345..500], &entry.name[..slash]);
                seal(&mut header);
            }
            output.write_all(&header)
        }
        Dialect::Pax => {
            let mut data = Vec::new();
            if long(&entry.name) {
                record(&mut data, b"path", &entry.name);
            }
            if long(&entry.link) {
                record(&mut data, b"linkpath", &entry.link);
            }
            if entry.size >> 33 != 0 {
                record(&mut data, b"size", entry.size.to_string().as_bytes());
            }
            let nanos = entry.modified_ns.rem_euclid(1_000_000_000);
            if nanos != 0 {
                let seconds = entry.modified_ns.div_euclid(1_000_000_000);
                let text = format!("{seconds}.{nanos:09}");
                record(&mut data, b"mtime", text.trim_end_matches('0').as_bytes());
            }
            if !data.is_empty() {
                let base = entry
                    .name
                    .iter()
                    .rposition(|b| *b == b'/')
                    .map_or(0, |at| at + 1);
                let mut head =
                    auxiliary(&[b"./PaxHeaders/".as_slice(), &entry.name[base..]].concat());
                head.name.truncate(100);
                head.modified_ns = entry.modified_ns;
                output.write_all(&plain(&head, b'x', &head.name, data.len() as u64, dialect))?;
                padded(output, &data)?;
            }
            output.write_all(&plain(entry, entry.kind, &entry.name, entry.size, dialect))
        }
    }
}

fn record(out: &mut Vec<u8>, key: &[u8], value: &[u8]) {
    let bare = key.len() + value.len() + 3;
    let mut length = bare + bare.to_string().len();
    if bare + length.to_string().len() != length {
        length = bare + length.to_string().len();
    }
    out.extend_from_slice(format!("{length} ").as_bytes());
    out.extend_from_slice(key);
    out.push(b'=');
    out.extend_from_slice(value);
    out.push(b'\n');
}
