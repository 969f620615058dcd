//! `od`: bytes as numbers and characters.

mod floats;
mod options;
mod types;

use crate::Args;
use crate::cli::{Context, Output};
use crate::sys::{Errno, File, OpenHow};
use crate::text::quote;
use options::{Settings, Work};
use types::Type;

/// Bytes asked for at once.
const BLOCK_BYTES: usize = 64 * 1024;

/// Runs `od`.
pub fn run(args: &Args) -> i32 {
    let context = Context::new(args, "od", 1);
    match options::read(&context, args) {
        Ok(settings) => od(&context, settings),
        Err(code) => code,
    }
}

fn od(context: &Context<'_>, settings: Settings) -> i32 {
    let mut out = Output::stdout();
    let mut input = Input {
        context,
        names: settings.names.clone().into_iter(),
        file: None,
        left: settings.limit,
        held: Vec::new(),
        used: 0,
        opened: false,
        code: 0,
    };
    // Also where no byte of it is wanted.
    input.open_next();
    if let Err(code) = input.skip(settings.skip) {
        return code;
    }
    match settings.work {
        Work::Strings(least) => strings(&settings, least, &mut input, &mut out),
        Work::Dump { .. } => dump(&settings, &mut input, &mut out),
    }
    out.finish(context, input.code)
}

/// The inputs, one after another.
struct Input<'a> {
    context: &'a Context<'a>,
    names: std::vec::IntoIter<Vec<u8>>,
    file: Option<(File, Vec<u8>)>,
    /// Bytes that are still wanted, if they are limited.
    left: Option<u64>,
    held: Vec<u8>,
    used: usize,
    /// Whether there was a file that could be read.
    opened: bool,
    code: i32,
}

impl Input<'_> {
    /// Opens the next file that can be read; `false`: there is none.
    fn open_next(&mut self) -> bool {
        for name in self.names.by_ref() {
            let file = match name.as_slice() {
                b"-" => Ok(File::stdin()),
                path => File::open(path, OpenHow::READ),
            };
            match file {
                Ok(file) => {
                    (self.file, self.opened) = (Some((file, name)), true);
                    return true;
                }
                Err(errno) => {
                    self.context.say_error(&quote::if_needed(&name), errno);
                    self.code = 1;
                }
            }
        }
        false
    }

    /// Reads what there is next; nothing at the end of the last file.
    fn read(&mut self, buf: &mut [u8]) -> usize {
        loop {
            let Some((file, name)) = &self.file else {
                match self.open_next() {
                    true => continue,
                    false => return 0,
                }
            };
            match file.read(buf) {
                Ok(0) => self.file = None,
                Ok(count) => return count,
                Err(Errno::Intr) => {}
                Err(errno) => {
                    self.context.say_error(&quote::if_needed(name), errno);
                    self.code = 1;
                    self.file = None;
                }
            }
        }
    }

    fn skip(&mut self, count: u64) -> Result<(), i32> {
        let mut left = count;
        let mut buf = vec![0; BLOCK_BYTES];
        while left > 0 {
            let most = usize::try_from(left).unwrap_or(usize::MAX).min(buf.len());
            match self.read(&mut buf[..most]) {
                0 => {
                    self.context.say(b"cannot skip past end of combined input");
                    return Err(1);
                }
                got => left -= got as u64,
            }
        }
        Ok(())
    }

    /// Fills a block as far as there is something.
    fn block(&mut self, size: usize) -> &[u8] {
        if self.held.len() - self.used < size {
            self.held.drain(..self.used);
            self.used = 0;
            let wanted = size.max(BLOCK_BYTES);
            let mut chunk = vec![0; wanted];
            while self.held.len() < size {
                let most = self.left.map_or(wanted, |left| {
                    usize::try_from(left).unwrap_or(usize::MAX).min(wanted)
                });
                let got = if most == 0 {
                    0
                } else {
                    self.read(&mut chunk[..most])
                };
                if got == 0 {
                    break;
                }
                if let Some(left) = &mut self.left {
                    *left -= got as u64;
                }
                self.held.extend_from_slice(&chunk[..got]);
            }
        }
        let from = self.used;
        self.used = self.held.len().min(from + size);
        &self.held[from..self.used]
    }
}

