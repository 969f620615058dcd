//! The tree as lines.

use super::color::Colors;
use super::entry::{Contents, Entry};
use super::listing::{Lister, join};
use super::options::{Config, Lines};
use super::{Totals, size_text};
use crate::accounts;
use crate::find::mode_text;
use wardian_applet::cli::Output;
use wardian_applet::sys::{self, ExtStat, mode};
use wardian_applet::text::{quote, time, utf8_locale};

/// Seconds in half a mean year: what is older shows its year.
const HALF_YEAR_SECONDS: i64 = 31_556_926 / 2;

struct Printer<'a, 'o> {
    config: &'a Config,
    colors: Option<Colors>,
    out: &'o mut Output,
    /// For each level above, whether more follows there.
    more: Vec<bool>,
}

/// Prints all trees and the report.
pub fn print(config: &Config, lister: &mut Lister<'_>, totals: &mut Totals, out: &mut Output) {
    let mut printer = Printer {
        config,
        colors: config.color.then(Colors::new),
        out,
        more: Vec::new(),
    };
    for path in &config.roots {
        let mut root = lister.root(path);
        if root.kind == mode::DIRECTORY {
            let contents = lister.contents(&mut root, path, 1);
            let counts = match &contents {
                Some(Contents::Entries(entries)) => !entries.is_empty(),
                Some(Contents::Unread(reason)) => {
                    reason.ends_with("dir") && !reason.starts_with("error")
                }
                None => false,
            };
            totals.directories += u64::from(counts);
            printer.line(&root, path, contents.as_ref());
            if let Some(Contents::Entries(entries)) = contents {
                printer.entries(entries, path, 1, lister, totals);
            }
        } else {
            totals.files += u64::from(root.stat.is_some());
            let reason = Contents::Unread("error opening dir".to_owned());
            printer.line(&root, path, Some(&reason));
        }
    }
    if !config.no_report {
        let text = report(config, totals);
        out.put(text.as_bytes());
    }
}

fn report(config: &Config, totals: &Totals) -> String {
    let plural = |count: u64, one: &str, many: &str| {
        format!("{count} {}", if count == 1 { one } else { many })
    };
    let mut text = "\n".to_owned();
    if config.usage {
        text.push_str(&size_text(config, totals.bytes));
        text.push_str(if config.human || config.si {
            " used in "
        } else {
            " bytes used in "
        });
    }
    text.push_str(&plural(totals.directories, "directory", "directories"));
    if !config.directories_only {
        text.push_str(", ");
        text.push_str(&plural(totals.files, "file", "files"));
    }
    text.push('\n');
    text
}

impl Printer<'_, '_> {
    fn entries(
        &mut self,
        entries: Vec<Entry>,
        path: &[u8],
        depth: usize,
        lister: &mut Lister<'_>,
        totals: &mut Totals,
    ) {
        let last = entries.len();
        for (index, mut entry) in entries.into_iter().enumerate() {
            let whole = join(path, &entry.name);
            self.more.push(index + 1 < last);
            totals.count(&entry);
            let contents = lister.contents(&mut entry, &whole, depth + 1);
            self.line(&entry, &whole, contents.as_ref());
            if let Some(Contents::Entries(entries)) = contents {
                self.entries(entries, &whole, depth + 1, lister, totals);
            }
            self.more.pop();
        }
    }

    fn line(&mut self, entry: &Entry, path: &[u8], contents: Option<&Contents>) {
        let details = details(entry, self.config);
        if self.config.details_first {
            self.out.put(&details);
            if !details.is_empty() {
                self.out.put(b"  ");
            }
            self.indent();
        } else {
            self.indent();
            self.out.put(&details);
            if !details.is_empty() {
                self.out.put(b"  ");
            }
        }
        let shown = match self.config.full_path || self.more.is_empty() {
            true => path,
            false => &entry.name,
        };
        let bits = entry.stat.map_or(entry.kind, |stat| stat.mode);
        let orphan = entry.target_stat.is_none();
        self.name(shown, bits, orphan);
        match &entry.target {
            None => self.indicator(bits),
            Some(target) => {
                self.out.put(b" -> ");
                let bits = entry.target_stat.map_or(0, |stat| stat.mode);
                self.name(target, bits, false);
                self.indicator(bits);
            }
        }
        if let Some(Contents::Unread(reason)) = contents {
            self.out.put(format!("  [{reason}]").as_bytes());
        }
        self.out.put(b"\n");
    }

