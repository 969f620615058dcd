//! `-exec` and its kin: commands for one file or for many.

use super::file::File;
use super::settings::State;
use crate::process;
use crate::words::quoted;
use memchr::memmem;
use wardian_applet::program::Program;
use wardian_applet::sys;

/// Most bytes of arguments in one command, NUL bytes counted.
const ARGUMENT_BYTES_MAX: usize = 128 << 10;

/// A command to run.
pub struct Command {
    /// The command and its arguments.
    pub argv: Vec<Vec<u8>>,
    /// Run it in the file's directory.
    pub in_directory: bool,
    /// Ask first.
    pub ask: bool,
    /// Many files at once (`+`).
    pub many: bool,
    pending: Vec<Vec<u8>>,
    pending_bytes: usize,
    /// Where the pending files are.
    directory: Vec<u8>,
    program: Option<Program>,
}

impl Command {
    /// A command with no files yet.
    pub fn new(argv: Vec<Vec<u8>>, in_directory: bool, ask: bool, many: bool) -> Command {
        Command {
            argv,
            in_directory,
            ask,
            many,
            pending: Vec::new(),
            pending_bytes: 0,
            directory: Vec::new(),
            program: None,
        }
    }

    /// Runs it for a file, or takes the file for later.
    pub fn take(&mut self, file: &File, state: &mut State<'_>) -> bool {
        if !self.many {
            return self.once(file, state);
        }
        if self.in_directory && self.directory != file.directory_for_command() {
            self.finish(state);
            self.directory = file.directory_for_command().to_vec();
        }
        let path = self.subject(file);
        let own: usize = self.argv.iter().map(|arg| arg.len() + 1).sum();
        if own + self.pending_bytes + path.len() + 1 > ARGUMENT_BYTES_MAX {
            self.finish(state);
        }
        self.pending_bytes += path.len() + 1;
        self.pending.push(path);
        true
    }

    /// Runs it for the files taken.
    pub fn finish(&mut self, state: &mut State<'_>) {
        if self.pending.is_empty() {
            return;
        }
        self.pending_bytes = 0;
        let mut argv: Vec<Vec<u8>> = self.argv.clone();
        argv.append(&mut self.pending);
        let directory = self.in_directory.then(|| absolute(&self.directory));
        if !self.start(argv, directory, state) {
            state.code = 1;
        }
    }

    fn subject(&self, file: &File) -> Vec<u8> {
        match self.in_directory {
            false => file.path.clone(),
            true if file.path == b"/" => b"/".to_vec(),
            true => [b"./", file.name_shown()].concat(),
        }
    }

    fn once(&mut self, file: &File, state: &mut State<'_>) -> bool {
        if self.ask && !self.confirmed(file, state) {
            return false;
        }
        let subject = self.subject(file);
        let finder = memmem::Finder::new(b"{}");
        let argv = self.argv.iter().map(|arg| replace(arg, &finder, &subject));
        let argv = argv.collect();
        let directory = self
            .in_directory
            .then(|| absolute(file.directory_for_command()));
        self.start(argv, directory, state)
    }

    fn confirmed(&self, file: &File, state: &mut State<'_>) -> bool {
        state.flush();
        let name = self.argv.first().map_or(b"".as_slice(), Vec::as_slice);
        let question = [b"< ", name, b" ... ", &file.path, b" > ? "].concat();
        let _ = sys::write(2, &question);
        let mut answer = Vec::new();
        let mut byte = [0];
        while let Ok(1) = sys::read(0, &mut byte) {
            if byte[0] == b'\n' {
                break;
            }
            answer.push(byte[0]);
        }
        matches!(answer.trim_ascii_start().first(), Some(b'y' | b'Y'))
    }

    fn start(&mut self, argv: Vec<Vec<u8>>, cwd: Option<Vec<u8>>, state: &mut State<'_>) -> bool {
        state.flush();
        let program = self.program.get_or_insert_with(|| Program::new(&[]));
        program.argv = argv;
        program.cwd = cwd;
        let name = program.argv.first().map_or(b"".as_slice(), Vec::as_slice);
        match process::run(program, !self.ask) {
            Ok(end) if end.signal != 0 => {
                let text = format!(" terminated by signal {}", end.signal);
                state
                    .context
                    .say(&[&quoted(name), text.as_bytes()].concat());
                false
            }
            Ok(end) => end.success(),
            Err(errno) => {
                state.context.say_error(&quoted(name), errno);
                false
            }
        }
    }
}

impl File {
    fn directory_for_command(&self) -> &[u8] {
        let end = self.path.len() - usize::from(self.path.len() > 1 && self.path.ends_with(b"/"));
        match memchr::memrchr(b'/', &self.path[..end]) {
            None => b".",
            Some(0) => b"/",
            Some(at) => &self.path[..at],
        }
    }
}

fn absolute(directory: &[u8]) -> Vec<u8> {
    if directory.starts_with(b"/") {
        return directory.to_vec();
    }
    let mut whole = sys::working_directory().unwrap_or_default();
    if directory != b"." {
        whole.push(b'/');
        whole.extend_from_slice(directory);
    }
    whole
}

fn replace(arg: &[u8], finder: &memmem::Finder<'_>, subject: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    let mut rest = arg;
    while let Some(at) = finder.find(rest) {
        out.extend_from_slice(&rest[..at]);
        out.extend_from_slice(subject);
        rest = &rest[at + 2..];
    }
    out.extend_from_slice(rest);
    out
}
