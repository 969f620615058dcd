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
    styled(text)
}

/// Colour is added to a prompt that has none of its own.
fn styled(text: String) -> (String, String) {
    if !text.contains('\x1b') {
        let styled = format!("\x1b[1;32m{text}\x1b[0m");
        return (text, styled);
    }
    let mut plain = String::new();
    let mut rest = text.as_str();
    while let Some((before, after)) = rest.split_once('\x1b') {
        plain.push_str(before);
        // ESC [ parameters letter
        rest = after
            .strip_prefix('[')
            .and_then(|after| after.split_once(|c: char| c.is_ascii_alphabetic()))
            .map_or("", |(_, rest)| rest);
    }
    plain.push_str(rest);
    (plain, text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_prompt_has_the_width_of_its_plain_text() {
        for (text, plain) in [
            ("$ ", "$ "),
            ("\x1b[1;31muser\x1b[0m$ ", "user$ "),
            ("a\x1b[m\x1b[", "a"),
        ] {
            assert_eq!(styled(text.into()).0, plain, "{text:?}");
        }
        assert_eq!(styled("$ ".into()).1, "\x1b[1;32m$ \x1b[0m");
        assert_eq!(styled("\x1b[1mx".into()).1, "\x1b[1mx");
    }
}
