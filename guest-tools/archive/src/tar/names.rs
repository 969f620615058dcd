//! Names of members: patterns, transformations, what must not be written.

use regex_automata::meta::Regex;
use wardian_applet::text::glob;
use wardian_posix_regex::{Syntax, translate};

/// A pattern of `--exclude`.
pub struct Pattern {
    /// As given.
    pub text: Vec<u8>,
    /// Whether `*` and the like are special.
    pub wild: bool,
}

impl Pattern {
    /// Whether it matches a name or the end of one after a slash.
    pub fn matches(&self, name: &[u8]) -> bool {
        let name = name.strip_suffix(b"/").unwrap_or(name);
        let one = |part: &[u8]| match self.wild {
            true => glob::matches(&self.text, part),
            false => part == self.text.as_slice(),
        };
        one(name)
            || name
                .iter()
                .enumerate()
                .any(|(at, byte)| *byte == b'/' && one(&name[at + 1..]))
    }
}

/// Directories of version control.
const VCS: &[&[u8]] = &[
    b".git",
    b".gitignore",
    b".gitattributes",
    b".gitmodules",
    b".svn",
    b"CVS",
    b".cvsignore",
    b"RCS",
    b"SCCS",
    b".bzr",
    b".bzrignore",
    b".bzrtags",
    b".hg",
    b".hgignore",
    b".hgtags",
    b"_darcs",
];

/// Whether the last part of a name belongs to version control.
pub fn is_vcs(name: &[u8]) -> bool {
    let name = name.strip_suffix(b"/").unwrap_or(name);
    let base = name.rsplit(|b| *b == b'/').next().unwrap_or(name);
    VCS.contains(&base)
}

/// An `s/from/to/flags` of `--transform`.
pub struct Transform {
    regex: Regex,
    replacement: Vec<u8>,
    global: bool,
    number: usize,
    names: bool,
    symlinks: bool,
    hardlinks: bool,
}

impl Transform {
    /// Reads expressions separated by `;`.
    pub fn parse(text: &[u8]) -> Option<Vec<Transform>> {
        let mut out = Vec::new();
        let mut rest = text;
        while !rest.is_empty() {
            rest = rest.strip_prefix(b"s")?;
            let delimiter = *rest.first()?;
            let mut parts = [Vec::new(), Vec::new()];
            let mut at = 1;
            for part in &mut parts {
                loop {
                    let byte = *rest.get(at)?;
                    at += 1;
                    if byte == b'\\' {
                        let next = *rest.get(at)?;
                        at += 1;
                        if next != delimiter {
                            part.push(b'\\');
                        }
                        part.push(next);
                    } else if byte == delimiter {
                        break;
                    } else {
                        part.push(byte);
                    }
                }
            }
            let end = rest[at..]
                .iter()
                .position(|b| *b == b';')
                .map_or(rest.len(), |n| at + n);
            let flags = &rest[at..end];
            let flag = |letter: u8| flags.contains(&letter);
            let syntax = Syntax {
                extended: flag(b'x'),
                unicode: true,
                zero: false,
            };
            let translated = translate(&parts[0], &syntax, 0).ok()?;
            let pattern = match flag(b'i') {
                true => format!("(?i){}", translated.regex),
                false => translated.regex,
            };
            let digits: Vec<u8> = flags.iter().copied().filter(u8::is_ascii_digit).collect();
            let [_, replacement] = parts;
            out.push(Transform {
                regex: Regex::new(&pattern).ok()?,
                replacement,
                global: flag(b'g'),
                number: String::from_utf8(digits).ok()?.parse().unwrap_or(1),
                names: !flag(b'R'),
                symlinks: !flag(b'S'),
                hardlinks: !flag(b'H'),
            });
            rest = rest.get(end + 1..).unwrap_or_default();
        }
        Some(out)
    }

    fn apply(&self, name: &[u8]) -> Vec<u8> {
        let mut out = Vec::new();
        let mut done = 0;
        for (index, captures) in self.regex.captures_iter(name).enumerate() {
            if index + 1 < self.number {
                continue;
            }
            let Some(all) = captures.get_match() else {
                break;
            };
            out.extend_from_slice(&name[done..all.start()]);
            let mut bytes = self.replacement.iter();
            while let Some(byte) = bytes.next() {
                match byte {
                    b'&' => out.extend_from_slice(&name[all.range()]),
                    b'\\' => match bytes.next() {
                        Some(digit @ b'0'..=b'9') => {
                            if let Some(span) = captures.get_group(usize::from(digit - b'0')) {
                                out.extend_from_slice(&name[span.range()]);
                            }
                        }
                        Some(other) => out.push(*other),
                        None => {}
                    },
                    byte => out.push(*byte),
                }
            }
            done = all.end();
            if !self.global {
                break;
            }
        }
        out.extend_from_slice(&name[done..]);
        out
    }
}

/// What a name is used for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Use {
    /// A member.
    Member,
    /// The target of a symbolic link.
    Symlink,
    /// The target of a hard link.
    Hardlink,
}

/// Applies all transformations.
pub fn transform(all: &[Transform], name: &[u8], used: Use) -> Vec<u8> {
    let mut name = name.to_vec();
    for one in all {
        let wanted = match used {
            Use::Member => one.names,
            Use::Symlink => one.symlinks,
            Use::Hardlink => one.hardlinks,
        };
        if wanted {
            name = one.apply(&name);
        }
    }
    name
}

/// Splits off what must not stand at the beginning of a name: slashes, and all
/// up to the last `..`.
pub fn unsafe_prefix(name: &[u8]) -> usize {
    let mut cut = 0;
    let mut at = 0;
    for part in name.split(|b| *b == b'/') {
        at += part.len() + 1;
        if part == b".." {
            cut = at.min(name.len());
        }
    }
    while name.get(cut) == Some(&b'/') {
        cut += 1;
    }
    cut
}
