//! Reading and running scripts: strings, files, standard input.

use std::rc::Rc;

use super::Shell;
use super::flow::{Flow, Run};
use crate::ast::List;
use crate::history::Lines;
use crate::lexer::Input;
use crate::parser::{ErrorKind, Parser, SyntaxError};
use crate::sys::{self, Errno, OpenMode};

impl Shell {
    /// Runs a script line by line: each is executed before the next is read.
    /// `last`: nothing follows it in this process.
    pub fn run_input(&mut self, input: &mut Input, last: bool) -> Run {
        let mut status = 0;
        let mut lines = None;
        loop {
            if self.interactive && !self.command_string {
                self.before_prompt()?;
            }
            self.command_number += 1;
            let parsed = if self.options.history || lines.is_some() {
                let lines = lines.get_or_insert_with(|| Lines::over(input));
                lines.begin(self, input);
                let parsed = self.parse_next(input);
                lines.end(self);
                parsed
            } else {
                self.parse_next(input)
            };
            let list = match parsed {
                Ok(Some(list)) => list,
                Ok(None) => return Ok(status),
                Err(error) => {
                    self.ended_early |= error.at_end();
                    self.syntax_error(&error);
                    if matches!(error.kind, ErrorKind::Condition(_)) && !self.interactive {
                        return Ok(status);
                    }
                    self.status = 2;
                    if error.element {
                        self.status = 1;
                        status = 1;
                        // The line goes with it.
                        while !matches!(input.cur(), 0 | b'\n') {
                            input.bump();
                        }
                        continue;
                    }
                    if self.interactive {
                        input.pos = input.src.len();
                        continue;
                    }
                    self.syntax_failed = true;
                    return Err(Flow::Exit(2));
                }
            };
            if self.options.noexec && !self.interactive {
                continue;
            }
            let ends = last && at_end(input);
            self.tail = ends;
            let result = self.run_list(&list);
            self.tail = false;
            if ends && !self.options.verbose {
                // The end of the process frees the tree.
                std::mem::forget(list);
                if result.is_ok() {
                    return result;
                }
            }
            match result {
                Ok(last) => status = last,
                Err(Flow::Discard(failed)) if self.subshell == 0 => {
                    status = failed;
                    self.status = failed;
                    self.errexit_ignored = 0;
                    self.loop_depth = 0;
                }
                Err(flow) => return Err(flow),
            }
        }
    }

    fn parse_next(&mut self, input: &mut Input) -> Result<Option<List>, Box<SyntaxError>> {
        let options = self.parse_options();
        let verbose = (self.options.verbose && !self.restoring).then_some(input.pos);
        let mut parser = Parser::new(input, &mut self.vars, &self.aliases, options);
        let list = parser.parse_line();
        let warnings = std::mem::take(&mut parser.warnings);
        for (line, first, delimiter) in warnings {
            self.ended_early = true;
            self.line = line;
            let text = format!(
                "warning: here-document at line {} delimited by end-of-file (wanted `",
                first - 1
            );
            self.complain(&[text.as_bytes(), &delimiter, b"')"].concat());
        }
        if let Some(start) = verbose {
            let mut text = input.src[start.min(input.pos)..input.pos].to_vec();
            if text.last().is_some_and(|last| *last != b'\n') {
                text.push(b'\n');
            }
            self.write_stderr(&text);
        }
        list
    }

    /// Prints a syntax error as bash does.
    pub fn syntax_error(&mut self, error: &SyntaxError) {
        let (message, second) = error.message();
        let mut name = if self.source.is_empty() {
            self.name.clone()
        } else {
            self.source.to_vec()
        };
        if self.state.evaluating > 0 {
            name.extend_from_slice(b": eval");
        } else if self.command_string && self.frames.is_empty() {
            name.extend_from_slice(b": -c");
        }
        let mut text = Vec::new();
        let mut line = |message: &[u8]| {
            text.extend_from_slice(&name);
            text.extend_from_slice(format!(": line {}: ", error.line).as_bytes());
            text.extend_from_slice(message);
            text.push(b'\n');
        };
        if !message.is_empty() {
            line(&message);
        }
        if let Some(second) = second {
            line(&second);
        }
        self.write_stderr(&text);
    }

