//! Files and commands that the program reads from and writes to, by name.

use super::process::{Child, End, spawn_shell};
use super::reader::Reader;
use wardian_applet::cli::Output;
use wardian_applet::sys::{self, Errno, OpenHow};

/// How output reaches its name.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum OutputKind {
    /// `> file`
    File,
    /// `>> file`
    Append,
    /// `| command`
    Command,
    /// `|& command`
    Coprocess,
}

/// How input comes from its name.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum InputKind {
    /// `< file`
    File,
    /// `command |`
    Command,
    /// `command |&`
    Coprocess,
}

struct OutputStream {
    name: Vec<u8>,
    kind: OutputKind,
    out: Output,
    fd: u32,
    child: Option<Child>,
    /// Number of streams opened before.
    opened: u64,
}

struct InputStream {
    name: Vec<u8>,
    kind: InputKind,
    reader: Reader,
    child: Option<Child>,
    /// Number of streams opened before.
    opened: u64,
}

/// All open streams, and standard output.
pub struct Streams {
    /// Standard output.
    pub stdout: Output,
    outputs: Vec<OutputStream>,
    inputs: Vec<InputStream>,
    opened: u64,
    /// Environment of commands.
    pub env: Option<Vec<Vec<u8>>>,
}

/// The descriptor that a special name stands for.
fn special(name: &[u8]) -> Option<u32> {
    match name {
        b"/dev/stdin" => Some(0),
        b"/dev/stdout" | b"-" => Some(1),
        b"/dev/stderr" => Some(2),
        _ => {
            let digits = name.strip_prefix(b"/dev/fd/")?;
            std::str::from_utf8(digits).ok()?.parse().ok()
        }
    }
}

impl Streams {
    /// With nothing open but standard output.
    pub fn new() -> Streams {
        Streams {
            stdout: Output::stdout(),
            outputs: Vec::new(),
            inputs: Vec::new(),
            opened: 0,
            env: None,
        }
    }

    fn spawn(&mut self, command: &[u8], stdin: End, stdout: End) -> Result<Child, Errno> {
        self.flush_all();
        let env = match &self.env {
            Some(env) => env.clone(),
            None => wardian_applet::program::environment(),
        };
        spawn_shell(command, stdin, stdout, &env)
    }

    /// Runs a command to its end; gives its exit code.
    pub fn system(&mut self, command: &[u8]) -> i32 {
        match self.spawn(command, End::Inherited, End::Inherited) {
            Ok(child) => child.wait(),
            Err(errno) => wardian_applet::program::failure_code(errno),
        }
    }

    /// Writes to a stream, which is opened at the first use of its name.
    ///
    /// # Errors
    /// Why it could not be opened.
    pub fn write(&mut self, kind: OutputKind, name: &[u8], text: &[u8]) -> Result<(), Errno> {
        let same = |stream: &OutputStream| {
            let command = |kind| matches!(kind, OutputKind::Command | OutputKind::Coprocess);
            stream.name == name && command(stream.kind) == command(kind)
        };
        let at = match self.outputs.iter().position(same) {
            Some(at) => at,
            None => {
                if matches!(kind, OutputKind::File | OutputKind::Append) && special(name) == Some(1)
                {
                    self.stdout.put(text);
                    return Ok(());
                }
                self.open_output(kind, name)?
            }
        };
        let stream = &mut self.outputs[at];
        if stream.fd == 2 {
            // Messages must not come after what follows them.
            self.stdout.flush();
            stream.out.put_through(text);
        } else {
            stream.out.put(text);
        }
        Ok(())
    }

    fn open_output(&mut self, kind: OutputKind, name: &[u8]) -> Result<usize, Errno> {
        let (fd, child) = match kind {
            OutputKind::File | OutputKind::Append => match special(name) {
                Some(fd) => (fd, None),
                None => {
                    let how = OpenHow {
                        truncate: kind == OutputKind::File,
                        append: kind == OutputKind::Append,
                        ..OpenHow::CREATE
                    };
                    (sys::open(name, how)?, None)
                }
            },
            OutputKind::Command => {
                let child = self.spawn(name, End::Pipe, End::Inherited)?;
                (child.stdin.unwrap_or(0), Some(child))
            }
            OutputKind::Coprocess => {
                let mut child = self.spawn(name, End::Pipe, End::Pipe)?;
                let fd = child.stdin.unwrap_or(0);
                let reader = Reader::new(child.stdout.take().unwrap_or(0));
                child.stdin = None;
                self.inputs.push(InputStream {
                    name: name.to_vec(),
                    kind: InputKind::Coprocess,
                    reader,
                    child: Some(child),
                    opened: self.opened,
                });
                (fd, None)
            }
        };
        self.opened += 1;
        self.outputs.push(OutputStream {
            opened: self.opened,
            name: name.to_vec(),
            kind,
            out: Output::new(fd),
            fd,
            child,
        });
        Ok(self.outputs.len() - 1)
    }

