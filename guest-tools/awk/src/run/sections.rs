//! The program as a whole: `BEGIN`, the records, `END`.

use super::machine::{Machine, Run, Stop};
use crate::compile::variable;

impl Machine {
    /// Runs the program; gives its exit code.
    pub fn run_program(&mut self) -> i32 {
        let mut result = self.sections();
        if let Err(Stop::Exit) = result {
            result = Ok(());
            if !self.in_end
                && let Some(end) = self.code.end
                && !self.streams.stdout.failed()
            {
                self.unwind();
                self.in_end = true;
                result = match self.run(end as usize) {
                    Err(Stop::Exit) => Ok(()),
                    result => result,
                };
            }
        }
        if let Err(Stop::Fatal(message)) = &result {
            self.streams.stdout.flush();
            say(message);
            self.exit_code = 2;
        }
        let _ = self.finish_inplace();
        let good = self.streams.finish();
        if let Some(errno) = self.streams.failure() {
            if errno != wardian_applet::sys::Errno::Pipe {
                let text = format!("error writing standard output: {}", errno.message());
                say(&self.located("fatal", text.as_bytes()));
            }
            self.exit_code = 2;
        } else if !good {
            self.exit_code = 2;
        }
        self.exit_code & 0xff
    }

    fn sections(&mut self) -> Run<()> {
        if let Some(begin) = self.code.begin {
            self.run(begin as usize)?;
        }
        let (main, end) = (self.code.main, self.code.end);
        let files = self.code.begin_file.is_some() || self.code.end_file.is_some();
        if main.is_none() && end.is_none() && !files {
            return Ok(());
        }
        self.in_input = true;
        loop {
            match self.records(main) {
                Ok(()) => break,
                Err(Stop::Next) => self.unwind(),
                Err(Stop::NextFile) => {
                    self.unwind();
                    self.next_file()?;
                }
                Err(stop) => return Err(stop),
            }
        }
        self.in_end = true;
        match end {
            Some(end) => self.run(end as usize),
            None => Ok(()),
        }
    }

    fn records(&mut self, main: Option<u32>) -> Run<()> {
        while self.next_record()? {
            if let Some(main) = main {
                self.run(main as usize)?;
            }
        }
        Ok(())
    }

    /// A message with the place in the program, and in the input.
    pub(super) fn located(&self, kind: &str, message: &[u8]) -> Vec<u8> {
        let mut out = self.options.name.clone();
        out.extend_from_slice(b": ");
        let line = self.code.lines.get(self.pc.saturating_sub(1)).copied();
        out.extend_from_slice(self.options.place(line.unwrap_or(1)).as_bytes());
        out.extend_from_slice(b": ");
        if self.in_input && self.nr > 0.0 {
            let file = &self.globals[variable::FILENAME as usize];
            let file = file.text(b"%.6g");
            let file: &[u8] = if file.is_empty() { b"-" } else { &file };
            out.extend_from_slice(b"(FILENAME=");
            out.extend_from_slice(file);
            out.extend_from_slice(format!(" FNR={}) ", self.fnr).as_bytes());
        }
        out.extend_from_slice(kind.as_bytes());
        out.extend_from_slice(b": ");
        out.extend_from_slice(message);
        out.push(b'\n');
        out
    }

    /// A message without a place.
    pub(super) fn unlocated(&self, kind: &str, message: &[u8]) -> Vec<u8> {
        let name = self.options.name.as_slice();
        [name, b": ", kind.as_bytes(), b": ", message, b"\n"].concat()
    }

    pub(super) fn warn(&mut self, message: &str) {
        self.streams.stdout.flush();
        say(&self.unlocated("warning", message.as_bytes()));
    }

    pub(super) fn warn_here(&mut self, message: &str) {
        self.streams.stdout.flush();
        say(&self.located("warning", message.as_bytes()));
    }
}

/// Writes to standard error.
pub fn say(mut text: &[u8]) {
    while !text.is_empty() {
        match wardian_applet::sys::write(2, text) {
            Ok(0) | Err(_) => return,
            Ok(n) => text = &text[n..],
        }
    }
}
