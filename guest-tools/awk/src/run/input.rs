//! The main input and `getline`.

use super::machine::{Machine, Run, Stop};
use crate::compile::variable;
use crate::io::{InputKind, Reader, Scan, Separator};
use crate::lex::unescape;
use crate::value::array::Key;
use crate::value::{Str, Value};
use wardian_applet::sys::{self, Errno, OpenHow};

/// What taking a record from a reader gave.
enum Taken {
    /// The record: start, length, what ended it.
    Record(usize, usize, usize),
    End,
    Failed(Errno),
}

impl Machine {
    fn take(&mut self, reader: &mut Reader) -> Taken {
        loop {
            match reader.scan(&self.separator) {
                Scan::Found(start, len, end) => return Taken::Record(start, len, end),
                Scan::End => return Taken::End,
                Scan::More => {
                    self.record.detach(reader.block());
                    if let Err(errno) = reader.fill() {
                        return Taken::Failed(errno);
                    }
                }
            }
        }
    }

    fn set_rt(&mut self, reader: &Reader, at: usize, len: usize) {
        if self.code.uses_rt {
            let text = Str::new(&reader.block()[at..at + len]);
            self.set_global(variable::RT, Value::Str(text));
        }
    }

    fn set_record(&mut self, reader: &Reader, start: usize, len: usize) {
        self.record.set(reader.block(), start, len);
        if self.record_splitter_changed {
            self.record.splitter = self.splitter.clone();
            self.record_splitter_changed = false;
        }
    }

    /// The next record of the main input becomes `$0`; whether there was one.
    pub(super) fn next_record(&mut self) -> Run<bool> {
        loop {
            let Some(mut reader) = self.input.reader.take() else {
                if !self.open_next()? {
                    return Ok(false);
                }
                continue;
            };
            let taken = self.take(&mut reader);
            match taken {
                Taken::Record(start, len, end) => {
                    self.set_record(&reader, start, len);
                    self.set_rt(&reader, start + len, end);
                    self.input.reader = Some(reader);
                    self.nr += 1.0;
                    self.fnr += 1.0;
                    return Ok(true);
                }
                Taken::End => {
                    self.set_rt(&reader, 0, 0);
                    drop(reader);
                    self.end_file()?;
                }
                Taken::Failed(errno) => {
                    drop(reader);
                    let file = self.globals[variable::FILENAME as usize].clone();
                    let file = String::from_utf8_lossy(&file.text(b"")).into_owned();
                    return self.fatal(format!(
                        "error reading input file `{file}': {}",
                        errno.message()
                    ));
                }
            }
        }
    }

    /// Runs `ENDFILE`; closes an edited file.
    pub(super) fn end_file(&mut self) -> Run<()> {
        if !std::mem::take(&mut self.input.in_file) {
            return Ok(());
        }
        if let Some(start) = self.code.end_file {
            self.section(start as usize)?;
        }
        self.finish_inplace()
    }

    /// Runs a section from within the work on another.
    pub(super) fn section(&mut self, start: usize) -> Run<()> {
        let pc = self.pc;
        let result = self.run(start);
        self.pc = pc;
        result
    }

    /// Leaves the current file.
    pub(super) fn next_file(&mut self) -> Run<()> {
        self.input.reader = None;
        self.end_file()
    }

    fn argument(&self, index: usize) -> Option<Vec<u8>> {
        let Value::Array(argv) = &self.globals[variable::ARGV as usize] else {
            return None;
        };
        let body = argv.borrow();
        let value = body.get(&Key::Int(index as i32))?;
        Some(value.text(&self.convfmt).into_owned())
    }

    /// Opens the next file among the arguments; whether there is one.
    fn open_next(&mut self) -> Run<bool> {
        if self.input.finished {
            return Ok(false);
        }
        loop {
            let argc = self.globals[variable::ARGC as usize].num();
            if self.input.next_arg as f64 >= argc {
                if self.input.any_file {
                    self.input.finished = true;
                    return Ok(false);
                }
                self.input.any_file = true;
                return self.opened(0, b"", 0);
            }
            let index = self.input.next_arg;
            self.input.next_arg += 1;
            let Some(arg) = self.argument(index).filter(|arg| !arg.is_empty()) else {
                continue;
            };
            if self.assignment(&arg)? {
                continue;
            }
            self.input.any_file = true;
            let fd = match arg.as_slice() {
                b"-" | b"/dev/stdin" => Ok(0),
                name => sys::open(name, OpenHow::READ),
            };
            let fd = fd.and_then(|fd| match sys::fstat(fd) {
                Ok(stat) if fd > 2 && sys::is_dir(&stat) => {
                    sys::close(fd);
                    Err(Errno::Isdir)
                }
                _ => Ok(fd),
            });
            match fd {
                Ok(fd) => return self.opened(fd, &arg, index),
                Err(errno) if self.code.begin_file.is_some() => {
                    self.set_global(variable::ERRNO, Value::string(errno.message().as_bytes()));
                    if self.announce(&arg, index)? {
                        let file = String::from_utf8_lossy(&arg).into_owned();
                        return self.fatal(format!(
                            "cannot open file `{file}' for reading: {}",
                            errno.message()
                        ));
                    }
                }
                Err(Errno::Isdir) => {
                    let file = String::from_utf8_lossy(&arg).into_owned();
                    self.warn(&format!(
                        "command line argument `{file}' is a directory: skipped"
                    ));
                }
                Err(errno) => {
                    let file = String::from_utf8_lossy(&arg).into_owned();
                    let text =
                        format!("cannot open file `{file}' for reading: {}", errno.message());
                    return Err(Stop::Fatal(self.unlocated("fatal", text.as_bytes())));
                }
            }
        }
    }

