//! Where `sed` writes: standard output or the file edited in place, and the
//! files of `w`.

use super::options::Options;
use crate::cli::{Context, Output};
use crate::sys::{self, Errno, File, OpenHow};

/// The names of the first outputs; the third is the file edited in place.
pub const RESERVED: [&[u8]; 3] = [b"/dev/stdout", b"/dev/stderr", b""];
const STDOUT: usize = 0;
const STDERR: usize = 1;
const IN_PLACE: usize = 2;

/// One output.
pub struct Sink {
    out: Output,
    /// The last line had no end, and gets one if more follows.
    open_line: bool,
    /// The same of the last line that a `w` wrote: what it and the script write
    /// to standard output does not know of one another.
    open_written: bool,
    /// Keeps the file open.
    _file: Option<File>,
}

/// All outputs of a script.
pub struct Outputs {
    sinks: Vec<Sink>,
    main: usize,
    editing: Option<Editing>,
    /// Where there are files of `w`, in case they are read too.
    has_files: bool,
}

/// A file that is being edited.
struct Editing {
    /// What the user called it.
    name: Vec<u8>,
    /// The file itself, links followed if asked.
    target: Vec<u8>,
    temporary: Vec<u8>,
}

impl Sink {
    fn new(fd: u32, file: Option<File>) -> Sink {
        Sink {
            out: Output::new(fd),
            open_line: false,
            open_written: false,
            _file: file,
        }
    }

    /// Ends an open line.
    pub fn end_line(&mut self, end: u8) {
        if self.open_line {
            self.out.put_byte(end);
            self.open_line = false;
        }
    }

    /// Writes a line, with its end if it had one.
    pub fn put_line(&mut self, line: &[u8], complete: bool, end: u8) {
        self.end_line(end);
        self.out.put(line);
        match complete {
            true => self.out.put_byte(end),
            false => self.open_line = true,
        }
    }

    /// Writes a line for a `w`, with its end if it had one.
    pub fn write_line(&mut self, line: &[u8], complete: bool, end: u8) {
        std::mem::swap(&mut self.open_line, &mut self.open_written);
        self.put_line(line, complete, end);
        std::mem::swap(&mut self.open_line, &mut self.open_written);
    }

    /// Writes text as it is.
    pub fn put(&mut self, text: &[u8], end: u8) {
        self.end_line(end);
        self.out.put(text);
    }
}

impl Outputs {
    /// Opens the files of `w`.
    ///
    /// # Errors
    /// The exit code, after a message.
    pub fn new(context: &Context<'_>, names: &[Vec<u8>]) -> Result<Outputs, i32> {
        let mut sinks = vec![Sink::new(1, None), Sink::new(2, None), Sink::new(1, None)];
        for name in names.iter().skip(RESERVED.len()) {
            match File::open(name, OpenHow::CREATE) {
                Ok(file) => sinks.push(Sink::new(file.fd(), Some(file))),
                Err(errno) => {
                    context.say_error(&[b"couldn't open file ", name.as_slice()].concat(), errno);
                    return Err(super::run::PANIC);
                }
            }
        }
        Ok(Outputs {
            main: STDOUT,
            editing: None,
            has_files: sinks.len() > RESERVED.len(),
            sinks,
        })
    }

    /// Where the pattern space goes.
    pub fn main(&mut self) -> &mut Sink {
        &mut self.sinks[self.main]
    }

    /// The output with this index.
    pub fn sink(&mut self, index: usize) -> &mut Sink {
        &mut self.sinks[index]
    }

    /// Whether writing on is in vain.
    pub fn failed(&self) -> bool {
        self.sinks[self.main].out.failed()
    }

    /// Writes out what is buffered for the files of `w`, which may be read.
    pub fn flush_files(&mut self) {
        if self.has_files {
            self.sinks.iter_mut().for_each(|sink| sink.out.flush());
        }
    }

    /// Writes out what is buffered for the main output.
    pub fn flush_main(&mut self) {
        self.main().out.flush();
    }

    /// Starts to edit a file.
    ///
    /// # Errors
    /// The exit code, after a message; 0: the file is to be passed over.
    pub fn edit(
        &mut self,
        context: &Context<'_>,
        name: &[u8],
        options: &Options,
    ) -> Result<(), i32> {
        let mut target = name.to_vec();
        if options.follow_symlinks {
            target = follow(target);
        }
        let refuse = |reason: &[u8]| {
            context.say(&[b"couldn't edit ", name, b": ", reason].concat());
            Err(super::run::PANIC)
        };
        let status = match sys::stat(&target, true) {
            Ok(status) => status,
            Err(errno) => return refuse(errno.message().as_bytes()),
        };
        if status.mode & sys::mode::TYPE != sys::mode::REGULAR {
            return refuse(b"not a regular file");
        }
        match create_beside(&target) {
            Ok((temporary, file)) => {
                let _ = sys::chown(&temporary, status.uid, status.gid, true);
                let _ = sys::chmod(&temporary, status.mode & 0o7777);
                self.sinks[IN_PLACE] = Sink::new(file.fd(), Some(file));
                self.main = IN_PLACE;
                self.editing = Some(Editing {
                    name: name.to_vec(),
                    target,
                    temporary,
                });
                Ok(())
            }
            Err((temporary, errno)) => {
                let subject = [b"couldn't open temporary file ", temporary.as_slice()].concat();
                context.say_error(&subject, errno);
                Err(super::run::PANIC)
            }
        }
    }

