//! The order of a listing.

use super::entry::Entry;
use super::options::{Config, SortBy, TimeKind};
use super::version;
use crate::sys::ExtStat;
use crate::text::width;
use std::cmp::Ordering;

/// The time that the listing is about.
pub fn time_of(stat: &ExtStat, kind: TimeKind) -> u64 {
    match kind {
        TimeKind::Modified => stat.modified_ns,
        TimeKind::Changed => stat.changed_ns,
        TimeKind::Accessed => stat.accessed_ns,
        TimeKind::Born => stat.created_ns,
    }
}

/// Sorts the entries.
pub fn sort(entries: &mut [Entry], config: &Config) {
    if config.sort == SortBy::None {
        return;
    }
    entries.sort_by(|a, b| {
        let directories = if config.directories_first {
            b.leads_to_directory.cmp(&a.leads_to_directory)
        } else {
            Ordering::Equal
        };
        let order = compare(a, b, config);
        directories.then(if config.reverse {
            order.reverse()
        } else {
            order
        })
    });
}

fn compare(a: &Entry, b: &Entry, config: &Config) -> Ordering {
    let by_stat = |value: &dyn Fn(&ExtStat) -> i128| {
        let value = |entry: &Entry| entry.stat.as_ref().map_or(0, value);
        value(b).cmp(&value(a))
    };
    let order = match config.sort {
        SortBy::Size => by_stat(&|stat| stat.size_bytes.into()),
        SortBy::Time => by_stat(&|stat| i128::from(time_of(stat, config.time) as i64)),
        SortBy::Extension => extension(&a.name).cmp(extension(&b.name)),
        SortBy::Version => version::compare(&a.name, &b.name),
        SortBy::Width => width(&a.shown).cmp(&width(&b.shown)),
        SortBy::Name | SortBy::None => Ordering::Equal,
    };
    order.then_with(|| a.name.cmp(&b.name))
}

fn extension(name: &[u8]) -> &[u8] {
    let dot = name.iter().rposition(|byte| *byte == b'.');
    dot.map_or(b"", |at| &name[at..])
}
