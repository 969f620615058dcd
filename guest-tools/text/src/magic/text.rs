//! Kinds of text: its characters, its lines, and the language if it shows.

use super::Verdict;

/// Longest line that is not remarkable.
const LINE_BYTES_MAX: usize = 300;

/// The kind of a text; `None` if it is none.
pub fn judge(bytes: &[u8]) -> Option<Verdict> {
    let (set, charset, body) = characters(bytes)?;
    let (language, media) = language(bytes, body);
    let words = match language {
        Some(Language::Whole(words)) => words,
        Some(Language::Before(words)) => format!("{words}, {set} text{}", lines(bytes, charset)),
        Some(Language::Executable(words)) => {
            format!("{words}, {set} text executable{}", lines(bytes, charset))
        }
        None => format!("{set} text{}", lines(bytes, charset)),
    };
    Some(Verdict {
        words,
        media,
        charset,
    })
}

/// How the language is named beside the characters.
enum Language {
    Whole(String),
    Before(String),
    Executable(String),
}

/// The character set in words and for MIME, and the text after a mark.
fn characters(bytes: &[u8]) -> Option<(&'static str, &'static str, &[u8])> {
    if bytes.starts_with(b"\xff\xfe") && bytes.len().is_multiple_of(2) {
        return Some(("Unicode text, UTF-16, little-endian", "utf-16le", b""));
    }
    if bytes.starts_with(b"\xfe\xff") && bytes.len().is_multiple_of(2) {
        return Some(("Unicode text, UTF-16, big-endian", "utf-16be", b""));
    }
    let control = |byte: &u8| matches!(byte, 0..=6 | 14..=26 | 28..=31 | 127);
    if bytes.iter().any(control) {
        return None;
    }
    if bytes.is_ascii() {
        return Some(("ASCII", "us-ascii", bytes));
    }
    let valid = match std::str::from_utf8(bytes) {
        Ok(_) => true,
        // Cut off in the middle of a character.
        Err(error) => error.error_len().is_none(),
    };
    if let (true, Some(body)) = (valid, bytes.strip_prefix(b"\xef\xbb\xbf")) {
        return Some(("Unicode text, UTF-8 (with BOM)", "utf-8", body));
    }
    if valid {
        return Some(("Unicode text, UTF-8", "utf-8", bytes));
    }
    match bytes.iter().any(|byte| (0x80..0xa0).contains(byte)) {
        true => Some(("Non-ISO extended-ASCII", "unknown-8bit", bytes)),
        false => Some(("ISO-8859", "iso-8859-1", bytes)),
    }
}

/// What is remarkable about the lines.
fn lines(bytes: &[u8], charset: &str) -> String {
    if charset.starts_with("utf-16") {
        return String::new();
    }
    let mut out = String::new();
    let longest = bytes
        .split(|byte| matches!(byte, b'\n' | b'\r'))
        .map(<[u8]>::len)
        .max()
        .unwrap_or(0);
    if longest > LINE_BYTES_MAX {
        out.push_str(&format!(", with very long lines ({longest})"));
    }
    let newlines = memchr::memchr_iter(b'\n', bytes).count();
    let pairs = memchr::memmem::find_iter(bytes, b"\r\n").count();
    let returns = memchr::memchr_iter(b'\r', bytes).count() - pairs;
    let plain = newlines - pairs;
    if newlines + returns == 0 {
        out.push_str(", with no line terminators");
    } else if pairs + returns > 0 {
        let mut kinds = Vec::new();
        for (count, name) in [(pairs, "CRLF"), (returns, "CR"), (plain, "LF")] {
            if count > 0 {
                kinds.push(name);
            }
        }
        out.push_str(&format!(", with {} line terminators", kinds.join(", ")));
    }
    if bytes.contains(&0x1b) {
        out.push_str(", with escape sequences");
    }
    if bytes.contains(&8) {
        out.push_str(", with overstriking");
    }
    out
}

fn language(bytes: &[u8], body: &[u8]) -> (Option<Language>, &'static str) {
    let text = body.trim_ascii_start();
    let starts = |word: &str| {
        text.len() >= word.len() && text[..word.len()].eq_ignore_ascii_case(word.as_bytes())
    };
    if let Some(rest) = bytes.strip_prefix(b"#!") {
        return interpreter(rest);
    }
    if is_json(text) {
        return (
            Some(Language::Whole("JSON text data".to_owned())),
            "application/json",
        );
    }
    if starts("<?xml") {
        let version =
            memchr::memmem::find(text, b"version=").and_then(|at| text.get(at + 9..at + 12));
        let version = String::from_utf8_lossy(version.unwrap_or(b"1.0")).into_owned();
        return (
            Some(Language::Before(format!("XML {version} document"))),
            "text/xml",
        );
    }
    if ["<!doctype html", "<html", "<head>", "<body"]
        .into_iter()
        .any(starts)
    {
        return (
            Some(Language::Before("HTML document".to_owned())),
            "text/html",
        );
    }
    let diff =
        starts("diff --git ") || starts("--- ") && memchr::memmem::find(text, b"\n+++ ").is_some();
    if diff {
        return (
            Some(Language::Before("unified diff output".to_owned())),
            "text/x-diff",
        );
    }
    if starts("-----BEGIN CERTIFICATE-----") {
        return (
            Some(Language::Whole("PEM certificate".to_owned())),
            "text/plain",
        );
    }
    let line_starts = |words: &[&str]| {
        let lines = text.split(|byte| *byte == b'\n').take(200);
        lines
            .into_iter()
            .any(|line| words.iter().any(|word| line.starts_with(word.as_bytes())))
    };
    if line_starts(&["#include ", "#include<", "package main"]) {
        return (Some(Language::Before("C source".to_owned())), "text/x-c");
    }
    if line_starts(&["def ", "import ", "from "]) && looks_like_python(text) {
        return (
            Some(Language::Executable("Python script".to_owned())),
            "text/x-script.python",
        );
    }
    if is_csv(text) {
        return (Some(Language::Whole("CSV text".to_owned())), "text/csv");
    }
    (None, "text/plain")
}