fn dump(settings: &Settings, input: &mut Input<'_>, out: &mut Output) {
    let Work::Dump { types, width, all } = &settings.work else {
        return;
    };
    let lines = Lines::new(settings, types, *width);
    let mut offset = settings.skip;
    let mut before: Option<Vec<u8>> = None;
    let mut starred = false;
    let mut line = Vec::new();
    loop {
        let block = input.block(*width);
        let whole = block.len() == *width;
        if block.is_empty() {
            break;
        }
        if whole && !all && before.as_deref() == Some(block) {
            if !starred {
                out.put(b"*\n");
                starred = true;
            }
        } else {
            starred = false;
            line.clear();
            lines.put(offset, block, &mut line);
            out.put(&line);
        }
        offset += block.len() as u64;
        if !whole || out.failed() {
            break;
        }
        match &mut before {
            Some(before) => before.copy_from_slice(block),
            None => before = Some(block.to_vec()),
        }
    }
    line.clear();
    if input.opened && settings.put_address(offset, b'\n', &mut line) {
        out.put(&line);
    }
}

/// How a line is laid out.
struct Lines<'a> {
    settings: &'a Settings,
    types: &'a [Type],
    width: usize,
    /// Blanks to spread in front of the fields of each type.
    pads: Vec<usize>,
}

impl<'a> Lines<'a> {
    fn new(settings: &'a Settings, types: &'a [Type], width: usize) -> Lines<'a> {
        let fields = |it: &Type| width / it.size;
        let widest = types
            .iter()
            .map(|it| (it.columns + 1) * fields(it))
            .max()
            .unwrap_or(0);
        Lines {
            settings,
            types,
            width,
            pads: types
                .iter()
                .map(|it| widest - it.columns * fields(it))
                .collect(),
        }
    }

    fn put(&self, offset: u64, block: &[u8], line: &mut Vec<u8>) {
        let mut padded = block.to_vec();
        padded.resize(self.width, 0);
        for (index, (it, pad)) in self.types.iter().zip(&self.pads).enumerate() {
            if index == 0 {
                self.settings.put_address(offset, 0, line);
            } else {
                line.resize(line.len() + self.settings.address_width(), b' ');
            }
            let fields = self.width / it.size;
            let blank = (self.width - block.len()) / it.size;
            let mut left = *pad;
            for (at, datum) in padded
                .chunks_exact(it.size)
                .take(fields - blank)
                .enumerate()
            {
                let next = pad * (fields - at - 1) / fields;
                it.put(datum, left - next + it.columns, self.settings.swap, line);
                left = next;
            }
            if it.trailer {
                line.resize(line.len() + blank * it.columns + pad * blank / fields, b' ');
                line.extend_from_slice(b"  >");
                let shown = |byte: &u8| {
                    if (0x20..0x7f).contains(byte) {
                        *byte
                    } else {
                        b'.'
                    }
                };
                line.extend(block.iter().map(shown));
                line.push(b'<');
            }
            line.push(b'\n');
        }
    }
}

/// Prints what looks like strings: printable bytes with a zero after them.
fn strings(settings: &Settings, least: usize, input: &mut Input<'_>, out: &mut Output) {
    let mut address = settings.skip;
    let end = settings
        .limit
        .map(|limit| settings.skip.saturating_add(limit));
    let mut text: Vec<u8> = Vec::new();
    let mut line = Vec::new();
    loop {
        let too_late = |address: u64| {
            end.is_some_and(|end| end < least as u64 || end - least as u64 <= address)
        };
        if text.is_empty() && too_late(address) {
            return;
        }
        let ended = end.is_some_and(|end| address >= end) && text.len() >= least;
        let byte = if ended {
            0
        } else {
            match input.block(1) {
                [byte] => *byte,
                _ => return,
            }
        };
        address += u64::from(!ended);
        match byte {
            0x20..0x7f => text.push(byte),
            0 if text.len() >= least => {
                line.clear();
                settings.put_address(address - text.len() as u64 - 1, b' ', &mut line);
                line.extend_from_slice(&text);
                line.push(b'\n');
                out.put(&line);
                text.clear();
            }
            _ => text.clear(),
        }
    }
}
