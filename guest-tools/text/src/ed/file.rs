//! Files and shell commands: `e`, `r`, `w`, `!`.

use super::address::Range;
use super::cursor::Cursor;
use super::{Done, Editor, Stop, error};
use crate::shell;
use wardian_applet::cli::Output;
use wardian_applet::sys::{self, Errno, OpenHow};

impl Editor {
    /// Takes the name after a command; empty: none given, but there is one.
    pub(super) fn filename_argument(&mut self, cursor: &mut Cursor) -> Done<Vec<u8>> {
        cursor.skip_blanks();
        let name = cursor.line();
        if let Some(command) = name.strip_prefix(b"!") {
            if self.restricted {
                return error("Shell access restricted");
            }
            let command = self.expand(command, cursor)?;
            return Ok([b"!".as_slice(), &command].concat());
        }
        if name.is_empty() {
            if self.filename.is_empty() {
                return error("No current filename");
            }
            return Ok(name);
        }
        self.check_name(&name)?;
        Ok(name)
    }

    /// Refuses names that a restricted editor may not use.
    pub(super) fn check_name(&self, name: &[u8]) -> Done {
        if self.restricted && name.starts_with(b"!") {
            return error("Shell access restricted");
        }
        if self.restricted && (name.contains(&b'/') || name == b"..") {
            return error("Directory access restricted");
        }
        Ok(())
    }

    pub(super) fn edit(&mut self, cursor: &mut Cursor, range: Range, command: u8) -> Done {
        if command == b'e' && self.buffer.modified && !self.warned {
            return Err(Stop::Modified);
        }
        self.unexpected_address(range)?;
        self.unexpected_suffix(cursor)?;
        let name = self.filename_argument(cursor)?;
        let count = self.buffer.len();
        self.buffer.splice(0, count, Vec::new());
        self.buffer.current = 0;
        self.buffer.end_undo();
        self.buffer.modified = false;
        (self.binary, self.newline_missing) = (false, false);
        if !name.is_empty() && !name.starts_with(b"!") {
            self.filename.clone_from(&name);
        }
        let name = if name.is_empty() {
            self.filename.clone()
        } else {
            name
        };
        let read = self.read_file(&name, 0);
        self.buffer.end_undo();
        self.buffer.modified = false;
        read.map(drop)
    }

    pub(super) fn insert_file(&mut self, cursor: &mut Cursor, range: Range, global: bool) -> Done {
        self.unexpected_suffix(cursor)?;
        let at = match range.count {
            0 => self.buffer.len(),
            _ => range.second,
        };
        let name = self.filename_argument(cursor)?;
        if !global {
            self.buffer.start_undo();
        }
        if self.filename.is_empty() && !name.starts_with(b"!") {
            self.filename.clone_from(&name);
        }
        let name = if name.is_empty() {
            self.filename.clone()
        } else {
            name
        };
        self.read_file(&name, at).map(drop)
    }

    /// Puts the lines of a file, or what a command prints, after a line.
    pub(super) fn read_file(&mut self, name: &[u8], at: usize) -> Done<usize> {
        let bytes = match name.strip_prefix(b"!") {
            Some(command) => self.output_of(command)?,
            None => {
                if let Err(errno) = sys::stat(name, true) {
                    return self.file_error(name, errno, "Cannot open input file");
                }
                match sys::read_file(name) {
                    Ok(bytes) => bytes,
                    Err(Errno::Isdir) => {
                        return self.file_error(name, Errno::Isdir, "Cannot read input file");
                    }
                    Err(errno) => {
                        return self.file_error(name, errno, "Cannot open input file");
                    }
                }
            }
        };
        self.binary |= memchr::memchr(0, &bytes).is_some();
        let mut size = bytes.len();
        let mut lines = Vec::new();
        let mut complete = true;
        for line in bytes.split_inclusive(|byte| *byte == b'\n') {
            complete = line.ends_with(b"\n");
            let text = line.strip_suffix(b"\n").unwrap_or(line);
            let text = match text.strip_suffix(b"\r") {
                Some(text) if self.strip_cr => text,
                _ => text,
            };
            lines.push(self.buffer.new_line(text));
        }
        let count = lines.len();
        let at_end = at == self.buffer.len();
        if count > 0 {
            self.buffer.splice(at, 0, lines);
            self.buffer.current = at + count;
            if at_end {
                self.newline_missing = !complete && self.binary;
            }
            if !complete && !self.newline_missing {
                size += 1;
                self.out.put(b"Newline appended\n");
            }
        }
        if !self.scripted {
            self.out.put_number(size as u64);
            self.out.put_byte(b'\n');
        }
        Ok(count)
    }

    fn file_error<T>(&mut self, name: &[u8], errno: Errno, text: &str) -> Done<T> {
        if !self.quiet {
            self.out.flush();
            let mut out = Output::new(2);
            out.put(&[name, b": ", errno.message().as_bytes(), b"\n"].concat());
            out.flush();
        }
        error(text)
    }

