//! Vectored reads and writes with lists of buffers that overlap, lie in each
//! other, or lie outside the memory, beside a model: bytes in a vector and bytes
//! in a file. Memory, file and answers have to be equal.

use wardian_abi::Errno;
use wardian_engine::Limits;

use super::guest::{Call, FIRST_FREE, MEMORY_BYTES, Program, WHOLE_BYTES, patient_limits, sandbox};
use crate::{Draw, Target, Trace};

pub(crate) static TARGET: Target = Target {
    name: "buffers",
    run,
    seeds: Vec::new,
    pieces: &[],
    most_bytes: 1500,
};

/// The path of the file lies at 0; lists of buffers lie from here on.
const LISTS: usize = 0x40;
const LISTS_END: usize = 0x800;
const FILE: &str = "file";
const MOST_BUFFERS: u32 = 8;

fn run(input: &[u8], trace: &mut Trace) {
    let mut draw = Draw::new(input);
    let own = draw.one_in(2);
    let mut model = Model::new(&mut draw);
    let mut program = Program {
        memory: model.memory.clone(),
        calls: vec![open()],
    };
    let sandbox = sandbox(Limits {
        io_vectors: MOST_BUFFERS,
        ..patient_limits()
    });
    let files = sandbox.fs();
    files.write("/file", &model.file).expect("fits");

    // The descriptor goes where the model has it not.
    let mut expected = vec![0];
    model.put(0x30, &FIRST_FREE.to_le_bytes());
    while !draw.is_done() && program.calls.len() < 40 {
        if let Some((call, answer)) = model.step(&mut draw) {
            trace.note((call.function, answer));
            program.calls.push(call);
            expected.push(answer);
        }
    }
    let left = program.run(&sandbox, own);
    let (memory, results) = left.dump.expect("nothing ends it");
    assert_eq!(results, expected, "{program:?}");
    assert!(memory == model.memory, "memory differs after {program:?}");
    assert!(
        files.read("/file").expect("a file") == model.file,
        "{program:?}"
    );
}

fn open() -> Call {
    let (create, all) = (0, u64::MAX);
    let length = FILE.len() as u64;
    Call::new("path_open", &[3, 0, 0, length, create, all, all, 0, 0x30])
}

struct Model {
    memory: Vec<u8>,
    file: Vec<u8>,
    offset: u64,
}

impl Model {
    fn new(draw: &mut Draw<'_>) -> Model {
        let mut memory = vec![0; MEMORY_BYTES];
        for (at, byte) in memory.iter_mut().enumerate().skip(LISTS_END) {
            *byte = ((at * 31) >> 3) as u8;
        }
        memory[..FILE.len()].copy_from_slice(FILE.as_bytes());
        let mut model = Model {
            memory,
            file: (0..draw.number() % 5000).map(|n| (n * 7) as u8).collect(),
            offset: 0,
        };
        // As many as bytes are given for; the same again after them.
        let drawn: Vec<(u32, u32)> = (0..=draw.below(40)).map(|_| model.buffer(draw)).collect();
        for (at, (address, length)) in (LISTS..LISTS_END).step_by(8).zip(drawn.iter().cycle()) {
            model.put(at, &address.to_le_bytes());
            model.put(at + 4, &length.to_le_bytes());
        }
        model
    }

    fn put(&mut self, at: usize, bytes: &[u8]) {
        self.memory[at..at + bytes.len()].copy_from_slice(bytes);
    }

    /// A buffer in the memory that programs use, or one that lies wholly or
    /// partly outside all memory. What is between belongs to the guest's own notes.
    fn buffer(&self, draw: &mut Draw<'_>) -> (u32, u32) {
        match draw.byte() % 8 {
            0..=4 => {
                let at = draw.below(MEMORY_BYTES);
                let room = MEMORY_BYTES - at;
                let most = if draw.one_in(3) { room } else { room.min(40) };
                (at as u32, draw.below(most + 1) as u32)
            }
            5 => (draw.below(MEMORY_BYTES) as u32, 0),
            6 => {
                // Up to the last byte, and beyond.
                let back = u32::from(draw.byte() % 4);
                (WHOLE_BYTES - back, back + 1 + u32::from(draw.byte()))
            }
            _ => (u32::MAX - u32::from(draw.byte()), draw.number() as u32),
        }
    }

