//! Words that stand for a choice: whole, or cut short as far as they stay clear.

use super::Context;
use crate::text::quote;

/// Why a word is no choice.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Unclear {
    /// No word begins so.
    Invalid,
    /// Words of different groups begin so.
    Ambiguous,
}

/// The group a word belongs to. Each group lists words of one meaning.
///
/// # Errors
/// What is wrong with the word.
pub fn find_choice(word: &[u8], groups: &[&[&str]]) -> Result<usize, Unclear> {
    let mut found = None;
    for (index, group) in groups.iter().enumerate() {
        if group.iter().any(|known| known.as_bytes() == word) {
            return Ok(index);
        }
        if group.iter().any(|known| known.as_bytes().starts_with(word)) {
            found = match found {
                None => Some(Ok(index)),
                Some(_) => Some(Err(Unclear::Ambiguous)),
            };
        }
    }
    found.unwrap_or(Err(Unclear::Invalid))
}

/// As [`find_choice`], with GNU's message; `of` is what the word was given for.
///
/// # Errors
/// The exit code, after the message.
pub fn choice(
    context: &Context<'_>,
    word: &[u8],
    of: &str,
    groups: &[&[&str]],
) -> Result<usize, i32> {
    find_choice(word, groups).map_err(|unclear| {
        let problem = match unclear {
            Unclear::Invalid => "invalid",
            Unclear::Ambiguous => "ambiguous",
        };
        let mut text = format!("{problem} argument ").into_bytes();
        text.extend(quote::always(word));
        text.extend(format!(" for {of}\nValid arguments are:").into_bytes());
        for group in groups {
            text.extend(format!("\n  - '{}'", group.join("', '")).into_bytes());
        }
        context.usage(&text)
    })
}

#[cfg(test)]
mod tests {
    use super::{Unclear, find_choice};

    #[test]
    fn words_may_be_cut_short() {
        let groups: &[&[&str]] = &[&["none", "off"], &["numbered", "t"], &["nil"]];
        assert_eq!(find_choice(b"off", groups), Ok(0));
        assert_eq!(find_choice(b"nu", groups), Ok(1));
        assert_eq!(find_choice(b"n", groups), Err(Unclear::Ambiguous));
        assert_eq!(find_choice(b"x", groups), Err(Unclear::Invalid));
    }
}
