//! Redirections: planned first, then either applied to the shell itself or
//! passed on to the program that is started.

use super::Shell;
use super::flow::Flow;
use crate::ast::{HereDoc, Redirect, RedirectFd, RedirectKind, RedirectTarget};
use crate::sys::{self, Errno, Fd, OpenMode};
use crate::text::{int_text, parse_int};

/// Which of the users' descriptors 3 and above are open.
#[derive(Default)]
pub struct UserFds {
    open: Vec<u32>,
    probed: bool,
}

/// Inherited descriptors are looked for here.
const PROBED: [std::ops::RangeInclusive<u32>; 2] = [3..=19, 60..=63];

impl UserFds {
    /// Notes that a number is open.
    pub fn opened(&mut self, number: u32) {
        if number >= 3 && !self.open.contains(&number) {
            self.open.push(number);
        }
    }

    /// Notes that a number is closed.
    pub fn closed(&mut self, number: u32) {
        self.probe();
        self.open.retain(|open| *open != number);
    }

    /// Whether the shell itself knows the number to be open.
    pub fn knows(&self, number: u32) -> bool {
        self.open.contains(&number)
    }

    fn probe(&mut self) {
        if self.probed {
            return;
        }
        self.probed = true;
        for number in PROBED.into_iter().flatten() {
            if !self.open.contains(&number) && sys::is_open(number) {
                self.open.push(number);
            }
        }
    }

    /// What a program inherits: its number, the shell's descriptor.
    pub fn inherited(&mut self) -> Vec<(u32, Fd)> {
        self.probe();
        let mut fds = vec![(0, 0), (1, 1), (2, 2)];
        fds.extend(
            self.open
                .iter()
                .map(|number| (*number, sys::user_fd(*number))),
        );
        fds
    }
}

/// What descriptors are to become.
#[derive(Default)]
pub struct Plan {
    /// Number, descriptor (none: closed), whether the descriptor was opened for it.
    steps: Vec<(u32, Option<Fd>, bool)>,
}

/// What redirections replaced.
#[derive(Default)]
pub struct Saved {
    former: Vec<(u32, Option<Fd>)>,
}

impl Plan {
    /// The descriptor behind a number after the steps so far.
    fn current(&self, number: u32) -> Option<Fd> {
        match self.steps.iter().rev().find(|(to, _, _)| *to == number) {
            Some((_, fd, _)) => *fd,
            None => sys::is_open(number).then(|| sys::user_fd(number)),
        }
    }

    /// Changes a list of inherited descriptors accordingly.
    pub fn change(&self, fds: &mut Vec<(u32, Fd)>) {
        for (number, fd, _) in &self.steps {
            fds.retain(|(known, _)| known != number);
            if let Some(fd) = fd {
                fds.push((*number, *fd));
            }
        }
    }

    /// Closes what was opened for the plan.
    pub fn close(self) {
        for (_, fd, owned) in self.steps {
            if let (Some(fd), true) = (fd, owned) {
                sys::close(fd);
            }
        }
    }
}

impl Shell {
    /// Performs redirections on the shell itself; gives what undoes them, or
    /// nothing after a failure, which has been reported.
    pub fn redirect(&mut self, redirects: &[Redirect], keep: bool) -> Result<Option<Saved>, Flow> {
        self.flush_out();
        let mut saved = Saved::default();
        for redirect in redirects {
            let mut plan = Plan::default();
            let result = self.plan_one(redirect, &mut plan);
            if let Ok(true) = result {
                for (number, fd, _) in &plan.steps {
                    if !keep && !matches!(redirect.fd, RedirectFd::Variable(_)) {
                        self.save_fd(*number, &mut saved);
                    }
                    match fd {
                        Some(fd) => {
                            let _ = sys::dup_to(*fd, *number);
                            self.fds.opened(*number);
                        }
                        None => {
                            sys::close(sys::user_fd(*number));
                            self.fds.closed(*number);
                        }
                    }
                }
            }
            plan.close();
            match result {
                Ok(true) => {}
                Ok(false) => {
                    self.restore(saved);
                    return Ok(None);
                }
                Err(flow) => {
                    self.restore(saved);
                    return Err(flow);
                }
            }
        }
        Ok(Some(saved))
    }

    fn save_fd(&mut self, number: u32, saved: &mut Saved) {
        if saved.former.iter().any(|(known, _)| *known == number) {
            return;
        }
        let former = match sys::is_open(number) {
            true => sys::dup(sys::user_fd(number)).ok(),
            false => None,
        };
        if let Some(fd) = former {
            self.private_fds.push(fd);
        }
        saved.former.push((number, former));
    }

    /// Undoes redirections.
    pub fn restore(&mut self, saved: Saved) {
        if saved.former.is_empty() {
            return;
        }
        self.flush_out();
        for (number, former) in saved.former.into_iter().rev() {
            match former {
                Some(fd) => {
                    let _ = sys::dup_to(fd, number);
                    sys::close(fd);
                    self.private_fds.retain(|private| *private != fd);
                }
                None => {
                    sys::close(sys::user_fd(number));
                    self.fds.closed(number);
                }
            }
        }
    }

