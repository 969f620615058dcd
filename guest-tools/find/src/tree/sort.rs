//! The order of names.

use super::entry::Entry;
use super::options::Config;
use std::cmp::Ordering;

/// By what names are sorted.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Order {
    /// By name.
    Name,
    /// By name, numbers in it by value.
    Version,
    /// By size, largest first.
    Size,
    /// By time of last change of contents.
    Modified,
    /// By time of last change of status.
    Changed,
    /// As they come.
    None,
}

/// Sorts the entries of a directory.
pub fn sort(entries: &mut [Entry], config: &Config) {
    if config.order == Order::None {
        return;
    }
    entries.sort_by(|a, b| {
        let groups = b.leads_to_directory().cmp(&a.leads_to_directory());
        let groups = match config.directories_first {
            0 => Ordering::Equal,
            1 => groups,
            _ => groups.reverse(),
        };
        let order = compare(a, b, config.order);
        groups.then(if config.reverse {
            order.reverse()
        } else {
            order
        })
    });
}

fn compare(a: &Entry, b: &Entry, order: Order) -> Ordering {
    let by_name = || a.name.cmp(&b.name);
    match order {
        Order::Name | Order::None => by_name(),
        Order::Version => version(&a.name, &b.name),
        Order::Size => b.size().cmp(&a.size()).then_with(by_name),
        Order::Modified => {
            let seconds = |entry: &Entry| entry.stat.map(|stat| stat.modified_ns / 1_000_000_000);
            seconds(a).cmp(&seconds(b)).then_with(by_name)
        }
        Order::Changed => {
            let seconds = |entry: &Entry| entry.stat.map(|stat| stat.changed_ns / 1_000_000_000);
            seconds(a).cmp(&seconds(b)).then_with(by_name)
        }
    }
}

/// Names with runs of digits compared by value; zeros in front make a
/// fraction, which comes before whole numbers.
pub fn version(a: &[u8], b: &[u8]) -> Ordering {
    let common = a.iter().zip(b).take_while(|(x, y)| x == y).count();
    let digits = |text: &[u8], from: usize| {
        text[from..]
            .iter()
            .take_while(|byte| byte.is_ascii_digit())
            .count()
    };
    let before = a[..common]
        .iter()
        .rev()
        .take_while(|byte| byte.is_ascii_digit())
        .count();
    let start = common - before;
    let (a_run, b_run) = (digits(a, start), digits(b, start));
    let zero = |text: &[u8]| text.get(start) == Some(&b'0');
    let fraction = before > 0 && (zero(a) || zero(b));
    if a_run > 0 && b_run > 0 && !fraction && a_run != b_run {
        return a_run.cmp(&b_run);
    }
    a[common..].cmp(&b[common..])
}