    /// The reader of a stream, which is opened at the first use of its name.
    ///
    /// # Errors
    /// Why it could not be opened.
    pub fn reader(&mut self, kind: InputKind, name: &[u8]) -> Result<&mut Reader, Errno> {
        let found = |stream: &InputStream| stream.name == name && stream.kind == kind;
        let mut at = self.inputs.iter().position(found);
        if at.is_none() {
            let (fd, child) = match kind {
                InputKind::File => match name {
                    b"-" | b"/dev/stdin" => (0, None),
                    name => match special(name) {
                        Some(fd) => (fd, None),
                        None => (open_for_reading(name)?, None),
                    },
                },
                InputKind::Command => {
                    let child = self.spawn(name, End::Inherited, End::Pipe)?;
                    (child.stdout.unwrap_or(0), Some(child))
                }
                InputKind::Coprocess => {
                    self.open_output(OutputKind::Coprocess, name)?;
                    at = self.inputs.iter().position(found);
                    (0, None)
                }
            };
            if at.is_none() {
                self.opened += 1;
                self.inputs.push(InputStream {
                    opened: self.opened,
                    name: name.to_vec(),
                    kind,
                    reader: Reader::new(fd),
                    child,
                });
                at = Some(self.inputs.len() - 1);
            }
        }
        if kind == InputKind::Coprocess {
            for stream in &mut self.outputs {
                if stream.name == name {
                    stream.out.flush();
                }
            }
        }
        let stream = at.and_then(|at| self.inputs.get_mut(at));
        stream.map(|stream| &mut stream.reader).ok_or(Errno::Badf)
    }

    /// Writes out what has been collected everywhere.
    pub fn flush_all(&mut self) {
        self.stdout.flush();
        for stream in &mut self.outputs {
            stream.out.flush();
        }
    }

    /// Writes out what has been collected for a name; whether it is open.
    pub fn flush(&mut self, name: &[u8]) -> bool {
        let mut found = false;
        if special(name) == Some(1) {
            self.stdout.flush();
            found = true;
        }
        for stream in self.outputs.iter_mut().filter(|s| s.name == name) {
            stream.out.flush();
            found = true;
        }
        found
    }

    /// Closes the stream of a name that was opened last, or one end of a
    /// coprocess; gives its exit code, -1 if there was none.
    pub fn close(&mut self, name: &[u8], end: Option<&[u8]>) -> i32 {
        let to = self.outputs.iter().rposition(|s| s.name == name);
        let from = self.inputs.iter().rposition(|s| s.name == name);
        let coprocess = from.is_some_and(|at| self.inputs[at].kind == InputKind::Coprocess);
        let newer = match (to, from) {
            (Some(to), Some(from)) => self.outputs[to].opened > self.inputs[from].opened,
            (to, _) => to.is_some(),
        };
        let (close_to, close_from) = match end {
            Some(b"to") => (true, false),
            Some(b"from") => (false, true),
            _ if coprocess => (true, true),
            _ => (newer, !newer),
        };
        let mut code = -1;
        if let Some(at) = to.filter(|_| close_to) {
            code = close_output(self.outputs.remove(at));
        }
        if let Some(at) = from.filter(|_| close_from) {
            let stream = self.inputs.remove(at);
            drop(stream.reader);
            code = stream.child.map_or(0, Child::wait);
        }
        code
    }

    /// Closes everything; whether all could be written.
    pub fn finish(&mut self) -> bool {
        // Commands end, and have written, before what is still collected here.
        let mut good = true;
        for mut stream in std::mem::take(&mut self.outputs) {
            stream.out.flush();
            good &= !stream.out.failed() || stream.child.is_some();
            close_output(stream);
        }
        for stream in std::mem::take(&mut self.inputs) {
            drop(stream.reader);
            if let Some(child) = stream.child {
                child.wait();
            }
        }
        self.stdout.flush();
        good
    }

    /// The first failure of a write to standard output.
    pub fn failure(&self) -> Option<Errno> {
        self.stdout.error()
    }
}

fn close_output(mut stream: OutputStream) -> i32 {
    stream.out.flush();
    if stream.fd > 2 {
        sys::close(stream.fd);
    }
    stream.child.map_or(0, Child::wait)
}

fn open_for_reading(name: &[u8]) -> Result<u32, Errno> {
    let fd = sys::open(name, OpenHow::READ)?;
    match sys::fstat(fd) {
        Ok(stat) if sys::is_dir(&stat) => {
            sys::close(fd);
            Err(Errno::Isdir)
        }
        _ => Ok(fd),
    }
}