    fn name(&mut self, name: &[u8], bits: u32, orphan: bool) {
        let code = self
            .colors
            .as_ref()
            .and_then(|colors| colors.code(name, bits, orphan));
        let colored = code.is_some();
        if let Some(code) = code {
            self.out.put(&[b"\x1b[".as_slice(), code, b"m"].concat());
        }
        let text = shown_name(name, self.config);
        self.out.put(&text);
        if colored {
            self.out.put(b"\x1b[0m");
        }
    }

    fn indicator(&mut self, bits: u32) {
        if !self.config.classify {
            return;
        }
        let mark: &[u8] = match bits & mode::TYPE {
            mode::DIRECTORY => b"/",
            mode::SOCKET => b"=",
            mode::FIFO => b"|",
            mode::REGULAR if bits & 0o111 != 0 => b"*",
            _ => b"",
        };
        self.out.put(mark);
    }

    fn indent(&mut self) {
        if self.config.no_lines {
            return;
        }
        let Some((last, above)) = self.more.split_last() else {
            return;
        };
        let [bar, branch, corner]: [&[u8]; 3] = match self.config.lines {
            Lines::Ascii => [b"|   ", b"|-- ", b"`-- "],
            Lines::Unicode => [
                "│\u{a0}\u{a0} ".as_bytes(),
                "├── ".as_bytes(),
                "└── ".as_bytes(),
            ],
            Lines::Ansi => [b"x   ", b"tqq ", b"mqq "],
            Lines::Console => [b"\xb3   ", b"\xc3\xc4\xc4 ", b"\xc0\xc4\xc4 "],
        };
        if self.config.lines == Lines::Ansi {
            self.out.put(b"\x1b(0");
        }
        for more in above {
            self.out.put(if *more { bar } else { b"    " });
        }
        self.out.put(if *last { branch } else { corner });
        if self.config.lines == Lines::Ansi {
            self.out.put(b"\x1b(B");
        }
    }
}

/// The name as the options want it.
fn shown_name(name: &[u8], config: &Config) -> Vec<u8> {
    let mut out = Vec::with_capacity(name.len());
    for (piece, printable) in quote::pieces(name) {
        match piece {
            _ if config.literal => out.extend_from_slice(piece),
            [byte, ..] if !printable => {
                if config.question_marks {
                    out.push(b'?');
                } else {
                    out.extend(escape(*byte));
                }
            }
            b"\\" | b" " if !utf8_locale() && !config.question_marks && !config.quote => {
                out.push(b'\\');
                out.extend_from_slice(piece);
            }
            _ => out.extend_from_slice(piece),
        }
    }
    match config.quote {
        true => [b"\"".as_slice(), &out, b"\""].concat(),
        false => out,
    }
}

fn escape(byte: u8) -> Vec<u8> {
    let letter = match byte {
        7..=13 => b"abtnvfr"[usize::from(byte - 7)],
        _ => return format!("\\{byte:03o}").into_bytes(),
    };
    vec![b'\\', letter]
}

/// `[…]` before the name; empty if nothing is asked for.
fn details(entry: &Entry, config: &Config) -> Vec<u8> {
    let mut text = Vec::new();
    let stat = entry.stat.unwrap_or_default();
    if config.inode {
        text.extend_from_slice(format!(" {:7}", stat.inode).as_bytes());
    }
    if config.device {
        text.extend_from_slice(format!(" {:3}", stat.device).as_bytes());
    }
    if config.permissions {
        text.push(b' ');
        text.extend_from_slice(&mode_text(stat.mode));
    }
    let mut account = |name: Vec<u8>| {
        text.push(b' ');
        let name = &name[..name.len().min(32)];
        text.extend_from_slice(name);
        text.resize(text.len() + 8usize.saturating_sub(name.len()), b' ');
    };
    if config.user {
        account(accounts::user_text(stat.uid));
    }
    if config.group {
        account(accounts::group_text(stat.gid));
    }
    if config.size {
        text.extend_from_slice(size_text(config, entry.size()).as_bytes());
    }
    if config.date {
        text.push(b' ');
        text.extend(date(&stat, config));
    }
    match text.first_mut() {
        None => text,
        Some(first) => {
            *first = b'[';
            text.push(b']');
            text
        }
    }
}

/// The date of an entry.
pub fn date(stat: &ExtStat, config: &Config) -> Vec<u8> {
    let ns = if config.changed {
        stat.changed_ns
    } else {
        stat.modified_ns
    };
    let civil = time::local(ns);
    let now = (sys::now_ns() / 1_000_000_000) as i64;
    let format = match &config.time_format {
        Some(format) => format.as_slice(),
        None if civil.epoch > now || civil.epoch + HALF_YEAR_SECONDS < now => b"%b %e  %Y",
        None => b"%b %e %H:%M",
    };
    civil.format(format)
}
