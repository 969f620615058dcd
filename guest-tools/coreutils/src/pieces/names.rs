//! How pieces are named: by a number in a format, or by letters that grow.

/// A format with one conversion of an integer.
#[derive(Default)]
pub struct Format {
    before: Vec<u8>,
    after: Vec<u8>,
    flags: Vec<u8>,
    width: usize,
    precision: Option<usize>,
    conversion: u8,
}

impl Format {
    /// Decimal, with zeros up to this width.
    pub fn decimal(width: usize) -> Format {
        Format {
            flags: b"0".to_vec(),
            width,
            conversion: b'd',
            ..Format::default()
        }
    }

    /// Reads a format as `printf` has it.
    ///
    /// # Errors
    /// A message about what is wrong with it.
    pub fn new(text: &[u8], _digits: usize) -> Result<Format, String> {
        let mut format = Format::default();
        let mut found = false;
        let mut rest = text;
        while let Some((&byte, tail)) = rest.split_first() {
            rest = tail;
            if byte != b'%' || tail.first() == Some(&b'%') {
                if byte == b'%' {
                    rest = &tail[1..];
                }
                let part = if found {
                    &mut format.after
                } else {
                    &mut format.before
                };
                part.push(byte);
                continue;
            }
            if found {
                return Err("too many % conversion specifications in suffix".into());
            }
            found = true;
            rest = format.read(tail)?;
        }
        match found {
            true => Ok(format),
            false => Err("missing % conversion specification in suffix".into()),
        }
    }

    fn read<'a>(&mut self, text: &'a [u8]) -> Result<&'a [u8], String> {
        let count = |text: &[u8], keep: &dyn Fn(u8) -> bool| {
            text.iter()
                .position(|byte| !keep(*byte))
                .unwrap_or(text.len())
        };
        let (flags, rest) = text.split_at(count(text, &|byte| b"'-0#".contains(&byte)));
        self.flags = flags.to_vec();
        let (width, mut rest) = rest.split_at(count(rest, &|byte| byte.is_ascii_digit()));
        let number = |digits: &[u8]| {
            let text = std::str::from_utf8(digits).unwrap_or_default();
            text.parse::<usize>().unwrap_or(0).min(4096)
        };
        self.width = number(width);
        if let Some(tail) = rest.strip_prefix(b".") {
            let (digits, tail) = tail.split_at(count(tail, &|byte| byte.is_ascii_digit()));
            self.precision = Some(number(digits));
            rest = tail;
        }
        let Some((&conversion, tail)) = rest.split_first() else {
            return Err("missing conversion specifier in suffix".into());
        };
        let conflicting = match conversion {
            b'd' | b'i' | b'u' => Some(b'#'),
            b'o' | b'x' | b'X' => Some(b'\''),
            _ if conversion.is_ascii_graphic() => {
                let shown = char::from(conversion);
                return Err(format!("invalid conversion specifier in suffix: {shown}"));
            }
            _ => {
                return Err(format!(
                    "invalid conversion specifier in suffix: \\{conversion:03o}"
                ));
            }
        };
        if let Some(flag) = conflicting.filter(|flag| flags.contains(flag)) {
            let (flag, letter) = (char::from(flag), char::from(conversion));
            return Err(format!(
                "invalid flags in conversion specification: %{flag}{letter}"
            ));
        }
        self.conversion = conversion;
        Ok(tail)
    }

    /// Adds the name of this number.
    pub fn put(&self, number: u64, out: &mut Vec<u8>) {
        let mut digits = match self.conversion {
            b'o' => format!("{number:o}"),
            b'x' => format!("{number:x}"),
            b'X' => format!("{number:X}"),
            _ => number.to_string(),
        };
        let least = self.precision.unwrap_or(1);
        if digits == "0" && least == 0 {
            digits.clear();
        }
        digits.insert_str(0, &"0".repeat(least.saturating_sub(digits.len())));
        let alternate = self.flags.contains(&b'#');
        let mark = match self.conversion {
            b'o' if alternate && !digits.starts_with('0') => "0",
            b'x' if alternate && number > 0 => "0x",
            b'X' if alternate && number > 0 => "0X",
            _ => "",
        };
        let fill = self.width.saturating_sub(digits.len() + mark.len());
        out.extend_from_slice(&self.before);
        if self.flags.contains(&b'-') {
            out.extend_from_slice(mark.as_bytes());
            out.extend_from_slice(digits.as_bytes());
            out.resize(out.len() + fill, b' ');
        } else if self.flags.contains(&b'0') && self.precision.is_none() {
            out.extend_from_slice(mark.as_bytes());
            out.resize(out.len() + fill, b'0');
            out.extend_from_slice(digits.as_bytes());
        } else {
            out.resize(out.len() + fill, b' ');
            out.extend_from_slice(mark.as_bytes());
            out.extend_from_slice(digits.as_bytes());
        }
        out.extend_from_slice(&self.after);
    }
}

/// Names that count in letters or digits, and grow before they run out.
pub struct Suffixes {
    alphabet: &'static [u8],
    /// What stands before the digits once names have grown.
    grown: Vec<u8>,
    digits: Vec<u8>,
    growing: bool,
    started: bool,
}

impl Suffixes {
    /// Names of this length from `first` on; `growing`: longer ones follow.
    pub fn new(alphabet: &'static [u8], length: usize, first: &[u8], growing: bool) -> Suffixes {
        let mut digits = vec![0; length];
        for (digit, letter) in digits.iter_mut().rev().zip(first.iter().rev()) {
            let at = alphabet.iter().position(|it| it == letter);
            *digit = at.unwrap_or(0) as u8;
        }
        Suffixes {
            alphabet,
            grown: Vec::new(),
            digits,
            growing,
            started: false,
        }
    }

    /// The next name; `None`: there are no more.
    pub fn next(&mut self) -> Option<Vec<u8>> {
        if self.started && !self.increment() {
            return None;
        }
        self.started = true;
        let letters = self
            .digits
            .iter()
            .map(|digit| self.alphabet[usize::from(*digit)]);
        Some(self.grown.iter().copied().chain(letters).collect())
    }

    fn increment(&mut self) -> bool {
        let last = self.alphabet.len() as u8 - 1;
        for at in (0..self.digits.len()).rev() {
            if self.digits[at] < last {
                self.digits[at] += 1;
                if at == 0 && self.growing && self.digits[0] == last {
                    self.grown.push(self.alphabet[usize::from(last)]);
                    self.digits.fill(0);
                    self.digits.push(0);
                }
                return true;
            }
            self.digits[at] = 0;
        }
        false
    }
}