    fn opened(&mut self, fd: u32, name: &[u8], index: usize) -> Run<bool> {
        self.set_global(variable::ERRNO, Value::string(b""));
        self.input.reader = Some(Reader::new(fd));
        self.in_input = true;
        self.start_inplace(name)?;
        self.announce(name, index)?;
        Ok(true)
    }

    /// Sets `FILENAME` and runs `BEGINFILE`; whether the file is to be read.
    fn announce(&mut self, name: &[u8], index: usize) -> Run<bool> {
        self.set_global(variable::FILENAME, Value::Str(Str::input(name)));
        self.set_global(variable::ARGIND, Value::Num(index as f64));
        self.fnr = 0.0;
        self.input.in_file = true;
        let Some(start) = self.code.begin_file else {
            return Ok(true);
        };
        match self.section(start as usize) {
            Err(Stop::NextFile) => {
                self.unwind();
                self.next_file()?;
                Ok(false)
            }
            result => result.map(|()| true),
        }
    }

    /// `name=value` among the arguments; whether it was one.
    pub(super) fn assignment(&mut self, arg: &[u8]) -> Run<bool> {
        let Some(at) = memchr::memchr(b'=', arg) else {
            return Ok(false);
        };
        let name = &arg[..at];
        let name = name.strip_prefix(b"awk::").unwrap_or(name);
        let named = name
            .iter()
            .enumerate()
            .all(|(i, b)| b.is_ascii_alphabetic() || *b == b'_' || (i > 0 && b.is_ascii_digit()));
        if name.is_empty() || !named {
            return Ok(false);
        }
        let value = Value::Str(Str::input(&unescape(&arg[at + 1..])));
        self.set_by_name(name, value)?;
        Ok(true)
    }

    /// `getline` without a target.
    pub(super) fn getline(&mut self, kind: Option<InputKind>) -> Run<()> {
        let Some(kind) = kind else {
            let got = self.next_record()?;
            self.push(Value::truth(got));
            return Ok(());
        };
        let name = self.pop();
        let name = name.text(&self.convfmt).into_owned();
        let status = self.read_from(kind, &name, |machine, reader, start, len| {
            machine.set_record(reader, start, len);
        })?;
        self.push_num(status);
        Ok(())
    }

    /// `getline` with a target: the text is pushed above the status.
    pub(super) fn getline_into(&mut self, kind: Option<InputKind>) -> Run<bool> {
        let mut line = None;
        let status = match kind {
            None => match self.next_into()? {
                Some(text) => {
                    line = Some(text);
                    1.0
                }
                None => 0.0,
            },
            Some(kind) => {
                let name = self.pop();
                let name = name.text(&self.convfmt).into_owned();
                self.read_from(kind, &name, |_, reader, start, len| {
                    line = Some(Str::input(&reader.block()[start..start + len]));
                })?
            }
        };
        self.push_num(status);
        match line {
            Some(line) => {
                self.push(Value::Str(line));
                Ok(true)
            }
            None => Ok(false),
        }
    }

    fn next_into(&mut self) -> Run<Option<Str>> {
        loop {
            let Some(mut reader) = self.input.reader.take() else {
                if !self.open_next()? {
                    return Ok(None);
                }
                continue;
            };
            match self.take(&mut reader) {
                Taken::Record(start, len, end) => {
                    let text = Str::input(&reader.block()[start..start + len]);
                    self.set_rt(&reader, start + len, end);
                    self.input.reader = Some(reader);
                    self.nr += 1.0;
                    self.fnr += 1.0;
                    return Ok(Some(text));
                }
                Taken::End | Taken::Failed(_) => {
                    drop(reader);
                    self.end_file()?;
                }
            }
        }
    }

    /// Reads from a named stream; gives the status of `getline`.
    fn read_from(
        &mut self,
        kind: InputKind,
        name: &[u8],
        use_it: impl FnOnce(&mut Machine, &Reader, usize, usize),
    ) -> Run<f64> {
        if name.is_empty() {
            let what = match kind {
                InputKind::File => "<",
                InputKind::Command => "|",
                InputKind::Coprocess => "|&",
            };
            return self.fatal(format!(
                "expression for `{what}' redirection has null string value"
            ));
        }
        self.sync_environment();
        // The reader is taken out, so that the machine can be used meanwhile.
        let mut reader = match self.streams.reader(kind, name) {
            Ok(reader) => std::mem::replace(reader, Reader::new(0)),
            Err(errno) => {
                self.set_global(variable::ERRNO, Value::string(errno.message().as_bytes()));
                return Ok(-1.0);
            }
        };
        let status = match self.take(&mut reader) {
            Taken::Record(start, len, end) => {
                self.set_rt(&reader, start + len, end);
                use_it(self, &reader, start, len);
                1.0
            }
            Taken::End => 0.0,
            Taken::Failed(errno) => {
                self.set_global(variable::ERRNO, Value::string(errno.message().as_bytes()));
                -1.0
            }
        };
        if let Ok(place) = self.streams.reader(kind, name) {
            *place = reader;
        }
        Ok(status)
    }

    /// Rebuilds what separates records.
    pub(super) fn set_separator(&mut self) -> Run<()> {
        let rs = self.globals[variable::RS as usize].clone();
        let text = rs.text(&self.convfmt).into_owned();
        self.separator = match text.as_slice() {
            _ if matches!(rs, Value::Regex(_)) => Separator::Regex(self.regex(&rs)?),
            [] => Separator::Paragraph,
            [byte] if !(self.fold && byte.is_ascii_alphabetic()) => Separator::Byte(*byte),
            _ => Separator::Regex(self.regex(&rs)?),
        };
        if self.csv {
            self.separator = Separator::Byte(b'\n');
        }
        self.set_splitter()
    }
}
