//! `join`.

use super::Reader;
use crate::Args;
use crate::cli::{Context, Opt, Order, Output, parse};
use crate::text::quote;
use std::cmp::Ordering;

#[rustfmt::skip]
const OPTIONS: &[Opt] = &[
    Opt::flag(b'i', "ignore-case"),
    Opt::value(b'a', ""),
    Opt::value(b'e', ""),
    Opt::value(b'1', ""),
    Opt::value(b'2', ""),
    Opt::value(b'j', ""),
    Opt::value(b'o', ""),
    Opt::value(b't', ""),
    Opt::value(b'v', ""),
    Opt::flag(b'z', "zero-terminated"),
    Opt::flag(3, "check-order"),
    Opt::flag(4, "nocheck-order"),
    Opt::flag(5, "header"),
];

/// What a field of the output is.
#[derive(Clone, Copy)]
enum Part {
    Key,
    Field(usize, usize),
}

/// What separates fields.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Tab {
    Blanks,
    Byte(u8),
    /// The whole line is one field.
    Whole,
}

struct Plan {
    keys: [usize; 2],
    unpaired: [bool; 2],
    paired: bool,
    empty: Option<Vec<u8>>,
    parts: Option<Vec<Part>>,
    auto: bool,
    tab: Tab,
    fold: bool,
    check: Option<bool>,
    header: bool,
    end: u8,
}

/// A line with where its fields are.
#[derive(Default)]
struct Line {
    text: Vec<u8>,
    fields: Vec<(usize, usize)>,
}

impl Line {
    fn field(&self, index: usize) -> &[u8] {
        self.fields
            .get(index)
            .map_or(b"", |&(from, to)| &self.text[from..to])
    }

    fn parse(text: &[u8], tab: Tab) -> Line {
        let mut fields = Vec::new();
        match tab {
            Tab::Whole => fields.push((0, text.len())),
            Tab::Byte(tab) => {
                let mut start = 0;
                for at in memchr::memchr_iter(tab, text) {
                    fields.push((start, at));
                    start = at + 1;
                }
                if !text.is_empty() {
                    fields.push((start, text.len()));
                }
            }
            Tab::Blanks => {
                let blank = |byte: &u8| matches!(byte, b' ' | b'\t' | b'\n');
                let mut at = text.iter().take_while(|b| blank(b)).count();
                while at < text.len() {
                    let length = text[at..].iter().take_while(|b| !blank(b)).count();
                    fields.push((at, at + length));
                    at += length;
                    let gap = text[at..].iter().take_while(|b| blank(b)).count();
                    at += gap;
                    if at == text.len() && gap > 0 {
                        fields.push((at, at));
                    }
                }
            }
        }
        let text = text.to_vec();
        Line { text, fields }
    }
}

struct Side {
    reader: Reader,
    name: Vec<u8>,
    before: Vec<u8>,
    number: u64,
    told: bool,
}

/// Runs `join`.
pub fn run(args: &Args) -> i32 {
    let context = Context::new(args, "join", 1);
    let (plan, names) = match plan(&context, args) {
        Ok(found) => found,
        Err(code) => return code,
    };
    let side = |name: &Vec<u8>| {
        Reader::open(&context, name).map(|reader| Side {
            reader,
            name: name.clone(),
            before: Vec::new(),
            number: 0,
            told: false,
        })
    };
    let (Some(left), Some(right)) = (side(&names[0]), side(&names[1])) else {
        return 1;
    };
    let mut join = Join {
        context: &context,
        plan,
        sides: [left, right],
        out: Output::stdout(),
        any_unpaired: false,
        disorder: false,
    };
    let stopped = join.run();
    let mut code = i32::from(stopped);
    for side in &join.sides {
        if side.reader.error().is_some() {
            join.out.flush();
            side.reader.complain(&context, &side.name);
            code = 1;
        }
    }
    if join.disorder && !stopped {
        join.out.flush();
        context.say(b"input is not in sorted order");
        code = 1;
    }
    join.out.finish(&context, code)
}

