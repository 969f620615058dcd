//! Tests with a value.

use super::{Parser, Result};
use crate::accounts;
use crate::find::number::{self, Compare};
use crate::find::perm::Perm;
use crate::find::regex::Matcher;
use crate::find::settings::Follow;
use crate::find::test::Test;
use crate::find::times::{Stamp, Window};
use crate::fnmatch::Pattern;
use crate::words::{self, quoted};
use std::cmp::Ordering;
use wardian_applet::sys;
use wardian_applet::text::date::parse_date;

impl Parser<'_> {
    /// Tests with a value.
    pub(super) fn with_value(&mut self, word: &[u8], name: &[u8], value: &[u8]) -> Result<Test> {
        let invalid = || -> Result<Test> {
            self.error(&[b"invalid argument `", value, b"' to `", word, b"'"])
        };
        let fold = name.first() == Some(&b'i') && name != b"inum";
        Ok(match name {
            b"name" | b"iname" => Test::Name(Pattern::new(value, fold)),
            b"path" | b"wholename" | b"ipath" | b"iwholename" => {
                if value.len() > 1 && value.ends_with(b"/") {
                    self.context.say(
                        &[
                            b"warning: ",
                            word,
                            b" ",
                            value,
                            b" will not match anything because it ends with /.",
                        ]
                        .concat(),
                    );
                }
                Test::Path(Pattern::new(value, fold))
            }
            b"lname" | b"ilname" => Test::LinkName(Pattern::new(value, fold)),
            b"regex" | b"iregex" => match Matcher::new(value, self.regex_kind, fold) {
                Ok(matcher) => Test::Regex(matcher),
                Err(message) => {
                    return self.error(&[
                        b"failed to compile regular expression '",
                        value,
                        b"': ",
                        message.as_bytes(),
                    ]);
                }
            },
            b"type" => Test::Type(self.kinds(word, value)?),
            b"xtype" => Test::OtherType(self.kinds(word, value)?),
            b"size" => match number::size(value) {
                Ok((compare, unit)) => Test::Size(compare, unit),
                Err(message) => return self.error(&[&message]),
            },
            b"perm" => match Perm::parse(value) {
                Some(perm) => Test::Perm(perm),
                None => return self.error(&[b"invalid mode ", &quoted(value)]),
            },
            b"user" | b"group" => self.account(word, value)?,
            b"uid" | b"gid" | b"links" | b"inum" => match Compare::parse(value) {
                None => return invalid(),
                Some(compare) => match name {
                    b"uid" => Test::User(compare),
                    b"gid" => Test::Group(compare),
                    b"links" => Test::Links(compare),
                    _ => Test::Inode(compare),
                },
            },
            b"samefile" => {
                let stat = self.reference(value)?;
                Test::SameFile(stat.device, stat.inode)
            }
            b"newer" => Test::Newer(Stamp::Modified, self.reference(value)?.modified_ns),
            b"anewer" => Test::Newer(Stamp::Accessed, self.reference(value)?.modified_ns),
            b"cnewer" => Test::Newer(Stamp::Changed, self.reference(value)?.modified_ns),
            [b'n', b'e', b'w', b'e', b'r', x, y] => self.newer(*x, *y, word, value)?,
            b"mtime" | b"atime" | b"ctime" | b"mmin" | b"amin" | b"cmin" => {
                let window = match &name[1..] {
                    b"time" => self.origin.days(value),
                    _ => self.origin.minutes(value),
                };
                match (Stamp::from_letter(name[0]), window) {
                    (Some(stamp), Some(window)) => Test::Age(stamp, window),
                    _ => return invalid(),
                }
            }
            b"used" => match Window::used(value) {
                Some(window) => Test::Used(window),
                None => return self.error(&[b"Invalid argument ", value, b" to -used"]),
            },
            b"fstype" => Test::FileSystem(value.to_vec()),
            b"context" => {
                return self.error(&[b"invalid predicate -context: SELinux is not enabled."]);
            }
            _ => return self.error(&[b"unknown predicate `", word, b"'"]),
        })
    }

    fn kinds(&self, word: &[u8], value: &[u8]) -> Result<u32> {
        if value.is_empty() {
            return self.error(&[
                b"Arguments to ",
                word,
                b" should contain at least one letter",
            ]);
        }
        let mut kinds = 0;
        let mut rest = value;
        while let Some((letter, tail)) = rest.split_first() {
            let bit = match letter {
                b'b' => 6,
                b'c' => 2,
                b'd' => 4,
                b'f' => 8,
                b'l' => 10,
                b'p' => 1,
                b's' => 12,
                b'D' => 13,
                _ => return self.error(&[b"Unknown argument to ", word, b": ", &[*letter]]),
            };
            if kinds >> bit & 1 != 0 {
                return self.error(&[
                    b"Duplicate file type '",
                    &[*letter],
                    b"' in the argument list to ",
                    word,
                    b".",
                ]);
            }
            kinds |= 1 << bit;
            rest = match tail {
                [] => tail,
                b"," => {
                    return self.error(&[
                        b"Last file type in list argument to ",
                        word,
                        b" is missing, i.e., list is ending on: ','",
                    ]);
                }
                [b',', after @ ..] => after,
                _ => {
                    return self.error(&[
                        b"Must separate multiple arguments to ",
                        word,
                        b" using: ','",
                    ]);
                }
            };
        }
        Ok(kinds)
    }

    fn account(&self, word: &[u8], value: &[u8]) -> Result<Test> {
        if value.is_empty() {
            return self.error(&[b"The argument to ", word, b" should not be empty"]);
        }
        let user = word == b"-user";
        let found = match user {
            true => accounts::user_number(value),
            false => accounts::group_number(value),
        };
        let number = found
            .map(u64::from)
            .or_else(|| words::number(value).filter(|n| *n <= u64::from(u32::MAX)));
        let Some(number) = number else {
            let tail: &[u8] = match user {
                true => b" is not the name of a known user",
                false => b" is not the name of an existing group",
            };
            return self.error(&[&quoted(value), tail]);
        };
        let compare = Compare {
            order: Ordering::Equal,
            number,
        };
        Ok(match user {
            true => Test::User(compare),
            false => Test::Group(compare),
        })
    }

    /// Status of a file to compare with.
    fn reference(&self, path: &[u8]) -> Result<sys::ExtStat> {
        let follow = self.settings.follow != Follow::Never;
        let stat = match sys::stat(path, follow) {
            Err(sys::Errno::Noent) if follow => sys::stat(path, false),
            stat => stat,
        };
        stat.map_err(|errno| {
            self.context.say_error(&quoted(path), errno);
            1
        })
    }

    fn newer(&self, x: u8, y: u8, word: &[u8], value: &[u8]) -> Result<Test> {
        let Some(stamp) = Stamp::from_letter(x) else {
            return self.error(&[b"invalid predicate `", word, b"'"]);
        };
        if y == b't' {
            let Some(than) = parse_date(value, self.now_ns) else {
                return self.error(&[
                    b"I cannot figure out how to interpret ",
                    &quoted(value),
                    b" as a date or time",
                ]);
            };
            return Ok(Test::Newer(stamp, than));
        }
        let Some(than) = Stamp::from_letter(y) else {
            return self.error(&[b"invalid predicate `", word, b"'"]);
        };
        Ok(Test::Newer(stamp, than.of(&self.reference(value)?)))
    }
}

/// Whether a test of this name exists that takes a value.
pub(super) fn takes_value(name: &[u8]) -> bool {
    const NAMES: &[&[u8]] = &[
        b"amin",
        b"anewer",
        b"atime",
        b"cmin",
        b"cnewer",
        b"context",
        b"ctime",
        b"fstype",
        b"gid",
        b"group",
        b"ilname",
        b"iname",
        b"inum",
        b"ipath",
        b"iregex",
        b"iwholename",
        b"links",
        b"lname",
        b"mmin",
        b"mtime",
        b"name",
        b"newer",
        b"path",
        b"perm",
        b"regex",
        b"samefile",
        b"size",
        b"type",
        b"uid",
        b"used",
        b"user",
        b"wholename",
        b"xtype",
    ];
    NAMES.contains(&name) || matches!(name, [b'n', b'e', b'w', b'e', b'r', _, _])
}
