//! Running commands for their output.

use super::Shell;
use super::flow::{Flow, Run};
use super::pure::{self, Purity};
use crate::ast::{Command, List, RedirectKind, RedirectTarget, Simple};
use crate::sys;

impl Shell {
    /// The output of a list run as by `$( )`; its status is that of the substitution.
    pub fn capture(&mut self, list: &List) -> Result<Vec<u8>, Flow> {
        if list.items.is_empty() {
            self.substitution_status = Some(0);
            return Ok(Vec::new());
        }
        if let Some(text) = self.capture_file(list)? {
            return Ok(text);
        }
        if pure::only_prints(self, list) && !self.options.errexit {
            return self.capture_here(list);
        }
        let Ok((read, write)) = sys::pipe() else {
            self.complain(b"cannot make pipe for command substitution");
            return Err(Flow::Discard(1));
        };
        let child = match single(list) {
            Some(simple) if pure::of_simple(self, simple) == Purity::External => {
                self.spawn_wired(simple, &[(1, Some(write))], None)
            }
            _ => self.fork_capture(list, read, write),
        };
        sys::close(write);
        let mut text = Vec::new();
        let status = match child {
            Ok(child) => {
                self.private_fds.push(read);
                let _ = sys::read_to_end_with(read, &mut text, || self.heed_deadly());
                self.private_fds.retain(|fd| *fd != read);
                self.wait_quietly(child).0
            }
            Err(status) => {
                // Why it was not started may be told there.
                let _ = sys::read_to_end_with(read, &mut text, || self.heed_deadly());
                status
            }
        };
        sys::close(read);
        self.status = status;
        self.substitution_status = Some(status);
        Ok(text)
    }

    fn fork_capture(
        &mut self,
        list: &List,
        read: sys::Fd,
        write: sys::Fd,
    ) -> Result<sys::Process, i32> {
        self.jobs.update();
        let keep_errexit = self.shopt.inherit_errexit || self.options.posix;
        self.fork_child(None, |sh| {
            sh.jobs.adopt();
            sys::close(read);
            let _ = sys::dup_to(write, 1);
            sys::close(write);
            sh.options.errexit &= keep_errexit;
            sh.run_child_list(list)
        })
        .map_err(|_| 254)
    }

    /// `$(<file)`
    fn capture_file(&mut self, list: &List) -> Result<Option<Vec<u8>>, Flow> {
        let Some(simple) = single(list) else {
            return Ok(None);
        };
        let [redirect] = simple.redirects.as_slice() else {
            return Ok(None);
        };
        if !simple.words.is_empty()
            || !simple.assigns.is_empty()
            || redirect.kind != RedirectKind::Read
        {
            return Ok(None);
        }
        let RedirectTarget::Word(word) = &redirect.target else {
            return Ok(None);
        };
        let path = self.expand_string(word)?;
        let mut text = Vec::new();
        let mode = sys::OpenMode {
            read: true,
            ..sys::OpenMode::default()
        };
        let read = sys::open(&path, mode).and_then(|fd| {
            let read = sys::read_to_end(fd, &mut text);
            sys::close(fd);
            read
        });
        let status = match read {
            Ok(()) => 0,
            Err(errno) => {
                self.complain(&[path.as_slice(), b": ", errno.message().as_bytes()].concat());
                1
            }
        };
        self.status = status;
        self.substitution_status = Some(status);
        Ok(Some(text))
    }

    /// Runs commands that only print, in this process.
    fn capture_here(&mut self, list: &List) -> Result<Vec<u8>, Flow> {
        let before = std::mem::take(&mut self.out);
        let last = self.vars.get(self.last_argument).clone();
        self.capturing += 1;
        self.subshell += 1;
        let result = self.run_list(list);
        *self.vars.get_mut(self.last_argument) = last;
        self.subshell -= 1;
        self.capturing -= 1;
        let text = std::mem::replace(&mut self.out, before);
        let status = self.exit_status(result);
        self.status = status;
        self.substitution_status = Some(status);
        Ok(text)
    }

    /// Runs a builtin that only prints; gives its output and status. None if
    /// its words cannot be expanded.
    pub fn run_captured(&mut self, simple: &Simple) -> Option<(Vec<u8>, i32)> {
        let before = std::mem::take(&mut self.out);
        let last = self.vars.get(self.last_argument).clone();
        self.capturing += 1;
        let result: Run = self.run_simple(simple);
        *self.vars.get_mut(self.last_argument) = last;
        self.capturing -= 1;
        let text = std::mem::replace(&mut self.out, before);
        result.ok().map(|status| (text, status))
    }
}

/// The simple command that is all of a list.
fn single(list: &List) -> Option<&Simple> {
    match list.items.as_slice() {
        [item]
            if item.rest.is_empty()
                && !item.background
                && !item.first.negate
                && item.first.time.is_none() =>
        {
            match item.first.commands.as_slice() {
                [Command::Simple(simple)] => Some(simple),
                _ => None,
            }
        }
        _ => None,
    }
}
