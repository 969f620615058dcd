//! Splitting the line that `read` has read.

use crate::expand::Ifs;

/// A line, and where escaped characters stand, which do not separate.
#[derive(Default)]
pub struct Line {
    pub text: Vec<u8>,
    /// In ascending order.
    pub escaped: Vec<usize>,
}

impl Line {
    fn separates(&self, at: usize, ifs: &Ifs) -> bool {
        ifs.separates(self.text[at]) && self.escaped.binary_search(&at).is_err()
    }

    fn is_blank(&self, at: usize, ifs: &Ifs) -> bool {
        ifs.is_blank(self.text[at]) && self.escaped.binary_search(&at).is_err()
    }

    fn skip_blanks(&self, at: &mut usize, ifs: &Ifs) {
        while *at < self.text.len() && self.is_blank(*at, ifs) {
            *at += 1;
        }
    }

    /// The next word; the position moves beyond the separator after it.
    pub fn word(&self, at: &mut usize, ifs: &Ifs) -> Option<Vec<u8>> {
        self.skip_blanks(at, ifs);
        let start = *at;
        if start == self.text.len() {
            return None;
        }
        while *at < self.text.len() && !self.separates(*at, ifs) {
            *at += 1;
        }
        let word = self.text[start..*at].to_vec();
        let blank = *at < self.text.len() && self.is_blank(*at, ifs);
        if *at < self.text.len() {
            *at += 1;
        }
        self.skip_blanks(at, ifs);
        // Blanks around another separator belong to it.
        if blank && *at < self.text.len() && self.separates(*at, ifs) {
            *at += 1;
            self.skip_blanks(at, ifs);
        }
        Some(word)
    }

    /// What the last variable gets: the rest, without blanks around it, and
    /// without its separator if it is a single word.
    pub fn rest(&self, mut at: usize, ifs: &Ifs) -> Vec<u8> {
        self.skip_blanks(&mut at, ifs);
        let start = at;
        let word = self.word(&mut at, ifs).unwrap_or_default();
        if at == self.text.len() {
            return word;
        }
        let mut end = self.text.len();
        while end > start && self.is_blank(end - 1, ifs) {
            end -= 1;
        }
        self.text[start..end].to_vec()
    }

    /// All words.
    pub fn fields(&self, ifs: &Ifs) -> Vec<Vec<u8>> {
        let mut at = 0;
        std::iter::from_fn(|| self.word(&mut at, ifs)).collect()
    }
}