    /// Plans redirections for a program; none after a failure.
    pub fn plan(&mut self, redirects: &[Redirect]) -> Result<Option<Plan>, Flow> {
        let mut plan = Plan::default();
        for redirect in redirects {
            match self.plan_one(redirect, &mut plan) {
                Ok(true) => {}
                Ok(false) => {
                    plan.close();
                    return Ok(None);
                }
                Err(flow) => {
                    plan.close();
                    return Err(flow);
                }
            }
        }
        Ok(Some(plan))
    }

    fn plan_one(&mut self, redirect: &Redirect, plan: &mut Plan) -> Result<bool, Flow> {
        if redirect.line > 0 {
            self.line = redirect.line;
        }
        let number = match &redirect.fd {
            RedirectFd::Number(number) if *number > sys::USER_FD_MAX => {
                let text = int_text(i64::from(*number));
                self.complain(&[text.as_slice(), b": Bad file descriptor"].concat());
                return Ok(false);
            }
            RedirectFd::Number(number) => *number,
            RedirectFd::Default => match redirect.kind {
                RedirectKind::Read
                | RedirectKind::ReadWrite
                | RedirectKind::DupIn
                | RedirectKind::HereDoc
                | RedirectKind::HereString => 0,
                _ => 1,
            },
            RedirectFd::Variable(name) => return self.plan_variable(redirect, name, plan),
        };
        self.plan_number(redirect, number, plan)
    }

    /// `{name}>file` takes a free number; `{name}>&-` closes the one it holds.
    fn plan_variable(
        &mut self,
        redirect: &Redirect,
        name: &[u8],
        plan: &mut Plan,
    ) -> Result<bool, Flow> {
        let closing = matches!(redirect.kind, RedirectKind::DupIn | RedirectKind::DupOut)
            && matches!(&redirect.target, RedirectTarget::Word(word) if word.as_literal() == Some(b"-"));
        if closing {
            let held = self.reference_text(name).and_then(|text| parse_int(&text));
            let Some(number) = held.and_then(|number| u32::try_from(number).ok()) else {
                self.complain(&[name, b": Bad file descriptor"].concat());
                return Ok(false);
            };
            plan.steps.push((number, None, false));
            return Ok(true);
        }
        let number = (10..=sys::USER_FD_MAX)
            .find(|number| !self.fds.knows(*number) && !sys::is_open(*number))
            .unwrap_or(sys::USER_FD_MAX);
        if !self.plan_number(redirect, number, plan)? {
            return Ok(false);
        }
        if let Err(error) = self.assign_reference(name, int_text(i64::from(number))) {
            self.complain(&error.message);
            return Ok(false);
        }
        Ok(true)
    }

    /// The text of `name` or `name[subscript]`.
    pub fn reference_text(&mut self, text: &[u8]) -> Option<Vec<u8>> {
        let (sym, subscript) = self.parse_reference(text)?;
        match subscript {
            None => self.scalar(sym).map(std::borrow::Cow::into_owned),
            Some(subscript) => {
                let target = self.vars_target(sym);
                let key = self.key_from_text(target, &subscript).ok()?;
                self.element_text(target, &key)
            }
        }
    }

    fn plan_number(
        &mut self,
        redirect: &Redirect,
        number: u32,
        plan: &mut Plan,
    ) -> Result<bool, Flow> {
        let word = match &redirect.target {
            RedirectTarget::HereDoc(heredoc) => return self.plan_heredoc(heredoc, number, plan),
            RedirectTarget::Word(word) => word,
        };
        if redirect.kind == RedirectKind::HereString {
            let mut text = self.expand_string(word)?;
            text.push(b'\n');
            return Ok(self.plan_text(text, number, plan));
        }
        let mut fields = Vec::new();
        // POSIX: shells that are not interactive expand no pathnames here.
        let noglob = self.options.noglob;
        self.options.noglob |= self.options.posix && !self.interactive;
        let expanded = self.expand_word_into(word, &mut fields);
        self.options.noglob = noglob;
        expanded?;
        let [target] = fields.as_slice() else {
            let mut text = Vec::new();
            crate::ast::print_word(word, &mut self.vars, &mut text);
            self.complain(&[text.as_slice(), b": ambiguous redirect"].concat());
            return Ok(false);
        };
        let mut mode = OpenMode::default();
        match redirect.kind {
            RedirectKind::DupIn | RedirectKind::DupOut => {
                return self.plan_dup(redirect, target, number, plan);
            }
            RedirectKind::Read => mode.read = true,
            RedirectKind::ReadWrite => {
                mode.read = true;
                mode.write = true;
                mode.create = true;
            }
            RedirectKind::Append | RedirectKind::AppendBoth => {
                mode.write = true;
                mode.create = true;
                mode.append = true;
            }
            _ => {
                mode.write = true;
                mode.create = true;
                mode.truncate = true;
            }
        }
        if self.options.noclobber
            && matches!(redirect.kind, RedirectKind::Write | RedirectKind::WriteBoth)
            && sys::stat(target, true).is_ok_and(|stat| sys::is_regular(&stat))
        {
            self.complain(&[target.as_slice(), b": cannot overwrite existing file"].concat());
            return Ok(false);
        }
        let (fd, owned) = match self.open_target(target, mode, plan) {
            Ok(opened) => opened,
            Err(errno) => {
                self.complain(&[target.as_slice(), b": ", errno.message().as_bytes()].concat());
                return Ok(false);
            }
        };
        plan.steps.push((number, Some(fd), owned));
        if matches!(
            redirect.kind,
            RedirectKind::WriteBoth | RedirectKind::AppendBoth
        ) {
            plan.steps.push((2, Some(fd), false));
        }
        Ok(true)
    }

