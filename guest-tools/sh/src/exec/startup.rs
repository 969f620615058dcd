//! From the command line to the end of the shell.

use std::cell::Cell;
use std::rc::Rc;

use super::Shell;
use super::flow::{Flow, Run};
use super::session::{ForOnce, Session};
use crate::lexer::{Input, LineSource, Place};
use crate::sys;
use crate::vars::Sym;

/// What the command line asks for.
#[derive(Default)]
struct Invocation {
    command: bool,
    stdin: bool,
    interactive: bool,
    login: bool,
    no_rc: bool,
    rc_file: Option<Vec<u8>>,
    /// Where the state goes at the end, and where it comes from.
    dump: Option<Vec<u8>>,
    restore: Option<Vec<u8>>,
    session: Option<u32>,
    once: ForOnce,
    options: Vec<(Vec<u8>, bool)>,
    shopts: Vec<(Vec<u8>, bool)>,
    letters: Vec<(u8, bool)>,
    operands: Vec<Vec<u8>>,
}

/// Runs the shell that the command line describes; its status.
pub fn main() -> i32 {
    let begun = sys::start();
    // After the last NUL comes no argument.
    let args = begun.args.strip_suffix(b"\0").unwrap_or(b"bash");
    let mut args = args.split(|byte| *byte == 0).map(<[u8]>::to_vec);
    let zeroth = args.next().unwrap_or_default();
    match parse_arguments(args) {
        Ok(invocation) => start(&begun, zeroth, invocation),
        Err(option) => {
            let text = [&zeroth, &b": "[..], &option, b": invalid option\n"].concat();
            let _ = sys::write_all(2, &text);
            2
        }
    }
}

fn parse_arguments(mut args: impl Iterator<Item = Vec<u8>>) -> Result<Invocation, Vec<u8>> {
    let mut invocation = Invocation::default();
    while let Some(arg) = args.next() {
        let on = arg.first() == Some(&b'-');
        if arg == b"--" || arg == b"-" {
            break;
        }
        if let Some(long) = arg.strip_prefix(b"--") {
            match long {
                b"posix" => invocation.options.push((b"posix".to_vec(), true)),
                b"login" => invocation.login = true,
                b"version" => {
                    let text = b"GNU bash, version 5.2.15(1)-release (x86_64-pc-linux-gnu)\n";
                    let _ = sys::write_all(1, text);
                    sys::exit(0);
                }
                b"norc" => invocation.no_rc = true,
                b"noprofile" | b"noediting" | b"restricted" | b"debugger" | b"verbose" => {}
                b"dump-state" => invocation.dump = args.next(),
                b"restore-state" => invocation.restore = args.next(),
                session if session.starts_with(b"session=") => {
                    invocation.session = crate::text::parse_int(&session[8..])
                        .and_then(|number| u32::try_from(number).ok());
                }
                b"with" => invocation.once.variables.extend(args.next()),
                b"directory" => invocation.once.directory = args.next(),
                b"rcfile" | b"init-file" => invocation.rc_file = args.next(),
                _ => return Err(arg),
            }
            continue;
        }
        if !(on || arg.first() == Some(&b'+')) || arg.len() < 2 {
            invocation.operands.push(arg);
            break;
        }
        for letter in &arg[1..] {
            match letter {
                b'c' if on => invocation.command = true,
                b's' if on => invocation.stdin = true,
                b'i' => invocation.interactive = on,
                b'l' if on => invocation.login = true,
                b'D' | b'r' => {}
                b'o' => invocation
                    .options
                    .push((args.next().unwrap_or_default(), on)),
                b'O' => invocation
                    .shopts
                    .push((args.next().unwrap_or_default(), on)),
                letter => invocation.letters.push((*letter, on)),
            }
        }
    }
    invocation.operands.extend(args);
    Ok(invocation)
}

thread_local! {
    /// What [`prepare`] made.
    static PREPARED: Cell<Option<&'static mut Shell>> = const { Cell::new(None) };
}

/// Makes what every shell begins with, while the module is built.
#[cfg(target_family = "wasm")]
pub fn prepare() {
    let sh = Box::leak(Box::new(Shell::prepared()));
    sh.import_usual();
    PREPARED.set(Some(sh));
}

/// A shell to begin with. Nothing is gained by freeing what the end of the process
/// frees.
fn begin(of_session: bool) -> &'static mut Shell {
    if of_session {
        // All of it comes with the session's state.
        return Box::leak(Box::new(Shell::new(Vec::new())));
    }
    PREPARED
        .take()
        .unwrap_or_else(|| Box::leak(Box::new(Shell::prepared())))
}

