//! unzip: lists, tests and extracts.

use super::archive::{self, Member};
use crate::date::Date;
use crate::stream::{Sink, errno};
use std::io::{self, Write};
use wardian_applet::Args;
use wardian_applet::cli::Output;
use wardian_applet::sys::{self, Errno, File, OpenHow, SetTime, is_dir};
use wardian_applet::text::glob;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Action {
    Extract,
    List,
    Verbose,
    Test,
    Pipe,
    Show,
    Names,
}

struct Unzip {
    action: Action,
    quiet: u32,
    overwrite: Option<bool>,
    junk: bool,
    lower: bool,
    dir: Option<Vec<u8>>,
    wanted: Vec<Vec<u8>>,
    unwanted: Vec<Vec<u8>>,
    output: Output,
    /// Symbolic links to make at the end.
    links: Vec<(Vec<u8>, Vec<u8>)>,
    directories: Vec<(Vec<u8>, u32, i64)>,
    code: i32,
}

fn error(text: &[u8]) {
    let mut err = Output::new(2);
    err.put(text);
    err.flush();
}

/// Runs unzip.
pub fn unzip(args: &Args) -> i32 {
    let mut this = Unzip {
        action: Action::Extract,
        quiet: 0,
        overwrite: None,
        junk: false,
        lower: false,
        dir: None,
        wanted: Vec::new(),
        unwanted: Vec::new(),
        output: Output::stdout(),
        links: Vec::new(),
        directories: Vec::new(),
        code: 0,
    };
    let mut path = None;
    let mut excluding = false;
    let mut rest = args.iter().skip(1);
    while let Some(arg) = rest.next() {
        let option = arg.len() > 1 && arg[0] == b'-';
        if !option {
            match (&path, excluding) {
                (None, _) => path = Some(arg.clone()),
                (_, true) => this.unwanted.push(arg.clone()),
                _ => this.wanted.push(arg.clone()),
            }
            continue;
        }
        let mut letters = arg[1..].iter();
        while let Some(letter) = letters.next() {
            match letter {
                b'l' => this.action = Action::List,
                b'v' => this.action = Action::Verbose,
                b't' => this.action = Action::Test,
                b'p' => this.action = Action::Pipe,
                b'c' => this.action = Action::Show,
                b'Z' | b'1' => this.action = Action::Names,
                b'q' => this.quiet += 1,
                b'o' => this.overwrite = Some(true),
                b'n' => this.overwrite = Some(false),
                b'j' => this.junk = true,
                b'L' => this.lower = true,
                b'x' => excluding = true,
                b'd' => {
                    let glued: Vec<u8> = letters.by_ref().copied().collect();
                    this.dir = if glued.is_empty() {
                        rest.next().cloned()
                    } else {
                        Some(glued)
                    };
                    excluding = false;
                }
                b'P' => {
                    error(b"unzip:  encrypted members are not supported\n");
                    return 81;
                }
                b'h' => {
                    usage();
                    return 0;
                }
                _ => {}
            }
        }
    }
    match path {
        Some(path) => this.run(&path),
        None if this.action == Action::Verbose => {
            let mut output = Output::stdout();
            output.put(b"UnZip 6.00 (Wardian)\n");
            output.flush();
            0
        }
        None => {
            usage();
            i32::from(args.len() > 1) * 10
        }
    }
}

fn usage() {
    let mut output = Output::stdout();
    output.put(b"UnZip 6.00 (Wardian)\n\nUsage: unzip [-lvtpcqonjx] file[.zip] [list] [-x xlist] [-d exdir]\n");
    output.flush();
}

