//! Reading, sorting and writing.

use super::key::Key;
use super::merge;
use super::options::{Plan, TROUBLE, plan};
use crate::Args;
use crate::cli::{Context, Output};
use crate::sys::{self, Errno, File, OpenHow};
use memchr::memchr;
use std::cmp::Ordering;

/// A line in the arena, with what compares it fastest.
#[derive(Clone, Copy)]
pub struct Record {
    /// From the first key; decides unless it is the same.
    pub prefix: u64,
    /// Where the line starts.
    pub start: u32,
    /// Its length.
    pub length: u32,
}

/// Lines and how they compare.
pub struct Lines<'a> {
    /// All bytes of all inputs.
    pub arena: &'a [u8],
    /// How.
    pub plan: &'a Plan,
    first: Key,
}

/// Runs `sort`.
pub fn run(args: &Args) -> i32 {
    let context = Context::new(args, "sort", TROUBLE);
    let plan = match plan(&context, args) {
        Ok(plan) => plan,
        Err(code) => return code,
    };
    if let Some(debug) = &plan.debug {
        debug.warn(&context, &plan);
    }
    if plan.check.is_none() {
        // GNU finds unreadable inputs before it reads any.
        for name in plan.files.iter().filter(|name| *name != b"-") {
            if let Err(errno) = File::open(name, OpenHow::READ) {
                context.say_error(&[b"cannot read: ".as_slice(), name].concat(), errno);
                return TROUBLE;
            }
        }
    }
    let mut arena = Vec::new();
    let mut ends = Vec::with_capacity(plan.files.len());
    for name in &plan.files {
        if let Err(code) = read(&context, name, &plan, &mut arena) {
            return code;
        }
        ends.push(arena.len());
    }
    if u32::try_from(arena.len()).is_err() {
        context.say(b"memory exhausted");
        return TROUBLE;
    }
    let lines = Lines {
        arena: &arena,
        plan: &plan,
        first: plan.keys[0],
    };
    if plan.check.is_some() {
        return lines.check(&context);
    }
    let mut records = lines.records(0, arena.len());
    if plan.merge {
        records = merge::merge(&lines, &ends);
    } else if plan.whole_lines || !(plan.stable || plan.unique) {
        // Equal lines are the same lines, or those after the last resort are.
        records.sort_unstable_by(|a, b| lines.compare(a, b));
    } else {
        records.sort_by(|a, b| lines.compare(a, b));
    }
    if plan.unique {
        records.dedup_by(|next, kept| lines.compare(kept, next).is_eq());
    }
    write(&context, &lines, &records)
}

fn read(context: &Context<'_>, name: &[u8], plan: &Plan, arena: &mut Vec<u8>) -> Result<(), i32> {
    let file = match name {
        b"-" => Ok(File::stdin()),
        path => File::open(path, OpenHow::READ),
    };
    let file = file.map_err(|errno| {
        context.say_error(&[b"open failed: ".as_slice(), name].concat(), errno);
        TROUBLE
    })?;
    if let Ok(stat) = sys::fstat(file.fd()) {
        arena.reserve_exact(usize::try_from(stat.size_bytes).unwrap_or(0).min(1 << 30) + 1);
    }
    if let Err(errno) = fill(&file, arena) {
        context.say_error(&[b"read failed: ".as_slice(), name].concat(), errno);
        return Err(TROUBLE);
    }
    if arena.last().is_some_and(|last| *last != plan.end) {
        arena.push(plan.end);
    }
    Ok(())
}

fn fill(file: &File, arena: &mut Vec<u8>) -> Result<(), Errno> {
    const STEP_BYTES: usize = 64 * 1024;
    loop {
        let used = arena.len();
        if arena.capacity() - used < STEP_BYTES / 16 {
            arena.reserve(STEP_BYTES);
        }
        // As much as there is room for: the whole of a file whose size is known.
        let room = arena.capacity().min(used + (1 << 20));
        arena.resize(room, 0);
        match file.read(&mut arena[used..]) {
            Ok(0) => {
                arena.truncate(used);
                return Ok(());
            }
            Ok(got) => arena.truncate(used + got),
            Err(Errno::Intr) => arena.truncate(used),
            Err(errno) => return Err(errno),
        }
    }
}

