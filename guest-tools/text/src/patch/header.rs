//! What stands before the hunks: names, times, git's extended headers.

use super::hunk::{self, Lines};

/// The form of a patch.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Form {
    Unified,
    Context,
    Normal,
    /// Only git's headers: renamed, or another mode.
    GitOnly,
    GitBinary,
    Ed,
}

/// A name with what follows it on its line.
#[derive(Clone, Default, Debug)]
pub struct Name {
    pub path: Vec<u8>,
    /// The rest of the line: a time.
    pub tail: Vec<u8>,
    /// Whether the time is the epoch, or the name `/dev/null`: no such file.
    pub absent: bool,
}

/// What git says about a file.
#[derive(Clone, Default, Debug)]
pub struct Git {
    pub names: [Option<Vec<u8>>; 2],
    pub rename: [Option<Vec<u8>>; 2],
    pub copy: [Option<Vec<u8>>; 2],
    pub mode: [Option<u32>; 2],
    pub created: bool,
    pub deleted: bool,
}

/// The part of a patch before its first hunk.
#[derive(Clone, Debug)]
pub struct Header<'a> {
    pub form: Form,
    pub old: Option<Name>,
    pub new: Option<Name>,
    pub index: Option<Vec<u8>>,
    pub git: Option<Git>,
    /// The lines passed over.
    pub text: Vec<&'a [u8]>,
    /// The number of the first hunk's line.
    pub line: usize,
    /// Whether the lines end with carriage returns too.
    pub cr: bool,
}

/// Looks for the next patch; leaves the reader at its first hunk.
pub fn find<'a>(lines: &mut Lines<'a>) -> Option<Header<'a>> {
    let mut header = Header {
        form: Form::Normal,
        old: None,
        new: None,
        index: None,
        git: None,
        text: Vec::new(),
        line: lines.number,
        cr: false,
    };
    // Names by their mark; which are old and new depends on the form.
    let (mut stars, mut dashes, mut pluses) = (None, None, None);
    loop {
        let here = lines.clone();
        let Some(line) = lines.peek() else {
            let git = header.git.as_ref()?;
            if !says_something(git) {
                return None;
            }
            header.form = Form::GitOnly;
            header.line = here.number;
            return Some(header);
        };
        let form = if line.starts_with(b"@@ -")
            && hunk::unified_header(line).is_some()
            && (pluses.is_some()
                || dashes.is_some()
                || header.index.is_some()
                || header.git.is_some())
        {
            Some(Form::Unified)
        } else if line.starts_with(b"***************") && starts_context(lines) {
            Some(Form::Context)
        } else if hunk::normal_header(line).is_some() && starts_normal(lines) {
            Some(Form::Normal)
        } else if hunk::is_ed_command(line) && header.git.is_none() {
            Some(Form::Ed)
        } else if header.git.is_some() && line.starts_with(b"GIT binary patch") {
            Some(Form::GitBinary)
        } else if line.starts_with(b"diff --git ")
            && header.git.as_ref().is_some_and(says_something)
        {
            Some(Form::GitOnly)
        } else {
            None
        };
        if let Some(form) = form {
            header.form = form;
            header.line = here.number;
            (header.old, header.new) = match form {
                Form::Context => (stars, dashes),
                _ => (dashes, pluses),
            };
            return Some(header);
        }
        lines.next();
        header.text.push(line);
        if let Some(rest) = line.strip_prefix(b"*** ") {
            stars = Some(name(rest));
            header.cr |= line.ends_with(b"\r\n");
        } else if let Some(rest) = line.strip_prefix(b"--- ") {
            dashes = Some(name(rest));
            header.cr |= line.ends_with(b"\r\n");
        } else if let Some(rest) = line.strip_prefix(b"+++ ") {
            pluses = Some(name(rest));
        } else if let Some(rest) = line.strip_prefix(b"Index:") {
            header.index = Some(name(rest.trim_ascii_start()).path);
        } else if let Some(rest) = line.strip_prefix(b"diff --git ") {
            header.git = Some(Git {
                names: git_names(rest.trim_ascii_end()),
                ..Git::default()
            });
        } else if let Some(git) = &mut header.git {
            git_line(git, line.trim_ascii_end());
        }
    }
}

fn says_something(git: &Git) -> bool {
    git.rename[1].is_some()
        || git.copy[1].is_some()
        || git.mode[1].is_some()
        || git.created
        || git.deleted
}

fn starts_context(lines: &Lines<'_>) -> bool {
    let mut ahead = lines.clone();
    ahead.next();
    matches!(
        ahead.peek(),
        Some([b'*', b'*', b'*', b' ', b'0'..=b'9', ..])
    )
}

fn starts_normal(lines: &Lines<'_>) -> bool {
    let mut ahead = lines.clone();
    ahead.next();
    matches!(ahead.peek(), Some([b'<' | b'>', b' ' | b'\t', ..]))
}

/// A name up to a tab (or what looks like a date), and the rest.
fn name(line: &[u8]) -> Name {
    let line = line.strip_suffix(b"\n").unwrap_or(line);
    let line = line.strip_suffix(b"\r").unwrap_or(line);
    if line.first() == Some(&b'"')
        && let Some((path, rest)) = unquote(line)
    {
        return finish(path, rest);
    }
    let mut end = line.len();
    for (at, byte) in line.iter().enumerate() {
        let date = |rest: &[u8]| rest.first().is_some_and(u8::is_ascii_digit);
        if *byte == b'\t'
            || *byte == b' ' && date(line[at..].trim_ascii_start()) && looks_dated(&line[at..])
        {
            end = at;
            break;
        }
    }
    finish(line[..end].to_vec(), &line[end..])
}

