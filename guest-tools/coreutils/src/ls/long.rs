//! The long format.

use super::color::Colors;
use super::entry::{Entry, indicator, show};
use super::layout::Frills;
use super::marks::{Dired, INDENT, linked};
use super::options::{Config, Indicator};
use super::sort::time_of;
use crate::cli::Output;
use crate::identity::accounts;
use crate::meta::mode as mode_text;
use crate::sys::{self, ExtStat, mode};
use crate::text::{size, time, width};

/// Seconds in half a mean year: what is older shows its year.
const HALF_YEAR_NS: u64 = 31_556_952 / 2 * 1_000_000_000;

struct Row {
    mode: Vec<u8>,
    links: String,
    owner: Name,
    group: Name,
    author: Name,
    size: Size,
    time: Vec<u8>,
}

enum Size {
    Bytes(String),
    Device(String, String),
}

/// A user or a group: names align to the left, numbers to the right.
struct Name {
    text: Vec<u8>,
    number: bool,
}

impl Name {
    fn put(&self, out: &mut Vec<u8>, columns: usize) {
        let padding = vec![b' '; columns.saturating_sub(width(&self.text))];
        if self.number {
            out.extend(padding);
            out.extend_from_slice(&self.text);
        } else {
            out.extend_from_slice(&self.text);
            out.extend(padding);
        }
        out.push(b' ');
    }
}

/// Prints the entries in the long format.
/// `others` have a part in the widths, but are not printed.
pub fn print(
    entries: &[Entry],
    others: &[Entry],
    config: &Config,
    colors: &mut Option<Colors>,
    dired: &mut Option<Dired>,
    out: &mut Output,
) {
    let frills = Frills::new(entries, others, config);
    let now = sys::now_ns();
    let rows: Vec<Row> = entries
        .iter()
        .chain(others)
        .map(|entry| row(entry, config, now))
        .collect();
    let most = |length: &dyn Fn(&Row) -> usize| rows.iter().map(length).max().unwrap_or(0);
    let links = most(&|row| row.links.len());
    let owner = most(&|row| width(&row.owner.text));
    let group = most(&|row| width(&row.group.text));
    let author = most(&|row| width(&row.author.text));
    let major = most(&|row| match &row.size {
        Size::Device(major, _) => major.len(),
        Size::Bytes(_) => 0,
    });
    let minor = most(&|row| match &row.size {
        Size::Device(_, minor) => minor.len(),
        Size::Bytes(_) => 0,
    });
    let bytes = most(&|row| match &row.size {
        Size::Bytes(bytes) => bytes.len(),
        Size::Device(..) => major + 2 + minor,
    });
    for (entry, row) in entries.iter().zip(&rows) {
        let mut line = Vec::new();
        frills.put_numbers(&mut line, entry, config);
        line.extend_from_slice(&row.mode);
        line.extend_from_slice(format!(" {:>links$} ", row.links).as_bytes());
        if config.owner {
            row.owner.put(&mut line, owner);
        }
        if config.group {
            row.group.put(&mut line, group);
        }
        if config.author {
            row.author.put(&mut line, author);
        }
        let size = match &row.size {
            Size::Bytes(text) => format!("{text:>bytes$} "),
            Size::Device(a, b) => {
                let blank = bytes - (major + 2 + minor);
                format!("{a:>0$}, {b:>minor$} ", major + blank)
            }
        };
        line.extend_from_slice(size.as_bytes());
        line.extend_from_slice(&row.time);
        line.push(b' ');
        if let Some(dired) = dired {
            out.put(INDENT);
            let mut bare = [INDENT, &line].concat();
            frills.put_name(&mut bare, entry, config, &mut None, 0);
            let length = entry.shown.len();
            dired.name(bare.len() - length, length);
            put_tail(&mut bare, entry, config, &mut None);
            bare.push(config.end);
            dired.pass(&bare);
        }
        frills.put_name(&mut line, entry, config, colors, 0);
        put_tail(&mut line, entry, config, colors);
        line.push(config.end);
        out.put(&line);
    }
}

/// The indicator, or the target of a symbolic link.
fn put_tail(line: &mut Vec<u8>, entry: &Entry, config: &Config, colors: &mut Option<Colors>) {
    let is_link = entry.mode() & mode::TYPE == mode::LINK;
    let Some(target) = entry.target.as_ref().filter(|_| is_link) else {
        line.extend(entry.indicator(config));
        return;
    };
    line.extend_from_slice(b" -> ");
    let shown = linked(entry.address.as_deref(), &show(target, config).0);
    match colors {
        None => line.extend_from_slice(&shown),
        Some(colors) => {
            let code = match entry.target_mode {
                Some(mode) => colors.of(target, mode, None),
                None => colors.missing(),
            };
            line.extend(colors.paint(&shown, code, false));
        }
    }
    if config.indicator != Indicator::None
        && let Some(mode) = entry.target_mode
    {
        line.extend(indicator(mode, config.indicator));
    }
}

fn row(entry: &Entry, config: &Config, now: u64) -> Row {
    let Some(stat) = &entry.stat else {
        let unknown = || Name {
            text: b"?".to_vec(),
            number: false,
        };
        let mut mode = mode_text::text(entry.kind).to_vec();
        mode.iter_mut().skip(1).for_each(|letter| *letter = b'?');
        let width = time_text(config, now, now).len();
        return Row {
            mode,
            links: "?".into(),
            owner: unknown(),
            group: unknown(),
            author: unknown(),
            size: Size::Bytes("?".into()),
            time: format!("{:>width$}", "?").into_bytes(),
        };
    };
    Row {
        mode: mode_text::text(stat.mode).to_vec(),
        links: stat.links.to_string(),
        owner: name(stat.uid, config, accounts::user_name),
        group: name(stat.gid, config, accounts::group_name),
        author: name(stat.uid, config, accounts::user_name),
        size: size_of(stat, config),
        time: time_text(config, time_of(stat, config.time), now),
    }
}

fn name(number: u32, config: &Config, find: impl Fn(u32) -> Option<&'static [u8]>) -> Name {
    match find(number).filter(|_| !config.numeric) {
        Some(text) => Name {
            text: text.to_vec(),
            number: false,
        },
        None => Name {
            text: number.to_string().into_bytes(),
            number: true,
        },
    }
}

fn size_of(stat: &ExtStat, config: &Config) -> Size {
    match stat.mode & mode::TYPE {
        mode::CHARACTER | mode::BLOCK => Size::Device(
            (stat.device_node >> 8).to_string(),
            (stat.device_node & 0xff).to_string(),
        ),
        _ => Size::Bytes(size::show(stat.size_bytes, config.size_form)),
    }
}

fn time_text(config: &Config, when: u64, now: u64) -> Vec<u8> {
    let recent = when <= now && when > now.saturating_sub(HALF_YEAR_NS);
    let format = if recent {
        &config.time_style.recent
    } else {
        &config.time_style.old
    };
    time::local(when).format(format)
}
