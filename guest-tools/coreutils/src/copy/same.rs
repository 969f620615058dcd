//! Whether source and destination are one file, and what `cp` and `mv` make of
//! it: GNU refuses where data would be lost, and only there.

use super::cp::{Cp, Follow};
use super::place::{identity, same_entry};
use crate::place::canonical::real_path;
use crate::sys::{self, ExtStat, is_link};

/// What to do about a destination that is there.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Same {
    /// Nothing stands in the way.
    No,
    /// It is as wanted already.
    Done,
    /// They are the same file.
    Refused,
}

fn refused(refuse: bool) -> Same {
    if refuse { Same::Refused } else { Same::No }
}

/// What links lead to, if both lead anywhere.
fn same_target(from: &[u8], to: &[u8]) -> bool {
    match (sys::stat(from, true), sys::stat(to, true)) {
        (Ok(a), Ok(b)) => identity(&a) == identity(&b),
        _ => false,
    }
}

impl Cp<'_> {
    /// `source` and `target` as they are looked at: through links or not.
    pub(super) fn sameness(
        &self,
        from: &[u8],
        to: &[u8],
        source: &ExtStat,
        target: &ExtStat,
    ) -> Same {
        let same = identity(source) == identity(target);
        if same && self.hard {
            return Same::Done;
        }
        let never = self.follow == Follow::Never;
        if !never && !same {
            return Same::No;
        }
        let (source, target) = match never {
            true => (*source, *target),
            false => match (sys::stat(from, false), sys::stat(to, false)) {
                (Ok(source), Ok(target)) => (source, target),
                _ => return Same::No,
            },
        };
        let one_entry = same_entry(from, to);
        let same = identity(&source) == identity(&target);
        if is_link(&source) && is_link(&target) {
            match never {
                true if same && !one_entry && self.backup.is_none() => return Same::Done,
                true => return refused(one_entry),
                false if self.remove => return Same::No,
                false => {}
            }
        }
        if self.backup.is_some() {
            // A link that is followed would lead nowhere once its target is moved.
            let cut_off = !never && is_link(&source) && !is_link(&target);
            return refused(if same { one_entry } else { cut_off });
        }
        if self.remove && (is_link(&target) || same && target.links > 1 && !one_entry) {
            return Same::No;
        }
        if !is_link(&source) && !is_link(&target) && !same {
            return Same::No;
        }
        if self.symbolic && is_link(&target) || never && !same_target(from, to) {
            return Same::No;
        }
        match never && self.hard {
            true if is_link(&target) => Same::No,
            true => Same::Done,
            false => Same::Refused,
        }
    }
}

/// Whether a file may not be moved because it is the destination already.
pub(super) fn move_refused(
    from: &[u8],
    to: &[u8],
    source: &ExtStat,
    target: &ExtStat,
    backup: bool,
) -> bool {
    let same = identity(source) == identity(target);
    let one_entry = same_entry(from, to);
    if is_link(source) && is_link(target) {
        return one_entry || same && !backup;
    }
    if backup {
        return same && one_entry;
    }
    if is_link(target) {
        return false;
    }
    if !is_link(source) {
        return same;
    }
    // A link onto what it leads to; harmless if that has other names.
    if target.links > 1
        && let Ok(real) = real_path(from)
    {
        return same_entry(&real, to);
    }
    same_target(from, to)
}
