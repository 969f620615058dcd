//! Options of builtins: letters after `-`, some with an argument.

use crate::exec::{Run, Shell};

/// Goes through the options of a builtin.
pub struct Letters<'a> {
    args: &'a [Vec<u8>],
    /// Known letters; a colon follows those with an argument.
    spec: &'static [u8],
    at: usize,
    inside: usize,
}

impl<'a> Letters<'a> {
    /// The options of a builtin's words, the first being its name.
    pub fn new(args: &'a [Vec<u8>], spec: &'static [u8]) -> Letters<'a> {
        Letters {
            args,
            spec,
            at: 1,
            inside: 1,
        }
    }

    /// The next letter and its argument.
    ///
    /// # Errors
    /// The letter is unknown or lacks its argument: the builtin's result.
    pub fn next(&mut self, sh: &mut Shell) -> Result<Option<(u8, &'a [u8])>, Run> {
        let args = self.args;
        let Some(word) = args.get(self.at) else {
            return Ok(None);
        };
        if self.inside == 1 {
            if word.len() < 2 || word[0] != b'-' {
                return Ok(None);
            }
            if word == b"--" {
                self.at += 1;
                return Ok(None);
            }
        }
        let letter = word[self.inside];
        self.inside += 1;
        if self.inside == word.len() {
            self.at += 1;
            self.inside = 1;
        }
        let place = self
            .spec
            .iter()
            .position(|c| *c == letter && letter != b':');
        let Some(place) = place else {
            return Err(sh.bad_option(&args[0], &[b'-', letter]));
        };
        if self.spec.get(place + 1) != Some(&b':') {
            return Ok(Some((letter, b"")));
        }
        let argument = if self.inside > 1 {
            let argument = &word[self.inside..];
            self.at += 1;
            self.inside = 1;
            argument
        } else if let Some(argument) = args.get(self.at) {
            self.at += 1;
            argument
        } else {
            sh.complain(
                &[
                    &args[0],
                    b": -".as_slice(),
                    &[letter],
                    b": option requires an argument",
                ]
                .concat(),
            );
            return Err(sh.usage(&args[0]));
        };
        Ok(Some((letter, argument)))
    }

    /// The words after the options.
    pub fn rest(&self) -> &'a [Vec<u8>] {
        &self.args[self.at.min(self.args.len())..]
    }

    /// How many words come before them.
    pub fn taken(&self) -> usize {
        self.at.min(self.args.len())
    }
}