    /// Runs text as `eval` does: errors of its syntax do not end the shell.
    pub fn run_text(&mut self, text: Vec<u8>, line: u32) -> Run {
        let mut input = Input::new(text, line);
        let mut status = 0;
        loop {
            match self.parse_next(&mut input) {
                Ok(Some(list)) => {
                    if self.options.noexec {
                        continue;
                    }
                    match self.run_list(&list) {
                        Ok(last) => status = last,
                        Err(Flow::Discard(failed)) if self.subshell == 0 => {
                            status = failed;
                            self.status = failed;
                        }
                        Err(flow) => return Err(flow),
                    }
                }
                Ok(None) => return Ok(status),
                Err(error) => {
                    self.syntax_error(&error);
                    if error.element {
                        self.status = 1;
                        return Ok(1);
                    }
                    self.status = 2;
                    return if self.options.posix {
                        Err(self.fatal(2))
                    } else {
                        Ok(2)
                    };
                }
            }
        }
    }

    /// Reads a whole file.
    pub fn read_file(&mut self, path: &[u8]) -> Result<Vec<u8>, Errno> {
        let fd = match path {
            b"/dev/stdin" => sys::dup(0)?,
            _ => match path
                .strip_prefix(b"/dev/fd/")
                .and_then(crate::text::parse_int)
            {
                Some(number) => sys::dup(sys::user_fd(number as u32))?,
                None => {
                    let mode = OpenMode {
                        read: true,
                        ..OpenMode::default()
                    };
                    sys::open(path, mode)?
                }
            },
        };
        let mut text = Vec::new();
        let read = sys::read_to_end(fd, &mut text);
        sys::close(fd);
        read.map(|()| text)
    }

    /// Runs a file as a script of its own: in a child that has just begun.
    pub fn run_script_file(&mut self, path: &[u8], args: &[Vec<u8>]) -> i32 {
        let text = match self.read_file(path) {
            Ok(text) => text,
            Err(errno) => {
                self.complain(&[path, b": ", errno.message().as_bytes()].concat());
                return 126;
            }
        };
        if text[..text.len().min(80)].contains(&0) {
            self.complain(&[path, b": cannot execute binary file"].concat());
            return 126;
        }
        self.forget_unexported();
        self.name = path.to_vec();
        self.source = Rc::from(path);
        self.command_string = false;
        self.reads_stdin = false;
        self.positional = args[1..].to_vec();
        self.subshell = 0;
        self.frames.clear();
        self.loop_depth = 0;
        let mut input = Input::new(text, 1);
        let result = self.run_input(&mut input, true);
        self.exit_status(result)
    }

    /// Drops what a new shell would not have inherited.
    fn forget_unexported(&mut self) {
        let environment = self.environment(b"");
        let mut fresh = crate::vars::Vars::new();
        std::mem::swap(&mut fresh.names, &mut self.vars.names);
        let keep = fresh.names;
        self.vars = crate::vars::Vars::new();
        self.vars.names = keep;
        for entry in environment.split(|c| *c == 0) {
            if let Some(equals) = entry.iter().position(|c| *c == b'=') {
                let name = entry[..equals].to_vec();
                if crate::text::is_name(&name) && name != b"_" {
                    let sym = self.vars.sym(&name);
                    *self.vars.get_mut(sym) = crate::vars::Var {
                        value: crate::vars::Value::Str(entry[equals + 1..].to_vec()),
                        attrs: crate::vars::attr::EXPORT | crate::vars::attr::DECLARED,
                    };
                }
            }
        }
        let exported = self.exported_functions.clone();
        self.functions.retain(|name, _| exported.contains(name));
        self.aliases.clear();
        self.options = super::Options::default();
        self.shopt = super::Shopt::default();
        for (sym, value) in [
            (crate::vars::Sym::IFS, &b" \t\n"[..]),
            (crate::vars::Sym::OPTIND, b"1"),
            (crate::vars::Sym::PS4, b"+ "),
        ] {
            self.vars.get_mut(sym).value = crate::vars::Value::Str(value.to_vec());
        }
        self.ifs_changed();
        self.locale_changed();
        // Names in trees that are still being executed keep their numbers.
        self.vars.reserve_all();
    }
}

/// Whether nothing but blanks and comments is left.
fn at_end(input: &Input) -> bool {
    input.source.is_none()
        && input.src[input.pos.min(input.src.len())..]
            .iter()
            .all(|c| matches!(c, b' ' | b'\t' | b'\n'))
}
