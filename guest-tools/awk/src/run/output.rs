//! `print`, `printf` and their destinations.

use super::machine::{Machine, Run};
use crate::compile::op::Destination;
use crate::io::OutputKind;
use crate::text::format::{self, Settings};
use crate::value::Value;

impl Machine {
    fn emit(&mut self, text: &[u8], to: Option<(OutputKind, Vec<u8>)>) -> Run<()> {
        let Some((kind, name)) = to else {
            if let Some(inplace) = &mut self.inplace {
                inplace.out.put(text);
                return Ok(());
            }
            self.streams.stdout.put(text);
            if self.streams.stdout.failed() {
                return self.write_failed();
            }
            return Ok(());
        };
        if name.is_empty() {
            let what = match kind {
                OutputKind::File => ">",
                OutputKind::Append => ">>",
                OutputKind::Command => "|",
                OutputKind::Coprocess => "|&",
            };
            return self.fatal(format!(
                "expression for `{what}' redirection has null string value"
            ));
        }
        match self.streams.write(kind, &name, text) {
            Ok(()) => Ok(()),
            Err(errno) => {
                let verb = match kind {
                    OutputKind::File | OutputKind::Append => "redirect to",
                    _ => "open pipe",
                };
                let file = String::from_utf8_lossy(&name).into_owned();
                self.fatal(format!("cannot {verb} `{file}': {}", errno.message()))
            }
        }
    }

    /// Standard output is of no use any more.
    fn write_failed(&mut self) -> Run<()> {
        self.exit_code = 2;
        Err(super::machine::Stop::Exit)
    }

    fn destination(&mut self, to: Destination) -> Option<(OutputKind, Vec<u8>)> {
        let kind = to?;
        let name = self.pop();
        Some((kind, name.text(&self.convfmt).into_owned()))
    }

    pub(super) fn print_record(&mut self, to: Destination) -> Run<()> {
        let to = self.destination(to);
        self.join();
        if to.is_none() && self.inplace.is_none() {
            let stdout = &mut self.streams.stdout;
            stdout.put(self.record.text());
            stdout.put(&self.ors);
            if stdout.failed() {
                return self.write_failed();
            }
            return Ok(());
        }
        let line = [self.record.text(), self.ors.as_slice()].concat();
        self.emit(&line, to)
    }

    pub(super) fn print(&mut self, count: usize, to: Destination) -> Run<()> {
        let to = self.destination(to);
        let mut line = std::mem::take(&mut self.scratch);
        line.clear();
        let start = self.stack.len() - count;
        for (index, value) in self.stack[start..].iter().enumerate() {
            if index > 0 {
                line.extend_from_slice(&self.ofs);
            }
            value.write(&self.ofmt, &mut line);
        }
        line.extend_from_slice(&self.ors);
        self.stack.truncate(start);
        let result = self.emit(&line, to);
        self.scratch = line;
        result
    }

    /// The formatted text of the values on the stack, the format first.
    fn formatted(&mut self, count: usize) -> Run<Vec<u8>> {
        let start = self.stack.len() - count;
        let args: Vec<Value> = self.stack.drain(start..).collect();
        let settings = Settings {
            convfmt: &self.convfmt,
            utf8: self.utf8,
        };
        let mut text = std::mem::take(&mut self.scratch);
        text.clear();
        let format = args[0].text(&self.convfmt);
        match format::printf(&mut text, &format, &args[1..], &settings) {
            Ok(()) => Ok(text),
            Err(message) => self.fatal(message),
        }
    }

    pub(super) fn printf(&mut self, count: usize, to: Destination) -> Run<()> {
        let to = self.destination(to);
        let text = self.formatted(count)?;
        let result = self.emit(&text, to);
        self.scratch = text;
        result
    }

    pub(super) fn sprintf(&mut self, count: usize) -> Run<()> {
        let text = self.formatted(count)?;
        self.push(Value::string(&text));
        self.scratch = text;
        Ok(())
    }
}