    /// The slice, if all of it is memory.
    fn slice(&self, address: u32, length: u32) -> Result<std::ops::Range<usize>, Errno> {
        let end = u64::from(address) + u64::from(length);
        if end > u64::from(WHOLE_BYTES) {
            return Err(Errno::Fault);
        }
        Ok(address as usize..end as usize)
    }

    fn word(&self, at: usize) -> u32 {
        let bytes = self.memory[at..at + 4].try_into().expect("four bytes");
        u32::from_le_bytes(bytes)
    }

    /// The buffers of a call, or why it fails before it begins.
    fn buffers(&self, list: u32, count: u32) -> Result<Vec<std::ops::Range<usize>>, Errno> {
        if count > MOST_BUFFERS {
            return Err(Errno::Inval);
        }
        let table = self.slice(list, count * 8)?;
        let mut buffers = Vec::new();
        for at in table.step_by(8) {
            buffers.push(self.slice(self.word(at), self.word(at + 4))?);
        }
        Ok(buffers)
    }

    /// A call, and what it answers; `None`: it would reach the guest's own notes,
    /// by a list that was written over.
    fn step(&mut self, draw: &mut Draw<'_>) -> Option<(Call, u32)> {
        let list = match draw.byte() % 16 {
            15 => WHOLE_BYTES - 8 * u32::from(draw.byte() % 2) - u32::from(draw.byte() % 3),
            _ => (LISTS + 8 * draw.below((LISTS_END - LISTS) / 8 - 8)) as u32,
        };
        let count = match draw.byte() % 16 {
            15 => draw.number() as u32,
            byte => u32::from(byte) % 5,
        };
        let out = match draw.byte() % 16 {
            15 => WHOLE_BYTES - u32::from(draw.byte() % 4),
            _ => (4 * draw.below(MEMORY_BYTES / 4)) as u32,
        };
        // Outside, a list of no buffers is all that is in order.
        let outside = list as usize >= MEMORY_BYTES;
        let count = if outside && count > 0 {
            count.max(3)
        } else {
            count
        };
        let at = draw.number() % 6000;
        let (name, positioned, writes) = *draw.pick(&[
            ("fd_read", false, false),
            ("fd_write", false, true),
            ("fd_pread", true, false),
            ("fd_pwrite", true, true),
        ]);
        let fd = u64::from(FIRST_FREE);
        let (list64, count64, out64) = (u64::from(list), u64::from(count), u64::from(out));
        let call = if positioned {
            Call::new(name, &[fd, list64, count64, at, out64])
        } else {
            Call::new(name, &[fd, list64, count64, out64])
        };
        let start = if positioned { at } else { self.offset };
        let buffers = self.buffers(list, count);
        let own = |buffer: &std::ops::Range<usize>| buffer.is_empty() || buffer.end <= MEMORY_BYTES;
        if buffers
            .as_ref()
            .is_ok_and(|buffers| !buffers.iter().all(own))
        {
            return None;
        }
        let done = buffers.and_then(|buffers| {
            let moved = if writes {
                self.write(start, &buffers)
            } else {
                self.read(start, &buffers)
            };
            if !positioned {
                self.offset = start + moved;
            }
            let place = self.slice(out, 4)?;
            self.put(place.start, &(moved as u32).to_le_bytes());
            Ok(())
        });
        let answer = done.map_or_else(|errno| u32::from(errno.raw()), |()| 0);
        Some((call, answer))
    }

    fn read(&mut self, start: u64, buffers: &[std::ops::Range<usize>]) -> u64 {
        let mut at = (start as usize).min(self.file.len());
        let first = at;
        for buffer in buffers.iter().filter(|buffer| !buffer.is_empty()) {
            let count = buffer.len().min(self.file.len() - at);
            let into = buffer.start..buffer.start + count;
            self.memory[into].copy_from_slice(&self.file[at..at + count]);
            at += count;
        }
        (at - first) as u64
    }

    fn write(&mut self, start: u64, buffers: &[std::ops::Range<usize>]) -> u64 {
        let mut at = start as usize;
        for buffer in buffers.iter().filter(|buffer| !buffer.is_empty()) {
            let end = at + buffer.len();
            if self.file.len() < end {
                self.file.resize(end, 0);
            }
            self.file[at..end].copy_from_slice(&self.memory[buffer.clone()]);
            at = end;
        }
        at as u64 - start
    }
}