impl Lines<'_> {
    /// The records of a part of the arena.
    pub fn records(&self, from: usize, to: usize) -> Vec<Record> {
        let part = self.arena.get(from..to).unwrap_or_default();
        let mut records = Vec::with_capacity(memchr::memchr_iter(self.plan.end, part).count());
        let mut start = from;
        for at in memchr::memchr_iter(self.plan.end, part) {
            let line = &self.arena[start..from + at];
            records.push(Record {
                prefix: self.prefix(line),
                start: start as u32,
                length: line.len() as u32,
            });
            start = from + at + 1;
        }
        records
    }

    fn prefix(&self, line: &[u8]) -> u64 {
        let text = if self.plan.whole_lines {
            line
        } else {
            self.first.slice(line, self.plan.tab)
        };
        self.first.prefix(text, self.plan.salt)
    }

    /// The bytes of a line.
    pub fn line(&self, record: &Record) -> &[u8] {
        let start = record.start as usize;
        &self.arena[start..start + record.length as usize]
    }

    /// Compares two lines.
    #[inline]
    pub fn compare(&self, a: &Record, b: &Record) -> Ordering {
        a.prefix
            .cmp(&b.prefix)
            .then_with(|| self.compare_rest(a, b))
    }

    fn compare_rest(&self, a: &Record, b: &Record) -> Ordering {
        let (a, b) = (self.line(a), self.line(b));
        let plan = self.plan;
        if plan.whole_lines {
            let order = a.cmp(b);
            return if plan.reverse { order.reverse() } else { order };
        }
        let decided = usize::from(self.first.prefix_is_all());
        for key in &plan.keys[decided..] {
            let order = key.compare(key.slice(a, plan.tab), key.slice(b, plan.tab), plan.salt);
            if order.is_ne() {
                return order;
            }
        }
        if plan.stable || plan.unique {
            return Ordering::Equal;
        }
        let order = a.cmp(b);
        if plan.reverse { order.reverse() } else { order }
    }

    /// Whether the lines are sorted; tells of the first that is not.
    fn check(&self, context: &Context<'_>) -> i32 {
        let mut before: Option<Record> = None;
        let (mut start, mut number) = (0, 0_u64);
        while let Some(length) = memchr(self.plan.end, &self.arena[start..]) {
            number += 1;
            let line = &self.arena[start..start + length];
            let record = Record {
                prefix: self.prefix(line),
                start: start as u32,
                length: length as u32,
            };
            if let Some(before) = before {
                let order = self.compare(&before, &record);
                if order.is_gt() || self.plan.unique && order.is_eq() {
                    if self.plan.check == Some(b'c') {
                        let at = format!(":{number}: disorder: ");
                        context.say(&[&self.plan.files[0], at.as_bytes(), line].concat());
                    }
                    return 1;
                }
            }
            before = Some(record);
            start += length + 1;
        }
        0
    }
}

fn write(context: &Context<'_>, lines: &Lines<'_>, records: &[Record]) -> i32 {
    let file = match &lines.plan.output {
        None => None,
        Some(path) => match File::open(path, OpenHow::CREATE) {
            Ok(file) => Some(file),
            Err(errno) => {
                context.say_error(&[b"open failed: ".as_slice(), path].concat(), errno);
                return TROUBLE;
            }
        },
    };
    let mut out = Output::new(file.as_ref().map_or(1, File::fd));
    for record in records {
        if let Some(debug) = &lines.plan.debug {
            debug.show(lines.plan, lines.line(record), &mut out);
            continue;
        }
        // With the byte that ended it.
        let start = record.start as usize;
        out.put(&lines.arena[start..start + record.length as usize + 1]);
        if out.failed() {
            break;
        }
    }
    out.flush();
    match out.error() {
        None => 0,
        Some(errno) => {
            let name = lines.plan.output.as_deref().unwrap_or(b"standard output");
            let quoted = crate::text::quote::always(name);
            let subject = match lines.plan.output {
                None => b"write failed: 'standard output'".to_vec(),
                Some(_) => [b"write failed: ".as_slice(), &quoted].concat(),
            };
            context.say_error(&subject, errno);
            TROUBLE
        }
    }
}