fn start(begun: &sys::Start, zeroth: Vec<u8>, mut invocation: Invocation) -> i32 {
    let base = zeroth.rsplit(|c| *c == b'/').next().unwrap_or_default();
    let posix = base == b"sh" || base == b"-sh" || (base != b"bash" && sys::applet() == b"sh");
    let sh = begin(invocation.session.is_some());
    sh.name = zeroth;
    sh.start_ns = begun.monotonic_ns;
    // A session's state comes instead of the environment.
    if invocation.session.is_none() {
        sh.import_environment(begun);
    }
    if let Some(path) = &invocation.restore
        && let Err(status) = restore(sh, path)
    {
        return status;
    }
    let check = invocation.letters.contains(&(b'n', true)) && invocation.session.is_some();
    invocation.once.check = check;
    let session = match invocation.session {
        Some(number) => match Session::begin(sh, begun, number, &invocation.once) {
            Ok(session) => Some(session),
            Err(status) => return status,
        },
        None => None,
    };
    let fresh = match &session {
        Some(session) => session.is_fresh(),
        None => invocation.restore.is_none(),
    };
    let after = match (session, invocation.dump) {
        (Some(session), _) => After::Session(session),
        (None, Some(path)) => After::Dump(path),
        (None, None) => After::Nothing,
    };
    let last = matches!(after, After::Nothing);
    let posix = posix || sh.vars.get(Sym::POSIXLY_CORRECT).is_set();
    sh.options.posix = posix && fresh || sh.options.posix;
    sh.shopt.login_shell = invocation.login;
    for (name, on) in invocation.options {
        match sh.options.by_name(&name) {
            Some(place) => *place = on,
            None => {
                sh.complain(&[name.as_slice(), b": invalid option name"].concat());
                return 2;
            }
        }
        if on && name == b"history" {
            crate::builtins::begin_history(sh);
        }
    }
    for (name, on) in invocation.shopts {
        match sh.shopt.by_name(&name) {
            Some(place) => *place = on,
            None => {
                sh.complain(&[name.as_slice(), b": invalid shell option name"].concat());
                return 2;
            }
        }
    }
    for (letter, on) in invocation.letters {
        match sh.options.by_letter(letter) {
            Some(place) => *place = on,
            None => {
                let text = [&sh.name, &b": -"[..], &[letter], b": invalid option\n"].concat();
                sh.write_stderr(&text);
                return 2;
            }
        }
    }
    if sh.options.posix {
        sh.posix_changed();
    }
    sh.traps.at_death = !invocation.interactive && last;
    if invocation.interactive
        && let Err(flow) = begin_interactive(sh, invocation.rc_file, invocation.no_rc)
    {
        return finish(sh, Err(flow), After::Nothing);
    }
    let mut operands = invocation.operands.into_iter();
    let result = if invocation.command {
        let Some(text) = operands.next() else {
            sh.write_stderr(b"bash: -c: option requires an argument\n");
            return 2;
        };
        if let Some(name) = operands.next() {
            sh.name = name;
        }
        if operands.len() > 0 || fresh {
            sh.positional = operands.collect();
        }
        sh.command_string = true;
        if check {
            sh.ended_early = super::session::is_continued(sh, &text);
        }
        sh.run_input(&mut Input::new(text, 1), last)
    } else if invocation.stdin || operands.len() == 0 {
        if operands.len() > 0 {
            sh.positional = operands.collect();
        }
        run_stdin(sh)
    } else {
        let path = operands.next().unwrap_or_default();
        sh.positional = operands.collect();
        run_file(sh, path, last)
    };
    finish(sh, result, after)
}

/// What becomes of the shell's state after the script.
enum After {
    Nothing,
    /// It goes to this file.
    Dump(Vec<u8>),
    Session(Session),
}

/// What an interactive shell has besides: its options, its start-up file, its history.
fn begin_interactive(sh: &mut Shell, rc_file: Option<Vec<u8>>, no_rc: bool) -> Result<(), Flow> {
    sh.interactive = true;
    sh.shopt.expand_aliases = true;
    sh.options.emacs = true;
    sh.options.history = true;
    sh.options.histexpand = true;
    let home = sh.get_text(b"HOME").unwrap_or_default();
    for (name, value) in [
        (&b"PS1"[..], b"\\s-\\v\\$ ".to_vec()),
        (b"PS2", b"> ".to_vec()),
        (b"HISTFILE", [home.as_slice(), b"/.bash_history"].concat()),
        (b"HISTSIZE", b"500".to_vec()),
        (b"HISTFILESIZE", b"500".to_vec()),
    ] {
        if sh.get_text(name).is_none() {
            sh.set_text(name, value);
        }
    }
    if !no_rc {
        let path = rc_file.unwrap_or_else(|| [home.as_slice(), b"/.bashrc"].concat());
        if let Ok(text) = sh.read_file(&path) {
            sh.options.history = false;
            let result = sh.run_text(text, 1);
            sh.options.history = true;
            match result {
                Ok(_) | Err(Flow::Return(_)) => {}
                Err(flow) => return Err(flow),
            }
        }
    }
    crate::builtins::load_history(sh);
    Ok(())
}