struct Join<'a> {
    context: &'a Context<'a>,
    plan: Plan,
    sides: [Side; 2],
    out: Output,
    any_unpaired: bool,
    disorder: bool,
}

impl Join<'_> {
    fn key<'a>(&self, side: usize, line: &'a Line) -> &'a [u8] {
        line.field(self.plan.keys[side])
    }

    fn compare(&self, a: &[u8], b: &[u8]) -> Ordering {
        if self.plan.fold {
            let lower = |byte: &u8| byte.to_ascii_lowercase();
            return a.iter().map(lower).cmp(b.iter().map(lower));
        }
        a.cmp(b)
    }

    /// The next line of a side, after a check; `Err`: stop.
    fn read(&mut self, index: usize) -> Result<Option<Line>, ()> {
        let (end, tab) = (self.plan.end, self.plan.tab);
        let side = &mut self.sides[index];
        let Some(text) = side.reader.next_bare(end) else {
            return Ok(None);
        };
        let line = Line::parse(text, tab);
        side.number += 1;
        let key = line.field(self.plan.keys[index]).to_vec();
        let before = std::mem::replace(&mut side.before, key);
        let heed = self.plan.check.unwrap_or(self.any_unpaired);
        let headers = u64::from(self.plan.header);
        if heed && side.number > 1 + headers && !side.told {
            let side = &self.sides[index];
            if self.compare(&before, &side.before).is_gt() {
                self.out.flush();
                let at = format!(":{}: is not sorted: ", side.number);
                self.context
                    .say(&[&side.name, at.as_bytes(), &line.text].concat());
                if self.plan.check == Some(true) {
                    return Err(());
                }
                self.sides[index].told = true;
                self.disorder = true;
            }
        }
        Ok(Some(line))
    }

    /// Joins; whether an input out of order stopped it.
    fn run(&mut self) -> bool {
        self.work().is_err()
    }

    fn work(&mut self) -> Result<(), ()> {
        let (mut left, mut right) = (self.read(0)?, self.read(1)?);
        if self.plan.auto {
            let count = |line: &Option<Line>| line.as_ref().map_or(0, |line| line.fields.len());
            let mut parts = vec![Part::Key];
            for (side, line) in [&left, &right].into_iter().enumerate() {
                let key = self.plan.keys[side];
                let others = (0..count(line)).filter(|index| *index != key);
                parts.extend(others.map(|index| Part::Field(side, index)));
            }
            self.plan.parts = Some(parts);
        }
        if self.plan.header && (left.is_some() || right.is_some()) {
            self.put(left.as_ref(), right.as_ref());
            (left, right) = (self.read(0)?, self.read(1)?);
        }
        while let (Some(a), Some(b)) = (&left, &right) {
            let order = self.compare(self.key(0, a), self.key(1, b));
            match order {
                Ordering::Less => {
                    if self.plan.unpaired[0] {
                        self.put(left.as_ref(), None);
                    }
                    left = self.read(0)?;
                    self.any_unpaired = true;
                }
                Ordering::Greater => {
                    if self.plan.unpaired[1] {
                        self.put(None, right.as_ref());
                    }
                    right = self.read(1)?;
                    self.any_unpaired = true;
                }
                Ordering::Equal => {
                    let (lefts, next_left) = self.group(0, left.take())?;
                    let (rights, next_right) = self.group(1, right.take())?;
                    if self.plan.paired {
                        for a in &lefts {
                            for b in &rights {
                                self.put(Some(a), Some(b));
                            }
                        }
                    }
                    (left, right) = (next_left, next_right);
                }
            }
            if self.out.failed() {
                return Ok(());
            }
        }
        self.drain(0, left)?;
        self.drain(1, right)
    }

    /// The lines with the same key, and the one after them.
    fn group(&mut self, side: usize, first: Option<Line>) -> Result<(Vec<Line>, Option<Line>), ()> {
        let mut lines: Vec<Line> = first.into_iter().collect();
        loop {
            let next = self.read(side)?;
            let same = match (&next, lines.first()) {
                (Some(next), Some(first)) => self
                    .compare(self.key(side, first), self.key(side, next))
                    .is_eq(),
                _ => false,
            };
            match next {
                Some(next) if same => lines.push(next),
                next => return Ok((lines, next)),
            }
        }
    }

    fn drain(&mut self, side: usize, first: Option<Line>) -> Result<(), ()> {
        // Without output, reading on only serves the check of the order.
        let check = self.plan.check != Some(false) && !self.sides[side].told;
        let mut next = first;
        while let Some(line) = next {
            if self.plan.unpaired[side] {
                match side {
                    0 => self.put(Some(&line), None),
                    _ => self.put(None, Some(&line)),
                }
            } else if !check {
                return Ok(());
            }
            next = self.read(side)?;
        }
        Ok(())
    }

    fn put(&mut self, left: Option<&Line>, right: Option<&Line>) {
        let tab = match self.plan.tab {
            Tab::Byte(byte) => byte,
            Tab::Blanks => b' ',
            Tab::Whole => b'\n',
        };
        let empty = self.plan.empty.as_deref().unwrap_or_default();
        let lines = [left, right];
        let keys = self.plan.keys;
        let out = &mut self.out;
        let put = |out: &mut Output, text: &[u8]| {
            out.put(if text.is_empty() { empty } else { text });
        };
        let key = || match (left, right) {
            (Some(line), _) => line.field(keys[0]),
            (None, Some(line)) => line.field(keys[1]),
            _ => b"",
        };
        match &self.plan.parts {
            Some(parts) => {
                for (index, part) in parts.iter().enumerate() {
                    if index > 0 {
                        out.put_byte(tab);
                    }
                    match part {
                        Part::Key => put(out, key()),
                        Part::Field(side, field) => {
                            put(out, lines[*side].map_or(b"", |line| line.field(*field)));
                        }
                    }
                }
            }
            None => {
                put(out, key());
                for (side, line) in lines.into_iter().enumerate() {
                    let Some(line) = line else { continue };
                    for index in (0..line.fields.len()).filter(|index| *index != keys[side]) {
                        out.put_byte(tab);
                        put(out, line.field(index));
                    }
                }
            }
        }
        out.put_byte(self.plan.end);
    }
}

