//! Scripts for `ed`, as `diff -e` writes them: no other commands are run.

use super::{Job, Session};
use crate::patch::hunk::{Lines, Malformed, number};

/// One command of a script.
struct Command<'p> {
    /// Lines that it is for, counted from 1.
    first: usize,
    last: usize,
    letter: u8,
    text: Vec<&'p [u8]>,
}

/// Takes the lines of a script, up to what is none of its commands.
pub(super) fn take<'p>(lines: &mut Lines<'p>) -> Vec<&'p [u8]> {
    let mut taken = Vec::new();
    while let Some(line) = lines.peek() {
        taken.push(line);
        lines.next();
        if matches!(letter(line), Some(b'a' | b'c' | b'i')) {
            while let Some(line) = lines.next() {
                taken.push(line);
                if line == b".\n" {
                    break;
                }
            }
        }
    }
    taken
}

fn letter(line: &[u8]) -> Option<u8> {
    command(line).map(|(_, _, letter)| letter)
}

/// First and last line, and the letter.
fn command(line: &[u8]) -> Option<(Option<usize>, Option<usize>, u8)> {
    let line = line.strip_suffix(b"\n").unwrap_or(line);
    if matches!(line, b"s/.//" | b"s/^\\.\\././") {
        return Some((None, None, b's'));
    }
    let (first, rest) = match number(line) {
        Some((first, rest)) => (Some(first), rest),
        None => (None, line),
    };
    let (last, rest) = match rest.strip_prefix(b",") {
        Some(rest) => {
            let (last, rest) = number(rest)?;
            (Some(last), rest)
        }
        None => (first, rest),
    };
    match rest {
        [letter @ (b'a' | b'c' | b'd' | b'i')] => Some((first, last, *letter)),
        b"s/.//" | b"s/^\\.\\././" => Some((first, last, b's')),
        b"w" | b"q" | b"" if first.is_none() => Some((None, None, b'w')),
        _ => None,
    }
}

fn failed() -> Malformed {
    Malformed(b"ed FAILED".to_vec())
}

/// Takes a script apart; an error if a command is not among those known.
fn commands<'p>(lines: &[&'p [u8]]) -> Result<Vec<Command<'p>>, Malformed> {
    let mut commands = Vec::new();
    let mut lines = lines.iter().copied();
    while let Some(line) = lines.next() {
        let (first, last, letter) = command(line).ok_or_else(failed)?;
        let mut text = Vec::new();
        if matches!(letter, b'a' | b'c' | b'i') {
            loop {
                match lines.next().ok_or_else(failed)? {
                    b".\n" => break,
                    line => text.push(line),
                }
            }
        }
        commands.push(Command {
            first: first.unwrap_or(usize::MAX),
            last: last.unwrap_or(usize::MAX),
            letter,
            text,
        });
    }
    Ok(commands)
}

/// The text after the commands.
fn edited(bytes: &[u8], commands: &[Command<'_>]) -> Result<Vec<u8>, Malformed> {
    let mut lines: Vec<Vec<u8>> = bytes
        .split_inclusive(|byte| *byte == b'\n')
        .map(<[u8]>::to_vec)
        .collect();
    if let Some(line) = lines.last_mut()
        && !line.ends_with(b"\n")
    {
        line.push(b'\n');
    }
    let mut current = lines.len();
    for command in commands {
        let here = |line: usize| if line == usize::MAX { current } else { line };
        let (first, last) = (here(command.first), here(command.last));
        let least = usize::from(!matches!(command.letter, b'a' | b'w'));
        if first < least || last < first || last > lines.len() {
            return Err(failed());
        }
        let text = || command.text.iter().map(|line| line.to_vec());
        match command.letter {
            b'a' => {
                lines.splice(last..last, text());
                current = last + command.text.len();
            }
            b'i' => {
                lines.splice(first - 1..first - 1, text());
                current = first - 1 + command.text.len();
            }
            b'c' | b'd' => {
                lines.splice(first - 1..last, text());
                current = match command.text.len() {
                    0 => first.min(lines.len()),
                    count => first - 1 + count,
                };
            }
            b's' => {
                for line in &mut lines[first - 1..last] {
                    if line.len() < 2 {
                        return Err(failed());
                    }
                    line.remove(0);
                }
                current = last;
            }
            _ => {}
        }
    }
    Ok(lines.concat())
}

impl Session<'_> {
    /// Runs a script on its file.
    pub(super) fn apply_script(
        &mut self,
        job: &mut Job<'_>,
        mode: Option<u32>,
    ) -> Result<(), Malformed> {
        let source = job.name.clone();
        let bytes = self.current(&source)?.unwrap_or_default();
        let script = job.script.as_deref().unwrap_or_default();
        let output = commands(script).and_then(|commands| edited(&bytes, &commands));
        if output.is_err() {
            self.say("?\n");
        }
        let output = output?;
        let result = self.config.output.clone().unwrap_or(source);
        if self.config.backup {
            self.back_up(&result)?;
        }
        let gone = output.is_empty() && self.config.remove_empty;
        self.place(&result, output, gone, mode)
    }
}
