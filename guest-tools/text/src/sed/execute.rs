//! Runs a compiled script over the input: one cycle for each line.

mod reader;
mod select;

use super::bulk::Plan;
use super::command::{Action, Command, CompiledPattern, RangeState, Script, Substitution};
use super::debug::{self, Listing};
use super::input::Input;
use super::list;
use super::options::Options;
use super::output::Outputs;
use super::substitute::substitute;
use crate::cli::Context;
use crate::shell;
use crate::sys::{Errno, File, OpenHow};
use reader::Reader;
use select::reset;
use wardian_posix_regex::Span;

/// A script at work.
pub struct Machine<'a> {
    context: &'a Context<'a>,
    pub options: &'a Options,
    pub patterns: Vec<CompiledPattern>,
    pub quiet: bool,
    pub input: Input,
    pub outputs: &'a mut Outputs,
    /// The pattern space.
    space: Text,
    hold: Text,
    /// What is written before the next line is read.
    queue: Vec<Queued>,
    /// An `s` has replaced something since the last line or `t`.
    replaced: bool,
    last_pattern: Option<usize>,
    /// Open files of `R`.
    reads: Vec<(Vec<u8>, Option<Reader>)>,
    pub scratch: Vec<u8>,
    pub groups: Vec<Option<Span>>,
    pub plan: Option<Plan>,
    /// For `--debug`.
    listing: Option<Listing>,
}

/// A line in hand.
struct Text {
    bytes: Vec<u8>,
    /// Its end was there, not just the end of the file.
    complete: bool,
}

enum Queued {
    Text(Vec<u8>),
    File(Vec<u8>),
    /// A line of `R`, its end included.
    Line(Vec<u8>),
}

/// How a pass through the script ended.
enum Ended {
    /// At its end, or by `b`.
    Script,
    /// The pattern space is deleted.
    Deleted,
    /// By `D`, with something left in the pattern space.
    Restart,
    /// By `q`.
    Quit(i32),
    /// At once, with no more output.
    Silent(i32),
}

