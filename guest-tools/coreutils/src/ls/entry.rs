//! One file of a listing, with what has been found out about it.

use super::color::Colors;
use super::options::{Config, Format, Indicator};
use crate::sys::{ExtStat, mode};
use crate::text::quote::{self, Style};

/// A name to show.
pub struct Entry {
    /// As given, or as in its directory.
    pub name: Vec<u8>,
    /// Status; absent if not needed or not to be had.
    pub stat: Option<ExtStat>,
    /// Type bits, known from the directory if there is no status.
    pub kind: u32,
    /// Serial number.
    pub inode: u64,
    /// Target of a symbolic link.
    pub target: Option<Vec<u8>>,
    /// Mode of what the link leads to, if it leads anywhere.
    pub target_mode: Option<u32>,
    /// Whether it is a directory, or a link to one.
    pub leads_to_directory: bool,
    /// The name as shown.
    pub shown: Vec<u8>,
    /// Whether quotes were put around it.
    pub quoted: bool,
    /// What the name is a link to, on a terminal.
    pub address: Option<Vec<u8>>,
}

impl Entry {
    /// The mode, from the status or from the type alone.
    pub fn mode(&self) -> u32 {
        self.stat.map_or(self.kind, |stat| stat.mode)
    }

    /// Works out how the name is shown.
    pub fn set_shown(&mut self, config: &Config) {
        (self.shown, self.quoted) = show(&self.name, config);
    }

    /// The character that tells of the type, if one is shown.
    pub fn indicator(&self, config: &Config) -> Option<u8> {
        indicator(self.mode(), config.indicator)
    }
}

/// The name as shown, and whether quotes were put around it.
pub fn show(name: &[u8], config: &Config) -> (Vec<u8>, bool) {
    let style = config.quoting;
    if style == Style::Literal {
        if !config.question_marks {
            return (name.to_vec(), false);
        }
        let mut shown = Vec::new();
        for (piece, printable) in quote::pieces(name) {
            shown.extend_from_slice(if printable { piece } else { b"?" });
        }
        return (shown, false);
    }
    let shown = quote::quote(name, style);
    let outer = matches!(style, Style::Shell | Style::ShellEscape);
    let quoted = outer && shown.as_slice() != name;
    (shown, quoted)
}

/// The name of a directory at the head of its section, where a colon ends it.
pub fn heading(name: &[u8], config: &Config) -> Vec<u8> {
    let (shown, quoted) = match config.quoting {
        // The colon ends it, so that blanks stand for themselves.
        Style::Escape => (quote::escape_but_blanks(name), false),
        _ => show(name, config),
    };
    if quoted || !name.contains(&b':') {
        return shown;
    }
    match config.quoting {
        Style::Literal => shown,
        Style::Shell | Style::ShellAlways => quote::quote(name, Style::ShellAlways),
        Style::ShellEscape | Style::ShellEscapeAlways => {
            quote::quote(name, Style::ShellEscapeAlways)
        }
        // Quotes do instead of a backslash.
        Style::CMaybe => quote::quote(name, Style::C),
        Style::C | Style::Escape | Style::Locale => {
            let parts: Vec<&[u8]> = shown.split(|byte| *byte == b':').collect();
            parts.join(b"\\:".as_slice())
        }
    }
}

/// The character that tells of a type.
pub fn indicator(bits: u32, style: Indicator) -> Option<u8> {
    if style == Indicator::None {
        return None;
    }
    match bits & mode::TYPE {
        mode::DIRECTORY => Some(b'/'),
        _ if style == Indicator::Slash => None,
        mode::LINK => Some(b'@'),
        mode::FIFO => Some(b'|'),
        mode::SOCKET => Some(b'='),
        mode::REGULAR if style == Indicator::Classify && bits & 0o111 != 0 => Some(b'*'),
        _ => None,
    }
}

/// Whether the status of each entry is needed, and not only its type.
pub fn needs_stat(config: &Config, colors: Option<&Colors>) -> bool {
    use super::options::SortBy;
    config.format == Format::Long
        || config.blocks
        || matches!(config.sort, SortBy::Time | SortBy::Size)
        || config.context
        || colors.is_some_and(Colors::depends_on_mode)
}
