//! The prompt: what the shell in the sandbox makes of its `PS1`.

use std::time::Duration;

use super::Place;

/// A prompt that takes longer is not worth the wait.
const PATIENCE: Duration = Duration::from_secs(2);

/// The prompt to show now, without and with colour.
pub async fn of(place: &Place) -> (String, String) {
    // A copy of the shell: `$?` and `$_` stay what they are.
    let exec = place
        .shell
        .fork(&place.sandbox)
        .exec(r#"set +eu; printf %s "${PS1@P}""#)
        .timeout(PATIENCE);
    let text = match exec.await {
        Ok(result) if result.exit_code == 0 => result.stdout_text().into_owned(),
        _ => "$ ".to_owned(),
    };
    styled(&text)
}

/// The prompt without and with colour, which is added if it has none. Colour
/// is all that it may ask of the terminal: `\w` shows names of directories, and
/// those may hold anything.
fn styled(text: &str) -> (String, String) {
    let (mut plain, mut styled) = (String::new(), String::new());
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        if let Some(length) = colour(rest)
            && let Some((sequence, after)) = rest.split_at_checked(length)
        {
            styled.push_str(sequence);
            rest = after;
            continue;
        }
        if !c.is_control() || c == '\n' {
            plain.push(c);
            styled.push(c);
        }
        rest = rest.get(c.len_utf8()..).unwrap_or_default();
    }
    if styled == plain {
        styled = format!("\x1b[1;32m{plain}\x1b[0m");
    }
    (plain, styled)
}

/// The length of the sequence that sets a colour, if the text begins with one.
fn colour(text: &str) -> Option<usize> {
    let parameters = text.strip_prefix("\x1b[")?;
    let end = parameters.find(|c: char| !c.is_ascii_digit() && c != ';')?;
    let end_is_colour = parameters.get(end..)?.starts_with('m');
    end_is_colour.then_some("\x1b[".len() + end + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_prompt_has_the_width_of_its_plain_text() {
        for (text, plain, coloured) in [
            ("$ ", "$ ", "\x1b[1;32m$ \x1b[0m"),
            (
                "\x1b[1;31muser\x1b[0m$ ",
                "user$ ",
                "\x1b[1;31muser\x1b[0m$ ",
            ),
            ("\x1b[35mü\x1b[2J\x07", "ü[2J", "\x1b[35mü[2J"),
            ("\x1b[31m\x1b[", "[", "\x1b[31m["),
        ] {
            let expected = (plain.to_owned(), coloured.to_owned());
            assert_eq!(styled(text), expected, "{text:?}");
        }
    }
}
