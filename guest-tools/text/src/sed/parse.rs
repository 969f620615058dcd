//! From the text of a script to commands.

mod pieces;
mod substitution;
mod text;

use super::command::{Action, Address, Command, RangeState, Script};
use super::options::Options;
use super::run::PANIC;
use super::source::{Failure, Place, Source};
use super::substitute;
use pieces::{end_of_command, read_label, version};

/// Compiles the script.
///
/// # Errors
/// What is wrong with it.
pub fn parse(options: &Options) -> Result<Script, Failure> {
    let mut parser = Parser {
        options,
        script: Script {
            commands: Vec::new(),
            patterns: Vec::new(),
            writes: super::output::RESERVED.map(<[u8]>::to_vec).to_vec(),
            reads: Vec::new(),
            quiet: options.quiet,
        },
        blocks: Vec::new(),
        labels: Vec::new(),
        jumps: Vec::new(),
        open_text: None,
    };
    let mut expressions = 0;
    for (index, piece) in options.pieces.iter().enumerate() {
        if piece.file.is_none() {
            expressions += 1;
        }
        let mut source = Source::new(piece, expressions);
        parser.piece(&mut source, index == 0)?;
    }
    parser.finish()
}

pub struct Parser<'a> {
    pub options: &'a Options,
    script: Script,
    /// Open `{`: their commands and places.
    blocks: Vec<(usize, Place)>,
    labels: Vec<(Vec<u8>, usize)>,
    jumps: Vec<(Vec<u8>, usize)>,
    /// The text of the last command continues in the next piece.
    open_text: Option<Vec<u8>>,
}