    /// Puts the edited file in its place, if one is being edited.
    ///
    /// # Errors
    /// The exit code, after a message.
    pub fn edited(&mut self, context: &Context<'_>, options: &Options) -> Result<(), i32> {
        let Some(editing) = self.editing.take() else {
            return Ok(());
        };
        self.main = STDOUT;
        let sink = &mut self.sinks[IN_PLACE];
        let code = sink.out.finish_or(context, 0, super::run::PANIC);
        *sink = Sink::new(1, None);
        if code != 0 {
            let _ = sys::unlink(&editing.temporary);
            return Err(code);
        }
        let suffix = options.in_place.as_deref().unwrap_or_default();
        let renamed = match suffix.is_empty() {
            true => Ok(()),
            false => sys::rename(&editing.target, &backup(&editing.target, suffix)),
        };
        match renamed.and_then(|()| sys::rename(&editing.temporary, &editing.target)) {
            Ok(()) => Ok(()),
            Err(errno) => {
                let _ = sys::unlink(&editing.temporary);
                context.say_error(
                    &[b"cannot rename ", editing.name.as_slice()].concat(),
                    errno,
                );
                Err(super::run::PANIC)
            }
        }
    }

    /// Gives up on the file being edited: it stays as it was.
    pub fn abandon(&mut self) {
        if let Some(editing) = self.editing.take() {
            self.main = STDOUT;
            self.sinks[IN_PLACE] = Sink::new(1, None);
            let _ = sys::unlink(&editing.temporary);
        }
    }

    /// Writes out everything; gives the exit code.
    pub fn finish(&mut self, context: &Context<'_>, code: i32) -> i32 {
        self.abandon();
        let mut code = code;
        for (index, sink) in self.sinks.iter_mut().enumerate() {
            if index != STDERR || !sink.out.failed() {
                sink.out.flush();
            }
            if let Some(errno) = sink.out.error() {
                context.say_error(b"couldn't write to output", errno);
                code = super::run::PANIC;
            }
        }
        code
    }
}

/// The name of the backup: the suffix after the name, or each `*` of the
/// pattern replaced by the name with its directory, as GNU's does.
fn backup(target: &[u8], suffix: &[u8]) -> Vec<u8> {
    if !suffix.contains(&b'*') {
        return [target, suffix].concat();
    }
    let parts: Vec<&[u8]> = suffix.split(|byte| *byte == b'*').collect();
    parts.join(target)
}

/// Links followed at most.
const LINKS_MAX: usize = 40;

fn follow(mut path: Vec<u8>) -> Vec<u8> {
    for _ in 0..LINKS_MAX {
        let Ok(to) = sys::read_link(&path) else {
            break;
        };
        let cut = path
            .iter()
            .rposition(|byte| *byte == b'/')
            .map_or(0, |at| at + 1);
        path = match to.starts_with(b"/") {
            true => to,
            false => [&path[..cut], &to].concat(),
        };
    }
    path
}

fn create_beside(target: &[u8]) -> Result<(Vec<u8>, File), (Vec<u8>, Errno)> {
    let cut = target
        .iter()
        .rposition(|byte| *byte == b'/')
        .map_or(0, |at| at + 1);
    let mut seed = sys::now_ns();
    let how = OpenHow {
        exclusive: true,
        ..OpenHow::CREATE
    };
    loop {
        let mut path = [&target[..cut], b"sed"].concat();
        let mut rest = seed;
        for _ in 0..6 {
            path.push(b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJ"[(rest % 36) as usize]);
            rest /= 36;
        }
        match File::open(&path, how) {
            Ok(file) => return Ok((path, file)),
            Err(Errno::Exist) => {
                seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1)
            }
            Err(errno) => return Err((path, errno)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::backup;

    #[test]
    fn backups_are_named_after_the_file() {
        assert_eq!(backup(b"d/f", b".bak"), b"d/f.bak");
        assert_eq!(backup(b"f", b"old_*"), b"old_f");
        assert_eq!(backup(b"d/f", b"bak/*"), b"bak/d/f");
    }
}
