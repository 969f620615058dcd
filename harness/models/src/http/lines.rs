//! Lines out of the pieces in which a body arrives: a piece may end inside a
//! line, or inside a character.

/// The longest line that is taken, in bytes: a reply with images is one line.
pub(crate) const MAX_LINE: usize = 16 << 20;

/// Collects bytes until they are a line.
#[derive(Default)]
pub(crate) struct Lines {
    bytes: Vec<u8>,
    /// Bytes before this hold no line break.
    searched: usize,
    started: bool,
}

/// Why a line cannot be had.
#[derive(PartialEq, Eq, Debug)]
pub(crate) enum BadLine {
    TooLong,
    NotUtf8,
}

impl Lines {
    pub(crate) fn push(&mut self, bytes: &[u8]) {
        self.bytes.extend_from_slice(bytes);
    }

    /// The next whole line, without its end.
    pub(crate) fn next_line(&mut self) -> Result<Option<String>, BadLine> {
        let unsearched = self.bytes.get(self.searched..).unwrap_or_default();
        let Some(found) = unsearched.iter().position(|&byte| byte == b'\n') else {
            self.searched = self.bytes.len();
            return if self.bytes.len() > MAX_LINE {
                Err(BadLine::TooLong)
            } else {
                Ok(None)
            };
        };
        let end = self.searched + found;
        let mut line: Vec<u8> = self.bytes.drain(..=end).collect();
        self.searched = 0;
        line.pop();
        self.text(line).map(Some)
    }

    /// What is left when the body has ended, a line without its end.
    pub(crate) fn rest(&mut self) -> Result<Option<String>, BadLine> {
        let line = std::mem::take(&mut self.bytes);
        self.searched = 0;
        if line.is_empty() {
            return Ok(None);
        }
        self.text(line).map(Some)
    }

    fn text(&mut self, mut line: Vec<u8>) -> Result<String, BadLine> {
        if line.last() == Some(&b'\r') {
            line.pop();
        }
        if line.len() > MAX_LINE {
            return Err(BadLine::TooLong);
        }
        let line = String::from_utf8(line).map_err(|_| BadLine::NotUtf8)?;
        let first = !std::mem::replace(&mut self.started, true);
        Ok(match line.strip_prefix('\u{feff}') {
            Some(stripped) if first => stripped.to_owned(),
            _ => line,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(pieces: &[&[u8]]) -> Vec<String> {
        let mut lines = Lines::default();
        let mut got = Vec::new();
        for piece in pieces {
            lines.push(piece);
            while let Some(line) = lines.next_line().unwrap() {
                got.push(line);
            }
        }
        got.extend(lines.rest().unwrap());
        got
    }

    #[test]
    fn every_cut_gives_the_same_lines() {
        let body = "\u{feff}data: grüße 🦀\r\n\r\nlast\n\nrest".as_bytes();
        let want = ["data: grüße 🦀", "", "last", "", "rest"];
        for cut in 0..=body.len() {
            let (left, right) = body.split_at(cut);
            assert_eq!(all(&[left, right]), want, "cut at {cut}");
        }
        let single: Vec<&[u8]> = body.chunks(1).collect();
        assert_eq!(all(&single), want);
    }

    #[test]
    fn a_line_has_a_longest_length() {
        let mut lines = Lines::default();
        let piece = vec![b'x'; 1 << 20];
        for _ in 0..16 {
            lines.push(&piece);
            assert_eq!(lines.next_line(), Ok(None));
        }
        lines.push(b"x");
        assert_eq!(lines.next_line(), Err(BadLine::TooLong));
    }

    #[test]
    fn what_is_not_text_is_refused() {
        let mut lines = Lines::default();
        lines.push(b"\xff\xfe\n");
        assert_eq!(lines.next_line(), Err(BadLine::NotUtf8));
    }
}
