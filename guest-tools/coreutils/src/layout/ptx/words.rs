//! What a word is, where a sentence ends, and which words count.

use super::{Settings, load};
use crate::cli::Context;
use crate::text::{quote, utf8_locale};
use std::cmp::Ordering;
use wardian_posix_regex::{Options, Regex};

/// The end of a sentence, with the blanks after it.
pub const SENTENCE_END: &[u8] = b"[.?!][]\"')}]*\\($\\|\t\\|  \\)[ \t\n]*";

/// How text is taken apart.
pub struct Words {
    /// What ends a context.
    pub ends: Option<Regex>,
    pattern: Option<Regex>,
    letters: [bool; 256],
    fold: bool,
    ignored: Option<Vec<Vec<u8>>>,
    only: Option<Vec<Vec<u8>>>,
}

impl Words {
    /// As the settings have it.
    ///
    /// # Errors
    /// The exit code, after a message.
    pub fn new(context: &Context<'_>, settings: &Settings) -> Result<Words, i32> {
        let compiled = |pattern: &[u8]| {
            let options = Options {
                ignore_case: settings.fold,
                unicode: utf8_locale(),
                multi_line: true,
                ..Options::default()
            };
            Regex::new(&plain(pattern), &options).map_err(|error| {
                let text = format!("{} (for regexp ", error.0);
                context.say(&[text.as_bytes(), &quote::always(pattern), b")"].concat());
                1
            })
        };
        let ends = match settings.sentence_pattern() {
            b"" => None,
            pattern => Some(compiled(pattern)?),
        };
        let mut letters = [false; 256];
        if let Some(name) = &settings.breaks {
            letters = [true; 256];
            for byte in load(context, name)? {
                letters[usize::from(byte)] = false;
            }
        } else if settings.traditional {
            letters = [true; 256];
        } else {
            for byte in (0..=255).filter(u8::is_ascii_alphabetic) {
                letters[usize::from(byte)] = true;
            }
        }
        if settings.traditional {
            for blank in b" \t\n" {
                letters[usize::from(*blank)] = false;
            }
        }
        let mut words = Words {
            ends,
            pattern: settings.word.as_deref().map(compiled).transpose()?,
            letters,
            fold: settings.fold,
            ignored: None,
            only: None,
        };
        words.ignored = words.table(context, settings.ignored.as_deref())?;
        words.only = words.table(context, settings.only.as_deref())?;
        Ok(words)
    }

    fn table(
        &self,
        context: &Context<'_>,
        name: Option<&[u8]>,
    ) -> Result<Option<Vec<Vec<u8>>>, i32> {
        let Some(name) = name else {
            return Ok(None);
        };
        let text = load(context, name)?;
        let lines = text.split(|byte| *byte == b'\n');
        let mut words: Vec<Vec<u8>> = lines
            .filter(|line| !line.is_empty())
            .map(<[u8]>::to_vec)
            .collect();
        words.sort_by(|a, b| self.compare(a, b));
        Ok(Some(words))
    }

    /// The order of words in the index.
    pub fn compare(&self, a: &[u8], b: &[u8]) -> Ordering {
        if self.fold {
            a.iter()
                .map(u8::to_ascii_uppercase)
                .cmp(b.iter().map(u8::to_ascii_uppercase))
        } else {
            a.cmp(b)
        }
    }

    /// Whether a word is to be in the index.
    pub fn counts(&self, word: &[u8]) -> bool {
        let within = |table: &Option<Vec<Vec<u8>>>| {
            let table = table.as_ref()?;
            Some(table.binary_search_by(|it| self.compare(it, word)).is_ok())
        };
        !within(&self.ignored).unwrap_or(false) && within(&self.only).unwrap_or(true)
    }

    /// The next word in `text[from..end]`.
    pub fn find(&mut self, text: &[u8], from: usize, end: usize) -> Option<(usize, usize)> {
        if let Some(pattern) = &mut self.pattern {
            let (start, stop) = pattern.find_at(&text[from..end], 0)?;
            return Some((from + start, from + stop));
        }
        let letter = |byte: &u8| self.letters[usize::from(*byte)];
        let start = from + text[from..end].iter().position(letter)?;
        let stop = text[start..end].iter().position(|byte| !letter(byte));
        Some((start, stop.map_or(end, |at| start + at)))
    }

    /// Where the word or the single byte ends that starts at `at`.
    pub fn skip(&mut self, text: &[u8], at: usize, end: usize) -> usize {
        let Some(byte) = text.get(at) else {
            return at + 1;
        };
        if let Some(pattern) = &mut self.pattern {
            return match pattern.find_at(&text[at..end.max(at)], 0) {
                Some((0, stop)) if stop > 0 => at + stop,
                _ => at + 1,
            };
        }
        let letter = |byte: &u8| self.letters[usize::from(*byte)];
        if !letter(byte) || at >= end {
            return at + 1;
        }
        let stop = text[at..end].iter().position(|byte| !letter(byte));
        stop.map_or(end, |count| at + count)
    }
}

/// A pattern in Emacs' syntax as a basic one: `+` and `?` are operators there,
/// and braces are not.
fn plain(pattern: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    let mut at = 0;
    let mut start = true;
    while let Some(&byte) = pattern.get(at) {
        let mut begins = false;
        match byte {
            b'[' => {
                let mut end = at + 1;
                end += usize::from(pattern.get(end) == Some(&b'^'));
                end += usize::from(pattern.get(end) == Some(&b']'));
                while pattern.get(end).is_some_and(|byte| *byte != b']') {
                    end += 1;
                }
                let end = (end + 1).min(pattern.len());
                out.extend(&pattern[at..end]);
                at = end;
                start = false;
                continue;
            }
            b'\\' => {
                at += 1;
                match pattern.get(at) {
                    Some(letter @ (b'+' | b'?' | b'{' | b'}')) => out.push(*letter),
                    Some(letter) => {
                        out.extend([b'\\', *letter]);
                        begins = matches!(letter, b'(' | b'|');
                    }
                    None => out.push(b'\\'),
                }
            }
            b'+' | b'?' if !start => out.extend([b'\\', byte]),
            _ => out.push(byte),
        }
        start = begins;
        at += 1;
    }
    out
}