impl<'a> Machine<'a> {
    pub fn new(
        context: &'a Context<'a>,
        options: &'a Options,
        script: Script,
        input: Input,
        outputs: &'a mut Outputs,
    ) -> Machine<'a> {
        let text = || Text {
            bytes: Vec::new(),
            complete: true,
        };
        Machine {
            context,
            options,
            patterns: script.patterns,
            quiet: script.quiet,
            input,
            outputs,
            space: text(),
            hold: text(),
            queue: Vec::new(),
            replaced: false,
            last_pattern: None,
            reads: script.reads.into_iter().map(|name| (name, None)).collect(),
            scratch: Vec::new(),
            groups: Vec::new(),
            plan: None,
            listing: None,
        }
    }

    /// Runs the script to the end of the input; gives the exit code.
    pub fn run(&mut self, commands: &mut [Command]) -> Result<i32, i32> {
        for reader in &mut self.reads {
            reader.1 = Reader::open(&reader.0);
        }
        if self.options.debug {
            let listing = Listing::new(commands, &self.patterns);
            self.show(&listing.program());
            self.listing = Some(listing);
        } else if !self.options.unbuffered && self.options.end == b'\n' {
            self.plan = Plan::new(commands, &self.patterns, self.quiet);
        }
        reset(commands);
        while self.next_line(commands)? {
            let mut restarted = false;
            loop {
                if self.options.debug && !restarted {
                    let name = match self.input.name.as_slice() {
                        b"-" => b"STDIN",
                        name => name,
                    };
                    let number = self.input.line_number.to_string();
                    let text = [b"INPUT:   '", name, b"' line ", number.as_bytes(), b"\n"];
                    self.show(&text.concat());
                }
                if self.options.debug {
                    self.show(&debug::space("PATTERN:", &self.space.bytes));
                }
                let ended = self.execute(commands)?;
                restarted = matches!(ended, Ended::Restart);
                let in_cycle = matches!(ended, Ended::Script | Ended::Deleted);
                if self.options.debug && in_cycle {
                    self.show(b"END-OF-CYCLE:\n");
                }
                if matches!(ended, Ended::Script | Ended::Quit(_)) && !self.quiet {
                    self.print();
                }
                if let Ended::Silent(code) = ended {
                    return Ok(code);
                }
                self.dump_queue();
                if let Ended::Quit(_) = ended {
                    self.outputs.main().end_line(self.options.end);
                }
                if self.options.unbuffered {
                    self.outputs.flush_main();
                }
                match ended {
                    Ended::Quit(code) => return Ok(code),
                    Ended::Restart => {}
                    _ => break,
                }
            }
            if self.outputs.failed() {
                break;
            }
        }
        Ok(0)
    }

    /// Closes the input; whether some of it could not be read.
    pub fn finish(&mut self) -> Result<bool, i32> {
        self.input.give_back();
        self.outputs.edited(self.context, self.options)?;
        Ok(self.input.failed)
    }

    /// Reads the line of the next cycle.
    fn next_line(&mut self, commands: &mut [Command]) -> Result<bool, i32> {
        if self.plan.is_some() {
            self.pass_over()?;
        }
        self.space.bytes.clear();
        self.replaced = false;
        self.read(commands)
    }

    /// Adds a line to the pattern space; whether there was one.
    fn read(&mut self, commands: &mut [Command]) -> Result<bool, i32> {
        self.dump_queue();
        let line = &mut self.space.bytes;
        let read = self
            .input
            .read_line(line, self.outputs, self.context, self.options)?;
        if self.input.restarted {
            self.input.restarted = false;
            reset(commands);
        }
        if let Some(complete) = read {
            self.space.complete = complete;
        }
        Ok(read.is_some())
    }

    fn at_end(&mut self) -> Result<bool, i32> {
        self.input.at_end(self.outputs, self.context, self.options)
    }

    /// Whether there is no line for `n` and `N`: in separate files the next
    /// file goes on.
    fn no_more(&mut self) -> Result<bool, i32> {
        Ok(self.at_end()? && (!self.options.separate || self.input.is_last_file()))
    }

    fn execute(&mut self, commands: &mut [Command]) -> Result<Ended, i32> {
        let end = self.options.end;
        let mut at = 0;
        let mut debugged = commands.len();
        while at < commands.len() {
            if self.options.debug && debugged < commands.len() {
                self.show_spaces(&commands[debugged].action);
            }
            debugged = at;
            if let Some(listing) = &self.listing {
                let line = [b"COMMAND: ".as_slice(), &listing.line(at)].concat();
                self.show(&line);
            }
            let command = &mut commands[at];
            at += 1;
            let selected = match command.from {
                None => !command.negated,
                Some(_) => self.selects(command)? != command.negated,
            };
            if !selected {
                debugged = usize::MAX;
                if let Action::Block(target) = command.action {
                    at = target;
                }
                continue;
            }
            match &command.action {
                Action::Block(_) | Action::Nothing => {}
                Action::Append(text) => self.queue.push(Queued::Text(text.clone())),
                Action::Insert(text) => {
                    let line = text.split_last().map_or(b"".as_slice(), |(_, line)| line);
                    if !text.is_empty() {
                        self.outputs.main().put_line(line, true, end);
                    }
                }
                Action::Change(text) => {
                    let inside = matches!(command.range, RangeState::Active(_));
                    if command.to.is_none() || command.negated || !inside {
                        let body = text.strip_suffix(b"\n").unwrap_or(text);
                        self.outputs.main().put_line(body, true, end);
                    }
                    return Ok(Ended::Deleted);
                }
                Action::Branch(target) => at = *target,
                Action::BranchIfReplaced(target) => {
                    if std::mem::take(&mut self.replaced) {
                        at = *target;
                    }
                }
                Action::BranchUnlessReplaced(target) => {
                    if !std::mem::take(&mut self.replaced) {
                        at = *target;
                    }
                }
                Action::Delete => return Ok(Ended::Deleted),
                Action::DeleteFirst => {
                    let Some(cut) = memchr::memchr(end, &self.space.bytes) else {
                        return Ok(Ended::Deleted);
                    };
                    self.space.bytes.drain(..=cut);
                    return Ok(Ended::Restart);
                }
                Action::Execute(text) if text.is_empty() => {
                    self.run_space();
                    self.space.complete = true;
                }
                Action::Execute(text) => {
                    let text = text.clone();
                    self.outputs.flush_main();
                    let output = shell::output_of(&text).unwrap_or_default();
                    self.outputs.main().put(&output, end);
                }
                Action::FileName => {
                    let name = [self.input.name.as_slice(), &[end]].concat();
                    self.outputs.main().put(&name, end);
                }
                Action::Get => self.space.copy(&self.hold),
                Action::GetAppend => self.space.append(&self.hold, end),
                Action::Hold => self.hold.copy(&self.space),
                Action::HoldAppend => self.hold.append(&self.space, end),
                Action::List(width) => {
                    let mut shown = std::mem::take(&mut self.scratch);
                    shown.clear();
                    let width = width.unwrap_or(self.options.line_length);
                    list::list(&self.space.bytes, width, end, &mut shown);
                    self.outputs.main().put(&shown, end);
                    self.scratch = shown;
                }
                Action::Next => {
                    if self.no_more()? {
                        return Ok(Ended::Script);
                    }
                    if !self.quiet {
                        self.print();
                    }
                    self.space.bytes.clear();
                    self.read(commands)?;
                }
                Action::NextAppend => {
                    if self.no_more()? {
                        return Ok(match self.options.posix_rules {
                            true => Ended::Deleted,
                            false => Ended::Script,
                        });
                    }
                    self.space.bytes.push(end);
                    self.read(commands)?;
                }
                Action::Number => {
                    let number = self.input.line_number.to_string();
                    self.outputs.main().put_line(number.as_bytes(), true, end);
                }
                Action::Print => self.print(),
                Action::PrintFirst => {
                    let cut = memchr::memchr(end, &self.space.bytes);
                    let (line, complete) = match cut {
                        Some(cut) => (&self.space.bytes[..cut], true),
                        None => (self.space.bytes.as_slice(), self.space.complete),
                    };
                    self.outputs.main().put_line(line, complete, end);
                }
                Action::Quit(code) => return Ok(Ended::Quit(*code)),
                Action::QuitSilently(code) => return Ok(Ended::Silent(*code)),
                Action::ReadFile(name) => self.queue.push(Queued::File(name.clone())),
                Action::ReadLine(index) => {
                    self.outputs.flush_files();
                    let reader = self.reads[*index].1.as_mut();
                    if let Some(line) = reader.and_then(|reader| reader.line(end)) {
                        self.queue.push(Queued::Line(line));
                    }
                }
                Action::Substitute(substitution) => self.substitute(substitution)?,
                Action::Translate(table) => {
                    table.apply(&mut self.space.bytes, self.options.unicode);
                }
                Action::Write(index) => {
                    let sink = self.outputs.sink(*index);
                    sink.write_line(&self.space.bytes, self.space.complete, end);
                }
                Action::WriteFirst(index) => {
                    let cut = memchr::memchr(end, &self.space.bytes);
                    let (line, complete) = match cut {
                        Some(cut) => (&self.space.bytes[..cut], true),
                        None => (self.space.bytes.as_slice(), self.space.complete),
                    };
                    self.outputs.sink(*index).write_line(line, complete, end);
                }
                Action::Exchange => std::mem::swap(&mut self.space, &mut self.hold),
                Action::Empty => self.space.bytes.clear(),
            }
        }
        if self.options.debug && debugged < commands.len() {
            self.show_spaces(&commands[debugged].action);
        }
        Ok(Ended::Script)
    }

    /// Writes a part of `--debug`.
    fn show(&mut self, text: &[u8]) {
        self.outputs.main().put(text, self.options.end);
    }

    fn show_spaces(&mut self, action: &Action) {
        let (pattern, hold) = debug::shows(action);
        if pattern {
            self.show(&debug::space("PATTERN:", &self.space.bytes));
        }
        if hold {
            self.show(&debug::space("HOLD:", &self.hold.bytes));
        }
    }

    /// Puts what the pattern space prints as a command in its place.
    fn run_space(&mut self) {
        self.outputs.flush_main();
        self.outputs.flush_files();
        let mut output = shell::output_of(&self.space.bytes).unwrap_or_default();
        if output.last() == Some(&self.options.end) {
            output.pop();
        }
        self.space.bytes = output;
    }

    fn print(&mut self) {
        let Text { bytes, complete } = &self.space;
        self.outputs
            .main()
            .put_line(bytes, *complete, self.options.end);
    }

    fn dump_queue(&mut self) {
        if self.queue.is_empty() {
            return;
        }
        let end = self.options.end;
        for queued in std::mem::take(&mut self.queue) {
            match queued {
                Queued::Text(text) | Queued::Line(text) => self.outputs.main().put(&text, end),
                Queued::File(name) => {
                    self.outputs.main().end_line(end);
                    self.outputs.flush_files();
                    let file = match name.as_slice() {
                        b"/dev/stdin" => Ok(File::stdin()),
                        path => File::open(path, OpenHow::READ),
                    };
                    let Ok(file) = file else {
                        continue;
                    };
                    let mut block = vec![0; 64 * 1024];
                    loop {
                        match file.read(&mut block) {
                            Ok(0) => break,
                            Ok(length) => self.outputs.main().put(&block[..length], end),
                            Err(Errno::Intr) => {}
                            Err(_) => break,
                        }
                    }
                }
            }
        }
    }

    fn substitute(&mut self, substitution: &Substitution) -> Result<(), i32> {
        let pattern = self.used(substitution.pattern)?;
        if self.options.debug {
            let regex = &mut self.patterns[pattern].regex;
            if regex.captures_at(&self.space.bytes, 0, &mut self.groups) {
                let shown = debug::registers(&self.space.bytes, &self.groups);
                self.show(&shown);
            }
        }
        self.scratch.clear();
        if !substitute(
            substitution,
            &mut self.patterns[pattern].regex,
            &self.space.bytes,
            self.options.unicode,
            &mut self.groups,
            &mut self.scratch,
        ) {
            return Ok(());
        }
        std::mem::swap(&mut self.space.bytes, &mut self.scratch);
        self.replaced = true;
        if substitution.execute {
            self.run_space();
        }
        if substitution.print {
            self.print();
        }
        if let Some(index) = substitution.write {
            let sink = self.outputs.sink(index);
            sink.write_line(&self.space.bytes, self.space.complete, self.options.end);
        }
        Ok(())
    }

    /// Passes over lines that the script leaves alone.
    fn pass_over(&mut self) -> Result<(), i32> {
        let Some(mut plan) = self.plan.take() else {
            return Ok(());
        };
        if self.queue.is_empty() {
            plan.pass_over(self);
        }
        self.plan = Some(plan);
        Ok(())
    }
}

impl Text {
    fn copy(&mut self, other: &Text) {
        self.bytes.clone_from(&other.bytes);
        self.complete = other.complete;
    }

    fn append(&mut self, other: &Text, end: u8) {
        self.bytes.push(end);
        self.bytes.extend_from_slice(&other.bytes);
        self.complete = other.complete;
    }
}
