//! A machine from compiled code, and files edited in place.

use super::machine::{Machine, MainInput, Run};
use super::record::Record;
use super::split::Splitter;
use crate::compile::{Code, variable};
use crate::io::{Separator, Streams};
use crate::value::Value;
use std::collections::HashMap;
use std::rc::Rc;
use wardian_applet::cli::Output;
use wardian_applet::sys::{self, OpenHow};

/// How the program was started.
#[derive(Default)]
pub struct Options {
    /// Name in messages.
    pub name: Vec<u8>,
    /// Where each source starts: its first line, and its name (none on the
    /// command line).
    pub sources: Vec<(u32, Option<Vec<u8>>)>,
    /// All arguments.
    pub argv: Vec<Vec<u8>>,
    /// `--csv`
    pub csv: bool,
    /// `-i inplace`
    pub inplace: bool,
}

impl Options {
    /// A line of the program as messages name it.
    pub fn place(&self, line: u32) -> String {
        let source = self.sources.iter().rev().find(|source| source.0 <= line);
        match source {
            Some((first, Some(name))) => {
                format!("{}:{}", String::from_utf8_lossy(name), line - first + 1)
            }
            Some((first, None)) => format!("cmd. line:{}", line - first + 1),
            None => format!("cmd. line:{line}"),
        }
    }
}

/// A file that is being edited: what is printed replaces it.
pub(super) struct InPlace {
    pub(super) out: Output,
    fd: u32,
    temporary: Vec<u8>,
    name: Vec<u8>,
}

impl Machine {
    /// A machine that has not started; `args`: what becomes `ARGV`.
    pub fn new(code: Code, options: Options, args: &[Vec<u8>], utf8: bool) -> Machine {
        let code = Rc::new(code);
        let uses = |slot: u32| {
            use crate::compile::op::{Op, Place};
            code.ops.iter().any(|op| {
                matches!(op,
                    Op::Elem(Place::Global(n)) | Op::InElem(Place::Global(n))
                    | Op::SetElem(Place::Global(n), _) | Op::Keys(Place::Global(n))
                    | Op::ChangeElem(_, Place::Global(n), _) | Op::StepElem(Place::Global(n), ..)
                    | Op::ElemPeek(Place::Global(n)) | Op::Delete(Place::Global(n))
                    | Op::Clear(Place::Global(n)) | Op::SubArray(Place::Global(n))
                    | Op::Array(Place::Global(n)) | Op::ArgElem(Place::Global(n))
                    | Op::ArgGlobal(n) if *n == slot)
            })
        };
        let (environ, procinfo) = (uses(variable::ENVIRON), uses(variable::PROCINFO));
        let csv = options.csv;
        let mut machine = Machine {
            globals: vec![Value::Uninit; code.globals.len()],
            ranges: vec![false; code.ranges as usize],
            code,
            stack: Vec::with_capacity(64),
            frames: Vec::new(),
            base: 0,
            pc: 0,
            record: Record::new(utf8),
            nr: 0.0,
            fnr: 0.0,
            ofs: b" ".to_vec(),
            ors: b"\n".to_vec(),
            subsep: b"\x1c".to_vec(),
            convfmt: b"%.6g".to_vec(),
            ofmt: b"%.6g".to_vec(),
            fold: false,
            utf8,
            csv,
            splitter: if csv { Splitter::Csv } else { Splitter::Blank },
            record_splitter_changed: true,
            separator: Separator::Byte(b'\n'),
            regexes: HashMap::new(),
            last_regex: None,
            count: 0.0,
            streams: Streams::new(),
            input: MainInput {
                next_arg: 1,
                ..MainInput::default()
            },
            scratch: Vec::new(),
            exit_code: 0,
            seed: 1.0,
            random: None,
            in_input: false,
            split_by: variable::FS,
            uses_environ: false,
            in_end: false,
            inplace: None,
            options,
        };
        machine.set_defaults();
        machine.fill_arrays(args, environ, procinfo);
        machine
    }

    /// Sets a variable from `-v`: `name=value`.
    ///
    /// # Errors
    /// The exit code, after a message.
    pub fn assign_option(&mut self, text: &[u8]) -> Result<(), i32> {
        match self.assignment(text) {
            Ok(true) => Ok(()),
            Ok(false) => {
                let text = String::from_utf8_lossy(text).into_owned();
                let message = match text.split_once('=') {
                    Some((name, _)) => format!("`{name}' is not a legal variable name"),
                    None => format!("`{text}' argument to `-v' not in `var=value' form"),
                };
                super::sections::say(&self.unlocated("fatal", message.as_bytes()));
                Err(2)
            }
            Err(super::Stop::Fatal(message)) => {
                super::sections::say(&message);
                Err(2)
            }
            Err(_) => Err(2),
        }
    }

    pub(super) fn start_inplace(&mut self, name: &[u8]) -> Run<()> {
        if !self.options.inplace || name.is_empty() {
            return Ok(());
        }
        let temporary = [name, b".awk-inplace"].concat();
        match sys::open(&temporary, OpenHow::CREATE) {
            Ok(fd) => {
                self.inplace = Some(InPlace {
                    out: Output::new(fd),
                    fd,
                    temporary,
                    name: name.to_vec(),
                });
                Ok(())
            }
            Err(errno) => {
                let name = String::from_utf8_lossy(&temporary).into_owned();
                self.fatal(format!("cannot redirect to `{name}': {}", errno.message()))
            }
        }
    }

    pub(super) fn finish_inplace(&mut self) -> Run<()> {
        let Some(mut inplace) = self.inplace.take() else {
            return Ok(());
        };
        inplace.out.flush();
        sys::close(inplace.fd);
        if let Ok(stat) = sys::stat(&inplace.name, true) {
            let _ = sys::chmod(&inplace.temporary, stat.mode & 0o7777);
        }
        match sys::rename(&inplace.temporary, &inplace.name) {
            Ok(()) => Ok(()),
            Err(errno) => {
                let name = String::from_utf8_lossy(&inplace.name).into_owned();
                self.fatal(format!("cannot replace `{name}': {}", errno.message()))
            }
        }
    }
}
