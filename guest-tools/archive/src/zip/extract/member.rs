//! One member: where it goes, whether it may, and its contents.

use super::{Action, Unzip, error};
use crate::stream::{Sink, errno};
use crate::zip::archive::{self, Member};
use std::io::{self, Write};
use wardian_applet::sys::{self, Errno, File, OpenHow, SetTime, is_dir};

impl Unzip {
    /// The path for a member, without what would lead out of the directory.
    fn place(&mut self, member: &Member) -> Option<Vec<u8>> {
        let mut parts: Vec<&[u8]> = Vec::new();
        let mut climbs = false;
        for part in member.name.split(|b| *b == b'/') {
            match part {
                b"" | b"." => {}
                b".." => climbs = true,
                part => parts.push(part),
            }
        }
        if member.name.starts_with(b"/") {
            self.output.flush();
            let text = b"warning:  stripped absolute path spec from ".as_slice();
            error(&[text, member.name.as_slice(), b"\n"].concat());
            self.code = self.code.max(1);
        }
        if climbs {
            let text = b"warning:  skipped \"../\" path component(s) in ".as_slice();
            self.output
                .put(&[text, member.name.as_slice(), b"\n"].concat());
            self.code = self.code.max(1);
        }
        if self.junk {
            if member.name.ends_with(b"/") {
                return None;
            }
            parts = parts.split_off(parts.len().saturating_sub(1));
        }
        let mut path = parts.join(&b'/');
        if path.is_empty() {
            return None;
        }
        if self.lower {
            path.make_ascii_lowercase();
        }
        Some(match &self.dir {
            Some(dir) => {
                let dir = dir.strip_suffix(b"/").unwrap_or(dir);
                [dir, b"/", &path].concat()
            }
            None => path,
        })
    }

    /// Extracts or tests a member; whether to go on.
    pub(super) fn member(&mut self, archive: &[u8], member: &Member) -> bool {
        if member.flags & 1 != 0 || !matches!(member.method, 0 | 8) {
            self.output.flush();
            let why = match member.flags & 1 {
                0 => format!("unsupported compression method {}", member.method),
                _ => "unable to get password".to_owned(),
            };
            let text = format!(
                "   skipping: {:<22}  {why}\n",
                String::from_utf8_lossy(&member.name)
            );
            error(text.as_bytes());
            self.code = if member.flags & 1 != 0 { 82 } else { 81 };
            return true;
        }
        let shown = |name: &[u8]| String::from_utf8_lossy(name).into_owned();
        match self.action {
            Action::Test => {
                self.say(format!("    testing: {:<22}  ", shown(&member.name)).as_bytes());
                let done = self.copy(archive, member, None);
                match done {
                    Ok(true) => self.say(b" OK\n"),
                    Ok(false) => self.bad(b" bad CRC\n"),
                    Err(_) => self.bad(b"  invalid compressed data to inflate\n"),
                }
                return true;
            }
            Action::Pipe | Action::Show => {
                if member.name.ends_with(b"/") {
                    return true;
                }
                if self.action == Action::Show {
                    let word = if member.method == 0 {
                        " extracting"
                    } else {
                        "  inflating"
                    };
                    self.say(format!("{word}: {:<22}  \n", shown(&member.name)).as_bytes());
                }
                self.output.flush();
                match self.copy(archive, member, Some(1)) {
                    Ok(true) => {}
                    _ => self.bad(b"bad CRC\n"),
                }
                if self.action == Action::Show {
                    self.say(b"\n");
                }
                return !self.output.failed();
            }
            _ => {}
        }
        let Some(path) = self.place(member) else {
            return true;
        };
        if member.name.ends_with(b"/") {
            if !sys::stat(&path, true).is_ok_and(|stat| is_dir(&stat)) {
                parents(&path);
                match sys::mkdir(&path) {
                    Ok(()) => self.say(&[b"   creating: ", path.as_slice(), b"/\n"].concat()),
                    Err(errno) => return self.cannot(&path, errno),
                }
            }
            let bits = member.mode.unwrap_or(0o755) & 0o777;
            self.directories.push((path, bits, member.time));
            return true;
        }
        if let Ok(old) = sys::stat(&path, false) {
            if is_dir(&old) {
                return self.cannot(&path, Errno::Isdir);
            }
            match self.overwrite {
                Some(false) => return true,
                Some(true) => {}
                None => {
                    if !self.ask(&path) {
                        return true;
                    }
                }
            }
            let _ = sys::unlink(&path);
        }
        parents(&path);
        let link = member
            .mode
            .is_some_and(|mode| mode & 0o170_000 == 0o120_000);
        if link {
            return self.link(archive, member, path);
        }
        let word = if member.method == 0 {
            " extracting"
        } else {
            "  inflating"
        };
        let name = shown(&path);
        self.say(format!("{word}: {name:<22}  ").as_bytes());
        let how = OpenHow {
            exclusive: true,
            no_follow: true,
            ..OpenHow::CREATE
        };
        let file = match File::open(&path, how) {
            Ok(file) => file,
            Err(errno) => return self.cannot(&path, errno),
        };
        let done = self.copy(archive, member, Some(file.fd()));
        drop(file);
        match done {
            Ok(true) => self.say(b"\n"),
            Ok(false) => self.bad(b" bad CRC\n"),
            Err(failure) => {
                if let Some(errno) = errno(&failure) {
                    self.output.flush();
                    error(format!("\n{name}:  write error ({})\n", errno.message()).as_bytes());
                    self.code = 50;
                    return false;
                }
                self.bad(b"\n  error:  invalid compressed data to inflate\n");
            }
        }
        if let Some(mode) = member.mode
            && mode & 0o777 != 0
        {
            let _ = sys::chmod(&path, mode & 0o777);
        }
        let time = u64::try_from(member.time).unwrap_or(0) * 1_000_000_000;
        let _ = sys::set_times(&path, SetTime::Now, SetTime::At(time), false);
        true
    }