impl Parser<'_> {
    fn piece(&mut self, source: &mut Source<'_>, first: bool) -> Result<(), Failure> {
        if self.open_text.is_some() {
            self.read_text(source, None);
        }
        loop {
            let byte = source.next();
            match byte {
                None => return Ok(()),
                Some(b';' | b' ' | b'\t' | b'\n' | b'\r' | 0x0b | 0x0c) => continue,
                _ => {}
            }
            self.command(source, byte, first)?;
        }
    }

    fn finish(mut self) -> Result<Script, Failure> {
        if let Some((_, place)) = self.blocks.last() {
            return place.fail("unmatched `{'");
        }
        if let Some(text) = self.open_text.take() {
            self.set_text(text);
        }
        let end = self.script.commands.len();
        for (label, at) in std::mem::take(&mut self.jumps) {
            let known = self.labels.iter().find(|(name, _)| *name == label);
            let target = match known {
                _ if label.is_empty() => end,
                Some((_, target)) => *target,
                None => {
                    let text = [b"can't find label for jump to `", label.as_slice(), b"'"];
                    return Err(Failure(text.concat(), PANIC));
                }
            };
            if let Some(
                Action::Branch(to)
                | Action::BranchIfReplaced(to)
                | Action::BranchUnlessReplaced(to),
            ) = self.script.commands.get_mut(at).map(|c| &mut c.action)
            {
                *to = target;
            }
        }
        Ok(self.script)
    }

    fn command(
        &mut self,
        source: &mut Source<'_>,
        byte: Option<u8>,
        first: bool,
    ) -> Result<(), Failure> {
        let (from, to, mut byte) = self.addresses(source, byte)?;
        let negated = byte == Some(b'!');
        if negated {
            byte = source.next_nonblank();
            if byte == Some(b'!') {
                return source.fail("multiple `!'s");
            }
        }
        let two = to.is_some();
        let addressed = from.is_some();
        let mut command = Command {
            from,
            to,
            negated,
            range: RangeState::Inactive,
            shown: vec![byte.unwrap_or(0)],
            action: Action::Nothing,
        };
        let Some(letter) = byte else {
            return source.fail("missing command");
        };
        if self.options.posix {
            if two && matches!(letter, b'=' | b'a' | b'i' | b'l' | b'r') {
                return source.fail(ONE_ADDRESS);
            }
            // Commands that POSIX does not have.
            if matches!(
                letter,
                b'e' | b'F' | b'Q' | b'R' | b'T' | b'v' | b'W' | b'z'
            ) {
                return source.fail([b"unknown command: `".as_slice(), &[letter], b"'"].concat());
            }
        }
        match letter {
            b'#' => {
                if addressed {
                    return source.fail("comments don't accept any addresses");
                }
                let start = first && source.position() == 1;
                let mut byte = source.next();
                // Whatever else the comment says.
                self.script.quiet |= byte == Some(b'n') && start;
                while !matches!(byte, None | Some(b'\n')) {
                    byte = source.next();
                }
                return Ok(());
            }
            b'v' => {
                let wanted = read_label(source);
                return version(source, wanted.trim_ascii());
            }
            b'{' => {
                self.blocks
                    .push((self.script.commands.len(), source.place()));
                command.action = Action::Block(0);
            }
            b'}' => {
                let Some((open, _)) = self.blocks.pop() else {
                    return source.fail("unexpected `}'");
                };
                if addressed {
                    return source.fail("`}' doesn't want any addresses");
                }
                end_of_command(source)?;
                let end = self.script.commands.len();
                if let Some(Action::Block(target)) =
                    self.script.commands.get_mut(open).map(|c| &mut c.action)
                {
                    *target = end;
                }
            }
            b'e' => {
                if self.options.sandbox {
                    return source.fail(SANDBOX);
                }
                let text = rest_of_line(source);
                command.shown = [b"e ".as_slice(), &text].concat();
                command.action = Action::Execute(text);
            }
            b'a' | b'i' | b'c' => {
                command.action = match letter {
                    b'a' => Action::Append(Vec::new()),
                    b'i' => Action::Insert(Vec::new()),
                    _ => Action::Change(Vec::new()),
                };
                let byte = source.next_nonblank();
                if byte.is_none() {
                    return source.fail(EXPECTED_TEXT);
                }
                self.script.commands.push(command);
                return self.start_text(source, byte);
            }
            b':' => {
                if addressed {
                    return source.fail(": doesn't want any addresses");
                }
                let label = read_label(source);
                if label.is_empty() {
                    return source.fail("\":\" lacks a label");
                }
                command.shown.extend_from_slice(&label);
                if !self.labels.iter().any(|(name, _)| *name == label) {
                    self.labels.push((label, self.script.commands.len()));
                }
            }
            b'b' | b't' | b'T' => {
                let label = read_label(source);
                if !label.is_empty() {
                    command.shown = [&[letter, b' '], label.as_slice()].concat();
                }
                self.jumps.push((label, self.script.commands.len()));
                command.action = match letter {
                    b'b' => Action::Branch(0),
                    b't' => Action::BranchIfReplaced(0),
                    _ => Action::BranchUnlessReplaced(0),
                };
            }
            b'q' | b'Q' | b'l' => {
                if two && letter != b'l' {
                    return source.fail(ONE_ADDRESS);
                }
                let byte = source.next_nonblank();
                let number = match byte {
                    Some(digit @ b'0'..=b'9') if !self.options.posix => Some(source.number(digit)),
                    _ => {
                        source.back(byte);
                        None
                    }
                };
                end_of_command(source)?;
                if let Some(number) = number {
                    command.shown.extend(format!(" {number}").bytes());
                }
                let code = i32::try_from(number.unwrap_or(0) & 0xff).unwrap_or(0);
                command.action = match letter {
                    b'q' => Action::Quit(code),
                    b'Q' => Action::QuitSilently(code),
                    _ => Action::List(number),
                };
            }
            b'r' | b'R' | b'w' | b'W' => {
                let name = self.file_name(source)?;
                if matches!(letter, b'r' | b'R') {
                    command.shown.push(b' ');
                }
                command.shown.extend_from_slice(&name);
                command.action = match letter {
                    b'r' => Action::ReadFile(name),
                    b'R' => Action::ReadLine(index_of(&mut self.script.reads, name)),
                    b'w' => Action::Write(index_of(&mut self.script.writes, name)),
                    _ => Action::WriteFirst(index_of(&mut self.script.writes, name)),
                };
            }
            b's' => {
                let (action, shown) = self.substitution(source)?;
                (command.action, command.shown) = (action, shown);
            }
            b'y' => {
                let unterminated = "unterminated `y' command";
                let delimiter = source.next();
                let from = self.delimited(source, delimiter, false, unterminated)?;
                let to = self.delimited(source, delimiter, false, unterminated)?;
                let Some(made) = substitute::translation(&from, &to, self.options.unicode) else {
                    return source.fail("strings for `y' command are different lengths");
                };
                end_of_command(source)?;
                command.shown = [b"y/", from.as_slice(), b"/", &to, b"/"].concat();
                command.action = Action::Translate(Box::new(made));
            }
            _ => {
                let Some(action) = plain(letter) else {
                    return source
                        .fail([b"unknown command: `".as_slice(), &[letter], b"'"].concat());
                };
                end_of_command(source)?;
                command.action = action;
            }
        }
        self.script.commands.push(command);
        Ok(())
    }

    fn addresses(
        &mut self,
        source: &mut Source<'_>,
        byte: Option<u8>,
    ) -> Result<Addresses, Failure> {
        let Some(from) = self.address(source, byte)? else {
            return Ok((None, None, byte));
        };
        let mut byte = source.next_nonblank();
        let mut to = None;
        if byte == Some(b',') {
            let byte_after = source.next_nonblank();
            to = self.end(source, byte_after)?;
            if to.is_none() {
                return source.fail("unexpected `,'");
            }
            byte = source.next_nonblank();
        }
        let regex_end = matches!(to, Some(super::command::End::Regex(_)));
        if matches!(from, Address::Line(0)) && (!regex_end || self.options.posix) {
            return source.fail("invalid usage of line address 0");
        }
        Ok((Some(from), to, byte))
    }
}

/// Both addresses of a command, and the byte after them.
type Addresses = (Option<Address>, Option<super::command::End>, Option<u8>);

const EXPECTED_TEXT: &str = "expected \\ after `a', `c' or `i'";
const ONE_ADDRESS: &str = "command only uses one address";
const SANDBOX: &str = "e/r/w commands disabled in sandbox mode";

fn plain(letter: u8) -> Option<Action> {
    Some(match letter {
        b'=' => Action::Number,
        b'd' => Action::Delete,
        b'D' => Action::DeleteFirst,
        b'F' => Action::FileName,
        b'g' => Action::Get,
        b'G' => Action::GetAppend,
        b'h' => Action::Hold,
        b'H' => Action::HoldAppend,
        b'n' => Action::Next,
        b'N' => Action::NextAppend,
        b'p' => Action::Print,
        b'P' => Action::PrintFirst,
        b'x' => Action::Exchange,
        b'z' => Action::Empty,
        _ => return None,
    })
}

fn index_of(names: &mut Vec<Vec<u8>>, name: Vec<u8>) -> usize {
    match names.iter().position(|known| *known == name) {
        Some(index) => index,
        None => {
            names.push(name);
            names.len() - 1
        }
    }
}

/// What stands behind a letter up to the end of the line.
fn rest_of_line(source: &mut Source<'_>) -> Vec<u8> {
    let mut text = Vec::new();
    let mut byte = source.next_nonblank();
    while let Some(read) = byte.filter(|byte| *byte != b'\n') {
        text.push(read);
        byte = source.next();
    }
    text
}