fn plan(context: &Context<'_>, args: &Args) -> Result<(Plan, Vec<Vec<u8>>), i32> {
    let args = modern(args);
    let parsed = parse(context, &args, OPTIONS, Order::Permute)?;
    let mut plan = Plan {
        keys: [0; 2],
        unpaired: [false; 2],
        paired: true,
        empty: None,
        parts: None,
        auto: false,
        tab: Tab::Blanks,
        fold: false,
        check: None,
        header: false,
        end: b'\n',
    };
    let fail = |text: &[&[u8]]| {
        context.say(&text.concat());
        1
    };
    let mut keys: [Option<usize>; 2] = [None; 2];
    let mut set_key = |side: usize, value: &[u8]| -> Result<(), i32> {
        let number = field_number(context, value)?;
        if let Some(before) = keys[side].filter(|before| *before != number) {
            let text = format!("incompatible join fields {}, {}", before + 1, number + 1);
            return Err(fail(&[text.as_bytes()]));
        }
        keys[side] = Some(number);
        Ok(())
    };
    for (letter, _, value) in parsed.options {
        let value = value.unwrap_or_default();
        match letter {
            b'i' => plan.fold = true,
            b'a' | b'v' => {
                plan.paired &= letter == b'a';
                match value.as_slice() {
                    b"1" => plan.unpaired[0] = true,
                    b"2" => plan.unpaired[1] = true,
                    _ => return Err(fail(&[b"invalid field number: ", &quote::always(&value)])),
                }
            }
            b'e' => {
                if plan.empty.as_ref().is_some_and(|before| *before != value) {
                    return Err(fail(&[b"conflicting empty-field replacement strings"]));
                }
                plan.empty = Some(value);
            }
            b'1' => set_key(0, &value)?,
            b'2' => set_key(1, &value)?,
            b'j' => {
                set_key(0, &value)?;
                set_key(1, &value)?;
            }
            b'o' if value == b"auto" => plan.auto = true,
            b'o' => parts(context, &value, plan.parts.get_or_insert_default())?,
            b't' => {
                let tab = match value.as_slice() {
                    [] => Tab::Whole,
                    [byte] => Tab::Byte(*byte),
                    b"\\0" => Tab::Byte(0),
                    _ => return Err(fail(&[b"multi-character tab ", &quote::always(&value)])),
                };
                if plan.tab != Tab::Blanks && plan.tab != tab {
                    return Err(fail(&[b"incompatible tabs"]));
                }
                plan.tab = tab;
            }
            b'z' => plan.end = 0,
            3 => plan.check = Some(true),
            4 => plan.check = Some(false),
            _ => plan.header = true,
        }
    }
    plan.keys = keys.map(|key| key.unwrap_or(0));
    let mut operands = parsed.operands;
    // What follows `-o LIST` may go on with the list.
    while operands.len() > 2 && plan.parts.is_some() && is_part(&operands[0]) {
        let more = operands.remove(0);
        parts(context, &more, plan.parts.get_or_insert_default())?;
    }
    match operands.as_slice() {
        [] => Err(context.usage(b"missing operand")),
        [only] => {
            Err(context
                .usage(&[b"missing operand after ".as_slice(), &quote::always(only)].concat()))
        }
        [_, _] => {
            if operands[0] == b"-" && operands[1] == b"-" {
                return Err(fail(&[b"both files cannot be standard input"]));
            }
            Ok((plan, operands))
        }
        [_, _, extra, ..] => {
            Err(context.usage(&[b"extra operand ".as_slice(), &quote::always(extra)].concat()))
        }
    }
}

