//! Pathname expansion.

use super::{Pattern, PatternOptions, has_magic, unescape};
use crate::sys;

/// The shell options that pathname expansion obeys.
#[derive(Debug, Clone, Copy, Default)]
pub struct GlobOptions {
    pub pattern: PatternOptions,
    pub dotglob: bool,
    pub globstar: bool,
    /// `.` and `..` never match (globskipdots).
    pub skip_dots: bool,
}

/// The existing paths that match, sorted.
pub fn expand(pattern: &[u8], options: GlobOptions) -> Vec<Vec<u8>> {
    let components: Vec<&[u8]> = split(pattern);
    let mut found = Vec::new();
    let mut prefix = Vec::new();
    let mut rest = components.as_slice();
    if pattern.first() == Some(&b'/') {
        prefix.push(b'/');
        rest = &rest[1..];
    }
    walk(&mut prefix, rest, options, &mut found);
    found.sort_unstable();
    found.dedup();
    found
}

/// Components between slashes, which quoting does not hide.
fn split(pattern: &[u8]) -> Vec<&[u8]> {
    pattern.split(|c| *c == b'/').collect()
}

fn walk(
    prefix: &mut Vec<u8>,
    components: &[&[u8]],
    options: GlobOptions,
    found: &mut Vec<Vec<u8>>,
) {
    let Some((component, rest)) = components.split_first() else {
        found.push(prefix.clone());
        return;
    };
    let len = prefix.len();
    if component.is_empty() {
        // A doubled or final slash.
        if rest.is_empty() {
            if sys::stat(prefix, true).is_ok_and(|stat| sys::is_dir(&stat)) {
                found.push(prefix.clone());
            }
        } else {
            prefix.push(b'/');
            walk(prefix, rest, options, found);
            prefix.truncate(len);
        }
        return;
    }
    if !has_magic(component, options.pattern.extglob) {
        prefix.extend_from_slice(&unescape(component));
        step(prefix, rest, options, found, false);
        prefix.truncate(len);
        return;
    }
    if options.globstar && *component == b"**" {
        walk_deep(prefix, rest, options, found, true);
        return;
    }
    let pattern = Pattern::new(component, options.pattern);
    let explicit_dot = component[0] == b'.' || component.starts_with(b"\\.");
    let dir = if prefix.is_empty() {
        b"."
    } else {
        prefix.as_slice()
    };
    let Ok(entries) = sys::read_dir(dir) else {
        return;
    };
    for entry in entries {
        let dots = matches!(entry.name.as_slice(), b"." | b"..");
        let hidden = entry.name.first() == Some(&b'.');
        let allowed = if dots {
            explicit_dot && !options.skip_dots
        } else {
            !hidden || explicit_dot || options.dotglob
        };
        if allowed && pattern.matches(&entry.name) {
            prefix.extend_from_slice(&entry.name);
            step(prefix, rest, options, found, true);
            prefix.truncate(len);
        }
    }
}

/// Goes on below a component that has been appended to the prefix.
fn step(
    prefix: &mut Vec<u8>,
    rest: &[&[u8]],
    options: GlobOptions,
    found: &mut Vec<Vec<u8>>,
    exists: bool,
) {
    if rest.is_empty() {
        if exists || sys::stat(prefix, false).is_ok() {
            found.push(prefix.clone());
        }
        return;
    }
    if exists && !sys::stat(prefix, true).is_ok_and(|stat| sys::is_dir(&stat)) {
        return;
    }
    prefix.push(b'/');
    walk(prefix, rest, options, found);
    prefix.pop();
}

/// `**`: no directory, or any number of them; links are not followed.
fn walk_deep(
    prefix: &mut Vec<u8>,
    rest: &[&[u8]],
    options: GlobOptions,
    found: &mut Vec<Vec<u8>>,
    top: bool,
) {
    let len = prefix.len();
    match rest {
        [] if top => {
            if len > 0 {
                found.push(prefix.clone());
            }
        }
        [] => found.push(prefix[..len - 1].to_vec()),
        _ => walk(prefix, rest, options, found),
    }
    let dir = if prefix.is_empty() {
        b"."
    } else {
        prefix.as_slice()
    };
    let Ok(entries) = sys::read_dir(dir) else {
        return;
    };
    for entry in entries {
        if matches!(entry.name.as_slice(), b"." | b"..")
            || (entry.name[0] == b'.' && !options.dotglob)
        {
            continue;
        }
        prefix.extend_from_slice(&entry.name);
        let is_dir = match entry.is_dir {
            Some(is_dir) => is_dir,
            None => sys::stat(prefix, false).is_ok_and(|stat| sys::is_dir(&stat)),
        };
        if is_dir {
            prefix.push(b'/');
            walk_deep(prefix, rest, options, found, false);
        } else if rest.is_empty() {
            found.push(prefix.clone());
        }
        prefix.truncate(len);
    }
}
