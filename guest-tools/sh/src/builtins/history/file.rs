//! The file of the history: HISTFILE, HISTFILESIZE, times of entries.

use crate::exec::{Run, Shell};
use crate::history::{Entry, limit};
use crate::sys;
use crate::text::{int_text, parse_int};

/// What `set -o history` sets in motion: the limits and what the file holds.
pub fn begin(sh: &mut Shell) {
    if sh.get_text(b"HISTSIZE").is_none() {
        sh.set_text(b"HISTSIZE", b"500".to_vec());
    }
    if sh.get_text(b"HISTFILESIZE").is_none() {
        let size = sh.get_text(b"HISTSIZE").unwrap_or_default();
        sh.set_text(b"HISTFILESIZE", size);
    }
    if sh.state.history.new == 0 && sh.state.history.entries.is_empty() {
        load(sh);
    }
}

/// Takes over the entries of HISTFILE, if it is there.
pub fn load(sh: &mut Shell) {
    if let Some(path) = sh.get_text(b"HISTFILE") {
        sh.state.history.read = read(sh, &path, 0).unwrap_or(0);
        if let Some(limit) = limit(sh, b"HISTSIZE") {
            sh.state.history.shorten(limit);
        }
    }
}

/// At the end of a shell: puts what is new to HISTFILE.
pub fn save(sh: &mut Shell) {
    let new = sh.state.history.new;
    if new == 0 {
        return;
    }
    let Some(path) = sh.get_text(b"HISTFILE").filter(|path| !path.is_empty()) else {
        return;
    };
    let len = sh.state.history.entries.len();
    let append = new <= len;
    let _ = write(sh, &path, if append { len - new } else { 0 }, append);
    sh.state.history.new = 0;
    shorten(sh);
}

/// `history -a`, `-n`, `-r` and `-w`
pub fn run(sh: &mut Shell, letter: u8, given: Option<&Vec<u8>>) -> Run {
    let path = match given {
        Some(path) => Some(path.clone()),
        None => sh.get_text(b"HISTFILE"),
    };
    let Some(path) = path else {
        return Ok(0);
    };
    let len = sh.state.history.entries.len();
    let done = match letter {
        b'a' => {
            let new = sh.state.history.new;
            if new == 0 {
                return Ok(0);
            }
            let done = write(sh, &path, len.saturating_sub(new), true);
            if let Err(errno) = done {
                let message = format!("cannot create: {}", errno.message());
                return sh.fail_on(b"history", &path, &message);
            }
            sh.state.history.new = 0;
            sh.state.history.read += new;
            done
        }
        b'w' => write(sh, &path, 0, false),
        b'n' => {
            let skip = sh.state.history.read;
            let done = read(sh, &path, skip);
            sh.state.history.read = sh.state.history.entries.len();
            if !sh.shopt.histappend {
                sh.state.history.new += sh.state.history.read.saturating_sub(skip);
            }
            done.map(|_| ())
        }
        _ => read(sh, &path, 0).map(|_| ()),
    };
    Ok(i32::from(done.is_err()))
}

/// Whether a line tells the time of the entry after it.
fn time(line: &[u8]) -> Option<i64> {
    let number = line.strip_prefix(b"#")?;
    let digits = number.iter().take_while(|c| c.is_ascii_digit()).count();
    parse_int(&number[..digits])
}

/// Adds the entries of a file, but for the first `skip` of them.
fn read(sh: &mut Shell, path: &[u8], skip: usize) -> Result<usize, sys::Errno> {
    let text = sh.read_file(path)?;
    // With times between them, entries can have several lines.
    let joins = time(&text).is_some() && sh.get_text(b"HISTTIMEFORMAT").is_some();
    let now = (sys::realtime_ns() / 1_000_000_000) as i64;
    let mut entries: Vec<Entry> = Vec::new();
    let mut stamp = None;
    let lines = text.strip_suffix(b"\n").unwrap_or(&text);
    for line in lines.split(|c| *c == b'\n').filter(|line| !line.is_empty()) {
        if let Some(time) = time(line) {
            stamp = Some(time);
        } else if let (true, None, Some(last)) = (joins, stamp, entries.last_mut()) {
            last.text.push(b'\n');
            last.text.extend_from_slice(line);
        } else {
            entries.push(Entry {
                text: line.to_vec(),
                time: stamp.take().unwrap_or(now),
            });
        }
    }
    let count = entries.len();
    let new = entries.into_iter().skip(skip);
    sh.state.history.entries.extend(new);
    Ok(count)
}

/// Writes the entries from one on.
fn write(sh: &mut Shell, path: &[u8], from: usize, append: bool) -> Result<(), sys::Errno> {
    let times = sh.get_text(b"HISTTIMEFORMAT").is_some();
    let mut text = Vec::new();
    for entry in &sh.state.history.entries[from..] {
        if times {
            text.push(b'#');
            text.extend_from_slice(&int_text(entry.time));
            text.push(b'\n');
        }
        text.extend_from_slice(&entry.text);
        text.push(b'\n');
    }
    put(path, &text, append)
}

fn put(path: &[u8], text: &[u8], append: bool) -> Result<(), sys::Errno> {
    let mode = sys::OpenMode {
        write: true,
        create: true,
        truncate: !append,
        append,
        ..sys::OpenMode::default()
    };
    let fd = sys::open(path, mode)?;
    let written = sys::write_all(fd, text);
    sys::close(fd);
    written
}

/// Keeps as many lines of HISTFILE as HISTFILESIZE says.
pub fn shorten(sh: &mut Shell) {
    let Some(limit) = limit(sh, b"HISTFILESIZE") else {
        return;
    };
    let Some(path) = sh.get_text(b"HISTFILE") else {
        return;
    };
    let Ok(text) = sh.read_file(&path) else {
        return;
    };
    let mut start = text.len();
    let mut left = limit;
    for line in text.split_inclusive(|c| *c == b'\n').rev() {
        let stamp = time(line).is_some();
        if left == 0 && !(stamp && limit > 0) {
            break;
        }
        start -= line.len();
        left -= usize::from(!stamp);
        if left == 0 && stamp {
            break;
        }
    }
    if start > 0 {
        let _ = put(&path, &text[start..], false);
    }
}