impl Shell {
    /// What happens before an interactive shell reads a command.
    pub fn before_prompt(&mut self) -> Result<(), Flow> {
        self.state.history.own = false;
        let hooks = match self.vars.get(Sym::PROMPT_COMMAND).is_array() {
            true => self.elements(Sym::PROMPT_COMMAND),
            false => self.get_text(b"PROMPT_COMMAND").into_iter().collect(),
        };
        for hook in hooks {
            let status = self.status;
            self.run_text(hook, 1)?;
            self.status = status;
        }
        let prompt = self.get_text(b"PS1").unwrap_or_default();
        if let Ok(prompt) = self.prompt(&prompt) {
            self.write_stderr(&prompt);
        }
        Ok(())
    }
}

/// Takes over a state from a file.
fn restore(sh: &mut Shell, path: &[u8]) -> Result<(), i32> {
    let failed = match sh.read_file(path) {
        Ok(state) => match sh.restore_state(state) {
            Ok(()) => return Ok(()),
            Err(wrong) => wrong.message(),
        },
        Err(errno) => errno.message().to_string(),
    };
    let text = [&sh.name, &b": "[..], path, b": ", failed.as_bytes(), b"\n"].concat();
    sh.write_stderr(&text);
    Err(2)
}

fn run_file(sh: &mut Shell, path: Vec<u8>, last: bool) -> Run {
    let mut found = path.clone();
    let text = match sh.read_file(&path) {
        Err(sys::Errno::Noent) if !path.contains(&b'/') => {
            found = sh.find_program(&path, None).unwrap_or(path.clone());
            sh.read_file(&found)
        }
        read => read,
    };
    let _ = found;
    match text {
        Ok(text) => {
            if text[..text.len().min(80)]
                .split(|c| *c == b'\n')
                .next()
                .is_some_and(|line| line.contains(&0))
            {
                let message =
                    [&path, &b": "[..], &path, b": cannot execute binary file\n"].concat();
                sh.write_stderr(&message);
                return Err(Flow::Exit(126));
            }
            sh.name = path.clone();
            sh.source = Rc::from(path.as_slice());
            sh.run_input(&mut Input::new(text, 1), last)
        }
        Err(errno) => {
            let message = [
                &sh.name,
                &b": "[..],
                &path,
                b": ",
                errno.message().as_bytes(),
                b"\n",
            ]
            .concat();
            sh.write_stderr(&message);
            Err(Flow::Exit(if errno == sys::Errno::Noent {
                127
            } else {
                126
            }))
        }
    }
}

fn run_stdin(sh: &mut Shell) -> Run {
    sh.reads_stdin = true;
    let result = sh.run_input(&mut Input::from_source(Box::new(Stdin)), false);
    if sh.interactive && result.is_ok() {
        sh.write_stderr(b"exit\n");
    }
    result
}

/// Standard input, line by line: what the script reads itself is not taken.
struct Stdin;

impl LineSource for Stdin {
    fn line(&mut self, buf: &mut Vec<u8>, _place: Place) -> bool {
        const BLOCK: usize = 4096;
        let start = buf.len();
        // Where the position can be moved back, read blocks.
        if let Ok(position) = sys::seek(0, 0, 1) {
            let mut taken = position;
            loop {
                let len = buf.len();
                buf.resize(len + BLOCK, 0);
                let count = sys::read(0, &mut buf[len..]).unwrap_or(0);
                buf.truncate(len + count);
                if count == 0 {
                    return buf.len() > start;
                }
                if let Some(end) = buf[len..].iter().position(|c| *c == b'\n') {
                    buf.truncate(len + end + 1);
                    taken += (end + 1) as u64;
                    let _ = sys::seek(0, taken as i64, 0);
                    return true;
                }
                taken += count as u64;
            }
        }
        let mut byte = [0];
        loop {
            match sys::read(0, &mut byte) {
                Ok(1) => {
                    buf.push(byte[0]);
                    if byte[0] == b'\n' {
                        return true;
                    }
                }
                Err(sys::Errno::Intr) => {}
                _ => return buf.len() > start,
            }
        }
    }
}

/// The end of the shell: the EXIT trap, the output, the status. Where the state
/// is kept for a later shell, the trap waits for a script that says `exit`.
fn finish(sh: &mut Shell, result: Run, after: After) -> i32 {
    let waits = match &after {
        After::Nothing => false,
        After::Dump(_) => result.is_ok() || sh.syntax_failed,
        After::Session(_) => !sh.left,
    };
    let mut status = sh.exit_status(result);
    if waits {
        sh.flush_out();
    } else {
        status = sh.leave_child(status);
    }
    match after {
        After::Nothing => {}
        After::Dump(path) => {
            sh.status = status;
            if let Err(errno) = sh.dump_state(&path) {
                sh.complain(&[path.as_slice(), b": ", errno.message().as_bytes()].concat());
                status = 2;
            }
        }
        After::Session(session) => session.end(sh, status),
    }
    if sh.options.history {
        crate::builtins::save_history(sh);
    }
    for (number, child, input) in std::mem::take(&mut sh.process_subs) {
        sys::close(sys::user_fd(number));
        if !input {
            sh.jobs.output_subs.push(child);
        }
    }
    // What `>( )` commands print belongs to the script's output.
    for child in std::mem::take(&mut sh.jobs.output_subs) {
        let _ = sys::wait(child, true);
    }
    status
}