fn finish(path: Vec<u8>, tail: &[u8]) -> Name {
    Name {
        absent: path == b"/dev/null" || is_epoch(tail.trim_ascii()),
        path,
        tail: tail.to_vec(),
    }
}

fn looks_dated(text: &[u8]) -> bool {
    let text = text.trim_ascii_start();
    matches!(text, [a, b, c, d, b'-', ..] if [a, b, c, d].iter().all(|byte| byte.is_ascii_digit()))
}

/// Whether a time such as diff's is that of the epoch, in any zone.
fn is_epoch(time: &[u8]) -> bool {
    if time == b"Thu Jan  1 00:00:00 1970" || time == b"Thu Jan 1 00:00:00 1970" {
        return true;
    }
    let parse = || -> Option<i64> {
        let (date, rest) = time.split_at_checked(10)?;
        let (clock, rest) = rest.trim_ascii_start().split_at_checked(8)?;
        let day = match date {
            b"1970-01-01" => 0,
            b"1969-12-31" => -1,
            _ => return None,
        };
        let two = |at: usize| -> Option<i64> {
            std::str::from_utf8(clock.get(at..at + 2)?)
                .ok()?
                .parse()
                .ok()
        };
        let seconds = day * 86_400 + two(0)? * 3600 + two(3)? * 60 + two(6)?;
        let zone = match rest.iter().position(|byte| *byte == b' ') {
            Some(at) => rest[at..].trim_ascii(),
            None => b"",
        };
        let offset = match zone.split_first() {
            Some((sign, digits)) if digits.len() >= 4 => {
                let digits: i64 = std::str::from_utf8(&digits[..4]).ok()?.parse().ok()?;
                let offset = digits / 100 * 3600 + digits % 100 * 60;
                if *sign == b'-' { -offset } else { offset }
            }
            _ => 0,
        };
        Some(seconds - offset)
    };
    parse() == Some(0)
}

/// A name in C quotes, and what follows it.
fn unquote(text: &[u8]) -> Option<(Vec<u8>, &[u8])> {
    let mut rest = text.strip_prefix(b"\"")?;
    let mut out = Vec::new();
    loop {
        match rest {
            [b'"', tail @ ..] => return Some((out, tail)),
            [
                b'\\',
                a @ b'0'..=b'3',
                b @ b'0'..=b'7',
                c @ b'0'..=b'7',
                tail @ ..,
            ] => {
                out.push((a - b'0') * 64 + (b - b'0') * 8 + (c - b'0'));
                rest = tail;
            }
            [b'\\', letter, tail @ ..] => {
                out.push(match letter {
                    b'a' => 7,
                    b'b' => 8,
                    b'f' => 12,
                    b'n' => b'\n',
                    b'r' => b'\r',
                    b't' => b'\t',
                    b'v' => 11,
                    other => *other,
                });
                rest = tail;
            }
            [byte, tail @ ..] => {
                out.push(*byte);
                rest = tail;
            }
            [] => return None,
        }
    }
}

/// The two names of `diff --git a/x b/x`.
fn git_names(text: &[u8]) -> [Option<Vec<u8>>; 2] {
    if text.first() == Some(&b'"')
        && let Some((first, rest)) = unquote(text)
    {
        let rest = rest.trim_ascii_start();
        let second = unquote(rest).map_or_else(|| rest.to_vec(), |(name, _)| name);
        return [Some(first), Some(second)];
    }
    // Without quotes both names are equal but for their first part.
    for at in memchr::memchr_iter(b' ', text) {
        let (first, second) = (&text[..at], &text[at + 1..]);
        let tail = |name: &[u8]| {
            name.iter()
                .position(|byte| *byte == b'/')
                .map(|at| name[at..].to_vec())
        };
        if tail(first).is_some() && tail(first) == tail(second) {
            return [Some(first.to_vec()), Some(second.to_vec())];
        }
    }
    let mut parts = text.splitn(2, |byte| *byte == b' ').map(<[u8]>::to_vec);
    [parts.next(), parts.next()]
}

fn git_line(git: &mut Git, line: &[u8]) {
    let mode = |text: &[u8]| {
        let text = std::str::from_utf8(text).ok()?;
        u32::from_str_radix(text.trim(), 8)
            .ok()
            .map(|mode| mode & 0o777)
    };
    let path = |text: &[u8]| Some(unquote(text).map_or_else(|| text.to_vec(), |(name, _)| name));
    if let Some(text) = line.strip_prefix(b"old mode ") {
        git.mode[0] = mode(text);
    } else if let Some(text) = line.strip_prefix(b"new mode ") {
        git.mode[1] = mode(text);
    } else if let Some(text) = line.strip_prefix(b"new file mode ") {
        git.mode[1] = mode(text);
        git.created = true;
    } else if let Some(text) = line.strip_prefix(b"deleted file mode ") {
        git.mode[0] = mode(text);
        git.deleted = true;
    } else if let Some(text) = line.strip_prefix(b"rename from ") {
        git.rename[0] = path(text);
    } else if let Some(text) = line.strip_prefix(b"rename to ") {
        git.rename[1] = path(text);
    } else if let Some(text) = line.strip_prefix(b"copy from ") {
        git.copy[0] = path(text);
    } else if let Some(text) = line.strip_prefix(b"copy to ") {
        git.copy[1] = path(text);
    }
}
