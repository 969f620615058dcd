//! POSIX extended regular expressions for `[[ text =~ regex ]]`.

mod bracket;
mod translate;

use regex_automata::nfa::thompson;
use regex_automata::nfa::thompson::pikevm::{self, PikeVM};
use regex_automata::util::syntax;
use regex_automata::{Anchored, Input, MatchKind};

use crate::exec::Shell;
use crate::vars::{Indexed, Sym, Value, Var, attr};

/// Stands before a quoted character that is special in expressions.
pub const QUOTED: u8 = 1;

/// Bytes of the largest automaton.
const NFA_MAX: usize = 16 << 20;

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
    vm: PikeVM,
    cache: pikevm::Cache,
    /// Where several ends are possible: the same, going on after a match.
    longest: Option<(PikeVM, pikevm::Cache)>,
}

impl Compiled {
    fn is(&self, regex: &[u8], others: &[char], bytes: bool, fold: bool) -> bool {
        self.regex == regex && self.others == others && self.bytes == bytes && self.fold == fold
    }

    fn new(regex: &[u8], others: Vec<char>, bytes: bool, fold: bool) -> Option<Compiled> {
        let translated = translate::translate(regex, &others)?;
        let config = syntax::Config::new()
            .utf8(false)
            .unicode(!bytes)
            .case_insensitive(fold)
            .dot_matches_new_line(true);
        let vm = PikeVM::builder()
            .syntax(config)
            .thompson(
                thompson::Config::new()
                    .utf8(false)
                    .nfa_size_limit(Some(NFA_MAX)),
            )
            .build(&translated)
            .ok()?;
        let open = |c: &u8| matches!(c, b'|' | b'?' | b'*' | b'+' | b'{');
        let longest = match regex.iter().any(open) {
            true => PikeVM::builder()
                .configure(pikevm::Config::new().match_kind(MatchKind::All))
                .build_from_nfa(vm.get_nfa().clone())
                .ok()
                .map(|vm| (vm.clone(), vm.create_cache())),
            false => None,
        };
        Some(Compiled {
            regex: regex.to_vec(),
            others,
            bytes,
            fold,
            cache: vm.create_cache(),
            vm,
            longest,
        })
    }

    /// What the match and its groups are, if there is one.
    fn groups(&mut self, text: &[u8]) -> Option<Vec<Vec<u8>>> {
        let mut captures = self.vm.create_captures();
        self.vm.captures(&mut self.cache, text, &mut captures);
        let found = captures.get_match()?;
        // POSIX wants the longest of the leftmost matches.
        if found.end() < text.len()
            && let Some((vm, cache)) = &mut self.longest
        {
            let input = Input::new(text)
                .range(found.start()..)
                .anchored(Anchored::Yes);
            let mut other = vm.create_captures();
            vm.captures(cache, input, &mut other);
            if other
                .get_match()
                .is_some_and(|other| other.end() > found.end())
            {
                captures = other;
            }
        }
        let groups = (0..captures.group_len()).map(|group| match captures.get_group(group) {
            Some(span) => text[span.start..span.end].to_vec(),
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
