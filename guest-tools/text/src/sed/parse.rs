//! From the text of a script to commands.

use super::command::{
    Action, Address, Command, CompiledPattern, Lines, Pattern, RangeState, Script, Substitution,
};
use super::escape;
use super::options::Options;
use super::replacement::Replacement;
use super::run::PANIC;
use super::source::{Failure, Place, Source};
use super::substitute;
use wardian_posix_regex as posix;

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
                return version(source, &wanted);
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
                    return source.fail("} doesn't want any addresses");
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
                return source.fail(match self.options.sandbox {
                    true => SANDBOX,
                    false => "the `e' command is not available: scripts start no programs",
                });
            }
            b'a' | b'i' | b'c' => {
                command.action = match letter {
                    b'a' => Action::Append(Vec::new()),
                    b'i' => Action::Insert(Vec::new()),
                    _ => Action::Change(Vec::new()),
                };
                let byte = source.next_nonblank();
                if byte.is_none() {
                    return source.fail("expected \\ after `a', `c' or `i'");
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
                    return source.fail("command only uses one address");
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

    /// The text after `a`, `i` or `c`, from its first byte.
    fn start_text(&mut self, source: &mut Source<'_>, byte: Option<u8>) -> Result<(), Failure> {
        self.open_text = Some(Vec::new());
        if byte != Some(b'\\') {
            self.read_text(source, byte);
            return Ok(());
        }
        match source.next() {
            None if self.options.posix => return source.fail("incomplete command"),
            None => {}
            Some(b'\n') => self.read_text(source, None),
            // An escape may start the text.
            Some(b'\\') => {
                source.back(Some(b'\\'));
                self.read_text(source, None);
            }
            byte => self.read_text(source, byte),
        }
        Ok(())
    }

    /// Reads text up to a line's end without a backslash.
    fn read_text(&mut self, source: &mut Source<'_>, lead: Option<u8>) {
        let mut made = self.open_text.take().unwrap_or_default();
        // The first byte of one-line text is never part of an escape.
        made.extend(lead);
        let mut text = Vec::new();
        let mut byte = source.next();
        if lead.is_none() && byte.is_none() {
            // Still nothing: the next piece goes on.
            self.open_text = Some(made);
            return;
        }
        let mut open = false;
        while let Some(read) = byte {
            match read {
                b'\n' => break,
                b'\\' => match source.next() {
                    Some(next) => text.extend([b'\\', next]),
                    None => open = true,
                },
                _ => text.push(read),
            }
            byte = source.next();
        }
        text.push(b'\n');
        made.extend(escape::in_text(&text));
        match open {
            true => self.open_text = Some(made),
            false => self.set_text(made),
        }
    }

    fn set_text(&mut self, made: Vec<u8>) {
        if let Some(Action::Append(text) | Action::Insert(text) | Action::Change(text)) =
            self.script.commands.last_mut().map(|c| &mut c.action)
        {
            *text = made;
        }
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

    fn substitution(&mut self, source: &mut Source<'_>) -> Result<(Action, Vec<u8>), Failure> {
        let unterminated = "unterminated `s' command";
        let delimiter = source.next();
        let pattern = self.delimited(source, delimiter, true, unterminated)?;
        let replacement = self.delimited(source, delimiter, false, unterminated)?;
        let mut made = Substitution {
            pattern: None,
            replacement: Replacement::new(&replacement, self.options.posix),
            global: false,
            number: 0,
            print: false,
            write: None,
        };
        let (mut ignore_case, mut multi_line) = (false, false);
        let mut file = Vec::new();
        loop {
            let byte = source.next();
            match byte {
                Some(b'i' | b'I' | b'm' | b'M' | b'e') if self.options.posix => {
                    return source.fail("unknown option to `s'");
                }
                Some(b'i' | b'I') => ignore_case = true,
                Some(b'm' | b'M') => multi_line = true,
                Some(b'e') => {
                    return source.fail(match self.options.sandbox {
                        true => SANDBOX,
                        false => "the `e' option is not available: scripts start no programs",
                    });
                }
                Some(b'p') if made.print => {
                    return source.fail("multiple `p' options to `s' command");
                }
                Some(b'p') => made.print = true,
                Some(b'g') if made.global => {
                    return source.fail("multiple `g' options to `s' command");
                }
                Some(b'g') => made.global = true,
                Some(b'w') => {
                    let name = self.file_name(source)?;
                    file.clone_from(&name);
                    made.write = Some(index_of(&mut self.script.writes, name));
                    break;
                }
                Some(digit @ b'0'..=b'9') => {
                    if made.number > 0 {
                        return source.fail("multiple number options to `s' command");
                    }
                    made.number = source.number(digit);
                    if made.number == 0 {
                        return source.fail("number option to `s' command may not be zero");
                    }
                }
                Some(b'}' | b'#') => {
                    source.back(byte);
                    break;
                }
                None | Some(b'\n' | b';') => break,
                Some(b' ' | b'\t' | b'\r' | 0x0b | 0x0c) => {}
                _ => return source.fail("unknown option to `s'"),
            }
        }
        let mut shown = [replacement.as_slice(), b"/"].concat();
        shown.extend(ignore_case.then_some(b'i'));
        shown.extend(multi_line.then_some(b'm'));
        shown.extend(made.global.then_some(b'g'));
        shown.extend(made.print.then_some(b'p'));
        if made.number > 0 {
            shown.extend(made.number.to_string().bytes());
        }
        if made.write.is_some() {
            shown.push(b'w');
            shown.extend_from_slice(&file);
        }
        made.number = made.number.max(1);
        made.pattern = self.pattern(source, &pattern, ignore_case, multi_line)?;
        if let Some(index) = made.pattern {
            let groups = self.script.patterns[index].regex.groups();
            let named = made.replacement.groups;
            if named > groups {
                return source.fail(format!("invalid reference \\{named} on `s' command's RHS"));
            }
        }
        Ok((Action::Substitute(Box::new(made)), shown))
    }

    /// Compiles a regular expression.
    pub fn pattern(
        &mut self,
        source: &Source<'_>,
        text: &[u8],
        ignore_case: bool,
        multi_line: bool,
    ) -> Result<Pattern, Failure> {
        if text.is_empty() {
            if ignore_case || multi_line {
                return source.fail("cannot specify modifiers on empty regexp");
            }
            return Ok(None);
        }
        let text = escape::in_pattern(text);
        let end = self.options.end;
        let whole = posix::Options {
            extended: self.options.extended,
            ignore_case,
            unicode: self.options.unicode,
            multi_line: multi_line && end == b'\n',
            // Without newlines for ends, the lines of a text are between NULs.
            lines: (multi_line && end != b'\n').then_some(end),
            strict: true,
        };
        let regex = match posix::Regex::new(&text, &whole) {
            Ok(regex) => regex,
            Err(error) if error.0.starts_with("character class syntax") => {
                return Err(Failure(error.0.as_bytes().to_vec(), PANIC));
            }
            Err(error) => return source.fail(error.0),
        };
        let lines = posix::Options {
            lines: Some(end),
            multi_line: false,
            ..whole
        };
        // What can take a line's end as a character is not searched for in
        // many lines at once.
        let lines = match end == b'\n' && !text.contains(&end) && regex.is_automaton() {
            true => Lines::Source(text.clone(), lines),
            false => Lines::None,
        };
        self.script.patterns.push(CompiledPattern {
            text,
            ignore_case,
            multi_line,
            regex,
            lines,
        });
        Ok(Some(self.script.patterns.len() - 1))
    }

    /// What stands before the next delimiter. In a regular expression, a
    /// delimiter within brackets is a character.
    pub fn delimited(
        &self,
        source: &mut Source<'_>,
        delimiter: Option<u8>,
        regex: bool,
        unterminated: &str,
    ) -> Result<Vec<u8>, Failure> {
        let Some(delimiter) = delimiter.filter(|d| !matches!(d, b'\n' | b'\\')) else {
            return source.fail(unterminated);
        };
        let mut out = Vec::new();
        // Where the bracket expression starts that is open.
        let mut bracket: Option<usize> = None;
        loop {
            let byte = source.next();
            match byte {
                Some(byte) if byte == delimiter && bracket.is_none() => return Ok(out),
                Some(b'\\') => match source.next() {
                    Some(b'n') if regex && delimiter != b'n' => out.push(b'\n'),
                    Some(b'\n') if regex => out.push(b'\n'),
                    Some(byte) if byte == delimiter && bracket.is_some() => {
                        out.extend([b'\\', byte]);
                    }
                    Some(byte) if byte == delimiter && (regex || byte != b'&') => out.push(byte),
                    // It does not escape a bracket's end.
                    Some(b']') if bracket.is_some() => {
                        out.extend(b"\\]");
                        bracket = None;
                    }
                    Some(byte) => out.extend([b'\\', byte]),
                    None => return source.fail(unterminated),
                },
                Some(b'\n') | None => {
                    source.back(byte);
                    return source.fail(unterminated);
                }
                Some(byte) => {
                    out.push(byte);
                    match (bracket, byte) {
                        (None, b'[') if regex => bracket = Some(out.len()),
                        (Some(start), b']') if closes(&out[start..]) => bracket = None,
                        _ => {}
                    }
                }
            }
        }
    }

    fn file_name(&self, source: &mut Source<'_>) -> Result<Vec<u8>, Failure> {
        if self.options.sandbox {
            return source.fail(SANDBOX);
        }
        let mut name = Vec::new();
        let mut byte = source.next_nonblank();
        while let Some(read) = byte.filter(|byte| *byte != b'\n') {
            name.push(read);
            byte = source.next();
        }
        match name.is_empty() {
            true => source.fail("missing filename in r/R/w/W commands"),
            false => Ok(name),
        }
    }
}

/// Both addresses of a command, and the byte after them.
type Addresses = (Option<Address>, Option<super::command::End>, Option<u8>);

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

fn read_label(source: &mut Source<'_>) -> Vec<u8> {
    let mut label = Vec::new();
    let mut byte = source.next_nonblank();
    loop {
        match byte {
            None => return label,
            Some(b'\n' | b' ' | b'\t' | b'\r' | 0x0b | 0x0c | b';' | b'}') => {
                source.back(byte);
                return label;
            }
            Some(read) => label.push(read),
        }
        byte = source.next();
    }
}

/// Whether the last `]` of what follows a `[` ends the bracket expression.
fn closes(body: &[u8]) -> bool {
    let body = &body[..body.len() - 1];
    let body = body.strip_prefix(b"^").unwrap_or(body);
    if body.is_empty() {
        return false;
    }
    // `[:`, `[.` and `[=` run to their own ends.
    let open = body
        .windows(2)
        .rposition(|pair| matches!(pair, [b'[', b':' | b'.' | b'=']));
    match open {
        Some(open) => {
            let end = [body[open + 1], b']'];
            body[open + 2..].windows(2).any(|pair| pair == end)
        }
        None => true,
    }
}

fn end_of_command(source: &mut Source<'_>) -> Result<(), Failure> {
    let byte = source.next_nonblank();
    match byte {
        Some(b'}' | b'#') => source.back(byte),
        None | Some(b'\n' | b';') => {}
        _ => return source.fail("extra characters after command"),
    }
    Ok(())
}

/// `v`: asks for this version of GNU sed at least.
fn version(source: &Source<'_>, wanted: &[u8]) -> Result<(), Failure> {
    let newer = "expected newer version of sed";
    let text = std::str::from_utf8(wanted).unwrap_or("x");
    let mut numbers = [0; 3];
    if !text.is_empty() {
        for (index, part) in text.split('.').enumerate() {
            match (part.parse::<u32>(), numbers.get_mut(index)) {
                (Ok(number), Some(place)) => *place = number,
                _ => return source.fail(newer),
            }
        }
    }
    match numbers > [4, 9, 0] {
        true => source.fail(newer),
        false => Ok(()),
    }
}
