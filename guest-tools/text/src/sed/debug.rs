//! `--debug`: the script as it was understood, and each step that it takes.

use super::command::{Action, Address, Command, CompiledPattern, End, Pattern};
use wardian_posix_regex::Span;

/// What is shown of a script.
pub struct Listing {
    /// For each command its nesting, and the rest as shown.
    pub lines: Vec<(usize, Vec<u8>)>,
}

impl Listing {
    /// Lists a compiled script.
    pub fn new(commands: &[Command], patterns: &[CompiledPattern]) -> Listing {
        let mut depth = 0;
        let mut lines = Vec::new();
        for command in commands {
            let closing = command.shown == b"}";
            depth -= usize::from(closing && depth > 0);
            let mut line = addresses(command, patterns);
            show_action(command, patterns, &mut line);
            lines.push((depth, line));
            depth += usize::from(matches!(command.action, Action::Block(_)));
        }
        Listing { lines }
    }

    /// The whole listing.
    pub fn program(&self) -> Vec<u8> {
        let mut out = b"SED PROGRAM:\n".to_vec();
        for index in 0..self.lines.len() {
            out.extend(b"  ");
            out.extend(self.line(index));
        }
        out
    }

    /// One command.
    pub fn line(&self, index: usize) -> Vec<u8> {
        let (depth, line) = &self.lines[index];
        [b"  ".repeat(*depth).as_slice(), line, b"\n"].concat()
    }
}

/// What an `s` matched.
pub fn registers(text: &[u8], groups: &[Option<Span>]) -> Vec<u8> {
    let mut out = b"MATCHED REGEX REGISTERS\n".to_vec();
    for (index, group) in groups.iter().enumerate() {
        let Some((start, end)) = *group else {
            continue;
        };
        out.extend(format!("  regex[{index}] = {start}-{end} '").bytes());
        out.extend_from_slice(text.get(start..end).unwrap_or_default());
        out.extend(b"'\n");
    }
    out
}

fn addresses(command: &Command, texts: &[CompiledPattern]) -> Vec<u8> {
    let mut out = Vec::new();
    match &command.from {
        None => {}
        Some(Address::Line(line)) => out.extend(line.to_string().bytes()),
        Some(Address::Step(first, step)) => out.extend(format!("{first}~{step}").bytes()),
        Some(Address::Last) => out.push(b'$'),
        Some(Address::Regex(pattern)) => show_pattern(*pattern, texts, &mut out),
    }
    if let Some(to) = &command.to {
        out.push(b',');
        match to {
            End::Line(line) => out.extend(line.to_string().bytes()),
            End::Plus(count) => out.extend(format!("+{count}").bytes()),
            End::Multiple(factor) => out.extend(format!("~{factor}").bytes()),
            End::Last => out.push(b'$'),
            End::Regex(pattern) => show_pattern(*pattern, texts, &mut out),
        }
    }
    if command.negated {
        out.push(b'!');
    }
    if !out.is_empty() {
        out.push(b' ');
    }
    out
}

fn show_action(command: &Command, texts: &[CompiledPattern], out: &mut Vec<u8>) {
    match &command.action {
        Action::Append(text) => show_text(b'a', text, out),
        Action::Insert(text) => show_text(b'i', text, out),
        Action::Change(text) => show_text(b'c', text, out),
        Action::Substitute(substitution) => {
            out.push(b's');
            show_pattern_plain(substitution.pattern, texts, out);
            out.extend_from_slice(&command.shown);
        }
        _ => out.extend_from_slice(&command.shown),
    }
}

fn show_pattern(pattern: Pattern, texts: &[CompiledPattern], out: &mut Vec<u8>) {
    show_pattern_plain(pattern, texts, out);
    if let Some(shown) = pattern.and_then(|index| texts.get(index)) {
        out.extend(shown.ignore_case.then_some(b'I'));
        out.extend(shown.multi_line.then_some(b'M'));
    }
}

fn show_pattern_plain(pattern: Pattern, texts: &[CompiledPattern], out: &mut Vec<u8>) {
    out.push(b'/');
    if let Some(shown) = pattern.and_then(|index| texts.get(index)) {
        for &byte in &shown.text {
            match byte {
                b'/' => out.extend(b"\\/"),
                b'\\' => out.extend(b"\\\\"),
                _ => show_byte(byte, out),
            }
        }
    }
    out.push(b'/');
}

fn show_text(letter: u8, text: &[u8], out: &mut Vec<u8>) {
    out.extend([letter, b'\\']);
    out.extend_from_slice(text);
}

fn show_byte(byte: u8, out: &mut Vec<u8>) {
    match byte {
        b'\n' => out.extend(b"\\n"),
        b'\t' => out.extend(b"\\t"),
        b'\r' => out.extend(b"\\r"),
        0x07 => out.extend(b"\\a"),
        0x0b => out.extend(b"\\v"),
        0x0c => out.extend(b"\\f"),
        0..0x20 | 0x7f => out.extend(format!("\\o{byte:03o}").bytes()),
        _ => out.push(byte),
    }
}

/// `PATTERN: ` or `HOLD:    ` and a text.
pub fn space(name: &str, text: &[u8]) -> Vec<u8> {
    let mut out = format!("{name:<9}").into_bytes();
    for &byte in text {
        match byte {
            b'\\' => out.extend(b"\\\\"),
            _ => show_byte(byte, &mut out),
        }
    }
    out.push(b'\n');
    out
}

/// Which spaces are shown after a command: pattern, hold.
pub fn shows(action: &Action) -> (bool, bool) {
    match action {
        Action::Substitute(_)
        | Action::Translate(_)
        | Action::Get
        | Action::GetAppend
        | Action::Next
        | Action::NextAppend
        | Action::Empty => (true, false),
        Action::Hold | Action::HoldAppend => (false, true),
        Action::Exchange => (true, true),
        _ => (false, false),
    }
}