    fn link(&mut self, archive: &[u8], member: &Member, path: Vec<u8>) -> bool {
        if member.size > 65_536 {
            return self.cannot(&path, Errno::Nametoolong);
        }
        let mut target = Vec::new();
        let Ok(file) = File::open(archive, OpenHow::READ) else {
            return false;
        };
        let done = archive::contents(file, member, &mut |part| {
            target.extend_from_slice(part);
            match target.len() > 65_536 {
                true => Err(io::ErrorKind::InvalidData.into()),
                false => Ok(()),
            }
        });
        if done.is_ok() {
            let text = format!(
                "    linking: {:<22}  -> {} \n",
                String::from_utf8_lossy(&path),
                String::from_utf8_lossy(&target)
            );
            self.say(text.as_bytes());
            self.links.push((path, target));
        }
        true
    }

    fn ask(&mut self, path: &[u8]) -> bool {
        self.output.flush();
        let shown = String::from_utf8_lossy(path).into_owned();
        error(format!("replace {shown}? [y]es, [n]o, [A]ll, [N]one, [r]ename: ").as_bytes());
        let mut line = Vec::new();
        let mut byte = [0];
        while let Ok(1) = sys::read(0, &mut byte) {
            if byte[0] == b'\n' {
                break;
            }
            line.push(byte[0]);
        }
        match line.first() {
            Some(b'y') => true,
            Some(b'A') => {
                self.overwrite = Some(true);
                true
            }
            Some(b'n') => false,
            Some(b'N') => {
                self.overwrite = Some(false);
                false
            }
            _ => {
                error(b" NULL\n(EOF or read error, treating as \"[N]one\" ...)\n");
                self.overwrite = Some(false);
                self.code = self.code.max(1);
                false
            }
        }
    }

    pub(super) fn finish(&mut self) {
        if !self.links.is_empty() && self.quiet == 0 {
            self.say(b"finishing deferred symbolic links:\n");
        }
        for (path, target) in std::mem::take(&mut self.links) {
            match sys::symlink(&target, &path) {
                Ok(()) => {
                    let text = format!(
                        "  {:<22} -> {}\n",
                        String::from_utf8_lossy(&path),
                        String::from_utf8_lossy(&target)
                    );
                    self.say(text.as_bytes());
                }
                Err(errno) => {
                    self.cannot(&path, errno);
                }
            }
        }
        for (path, bits, time) in std::mem::take(&mut self.directories).iter().rev() {
            let _ = sys::chmod(path, *bits);
            let time = u64::try_from(*time).unwrap_or(0) * 1_000_000_000;
            let _ = sys::set_times(path, SetTime::Now, SetTime::At(time), false);
        }
    }

    /// Copies a member's contents; whether its checksum is right.
    fn copy(&mut self, archive: &[u8], member: &Member, fd: Option<u32>) -> io::Result<bool> {
        let file = File::open(archive, OpenHow::READ).map_err(crate::stream::wrap)?;
        let (crc, size) = archive::contents(file, member, &mut |part| match fd {
            Some(fd) => Sink(fd).write_all(part),
            None => Ok(()),
        })?;
        Ok(crc == member.crc && size == member.size)
    }

    fn cannot(&mut self, path: &[u8], errno: Errno) -> bool {
        self.output.flush();
        let shown = String::from_utf8_lossy(path);
        error(
            format!(
                "error:  cannot create {shown}\n        {}\n",
                errno.message()
            )
            .as_bytes(),
        );
        self.code = self.code.max(50);
        true
    }
}

fn parents(path: &[u8]) {
    for (at, byte) in path.iter().enumerate().skip(1) {
        if *byte == b'/' {
            let _ = sys::mkdir(&path[..at]);
        }
    }
}
