//! Names in lines, columns or a list with commas.

use super::color::Colors;
use super::columns::fit;
use super::entry::Entry;
use super::marks::linked;
use super::options::{Config, Format, Indicator};
use crate::cli::Output;
use crate::text::{size, width};

/// Widths of the columns before the name, over a listing.
pub struct Frills {
    inode: usize,
    blocks: usize,
    /// Names without quotes get a space, as others have them.
    align_quotes: bool,
}

impl Frills {
    /// The widths for these entries.
    pub fn new(entries: &[Entry], others: &[Entry], config: &Config) -> Frills {
        let most = |length: &dyn Fn(&Entry) -> usize| {
            entries.iter().chain(others).map(length).max().unwrap_or(0)
        };
        Frills {
            inode: if config.inode {
                most(&|e| inode(e).len())
            } else {
                0
            },
            blocks: if config.blocks {
                most(&|e| blocks(e, config).len())
            } else {
                0
            },
            align_quotes: entries.iter().any(|entry| entry.quoted)
                && match config.format {
                    Format::Long => true,
                    Format::Columns | Format::Across => config.width > 0,
                    Format::OnePerLine | Format::Commas => false,
                },
        }
    }

    /// Serial number and size in blocks, as asked for.
    pub fn put_numbers(&self, out: &mut Vec<u8>, entry: &Entry, config: &Config) {
        let aligned = config.format != Format::Commas;
        if config.inode {
            let width = if aligned { self.inode } else { 0 };
            out.extend_from_slice(format!("{:>width$} ", inode(entry)).as_bytes());
        }
        if config.blocks {
            let width = if aligned { self.blocks } else { 0 };
            out.extend_from_slice(format!("{:>width$} ", blocks(entry, config)).as_bytes());
        }
        if config.context {
            out.extend_from_slice(b"? ");
        }
    }

    /// The name with colour, after what is on the line already.
    pub fn put_name(
        &self,
        out: &mut Vec<u8>,
        entry: &Entry,
        config: &Config,
        colors: &mut Option<Colors>,
        column: usize,
    ) {
        let start = column + width(out);
        if self.align_quotes && !entry.quoted {
            out.push(b' ');
        }
        match colors {
            None => match &entry.address {
                None => out.extend_from_slice(&entry.shown),
                address => out.extend(linked(address.as_deref(), &entry.shown)),
            },
            Some(colors) => {
                let target = entry.target.as_ref().map(|_| entry.target_mode);
                let code = colors.of(&entry.name, entry.mode(), target);
                let end = start + width(&entry.shown);
                let clear = config.width > 0
                    && end > start
                    && start / config.width != (end - 1) / config.width;
                let shown = linked(entry.address.as_deref(), &entry.shown);
                out.extend(colors.paint(&shown, code, clear));
            }
        }
    }

    /// Columns that an entry takes.
    fn length(&self, entry: &Entry, config: &Config) -> usize {
        let mut length = width(&entry.shown);
        if self.align_quotes && !entry.quoted {
            length += 1;
        }
        let commas = config.format == Format::Commas;
        if config.inode {
            length += 1 + if commas {
                inode(entry).len()
            } else {
                self.inode
            };
        }
        if config.blocks {
            length += 1 + if commas {
                blocks(entry, config).len()
            } else {
                self.blocks
            };
        }
        if config.context {
            length += 2;
        }
        length + usize::from(entry.indicator(config).is_some())
    }
}

fn inode(entry: &Entry) -> String {
    match entry.inode {
        0 => "?".to_owned(),
        inode => inode.to_string(),
    }
}

fn blocks(entry: &Entry, config: &Config) -> String {
    match &entry.stat {
        None => "?".to_owned(),
        Some(stat) => size::show(stat.blocks * 512, config.block_form),
    }
}

/// Prints the entries in every format but the long one.
/// `others` have a part in the widths, but are not printed.
pub fn print(
    entries: &[Entry],
    others: &[Entry],
    config: &Config,
    colors: &mut Option<Colors>,
    out: &mut Output,
) {
    let frills = Frills::new(entries, others, config);
    let tab = if colors.is_some() { 0 } else { config.tab };
    let mut cell = |entry: &Entry, column: usize| {
        let mut text = Vec::new();
        frills.put_numbers(&mut text, entry, config);
        frills.put_name(&mut text, entry, config, colors, column);
        if config.indicator != Indicator::None {
            text.extend(entry.indicator(config));
        }
        text
    };
    match config.format {
        Format::Columns | Format::Across if config.width > 0 => {
            let down = config.format == Format::Columns;
            let lengths: Vec<usize> = entries.iter().map(|e| frills.length(e, config)).collect();
            let widths = fit(&lengths, config.width, down);
            let rows = entries.len().div_ceil(widths.len());
            for row in 0..rows {
                let mut at = 0;
                let mut column_start = 0;
                for (column, width) in widths.iter().enumerate() {
                    let index = if down {
                        row + column * rows
                    } else {
                        row * widths.len() + column
                    };
                    let Some(entry) = entries.get(index) else {
                        break;
                    };
                    indent(out, at, column_start, tab);
                    out.put(&cell(entry, column_start));
                    at = column_start + lengths[index];
                    column_start += width;
                }
                out.put_byte(config.end);
            }
        }
        Format::Commas => {
            let mut at = 0;
            for (index, entry) in entries.iter().enumerate() {
                let length = frills.length(entry, config);
                if index > 0 {
                    // Two more columns: the comma after, and the space before.
                    let fits = config.width == 0 || at + length + 2 < config.width;
                    out.put(if fits { b", " } else { b",\n" });
                    at = if fits { at + 2 } else { 0 };
                }
                out.put(&cell(entry, at));
                at += length;
            }
            out.put_byte(config.end);
        }
        Format::Columns | Format::Across => {
            // Without a line's width all goes into one.
            for (index, entry) in entries.iter().enumerate() {
                if index > 0 {
                    out.put(b"  ");
                }
                out.put(&cell(entry, 0));
            }
            out.put_byte(config.end);
        }
        _ => {
            for entry in entries {
                out.put(&cell(entry, 0));
                out.put_byte(config.end);
            }
        }
    }
}

fn indent(out: &mut Output, mut from: usize, to: usize, tab: usize) {
    while from < to {
        if tab != 0 && to / tab > (from + 1) / tab {
            out.put_byte(b'\t');
            from += tab - from % tab;
        } else {
            out.put_byte(b' ');
            from += 1;
        }
    }
}
