//! Colours after `LS_COLORS`.

use super::term;
use crate::cli::Context;
use crate::sys::mode;

/// The colour table.
pub struct Colors {
    codes: Vec<([u8; 2], Vec<u8>)>,
    suffixes: Vec<(Vec<u8>, Vec<u8>)>,
    used: bool,
}

const DEFAULTS: &[(&[u8; 2], &str)] = &[
    (b"lc", "\x1b["),
    (b"rc", "m"),
    (b"rs", "0"),
    (b"di", "01;34"),
    (b"ln", "01;36"),
    (b"pi", "33"),
    (b"so", "01;35"),
    (b"bd", "01;33"),
    (b"cd", "01;33"),
    (b"su", "37;41"),
    (b"sg", "30;43"),
    (b"st", "37;44"),
    (b"ow", "34;42"),
    (b"tw", "30;42"),
    (b"ex", "01;32"),
    (b"do", "01;35"),
    (b"cl", "\x1b[K"),
];

impl Colors {
    /// The table of the environment; none if the terminal is not known to
    /// show colours.
    pub fn from_environment(context: &Context<'_>) -> Option<Colors> {
        let mut colors = Colors {
            codes: DEFAULTS
                .iter()
                .map(|(name, code)| (**name, code.as_bytes().to_vec()))
                .collect(),
            suffixes: Vec::new(),
            used: false,
        };
        let set = std::env::var_os("LS_COLORS")
            .unwrap_or_default()
            .into_encoded_bytes();
        if set.is_empty() {
            let colorterm = std::env::var_os("COLORTERM").is_some_and(|value| !value.is_empty());
            let term = std::env::var("TERM").unwrap_or_default();
            return (colorterm || term::shows_colors(&term)).then_some(colors);
        }
        for item in set
            .split(|byte| *byte == b':')
            .filter(|item| !item.is_empty())
        {
            let at = item.iter().position(|byte| *byte == b'=').unwrap_or(0);
            let (name, code) = (&item[..at], unescape(&item[at + 1..]));
            match name {
                [b'*', suffix @ ..] => colors.suffixes.push((suffix.to_vec(), code)),
                [a, b] => {
                    let name = [*a, *b];
                    colors.codes.retain(|known| known.0 != name);
                    colors.codes.push((name, code));
                }
                _ => {
                    context.say(b"unparsable value for LS_COLORS environment variable");
                    return None;
                }
            }
        }
        Some(colors)
    }

    fn code(&self, name: &[u8; 2]) -> Option<&[u8]> {
        let found = self.codes.iter().find(|known| known.0 == *name)?;
        let empty = matches!(found.1.as_slice(), b"" | b"0" | b"00");
        (!empty).then_some(&found.1)
    }

    fn raw(&self, name: &[u8; 2]) -> &[u8] {
        let found = self.codes.iter().find(|known| known.0 == *name);
        found.map_or(b"", |known| &known.1)
    }

    /// Whether more than the type decides.
    pub fn depends_on_mode(&self) -> bool {
        [b"ex", b"su", b"sg", b"tw", b"ow", b"st", b"or"]
            .iter()
            .any(|name| self.code(name).is_some())
    }

    /// The code for a file; `target` tells, for a link, what it leads to.
    pub fn of(&self, name: &[u8], bits: u32, target: Option<Option<u32>>) -> Option<Vec<u8>> {
        let kind = match bits & mode::TYPE {
            mode::REGULAR => {
                if bits & mode::SET_UID != 0 && self.code(b"su").is_some() {
                    b"su"
                } else if bits & mode::SET_GID != 0 && self.code(b"sg").is_some() {
                    b"sg"
                } else if bits & 0o111 != 0 && self.code(b"ex").is_some() {
                    b"ex"
                } else {
                    b"fi"
                }
            }
            mode::DIRECTORY => match (bits & mode::STICKY != 0, bits & 0o002 != 0) {
                (true, true) if self.code(b"tw").is_some() => b"tw",
                (_, true) if self.code(b"ow").is_some() => b"ow",
                (true, _) if self.code(b"st").is_some() => b"st",
                _ => b"di",
            },
            mode::LINK => match target {
                Some(None) if self.code(b"or").is_some() => b"or",
                Some(Some(mode)) if self.raw(b"ln") == b"target" => {
                    return self.of(name, mode, None);
                }
                _ => b"ln",
            },
            mode::FIFO => b"pi",
            mode::SOCKET => b"so",
            mode::BLOCK => b"bd",
            mode::CHARACTER => b"cd",
            _ => b"or",
        };
        if kind == b"fi" {
            let ends = |item: &&(Vec<u8>, Vec<u8>)| {
                let tail = name
                    .len()
                    .checked_sub(item.0.len())
                    .and_then(|at| name.get(at..));
                tail.is_some_and(|tail| tail.eq_ignore_ascii_case(&item.0))
            };
            if let Some((_, code)) = self.suffixes.iter().rev().find(ends) {
                return Some(code.clone());
            }
        }
        self.code(kind).map(<[u8]>::to_vec)
    }

    /// The code for the missing target of a link.
    pub fn missing(&self) -> Option<Vec<u8>> {
        let code = self.code(b"mi").or_else(|| self.code(b"or"));
        code.map(<[u8]>::to_vec)
    }

    /// Wraps text in a colour. `clear`: the text runs over a line's end.
    pub fn paint(&mut self, text: &[u8], code: Option<Vec<u8>>, clear: bool) -> Vec<u8> {
        let Some(code) = code else {
            return text.to_vec();
        };
        let reset = match self.raw(b"ec") {
            b"" => [self.raw(b"lc"), self.raw(b"rs"), self.raw(b"rc")].concat(),
            end => end.to_vec(),
        };
        let mut out = Vec::new();
        if !std::mem::replace(&mut self.used, true) {
            out.extend_from_slice(&reset);
        }
        out.extend_from_slice(self.raw(b"lc"));
        out.extend(code);
        out.extend_from_slice(self.raw(b"rc"));
        out.extend_from_slice(text);
        out.extend(reset);
        if clear {
            out.extend_from_slice(self.raw(b"cl"));
        }
        out
    }
}

fn unescape(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    let mut rest = text.iter().copied();
    while let Some(byte) = rest.next() {
        match byte {
            b'\\' => match rest.next() {
                Some(b'e') => out.push(27),
                Some(b'a') => out.push(7),
                Some(b'b') => out.push(8),
                Some(b'n') => out.push(b'\n'),
                Some(b't') => out.push(b'\t'),
                Some(b'_') => out.push(b' '),
                Some(other) => out.push(other),
                None => {}
            },
            b'^' => match rest.next() {
                Some(b'?') => out.push(127),
                Some(other) => out.push(other & 0x1f),
                None => {}
            },
            _ => out.push(byte),
        }
    }
    out
}
