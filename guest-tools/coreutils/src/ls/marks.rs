//! Where names are, for programs: offsets for Emacs' dired, and links for terminals.

use super::options::Config;
use crate::cli::Output;
use crate::identity::machine::node_name;
use crate::place::canonical::real_or_missing;
use crate::text::quote::Style;

/// Spaces before each line for dired.
pub const INDENT: &[u8] = b"  ";

/// The offsets of names in the output, colours not counted.
#[derive(Default)]
pub struct Dired {
    /// Bytes so far.
    pub at: usize,
    names: String,
    directories: String,
}

impl Dired {
    /// Text that is no name.
    pub fn pass(&mut self, text: &[u8]) {
        self.at += text.len();
    }

    /// A name of so many bytes, which starts `ahead` bytes from here.
    pub fn name(&mut self, ahead: usize, length: usize) {
        let start = self.at + ahead;
        self.names.push_str(&format!(" {start} {}", start + length));
    }

    /// The head of a directory, which starts `ahead` bytes from here.
    pub fn directory(&mut self, ahead: usize, length: usize) {
        let start = self.at + ahead;
        self.directories
            .push_str(&format!(" {start} {}", start + length));
    }

    /// The lines at the end.
    pub fn put(&self, config: &Config, out: &mut Output) {
        for (title, list) in [("DIRED", &self.names), ("SUBDIRED", &self.directories)] {
            if !list.is_empty() {
                out.put(format!("//{title}//{list}\n").as_bytes());
            }
        }
        let style = match config.quoting {
            Style::Literal => "literal",
            Style::Shell => "shell",
            Style::ShellAlways => "shell-always",
            Style::ShellEscape => "shell-escape",
            Style::ShellEscapeAlways => "shell-escape-always",
            Style::C => "c",
            Style::Escape => "escape",
            Style::Locale => "locale",
            Style::CMaybe => "c-maybe",
        };
        out.put(format!("//DIRED-OPTIONS// --quoting-style={style}\n").as_bytes());
    }
}

/// What a name is a link to, as terminals take it.
pub fn address(path: &[u8]) -> Option<Vec<u8>> {
    let path = real_or_missing(path).ok()?;
    let mut out = b"\x1b]8;;file://".to_vec();
    encode(&node_name(), &mut out);
    encode(&path, &mut out);
    out.push(7);
    Some(out)
}

/// A name as a link.
pub fn linked(address: Option<&[u8]>, shown: &[u8]) -> Vec<u8> {
    match address {
        Some(address) => [address, shown, b"\x1b]8;;\x07"].concat(),
        None => shown.to_vec(),
    }
}

fn encode(text: &[u8], out: &mut Vec<u8>) {
    for byte in text {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'~' | b'-' | b'.' | b'_' | b'/' => {
                out.push(*byte);
            }
            byte => out.extend_from_slice(format!("%{byte:02x}").as_bytes()),
        }
    }
}
