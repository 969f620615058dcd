//! Field splitting at the characters of IFS.

/// The separators of fields.
#[derive(Clone, Debug)]
pub struct Ifs {
    /// 0: no separator, 1: a blank one, 2: another one.
    table: [u8; 256],
    /// What joins the fields of `"$*"`.
    pub first: Vec<u8>,
}

impl Default for Ifs {
    fn default() -> Ifs {
        Ifs::new(b" \t\n")
    }
}

impl Ifs {
    /// Separators from the value of IFS.
    pub fn new(text: &[u8]) -> Ifs {
        let mut table = [0; 256];
        for c in text {
            table[usize::from(*c)] = if matches!(c, b' ' | b'\t' | b'\n') {
                1
            } else {
                2
            };
        }
        Ifs {
            table,
            first: text[..crate::text::char_len(text)].to_vec(),
        }
    }

    /// Whether the byte separates fields.
    #[inline]
    pub fn separates(&self, c: u8) -> bool {
        self.table[usize::from(c)] != 0
    }

    /// Whether it does so together with others like it.
    #[inline]
    pub fn is_blank(&self, c: u8) -> bool {
        self.table[usize::from(c)] == 1
    }
}
