//! A shell that runs one script after the other (`--session=FD`): requests are
//! read from descriptor FD, answers are written to FD + 1.
//!
//! `run LENGTH` and that many bytes of script give `done STATUS`, or `exit
//! STATUS` if the script ended the shell. `dump` gives `state LENGTH` and that
//! many bytes. The end of the requests ends the shell.

use super::Shell;
use super::flow::{Flow, Run};
use crate::lexer::Input;
use crate::sys::{self, Fd};
use crate::text::{parse_int, push_int};

impl Shell {
    /// Answers requests until there are no more.
    pub fn run_session(&mut self, number: u32) -> Run {
        let (requests, answers) = (sys::user_fd(number), sys::user_fd(number + 1));
        // Commands do not get these descriptors, nor do subshells.
        let (Ok(requests), Ok(answers)) = (sys::dup(requests), sys::dup(answers)) else {
            self.complain(b"--session: Bad file descriptor");
            return Ok(2);
        };
        for number in [number, number + 1] {
            sys::close(sys::user_fd(number));
            self.fds.closed(number);
        }
        self.private_fds.extend([requests, answers]);
        while let Some(line) = request_line(requests) {
            let mut words = line.split(|c| *c == b' ');
            let length = |word: Option<&[u8]>| {
                word.and_then(parse_int)
                    .and_then(|length| usize::try_from(length).ok())
            };
            match (words.next(), length(words.next())) {
                (Some(b"run"), Some(length)) => {
                    let Some(script) = request_body(requests, length) else {
                        break;
                    };
                    let (word, status, ended) = self.run_request(script);
                    let mut answer = [word, b" "].concat();
                    push_int(&mut answer, i64::from(status));
                    answer.push(b'\n');
                    if sys::write_all(answers, &answer).is_err() || ended {
                        return Err(Flow::Exit(status));
                    }
                }
                (Some(b"dump"), None) => {
                    let text = self.state_text();
                    let mut answer = b"state ".to_vec();
                    push_int(&mut answer, text.len() as i64);
                    answer.push(b'\n');
                    answer.extend_from_slice(&text);
                    if sys::write_all(answers, &answer).is_err() {
                        break;
                    }
                }
                _ => {
                    self.complain(b"--session: no such request");
                    return Ok(2);
                }
            }
        }
        Ok(self.status)
    }

    fn run_request(&mut self, script: Vec<u8>) -> (&'static [u8], i32, bool) {
        self.line = 1;
        let mut input = Input::new(script, 1);
        let result = self.run_input(&mut input, false);
        self.flush_out();
        match result {
            Ok(status) => {
                self.status = status;
                (b"done", status, false)
            }
            // A script that cannot be read is no reason to forget the others.
            Err(_) if self.syntax_failed => {
                self.syntax_failed = false;
                (b"done", self.status, false)
            }
            Err(Flow::Exit(status)) => {
                let status = self.run_exit_trap(status);
                self.flush_out();
                (b"exit", status, true)
            }
            Err(flow) => {
                let status = self.exit_status(Err(flow));
                self.status = status;
                (b"done", status, false)
            }
        }
    }
}

/// A line without its end; none at the end of the requests.
fn request_line(fd: Fd) -> Option<Vec<u8>> {
    const LINE_MAX: usize = 64;
    let mut line = Vec::new();
    while line.len() < LINE_MAX {
        let mut byte = [0];
        match sys::read(fd, &mut byte) {
            Ok(1) if byte[0] == b'\n' => return Some(line),
            Ok(1) => line.push(byte[0]),
            Err(sys::Errno::Intr) => {}
            _ => return None,
        }
    }
    None
}

/// That many bytes; none if there are fewer.
fn request_body(fd: Fd, length: usize) -> Option<Vec<u8>> {
    const STEP: usize = 64 * 1024;
    let mut body = Vec::new();
    while body.len() < length {
        let start = body.len();
        body.resize(length.min(start + STEP), 0);
        match sys::read(fd, &mut body[start..]) {
            Ok(0) => return None,
            Ok(count) => body.truncate(start + count),
            Err(sys::Errno::Intr) => body.truncate(start),
            Err(_) => return None,
        }
    }
    Some(body)
}
