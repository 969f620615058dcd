//! A conversion of `printf`: its flags, width and precision, and padding.

/// A width or precision.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Length {
    #[default]
    None,
    Number(i64),
    /// `*`: the next argument.
    Argument,
}

/// The flags.
#[derive(Clone, Copy, Debug, Default)]
pub struct Flags {
    pub left: bool,
    pub plus: bool,
    pub space: bool,
    pub alternate: bool,
    pub zero: bool,
}

/// A conversion.
#[derive(Clone, Debug, Default)]
pub struct Spec {
    pub flags: Flags,
    pub width: Length,
    pub precision: Length,
    /// The letter; 0: none.
    pub conversion: u8,
    /// The format of `%(…)T`.
    pub time: Vec<u8>,
    /// What follows such a format instead of `T`: all of it is text.
    pub not_of_times: Option<u8>,
    /// Length of its text with the `%`.
    pub len: usize,
}

/// The largest width and precision, as in C; what they take is memory, whose limit is
/// told when it is met.
const LENGTH_MAX: i64 = i32::MAX as i64;

/// Parses what follows `%`; also gives its length.
pub fn parse(text: &[u8]) -> (Spec, usize) {
    let mut spec = Spec::default();
    let mut at = 0;
    while let Some(c) = text.get(at) {
        match c {
            b'-' => spec.flags.left = true,
            b'+' => spec.flags.plus = true,
            b' ' => spec.flags.space = true,
            b'#' => spec.flags.alternate = true,
            b'0' => spec.flags.zero = true,
            b'\'' => {}
            _ => break,
        }
        at += 1;
    }
    spec.width = length(text, &mut at);
    if text.get(at) == Some(&b'.') {
        at += 1;
        spec.precision = match length(text, &mut at) {
            Length::None => Length::Number(0),
            other => other,
        };
    }
    while matches!(text.get(at), Some(b'h' | b'l' | b'L' | b'j' | b'z' | b't')) {
        at += 1;
    }
    if text.get(at) == Some(&b'(') {
        let mut depth = 0;
        let close = text[at..].iter().position(|c| {
            depth += i32::from(*c == b'(') - i32::from(*c == b')');
            depth == 0
        });
        if let Some(close) = close {
            spec.time = text[at + 1..at + close].to_vec();
            at += close + 1;
            if text.get(at) != Some(&b'T') {
                spec.not_of_times = Some(text.get(at).copied().unwrap_or(0));
                return (spec, at);
            }
        }
    }
    if let Some(c) = text.get(at) {
        spec.conversion = *c;
        at += 1;
    }
    spec.len = at + 1;
    (spec, at)
}

fn length(text: &[u8], at: &mut usize) -> Length {
    if text.get(*at) == Some(&b'*') {
        *at += 1;
        return Length::Argument;
    }
    let mut value = None;
    while let Some(c) = text.get(*at).filter(|c| c.is_ascii_digit()) {
        value = Some((value.unwrap_or(0) * 10 + i64::from(c - b'0')).min(LENGTH_MAX));
        *at += 1;
    }
    value.map_or(Length::None, Length::Number)
}

impl Spec {
    /// The width, 0 if there is none.
    pub fn width(&self) -> usize {
        match self.width {
            Length::Number(width) => width.clamp(0, LENGTH_MAX) as usize,
            _ => 0,
        }
    }

    /// The precision, if there is one.
    pub fn precision(&self) -> Option<usize> {
        match self.precision {
            Length::Number(precision) => Some(precision.clamp(0, LENGTH_MAX) as usize),
            _ => None,
        }
    }

    /// The text as far as the precision allows.
    pub fn cut<'a>(&self, text: &'a [u8]) -> &'a [u8] {
        &text[..self.precision().unwrap_or(usize::MAX).min(text.len())]
    }

    /// Appends text, cut and padded with blanks.
    pub fn put_text(&self, text: &[u8], out: &mut Vec<u8>) {
        let text = self.cut(text);
        let padding = self.width().saturating_sub(text.len());
        if !self.flags.left {
            out.resize(out.len() + padding, b' ');
        }
        out.extend_from_slice(text);
        if self.flags.left {
            out.resize(out.len() + padding, b' ');
        }
    }

    /// The sign that a number shows.
    pub fn sign(&self, negative: bool) -> &'static str {
        match (negative, self.flags.plus, self.flags.space) {
            (true, _, _) => "-",
            (false, true, _) => "+",
            (false, false, true) => " ",
            _ => "",
        }
    }

    /// Appends the digits of a whole number, at least as many as the precision.
    pub fn put_integer(
        &self,
        negative: bool,
        signed: bool,
        prefix: &str,
        digits: &[u8],
        out: &mut Vec<u8>,
    ) {
        let precision = self.precision();
        let digits = if precision == Some(0) && digits == b"0" {
            b""
        } else {
            digits
        };
        let sign = if signed { self.sign(negative) } else { "" };
        let head = [sign.as_bytes(), prefix.as_bytes()].concat();
        let mut body = vec![b'0'; precision.unwrap_or(1).saturating_sub(digits.len())];
        body.extend_from_slice(digits);
        self.put_number(&head, &body, precision.is_none(), out);
    }

    /// Appends a number: zeros go between its head and body.
    pub fn put_number(&self, head: &[u8], body: &[u8], zeros: bool, out: &mut Vec<u8>) {
        let padding = self.width().saturating_sub(head.len() + body.len());
        let zeros = zeros && self.flags.zero && !self.flags.left;
        if !self.flags.left && !zeros {
            out.resize(out.len() + padding, b' ');
        }
        out.extend_from_slice(head);
        if zeros {
            out.resize(out.len() + padding, b'0');
        }
        out.extend_from_slice(body);
        if self.flags.left {
            out.resize(out.len() + padding, b' ');
        }
    }
}