/// The arguments with `-j1 N` and `-j2 N` as `-1 N` and `-2 N`.
fn modern(args: &Args) -> Args {
    let modern = |arg: &Vec<u8>| match arg.as_slice() {
        b"-j1" => b"-1".to_vec(),
        b"-j2" => b"-2".to_vec(),
        _ => arg.clone(),
    };
    let long = |index: usize| {
        args.get(index + 1)
            .is_some_and(|next| next.first().is_some_and(u8::is_ascii_digit))
    };
    let pairs = args.iter().enumerate();
    pairs
        .map(|(index, arg)| {
            if long(index) {
                modern(arg)
            } else {
                arg.clone()
            }
        })
        .collect()
}

fn is_part(text: &[u8]) -> bool {
    let digits = |text: &[u8]| {
        !text.is_empty()
            && text
                .iter()
                .all(|b| b.is_ascii_digit() || b", .".contains(b))
    };
    text == b"0"
        || text.starts_with(b"1.") && digits(text)
        || text.starts_with(b"2.") && digits(text)
}

fn field_number(context: &Context<'_>, text: &[u8]) -> Result<usize, i32> {
    let number = std::str::from_utf8(text)
        .ok()
        .and_then(|text| text.parse::<usize>().ok());
    let saturated = !text.is_empty() && text.iter().all(u8::is_ascii_digit);
    match number {
        Some(number) if number > 0 => Ok(number - 1),
        None if saturated => Ok(usize::MAX - 1),
        _ => {
            context.say(&[b"invalid field number: ".as_slice(), &quote::always(text)].concat());
            Err(1)
        }
    }
}

fn parts(context: &Context<'_>, list: &[u8], out: &mut Vec<Part>) -> Result<(), i32> {
    for item in list.split(|byte| matches!(byte, b',' | b' ' | b'\t')) {
        let part = match item {
            b"0" => Part::Key,
            [side @ (b'1' | b'2'), b'.', number @ ..] => {
                Part::Field(usize::from(side - b'1'), field_number(context, number)?)
            }
            _ => {
                let problem: &[u8] = match item {
                    [b'0', ..] | [b'1' | b'2', ..] | [] => b"invalid field specifier: ",
                    _ => b"invalid file number in field spec: ",
                };
                context.say(&[problem, &quote::always(item)].concat());
                return Err(1);
            }
        };
        out.push(part);
    }
    Ok(())
}
