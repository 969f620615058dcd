//! POSIX extended regular expressions for `[[ text =~ regex ]]`.

mod bracket;
mod engine;
mod translate;

use engine::Engine;

use crate::exec::Shell;
use crate::vars::{Indexed, Sym, Value, Var, attr};

/// Stands before a quoted character that is special in expressions.
pub const QUOTED: u8 = 1;

/// Whether a character has to be marked where it is quoted.
pub fn is_special(c: u8) -> bool {
    b"\\^$.|?*+()[]{}".contains(&c) || c == QUOTED
}

impl Shell {
    /// Whether the expression matches somewhere; sets BASH_REMATCH. None: it
    /// is no valid expression.
    pub fn regex_matches(&mut self, text: &[u8], regex: &[u8]) -> Option<bool> {
        let bytes = crate::text::byte_locale();
        let others = match bytes || text.is_ascii() {
            true => Vec::new(),
            false => other_characters(text),
        };
        let fold = self.shopt.nocasematch;
        let mut compiled = match self.state.regex.take() {
            Some(last) if last.is(regex, &others, bytes, fold) => last,
            _ => Box::new(Compiled::new(regex, others, bytes, fold)?),
        };
        let groups = compiled.groups(text);
        self.state.regex = Some(compiled);
        let matched = groups.is_some();
        let groups = groups.unwrap_or_default();
        *self.vars.get_mut(Sym::BASH_REMATCH) = Var {
            value: Value::Indexed(Box::new(Indexed::from_vec(groups))),
            attrs: attr::INDEXED | attr::DECLARED,
        };
        Some(matched)
    }
}

/// An expression ready for use: the last one is kept.
pub struct Compiled {
    regex: Vec<u8>,
    others: Vec<char>,
    bytes: bool,
    fold: bool,
    engine: Engine,
}

impl Compiled {
    fn is(&self, regex: &[u8], others: &[char], bytes: bool, fold: bool) -> bool {
        self.regex == regex && self.others == others && self.bytes == bytes && self.fold == fold
    }

    fn new(regex: &[u8], others: Vec<char>, bytes: bool, fold: bool) -> Option<Compiled> {
        let translated = translate::translate(regex, &others)?;
        Some(Compiled {
            engine: Engine::new(&translated, bytes, fold)?,
            regex: regex.to_vec(),
            others,
            bytes,
            fold,
        })
    }

    /// What the match and its groups are, if there is one.
    fn groups(&mut self, text: &[u8]) -> Option<Vec<Vec<u8>>> {
        let groups = self.engine.groups(text)?.into_iter();
        let groups = groups.map(|group| match group {
            Some((start, end)) => text[start..end].to_vec(),
            None => Vec::new(),
        });
        Some(groups.collect())
    }
}

/// The characters of a text beyond ASCII, each once: for them the classes spell
/// out what they hold, so that no tables are needed.
fn other_characters(text: &[u8]) -> Vec<char> {
    let mut found: Vec<char> = crate::text::chars(text)
        .filter(|c| c.len() > 1)
        .filter_map(crate::text::decode)
        .collect();
    found.sort_unstable();
    found.dedup();
    found
}
