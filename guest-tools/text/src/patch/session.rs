//! A run of `patch`: from patch to patch, telling what happens as GNU's does.

mod choose;
mod course;
mod job;
mod script;
mod store;

use super::header::{self, Form, Header};
use super::hunk::{self, Lines, Malformed};
use super::options::Config;
use job::Job;
use wardian_applet::cli::{Context, Output};
use wardian_applet::sys::{self, Errno, File};
use wardian_applet::text::quote;

/// What has been done so far.
pub struct Session<'a> {
    context: &'a Context<'a>,
    config: Config,
    out: Output,
    failed: bool,
    /// What earlier patches made of files, in a dry run or with `-o`.
    written: Vec<(Vec<u8>, Option<Vec<u8>>)>,
    /// The collected output for `-o`.
    collected: Vec<u8>,
    /// Reject files begun in this run.
    rejects: Vec<(Vec<u8>, Vec<u8>)>,
    backed_up: Vec<Vec<u8>>,
}

impl<'a> Session<'a> {
    /// A run with these options.
    pub fn new(context: &'a Context<'a>, config: Config) -> Session<'a> {
        // With the result on standard output, messages go elsewhere.
        let fd = if config.output.as_deref() == Some(b"-") {
            2
        } else {
            1
        };
        Session {
            context,
            config,
            out: Output::new(fd),
            failed: false,
            written: Vec::new(),
            collected: Vec::new(),
            rejects: Vec::new(),
            backed_up: Vec::new(),
        }
    }

    /// Applies all patches of the input; gives the exit code.
    pub fn run(mut self) -> i32 {
        let result = self.all();
        self.out.flush();
        match result {
            Ok(()) => i32::from(self.failed),
            Err(Malformed(text)) => {
                self.context.say(&[b"**** ".as_slice(), &text].concat());
                2
            }
        }
    }

    fn all(&mut self) -> Result<(), Malformed> {
        if !self.config.root.is_empty() {
            let root = std::mem::take(&mut self.config.root);
            if let Err(errno) = sys::read_dir(&root) {
                return Err(trouble(b"Can't change to directory ", &root, errno));
            }
            self.config.root = [&root[..], b"/"].concat();
        }
        let bytes = self.input()?;
        let mut lines = Lines::new(&bytes);
        let mut count = 0;
        while let Some(header) = header::find(&mut lines) {
            count += 1;
            if header.cr && !self.config.binary {
                self.say("(Stripping trailing CRs from patch; use --binary to disable.)\n");
                let rest = strip_cr(&bytes);
                let mut again = Lines::new(&rest);
                while again.number < lines.number {
                    again.next();
                }
                let number = self.patch(header, &mut again)?;
                while lines.number < number {
                    lines.next();
                }
            } else {
                self.patch(header, &mut lines)?;
            }
        }
        if count == 0 && !bytes.is_empty() {
            return Err(Malformed(
                b"Only garbage was found in the patch input.".to_vec(),
            ));
        }
        self.finish()
    }

    fn input(&self) -> Result<Vec<u8>, Malformed> {
        match self.config.input.as_deref() {
            None | Some(b"-") => {
                let mut bytes = Vec::new();
                let read = File::stdin().read_to_end(&mut bytes);
                read.map_err(|errno| trouble(b"read error ", b"", errno))?;
                Ok(bytes)
            }
            Some(name) => {
                let path = self.path(name);
                sys::read_file(&path)
                    .map_err(|errno| trouble(b"Can't open patch file ", name, errno))
            }
        }
    }

    fn path(&self, name: &[u8]) -> Vec<u8> {
        match name {
            [b'/', ..] => name.to_vec(),
            _ => [&self.config.root[..], name].concat(),
        }
    }

    /// Applies one patch; gives the number of the line after it.
    fn patch<'p>(&mut self, header: Header<'p>, lines: &mut Lines<'p>) -> Result<usize, Malformed> {
        let (mut hunks, mut broken) = (Vec::new(), None);
        loop {
            let hunk = match header.form {
                Form::Unified => hunk::unified(lines),
                Form::Context => hunk::context(lines),
                Form::Normal => hunk::normal(lines),
                _ => Ok(None),
            };
            let mut hunk = match hunk {
                Ok(Some(hunk)) => hunk,
                Ok(None) => break,
                Err(error) => {
                    broken = Some(error);
                    break;
                }
            };
            if self.config.reverse {
                hunk.reverse();
            }
            hunks.push(hunk);
        }
        if header.form == Form::GitBinary {
            while lines
                .peek()
                .is_some_and(|line| !line.starts_with(b"diff --git "))
            {
                lines.next();
            }
        }
        let script = match header.form {
            Form::Ed => Some(script::take(lines)),
            _ => None,
        };
        let number = lines.number;
        let mut job = Job {
            header,
            hunks,
            name: Vec::new(),
            reversed: self.config.reverse,
            skip: false,
            unsaved: false,
            broken,
            script,
        };
        self.choose(&mut job)?;
        Ok(number)
    }

    fn say(&mut self, text: &str) {
        self.out.put(text.as_bytes());
    }

    fn say_parts(&mut self, parts: &[&[u8]]) {
        parts.iter().for_each(|part| self.out.put(part));
    }
}

fn shown(name: &[u8]) -> Vec<u8> {
    quote::quote(name, quote::Style::Shell)
}

fn trouble(before: &[u8], name: &[u8], errno: Errno) -> Malformed {
    Malformed([before, name, b" : ", errno.message().as_bytes()].concat())
}

fn strip_cr(bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(bytes.len());
    for line in bytes.split_inclusive(|byte| *byte == b'\n') {
        match line.strip_suffix(b"\r\n") {
            Some(content) => {
                out.extend_from_slice(content);
                out.push(b'\n');
            }
            None => out.extend_from_slice(line),
        }
    }
    out
}
