//! A descriptor table that is too simple to be wrong.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use wardian_abi::{Errno, USER_FD_BASE, USER_FD_MAX};

use crate::Draw;
use crate::targets::guest::{Call, MEMORY_BYTES, RESULTS_FD};

/// The files that are opened.
pub const NAMES: [&str; 3] = ["f0", "f1", "f2"];
/// Longest file; the sandbox's limit.
const FILE_BYTES: u64 = 1 << 19;

const READ: u64 = 1 << 1;
const WRITE: u64 = 1 << 6;
/// Names, data to write, lists of one buffer, results, data read.
const DATA: usize = 0x100;
const LISTS: usize = 0x200;
const OUTS: usize = 0x1000;
const READS: usize = 0x2000;

type File = Rc<RefCell<Vec<u8>>>;

/// An open file: what duplicates share.
struct Opened {
    file: File,
    offset: u64,
    append: bool,
}

#[derive(Clone)]
enum What {
    /// Standard streams, directories: never read or written here.
    Other,
    File(Rc<RefCell<Opened>>),
}

#[derive(Clone)]
struct Slot {
    what: What,
    read: bool,
    write: bool,
}

/// The table, the files, and the memory of the guest.
pub struct Model {
    pub memory: Vec<u8>,
    table: BTreeMap<u32, Slot>,
    files: BTreeMap<&'static str, File>,
    limit: usize,
}

impl Model {
    /// As a process begins: three streams, `/`, the results.
    pub fn new(limit: usize) -> Model {
        let mut memory = vec![0; MEMORY_BYTES];
        for (number, name) in NAMES.iter().enumerate() {
            memory[16 * number..16 * number + name.len()].copy_from_slice(name.as_bytes());
        }
        for (at, byte) in memory[DATA..DATA + 64].iter_mut().enumerate() {
            *byte = b'A' + at as u8;
        }
        let other = Slot {
            what: What::Other,
            read: false,
            write: false,
        };
        // Buffers are drawn before the program begins: their places are fixed.
        for number in 0..(OUTS - LISTS) / 16 {
            for (half, address) in [(0, DATA), (8, READS + 64 * number)] {
                let at = LISTS + 16 * number + half;
                let length = (number * 7 + half) % 60;
                memory[at..at + 4].copy_from_slice(&(address as u32).to_le_bytes());
                memory[at + 4..at + 8].copy_from_slice(&(length as u32).to_le_bytes());
            }
        }
        Model {
            memory,
            table: (0..=RESULTS_FD).map(|fd| (fd, other.clone())).collect(),
            files: BTreeMap::new(),
            limit,
        }
    }

    /// How many descriptors are open.
    pub fn open(&self) -> usize {
        self.table.len()
    }

    /// A file's contents.
    pub fn file(&self, name: &str) -> Option<Vec<u8>> {
        self.files.get(name).map(|file| file.borrow().clone())
    }

    /// Call number `number` and its answer; `None`: nothing to call.
    pub fn step(&mut self, number: usize, draw: &mut Draw<'_>) -> Option<(Call, u32)> {
        let kind = draw.byte() % 20;
        let (call, result) = match kind {
            0..=4 => self.path_open(number, draw),
            5 | 6 => self.close(draw)?,
            7 | 8 => self.renumber(draw)?,
            9 | 10 => self.dup(number, draw),
            11 | 12 => self.dup_to(draw)?,
            13 => self.unlink(draw),
            _ => self.on_file(kind, number, draw)?,
        };
        Some((
            call,
            result.map_or_else(|errno| u32::from(errno.raw()), |()| 0),
        ))
    }

    fn put(&mut self, at: usize, bytes: &[u8]) {
        self.memory[at..at + bytes.len()].copy_from_slice(bytes);
    }

    fn out(number: usize) -> usize {
        OUTS + 16 * number
    }

    /// The lowest number free below the users' own.
    fn insert(&mut self, slot: Slot) -> Result<u32, Errno> {
        if self.table.len() >= self.limit {
            return Err(Errno::Mfile);
        }
        let free = (0..).find(|fd| !self.table.contains_key(fd)).unwrap_or(0);
        self.table.insert(free, slot);
        Ok(free)
    }