    pub(super) fn write(&mut self, cursor: &mut Cursor, mut range: Range, command: u8) -> Done {
        let quit = cursor.peek();
        if matches!(quit, b'q' | b'Q') {
            cursor.next();
        }
        self.unexpected_suffix(cursor)?;
        let name = self.filename_argument(cursor)?;
        let last = self.buffer.len();
        if range.count == 0 && last == 0 {
            (range.first, range.second) = (1, 0);
        } else {
            self.check(&mut range, 1, last)?;
        }
        let to_shell = name.starts_with(b"!");
        if self.filename.is_empty() && !to_shell {
            self.filename.clone_from(&name);
        }
        let name = if name.is_empty() {
            self.filename.clone()
        } else {
            name
        };
        self.write_file(&name, range, command == b'W')?;
        if range.second + 1 - range.first == last && !to_shell {
            self.buffer.modified = false;
        } else if quit == b'q' && self.buffer.modified && !self.warned {
            return Err(Stop::Modified);
        }
        match quit {
            b'q' | b'Q' => Err(Stop::Quit),
            _ => Ok(()),
        }
    }

    fn write_file(&mut self, name: &[u8], range: Range, append: bool) -> Done {
        let command = name.strip_prefix(b"!");
        let path = match command {
            Some(_) => shell::temporary_path(),
            None => name.to_vec(),
        };
        let how = OpenHow {
            append,
            truncate: !append,
            ..OpenHow::CREATE
        };
        let file = match sys::File::open(&path, how) {
            Ok(file) => file,
            Err(errno) => return self.file_error(name, errno, "Cannot open output file"),
        };
        let mut out = Output::new(file.fd());
        let mut size = 0;
        for at in range.first..=range.second {
            let text = self.buffer.text(at - 1);
            out.put(&text);
            size += text.len();
            if !(self.newline_missing && self.binary && at == self.buffer.len()) {
                out.put_byte(b'\n');
                size += 1;
            }
        }
        out.flush();
        if let Some(errno) = out.error() {
            return self.file_error(name, errno, "Cannot write file");
        }
        drop(file);
        if let Some(command) = command {
            let script = [b"{ ", command, b"\n} <", &path].concat();
            let run = self.run_shell(&script);
            let _ = sys::unlink(&path);
            run?;
        }
        if !self.scripted {
            self.out.put_number(size as u64);
            self.out.put_byte(b'\n');
        }
        Ok(())
    }

    pub(super) fn shell(&mut self, cursor: &mut Cursor) -> Done {
        if self.restricted {
            return error("Shell access restricted");
        }
        let command = cursor.line();
        let command = self.expand(&command, cursor)?;
        self.run_shell(&command)?;
        if !self.scripted {
            self.out.put(b"!\n");
        }
        Ok(())
    }

    /// Puts the last command in place of a leading `!`, the file's name in place
    /// of `%`, and keeps the command for the next time.
    fn expand(&mut self, command: &[u8], cursor: &mut Cursor) -> Done<Vec<u8>> {
        let mut text = command.to_vec();
        if cursor.is_empty() {
            text.push(b'\n');
            let Some(joined) = self.input.continued(text, &mut self.out) else {
                return error("Unexpected end-of-file");
            };
            text = joined;
            text.pop();
        }
        let mut out = Vec::new();
        let mut rest = text.as_slice();
        let mut replaced = false;
        if let Some(tail) = rest.strip_prefix(b"!") {
            if self.shell_command.is_empty() {
                return error("No previous command");
            }
            out.extend_from_slice(&self.shell_command);
            replaced = true;
            rest = tail;
        }
        while let Some((&byte, tail)) = rest.split_first() {
            rest = tail;
            match (byte, tail.first()) {
                (b'\\', Some(b'%')) => {
                    out.push(b'%');
                    rest = &tail[1..];
                }
                (b'\\', Some(&next)) => {
                    out.extend_from_slice(&[b'\\', next]);
                    rest = &tail[1..];
                }
                (b'%', _) => {
                    if self.filename.is_empty() {
                        return error("No current filename");
                    }
                    out.extend_from_slice(&self.filename);
                    replaced = true;
                }
                _ => out.push(byte),
            }
        }
        self.shell_command.clone_from(&out);
        if replaced && !self.scripted {
            self.out.put(&out);
            self.out.put_byte(b'\n');
        }
        Ok(out)
    }

    fn run_shell(&mut self, script: &[u8]) -> Done {
        self.out.flush();
        match shell::run(script) {
            Ok(()) => Ok(()),
            Err(_) => error("Can't create child process"),
        }
    }

    fn output_of(&mut self, command: &[u8]) -> Done<Vec<u8>> {
        self.out.flush();
        shell::output_of(command).or_else(|_| error("Cannot open input file"))
    }
}
