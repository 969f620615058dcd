//! One script of a session (`--session=FD`): the state that the script before
//! it left is read from descriptor FD (nothing: a fresh shell); what this one
//! leaves is written to FD + 1 when it has ended.
//!
//! The answer is `done LENGTH` on a line, or `exit LENGTH` if the script ended
//! the shell, then LENGTH bytes of state. With `-n` it is `more 0` if the script
//! has no end yet, else `done 0`. A shell that is killed answers nothing.

use super::Shell;
use super::assign::{ExpandedAssign, ExpandedValue};
use super::state::NoState;
use crate::lexer::Input;
use crate::parser::{Aliases, ParseOptions, Parser};
use crate::sys::{self, Fd};
use crate::text::{is_name, push_int};
use crate::vars::{ScopeKind, Sym};

/// A script's place in its session.
pub struct Session {
    answers: Fd,
    fresh: bool,
    check: bool,
    /// Where the shell stands again after this script.
    stood: Option<Vec<u8>>,
}

/// What holds for one script only.
#[derive(Default)]
pub struct ForOnce {
    /// The script is read, not run.
    pub check: bool,
    /// Variables, exported, as `NAME=VALUE`.
    pub variables: Vec<Vec<u8>>,
    /// The working directory.
    pub directory: Option<Vec<u8>>,
}

impl Session {
    /// Takes over the state and makes what holds for once hold.
    ///
    /// # Errors
    /// The shell's exit code; what is wrong has been said.
    pub fn begin(
        sh: &mut Shell,
        begun: &sys::Start,
        number: u32,
        once: &ForOnce,
    ) -> Result<Session, i32> {
        let (states, answers) = (sys::user_fd(number), sys::user_fd(number + 1));
        // No command gets these descriptors, nor does a subshell.
        let (Ok(states), Ok(answers)) = (sys::dup(states), sys::dup(answers)) else {
            sh.complain(b"--session: Bad file descriptor");
            return Err(2);
        };
        for number in [number, number + 1] {
            sys::close(sys::user_fd(number));
            sh.fds.closed(number);
        }
        sh.private_fds.push(answers);
        let mut state = Vec::new();
        let read = sys::read_to_end(states, &mut state);
        let fresh = state.is_empty();
        sys::close(states);
        let taken = match read {
            Err(errno) => Err(errno.message().to_string()),
            Ok(()) if fresh => {
                sh.set_defaults();
                sh.import_environment(begun);
                Ok(())
            }
            Ok(()) => {
                sh.import_foreign(begun.env);
                sh.restore_state(state).map_err(NoState::message)
            }
        };
        if let Err(message) = taken {
            sh.complain(&[b"--session: ", message.as_bytes()].concat());
            return Err(2);
        }
        sh.vars.push_scope(ScopeKind::Temporary);
        for variable in &once.variables {
            sh.set_for_once(variable);
        }
        let mut session = Session {
            answers,
            fresh,
            check: once.check,
            stood: None,
        };
        if let Some(directory) = &once.directory {
            session.stood = sh.current_directory().ok();
            let pwd = sh.vars.get(Sym::PWD).clone();
            for sym in [Sym::PWD, Sym::OLDPWD] {
                let shown = sh.vars.get(sym).clone();
                sh.vars.hide(sym, ScopeKind::Temporary);
                *sh.vars.get_mut(sym) = shown;
            }
            if let Err(errno) = sh.enter_directory(directory, false) {
                *sh.vars.get_mut(Sym::PWD) = pwd;
                sh.complain(&[directory, &b": "[..], errno.message().as_bytes()].concat());
                return Err(1);
            }
        }
        Ok(session)
    }

    /// Whether no script came before this one.
    pub fn is_fresh(&self) -> bool {
        self.fresh
    }

    /// Writes the answer: the state, unless the script was only to be read.
    pub fn end(self, sh: &mut Shell, status: i32) {
        let mut answer = Vec::new();
        if self.check {
            let more = sh.ended_early;
            answer.extend_from_slice(if more { b"more 0\n" } else { b"done 0\n" });
        } else {
            sh.end_scope();
            if let Some(path) = self.stood {
                // A directory that the script removed: the shell stays.
                let _ = sys::change_directory(&path);
            }
            sh.status = status;
            let state = sh.state_bytes();
            answer.extend_from_slice(if sh.left { b"exit " } else { b"done " });
            push_int(&mut answer, state.len() as i64);
            answer.push(b'\n');
            answer.extend_from_slice(&state);
        }
        // A host that takes no answer keeps the state that it has.
        let _ = sys::write_all(self.answers, &answer);
    }
}

impl Shell {
    fn set_for_once(&mut self, variable: &[u8]) {
        let equals = variable.iter().position(|c| *c == b'=');
        let (name, value) = variable.split_at(equals.unwrap_or(variable.len()));
        if !is_name(name) {
            if !value.is_empty() {
                self.keep_foreign(variable);
            }
            return;
        }
        let assign = ExpandedAssign {
            name: self.vars.sym(name),
            index: None,
            append: false,
            value: ExpandedValue::Scalar(value.get(1..).unwrap_or_default().to_vec()),
        };
        if let Err(error) = self.assign_temporary(assign) {
            self.complain(&error.message);
        }
    }
}

/// Whether the script's last line ends with a backslash that joins it to the
/// next. Then a quote in the place of the backslash opens a string without end;
/// in a comment it opens none.
pub fn is_continued(sh: &mut Shell, script: &[u8]) -> bool {
    let text = script.strip_suffix(b"\n").unwrap_or(script);
    let backslashes = text.iter().rev().take_while(|c| **c == b'\\').count();
    if backslashes % 2 == 0 {
        return false;
    }
    let text = [&text[..text.len() - 1], b"'"].concat();
    let options = ParseOptions {
        aliases: false,
        ..sh.parse_options()
    };
    let aliases = Aliases::default();
    let mut input = Input::new(text, 1);
    let parsed = Parser::new(&mut input, &mut sh.vars, &aliases, options).parse_all();
    parsed.is_err_and(|error| error.at_end())
}
