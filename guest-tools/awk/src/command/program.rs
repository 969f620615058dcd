//! Program texts from options and files, joined.

use wardian_applet::sys;

/// Where a part of the program comes from.
pub enum Source {
    /// The command line.
    Text(Vec<u8>),
    /// A file.
    File(Vec<u8>),
    /// A file searched for, with functions.
    Include(Vec<u8>),
}

/// The whole text, and where each part of it starts.
#[derive(Default)]
pub struct Sources {
    /// The text.
    pub text: Vec<u8>,
    /// First line and name of each part.
    pub starts: Vec<(u32, Option<Vec<u8>>)>,
    included: Vec<Vec<u8>>,
    line: u32,
}

/// How deep files may include others.
const DEPTH_MAX: usize = 32;

/// Writes to standard error.
pub fn say(text: &[u8]) {
    let mut out = wardian_applet::cli::Output::new(2);
    out.put(text);
    out.flush();
}

/// Joins the parts of the program.
///
/// # Errors
/// The exit code, after a message about a file that cannot be read.
pub fn collect(name: &[u8], parts: &[Source]) -> Result<Sources, i32> {
    let mut sources = Sources {
        line: 1,
        ..Sources::default()
    };
    for part in parts {
        match part {
            Source::Text(text) => sources.add(name, text, None, 0)?,
            Source::File(file) => {
                let text = match file.as_slice() {
                    b"-" | b"/dev/stdin" => read_stdin(),
                    file => sys::read_file(file).or_else(|errno| {
                        search(file).map_or(Err(errno), |found| sys::read_file(&found))
                    }),
                };
                match text {
                    Ok(text) => sources.add(name, &text, Some(file), 0)?,
                    Err(errno) => return Err(unreadable(name, file, errno)),
                }
            }
            Source::Include(file) => sources.include(name, file, 0)?,
        }
    }
    Ok(sources)
}

fn read_stdin() -> Result<Vec<u8>, sys::Errno> {
    let mut text = Vec::new();
    sys::File::stdin().read_to_end(&mut text)?;
    Ok(text)
}

fn unreadable(name: &[u8], file: &[u8], errno: sys::Errno) -> i32 {
    say(&[
        name,
        b": fatal: cannot open source file `",
        file,
        b"' for reading: ",
        errno.message().as_bytes(),
        b"\n",
    ]
    .concat());
    2
}

/// A file along `AWKPATH`.
fn search(file: &[u8]) -> Option<Vec<u8>> {
    let path = std::env::var_os("AWKPATH").map(std::ffi::OsString::into_encoded_bytes);
    let path = path.unwrap_or_else(|| b".:/usr/share/awk".to_vec());
    for dir in path.split(|byte| *byte == b':') {
        for suffix in [b"".as_slice(), b".awk"] {
            let dir: &[u8] = if dir.is_empty() || file.starts_with(b"/") {
                b""
            } else {
                dir
            };
            let slash: &[u8] = if dir.is_empty() { b"" } else { b"/" };
            let candidate = [dir, slash, file, suffix].concat();
            if sys::stat(&candidate, true).is_ok_and(|stat| !sys::is_dir(&stat)) {
                return Some(candidate);
            }
        }
    }
    None
}

impl Sources {
    fn include(&mut self, name: &[u8], file: &[u8], depth: usize) -> Result<(), i32> {
        let found = search(file);
        let text = match &found {
            Some(found) => sys::read_file(found),
            None => Err(sys::Errno::Noent),
        };
        match (text, found) {
            (Ok(text), Some(found)) if depth < DEPTH_MAX => {
                if self.included.contains(&found) {
                    return Ok(());
                }
                self.included.push(found.clone());
                self.add(name, &text, Some(&found), depth + 1)
            }
            (Ok(_), _) => Err(unreadable(name, file, sys::Errno::Loop)),
            (Err(errno), _) => Err(unreadable(name, file, errno)),
        }
    }

    /// Adds a text; lines that include files become their texts.
    fn add(
        &mut self,
        name: &[u8],
        text: &[u8],
        file: Option<&[u8]>,
        depth: usize,
    ) -> Result<(), i32> {
        self.starts.push((self.line, file.map(<[u8]>::to_vec)));
        if memchr::memmem::find(text, b"@include").is_none() {
            self.push(text);
            return Ok(());
        }
        for line in text.split(|byte| *byte == b'\n') {
            match included(line) {
                Some(file) => self.include(name, file, depth)?,
                None => self.push(line),
            }
        }
        Ok(())
    }

    fn push(&mut self, text: &[u8]) {
        self.text.extend_from_slice(text);
        self.line += memchr::memchr_iter(b'\n', text).count() as u32;
        if !text.ends_with(b"\n") {
            self.text.push(b'\n');
            self.line += 1;
        }
    }
}

/// The file of an `@include "file"` line.
fn included(line: &[u8]) -> Option<&[u8]> {
    let rest = line.trim_ascii().strip_prefix(b"@include")?.trim_ascii();
    let body = rest.strip_prefix(b"\"")?;
    let end = memchr::memchr(b'"', body)?;
    Some(&body[..end])
}