    fn path_open(&mut self, number: usize, draw: &mut Draw<'_>) -> (Call, Result<(), Errno>) {
        let which = draw.below(NAMES.len());
        let bits = draw.byte();
        let (create, exclusive, truncate) = (bits & 1, bits >> 1 & 1, bits >> 2 & 1);
        let oflags = create | exclusive << 2 | truncate << 3;
        let append = bits >> 3 & 1;
        let (read, write) = (bits & 16 == 0, bits & 32 == 0);
        let rights = if read { READ } else { 0 } | if write { WRITE } else { 0 };
        let out = Model::out(number);
        let arguments = [
            3,
            0,
            16 * which as u64,
            2,
            u64::from(oflags),
            rights,
            0,
            u64::from(append),
            out as u64,
        ];
        let call = Call::new("path_open", &arguments);
        let mut open = || {
            let name = NAMES[which];
            let file = match self.files.get(name) {
                Some(_) if create == 1 && exclusive == 1 => return Err(Errno::Exist),
                Some(file) => file.clone(),
                None if create == 0 => return Err(Errno::Noent),
                None => self.files.entry(name).or_default().clone(),
            };
            if truncate == 1 {
                file.borrow_mut().clear();
            }
            let opened = Opened {
                file,
                offset: 0,
                append: append == 1,
            };
            let fd = self.insert(Slot {
                what: What::File(Rc::new(RefCell::new(opened))),
                read,
                write,
            })?;
            self.put(out, &fd.to_le_bytes());
            Ok(())
        };
        let result = open();
        (call, result)
    }

    /// A number that may be open; never one of those that programs need.
    fn number(&self, draw: &mut Draw<'_>) -> Option<u32> {
        let number = match draw.byte() % 16 {
            0..=9 if !self.table.is_empty() => {
                let open: Vec<u32> = self.table.keys().copied().collect();
                *draw.pick(&open)
            }
            10 => USER_FD_BASE + u32::from(draw.byte() % 3),
            11 => USER_FD_BASE + USER_FD_MAX + u32::from(draw.byte() % 2),
            12 => self.limit as u32 - 1 + u32::from(draw.byte() % 2),
            13 => draw.number() as u32,
            _ => u32::from(draw.byte() % 16),
        };
        (!(3..=RESULTS_FD).contains(&number)).then_some(number)
    }

    fn close(&mut self, draw: &mut Draw<'_>) -> Option<(Call, Result<(), Errno>)> {
        let fd = self.number(draw)?;
        let removed = self.table.remove(&fd);
        let call = Call::new("fd_close", &[u64::from(fd)]);
        Some((call, removed.map(drop).ok_or(Errno::Badf)))
    }

    fn renumber(&mut self, draw: &mut Draw<'_>) -> Option<(Call, Result<(), Errno>)> {
        let (from, to) = (self.number(draw)?, self.number(draw)?);
        let call = Call::new("fd_renumber", &[u64::from(from), u64::from(to)]);
        let both = self.table.contains_key(&from) && self.table.contains_key(&to);
        if !both {
            return Some((call, Err(Errno::Badf)));
        }
        if let Some(slot) = self.table.remove(&from) {
            self.table.insert(to, slot);
        }
        Some((call, Ok(())))
    }

    fn dup(&mut self, number: usize, draw: &mut Draw<'_>) -> (Call, Result<(), Errno>) {
        let fd = self.number(draw).unwrap_or(99);
        let out = Model::out(number);
        let call = Call::new("dup", &[u64::from(fd), out as u64]);
        let copied = match self.table.get(&fd) {
            Some(slot) => self.insert(slot.clone()),
            None => Err(Errno::Badf),
        };
        let result = copied.map(|copy| self.put(out, &copy.to_le_bytes()));
        (call, result)
    }

    fn dup_to(&mut self, draw: &mut Draw<'_>) -> Option<(Call, Result<(), Errno>)> {
        let fd = self.number(draw)?;
        let to = match draw.byte() % 8 {
            0 => 3,
            _ => self.number(draw)?,
        };
        let call = Call::new("dup_to", &[u64::from(fd), u64::from(to)]);
        let result = match self.table.get(&fd) {
            None => Err(Errno::Badf),
            // A preopened directory stays what it is.
            Some(_) if to == 3 => Err(Errno::Badf),
            Some(_) if to == fd => Ok(()),
            Some(slot) => {
                let user = to.checked_sub(USER_FD_BASE);
                let possible = match user {
                    Some(user) => user <= USER_FD_MAX,
                    None => (to as usize) < self.limit,
                };
                let full = self.table.len() >= self.limit && !self.table.contains_key(&to);
                match (possible, full) {
                    (false, _) => Err(Errno::Badf),
                    (true, true) => Err(Errno::Mfile),
                    (true, false) => {
                        let slot = slot.clone();
                        self.table.insert(to, slot);
                        Ok(())
                    }
                }
            }
        };
        Some((call, result))
    }

