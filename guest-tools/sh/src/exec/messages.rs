//! Messages on standard error.

use super::Shell;
use super::flow::{Flow, Run};
use super::shell::{Frame, FrameKind};
use crate::arith::ArithError;
use crate::sys;
use crate::text::push_int;

impl Shell {
    /// Writes to standard error, after the output that came before.
    pub fn write_stderr(&mut self, text: &[u8]) {
        self.flush_out();
        let _ = self.write_heeding(sys::user_fd(2), text);
    }

    /// `name: line N: message`
    pub fn complain(&mut self, message: &[u8]) {
        let mut text = self.prefix(self.line);
        text.extend_from_slice(message);
        text.push(b'\n');
        self.write_stderr(&text);
    }

    /// What stands before a message.
    pub fn prefix(&mut self, line: u32) -> Vec<u8> {
        let mut text = self.error_name();
        text.extend_from_slice(b": ");
        if !self.interactive {
            text.extend_from_slice(b"line ");
            push_int(&mut text, i64::from(line));
            text.extend_from_slice(b": ");
        }
        text
    }

    /// The name that stands before messages.
    pub fn error_name(&mut self) -> Vec<u8> {
        if !self.source.is_empty() {
            return self.source.to_vec();
        }
        let in_function = |frame: &Frame| frame.kind == FrameKind::Function;
        if self.frames.last().is_some_and(in_function) {
            // Of no file: what the embedder runs counts as one.
            if self.reads_stdin {
                return b"main".to_vec();
            }
            if self.command_string && self.parent_pid() > 0 {
                return b"environment".to_vec();
            }
        }
        self.name.clone()
    }

    /// A builtin's message; gives the status.
    pub fn fail(&mut self, builtin: &[u8], message: &[u8], status: i32) -> Run {
        self.complain(&[builtin, b": ", message].concat());
        Ok(status)
    }

    /// A builtin's message about an argument.
    pub fn fail_on(&mut self, builtin: &[u8], argument: &[u8], message: &str) -> Run {
        self.complain(&[builtin, b": ", argument, b": ", message.as_bytes()].concat());
        Ok(1)
    }

    /// An unknown option: message and usage.
    pub fn bad_option(&mut self, builtin: &[u8], option: &[u8]) -> Run {
        self.complain(&[builtin, b": ", option, b": invalid option"].concat());
        self.usage(builtin)
    }

    /// A builtin's usage line.
    pub fn usage(&mut self, builtin: &[u8]) -> Run {
        if let Some(found) = crate::builtins::find(builtin) {
            let text = [builtin, b": usage: ", found.synopsis.as_bytes(), b"\n"].concat();
            self.write_stderr(&text);
        }
        Ok(2)
    }

    /// Reports an arithmetic error of a command.
    pub fn arith_failed(&mut self, error: &ArithError) -> Flow {
        let mut text = error.text();
        if !self.arith_command.is_empty() && error.source.is_some() {
            text.splice(..0, [self.arith_command, ": "].concat().into_bytes());
        }
        self.complain(&text);
        if error.unbound {
            return self.fatal_unset();
        }
        Flow::Discard(1)
    }

    /// Ends the line, and a command string as a whole: what the embedder runs
    /// counts as a script.
    pub fn discard_all(&mut self) -> Flow {
        match self.command_string && self.parent_pid() > 0 {
            true => Flow::Exit(1),
            false => Flow::Discard(1),
        }
    }

    /// An error in an expansion: ends the line, with `set -e` the shell.
    pub fn discard_line(&mut self) -> Flow {
        match self.options.errexit && !self.interactive {
            true => Flow::Exit(1),
            false => Flow::Discard(1),
        }
    }

    /// An error that ends a shell that is not interactive.
    pub fn fatal(&mut self, status: i32) -> Flow {
        if let Some(excused) = &mut self.excused {
            *excused = status;
            Flow::Discard(status)
        } else if self.interactive {
            Flow::Discard(1)
        } else {
            Flow::Exit(status)
        }
    }
}