impl Unzip {
    fn run(&mut self, given: &[u8]) -> i32 {
        let mut path = given.to_vec();
        if !sys::stat(&path, true).is_ok_and(|stat| !is_dir(&stat)) {
            path.extend_from_slice(b".zip");
        }
        let shown = String::from_utf8_lossy(given).into_owned();
        let Ok(file) = File::open(&path, OpenHow::READ) else {
            error(
                format!("unzip:  cannot find or open {shown}, {shown}.zip or {shown}.ZIP.\n")
                    .as_bytes(),
            );
            return 9;
        };
        let members = archive::members(&file).unwrap_or(None);
        let quiet_listing = matches!(self.action, Action::Pipe | Action::Names);
        if self.quiet == 0 && !quiet_listing
            || (self.quiet == 1 && matches!(self.action, Action::List | Action::Verbose))
        {
            self.output
                .put(&[b"Archive:  ", path.as_slice(), b"\n"].concat());
        }
        let Some(members) = members else {
            self.output.flush();
            error(
                format!(
                    "  End-of-central-directory signature not found.  Either this file is not\n  \
                     a zipfile, or it constitutes one disk of a multi-part archive.  In the\n  \
                     latter case the central directory and zipfile comment will be found on\n  \
                     the last disk(s) of this archive.\n\
                     unzip:  cannot find zipfile directory in one of {shown} or\n        \
                     {shown}.zip, and cannot find {shown}.ZIP, period.\n"
                )
                .as_bytes(),
            );
            return 9;
        };
        let mut found = vec![false; self.wanted.len()];
        let chosen: Vec<&Member> = members
            .iter()
            .filter(|member| {
                let mut any = self.wanted.is_empty();
                for (pattern, found) in self.wanted.iter().zip(&mut found) {
                    if glob::matches(pattern, &member.name) {
                        *found = true;
                        any = true;
                    }
                }
                any && !self.unwanted.iter().any(|p| glob::matches(p, &member.name))
            })
            .collect();
        match self.action {
            Action::List => self.list(&chosen),
            Action::Verbose => self.list_long(&chosen),
            Action::Names => {
                for member in &chosen {
                    self.output.put(&[&member.name, b"\n".as_slice()].concat());
                }
            }
            _ => {
                for member in &chosen {
                    if !self.member(&path, member) {
                        break;
                    }
                }
                self.finish();
                if self.action == Action::Test && self.quiet < 2 {
                    let text = match self.code {
                        0 => format!(
                            "No errors detected in compressed data of {}.\n",
                            String::from_utf8_lossy(&path)
                        ),
                        _ => "At least one error was detected.\n".to_owned(),
                    };
                    self.output.put(text.as_bytes());
                }
            }
        }
        self.output.flush();
        for (pattern, found) in self.wanted.iter().zip(found) {
            if !found {
                if !matches!(self.action, Action::List | Action::Verbose) {
                    error(
                        &[
                            b"caution: filename not matched:  ",
                            pattern.as_slice(),
                            b"\n",
                        ]
                        .concat(),
                    );
                }
                self.code = 11;
            }
        }
        self.code
    }

    fn list(&mut self, members: &[&Member]) {
        if self.quiet < 2 {
            self.output
                .put(b"  Length      Date    Time    Name\n---------  ---------- -----   ----\n");
        }
        let mut total = 0_u64;
        for member in members {
            total = total.saturating_add(member.size);
            let line = format!("{:>9}  {}   ", member.size, stamp(member.time));
            self.output.put(line.as_bytes());
            self.output.put(&member.name);
            self.output.put(b"\n");
        }
        if self.quiet < 2 {
            let text = format!(
                "---------                     -------\n{total:>9}                     {}\n",
                files(members.len())
            );
            self.output.put(text.as_bytes());
        }
    }

    fn list_long(&mut self, members: &[&Member]) {
        if self.quiet < 2 {
            self.output.put(
                b" Length   Method    Size  Cmpr    Date    Time   CRC-32   Name\n\
                  --------  ------  ------- ---- ---------- ----- --------  ----\n",
            );
        }
        let (mut total, mut packed) = (0_u64, 0_u64);
        for member in members {
            total = total.saturating_add(member.size);
            packed = packed.saturating_add(member.packed);
            let method = match (member.method, member.flags >> 1 & 3) {
                (0, _) => "Stored",
                (8, 0) => "Defl:N",
                (8, 1) => "Defl:X",
                (8, 2) => "Defl:F",
                (8, _) => "Defl:S",
                _ => "Unk:  ",
            };
            let line = format!(
                "{:>8}  {method}{:>9}{:>4}% {} {:08x}  ",
                member.size,
                member.packed,
                percent(member.size, member.packed),
                stamp(member.time),
                member.crc
            );
            self.output.put(line.as_bytes());
            self.output.put(&member.name);
            self.output.put(b"\n");
        }
        if self.quiet < 2 {
            let text = format!(
                "--------          -------  ---                            -------\n\
                 {total:>8}         {packed:>8}{:>4}%                            {}\n",
                percent(total, packed),
                files(members.len())
            );
            self.output.put(text.as_bytes());
        }
    }

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
    fn member(&mut self, archive: &[u8], member: &Member) -> bool {
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

    fn finish(&mut self) {
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

    fn say(&mut self, text: &[u8]) {
        if self.quiet == 0 {
            self.output.put(text);
        }
    }

    fn bad(&mut self, text: &[u8]) {
        self.output.put(text);
        self.code = self.code.max(2);
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

fn stamp(time: i64) -> String {
    let date = Date::new(time);
    format!(
        "{:04}-{:02}-{:02} {:02}:{:02}",
        date.year, date.month, date.day, date.hour, date.minute
    )
}

fn files(count: usize) -> String {
    if count == 1 {
        "1 file".to_owned()
    } else {
        format!("{count} files")
    }
}

/// How much was saved, in per cent, rounded.
pub fn percent(size: u64, packed: u64) -> i64 {
    if size == 0 {
        return 0;
    }
    let saved = size as i64 - packed as i64;
    let half = if saved < 0 {
        -(size as i64) / 2
    } else {
        size as i64 / 2
    };
    (saved.saturating_mul(100) + half) / size as i64
}