/// `#!` names the program; known ones have names of their own.
fn interpreter(rest: &[u8]) -> (Option<Language>, &'static str) {
    let line = rest
        .split(|byte| *byte == b'\n')
        .next()
        .unwrap_or_default()
        .trim_ascii();
    let mut words = line
        .split(u8::is_ascii_whitespace)
        .filter(|word| !word.is_empty());
    let path = words.next().unwrap_or_default();
    let base = |path: &[u8]| {
        path.rsplit(|byte| *byte == b'/')
            .next()
            .unwrap_or_default()
            .to_vec()
    };
    let mut program = base(path);
    if program == b"env" {
        program = base(
            words
                .find(|word| !word.starts_with(b"-"))
                .unwrap_or_default(),
        );
    }
    let (name, media) = match program.as_slice() {
        b"sh" | b"dash" => ("POSIX shell script", "text/x-shellscript"),
        b"bash" => ("Bourne-Again shell script", "text/x-shellscript"),
        b"zsh" => ("Paul Falstad's zsh script", "text/x-shellscript"),
        b"ksh" => ("Korn shell script", "text/x-shellscript"),
        b"node" if path.ends_with(b"env") => ("Node.js script", "application/javascript"),
        b"perl" => {
            return (
                Some(Language::Whole("Perl script text executable".to_owned())),
                "text/x-perl",
            );
        }
        b"awk" | b"gawk" | b"mawk" => ("awk script", "text/x-awk"),
        b"ruby" => ("Ruby script", "text/x-ruby"),
        b"php" => ("PHP script", "text/x-php"),
        program if program.starts_with(b"python") => ("Python script", "text/x-script.python"),
        _ => {
            let name = format!("a {} script", String::from_utf8_lossy(line));
            return (Some(Language::Executable(name)), "text/plain");
        }
    };
    (Some(Language::Executable(name.to_owned())), media)
}

fn looks_like_python(text: &[u8]) -> bool {
    text.split(|byte| *byte == b'\n').take(200).any(|line| {
        let line = line.trim_ascii();
        let plain = |rest: &[u8]| {
            rest.iter()
                .all(|byte| byte.is_ascii_alphanumeric() || b"_., ".contains(byte))
        };
        line.strip_prefix(b"import ").is_some_and(plain)
            || line.starts_with(b"def ") && line.ends_with(b":")
            || line.starts_with(b"from ") && memchr::memmem::find(line, b" import ").is_some()
    })
}

/// Whether the whole text is one JSON object or array.
fn is_json(text: &[u8]) -> bool {
    if !matches!(text.first(), Some(b'{' | b'[')) {
        return false;
    }
    let (mut open, mut at) = (Vec::new(), 0);
    // After a value a comma or an end has to come.
    let mut value = false;
    while let Some(byte) = text.get(at) {
        match byte {
            b' ' | b'\t' | b'\n' | b'\r' => {}
            _ if value && open.is_empty() => return false,
            b'{' | b'[' if !value => open.push(*byte),
            b'}' | b']' => {
                if open.pop() != Some(if *byte == b'}' { b'{' } else { b'[' }) {
                    return false;
                }
                value = true;
            }
            b',' | b':' if value => value = false,
            b'"' if !value => {
                at += 1;
                while text.get(at).is_some_and(|byte| *byte != b'"') {
                    at += if text[at] == b'\\' { 2 } else { 1 };
                }
                if at >= text.len() {
                    return false;
                }
                value = true;
            }
            b'-' | b'0'..=b'9' if !value => {
                let word = |byte: &&u8| byte.is_ascii_digit() || b"+-.eE".contains(byte);
                at += text[at..].iter().take_while(word).count() - 1;
                value = true;
            }
            b't' | b'f' | b'n' if !value => {
                let rest = &text[at..];
                let words: [&[u8]; 3] = [b"true", b"false", b"null"];
                let Some(word) = words.into_iter().find(|word| rest.starts_with(word)) else {
                    return false;
                };
                at += word.len() - 1;
                value = true;
            }
            _ => return false,
        }
        at += 1;
    }
    value && open.is_empty()
}

/// Several lines with the same number, at least one, of commas.
fn is_csv(text: &[u8]) -> bool {
    let mut lines = text
        .split(|byte| *byte == b'\n')
        .filter(|line| !line.is_empty())
        .take(10);
    let commas = |line: &[u8]| {
        let mut quoted = false;
        line.iter()
            .filter(|byte| {
                quoted ^= **byte == b'"';
                **byte == b',' && !quoted
            })
            .count()
    };
    let Some(first) = lines.next().map(commas).filter(|count| *count > 0) else {
        return false;
    };
    let mut more = 0;
    let same = lines.all(|line| {
        more += 1;
        commas(line) == first
    });
    same && more >= 1
}