    fn unlink(&mut self, draw: &mut Draw<'_>) -> (Call, Result<(), Errno>) {
        let which = draw.below(NAMES.len());
        let call = Call::new("path_unlink_file", &[3, 16 * which as u64, 2]);
        let removed = self.files.remove(NAMES[which]);
        (call, removed.map(drop).ok_or(Errno::Noent))
    }

    /// What reads, writes or moves in a file.
    fn on_file(
        &mut self,
        kind: u8,
        number: usize,
        draw: &mut Draw<'_>,
    ) -> Option<(Call, Result<(), Errno>)> {
        let fd = self.number(draw)?;
        let slot = self.table.get(&fd).cloned();
        let opened = match &slot {
            Some(slot) => match &slot.what {
                What::File(opened) => Some(opened.clone()),
                What::Other => return None,
            },
            None => None,
        };
        let may = |write: bool| {
            slot.as_ref()
                .is_some_and(|slot| if write { slot.write } else { slot.read })
        };
        let (fd, out) = (u64::from(fd), Model::out(number));
        let positioned = draw.one_in(3);
        let at = draw.number() % 3000;
        let mut arguments = vec![fd];
        let name = match kind {
            14 => {
                arguments.extend([at, u64::from(draw.byte() % 4), out as u64]);
                "fd_seek"
            }
            15 | 16 => {
                let list = LISTS + 16 * number;
                arguments.extend([list as u64, 1]);
                positioned.then(|| arguments.push(at));
                arguments.push(out as u64);
                if positioned { "fd_pwrite" } else { "fd_write" }
            }
            17 => {
                let list = LISTS + 16 * number + 8;
                arguments.extend([list as u64, 1]);
                positioned.then(|| arguments.push(at));
                arguments.push(out as u64);
                if positioned { "fd_pread" } else { "fd_read" }
            }
            18 => {
                let size = if draw.one_in(8) { FILE_BYTES + 1 } else { at };
                arguments.push(size);
                "fd_filestat_set_size"
            }
            _ => {
                arguments.push(u64::from(draw.byte() % 2));
                "fd_fdstat_set_flags"
            }
        };
        let call = Call::new(name, &arguments);
        let Some(opened) = opened else {
            return Some((call, Err(Errno::Badf)));
        };
        let mut opened = opened.borrow_mut();
        let result = match name {
            "fd_seek" => {
                let start = match arguments[2] {
                    0 => Some(0),
                    1 => Some(opened.offset),
                    2 => Some(opened.file.borrow().len() as u64),
                    _ => None,
                };
                start.ok_or(Errno::Inval).map(|start| {
                    opened.offset = start + at;
                    let offset = opened.offset;
                    self.put(out, &offset.to_le_bytes());
                })
            }
            "fd_write" | "fd_pwrite" if !may(true) => Err(Errno::Badf),
            "fd_read" | "fd_pread" if !may(false) => Err(Errno::Badf),
            "fd_write" | "fd_pwrite" => {
                let length = number * 7 % 60;
                let data = self.memory[DATA..DATA + length].to_vec();
                let mut file = opened.file.borrow_mut();
                let start = match positioned {
                    true => at,
                    false if opened.append => file.len() as u64,
                    false => opened.offset,
                };
                let end = start as usize + length;
                if length > 0 {
                    if file.len() < end {
                        file.resize(end, 0);
                    }
                    file[start as usize..end].copy_from_slice(&data);
                }
                drop(file);
                if !positioned && length > 0 {
                    opened.offset = end as u64;
                }
                self.put(out, &(length as u32).to_le_bytes());
                Ok(())
            }
            "fd_read" | "fd_pread" => {
                let length = (number * 7 + 8) % 60;
                let start = if positioned { at } else { opened.offset };
                let bytes = {
                    let file = opened.file.borrow();
                    let start = file.len().min(start as usize);
                    file[start..file.len().min(start + length)].to_vec()
                };
                self.put(READS + 64 * number, &bytes);
                if !positioned {
                    opened.offset += bytes.len() as u64;
                }
                self.put(out, &(bytes.len() as u32).to_le_bytes());
                Ok(())
            }
            "fd_filestat_set_size" if !may(true) => Err(Errno::Badf),
            "fd_filestat_set_size" if arguments[1] > FILE_BYTES => Err(Errno::Fbig),
            "fd_filestat_set_size" => {
                opened.file.borrow_mut().resize(arguments[1] as usize, 0);
                Ok(())
            }
            _ => {
                opened.append = arguments[1] & 1 != 0;
                Ok(())
            }
        };
        Some((call, result))
    }
}