    /// Opens a file; names of descriptors mean these.
    fn open_target(
        &mut self,
        path: &[u8],
        mode: OpenMode,
        plan: &Plan,
    ) -> Result<(Fd, bool), Errno> {
        let number = match path {
            b"/dev/stdin" => Some(0),
            b"/dev/stdout" => Some(1),
            b"/dev/stderr" => Some(2),
            _ => path
                .strip_prefix(b"/dev/fd/")
                .and_then(parse_int)
                .and_then(|number| u32::try_from(number).ok()),
        };
        match number {
            Some(number) => match plan.current(number) {
                Some(fd) => Ok((sys::dup(fd)?, true)),
                None => Err(Errno::Noent),
            },
            None => Ok((sys::open(path, mode)?, true)),
        }
    }

    /// `n>&m`, `n>&m-`, `n>&-`; `>&file`.
    fn plan_dup(
        &mut self,
        redirect: &Redirect,
        target: &[u8],
        number: u32,
        plan: &mut Plan,
    ) -> Result<bool, Flow> {
        if target == b"-" {
            plan.steps.push((number, None, false));
            return Ok(true);
        }
        let (digits, moves) = match target.strip_suffix(b"-") {
            Some(digits) => (digits, true),
            None => (target, false),
        };
        let from = digits
            .iter()
            .all(u8::is_ascii_digit)
            .then(|| parse_int(digits))
            .flatten()
            .and_then(|from| u32::try_from(from).ok());
        let Some(from) = from else {
            if redirect.kind == RedirectKind::DupOut && redirect.fd == RedirectFd::Default {
                let mode = OpenMode {
                    write: true,
                    create: true,
                    truncate: true,
                    ..OpenMode::default()
                };
                return match self.open_target(target, mode, plan) {
                    Ok((fd, owned)) => {
                        plan.steps.push((1, Some(fd), owned));
                        plan.steps.push((2, Some(fd), false));
                        Ok(true)
                    }
                    Err(errno) => {
                        self.complain(&[target, b": ", errno.message().as_bytes()].concat());
                        Ok(false)
                    }
                };
            }
            self.complain(&[target, b": ambiguous redirect"].concat());
            return Ok(false);
        };
        let Some(fd) = plan.current(from) else {
            // The word as written, unless it is a number or the other one is not the usual.
            let shown = match &redirect.target {
                RedirectTarget::Word(word) if word.as_literal().is_none() => {
                    let mut text = Vec::new();
                    crate::ast::print_word(word, &mut self.vars, &mut text);
                    match redirect.kind {
                        RedirectKind::DupIn if number == 0 => text,
                        RedirectKind::DupOut if number == 1 => text,
                        _ => int_text(i64::from(number)),
                    }
                }
                _ => digits.to_vec(),
            };
            self.complain(&[shown.as_slice(), b": Bad file descriptor"].concat());
            return Ok(false);
        };
        if from == number && !moves {
            return Ok(true);
        }
        // A copy: the number that it came from may change before it is used.
        let owned = sys::dup(fd).ok();
        plan.steps
            .push((number, Some(owned.unwrap_or(fd)), owned.is_some()));
        if moves && from != number {
            plan.steps.push((from, None, false));
        }
        Ok(true)
    }

    fn plan_heredoc(
        &mut self,
        heredoc: &HereDoc,
        number: u32,
        plan: &mut Plan,
    ) -> Result<bool, Flow> {
        let text = match heredoc.body.get() {
            Some(word) => self.expand_string(word)?,
            None => Vec::new(),
        };
        Ok(self.plan_text(text, number, plan))
    }

    /// A descriptor from which the text can be read.
    fn plan_text(&mut self, text: Vec<u8>, number: u32, plan: &mut Plan) -> bool {
        let Ok((read, write)) = sys::pipe() else {
            self.complain(b"cannot make pipe for here-document");
            return false;
        };
        if text.len() <= PIPE_SAFE {
            let _ = sys::write_all(write, &text);
            sys::close(write);
        } else {
            // More than a pipe surely holds: a child feeds it.
            let fed = self.fork_child(None, |_| {
                sys::close(read);
                let _ = sys::write_all(write, &text);
                0
            });
            sys::close(write);
            if let Ok(child) = fed {
                self.jobs.remember_silent(child);
            }
        }
        plan.steps.push((number, Some(read), true));
        true
    }
}

/// How much a pipe takes without a reader.
pub const PIPE_SAFE: usize = 4096;
