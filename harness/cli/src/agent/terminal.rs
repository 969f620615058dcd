//! Text on its way to a terminal: what models and tools say must not drive it.

use std::io::IsTerminal;

use crate::report::without_colours;

/// How pieces of the view look.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Style {
    Plain,
    Bold,
    Dim,
    Good,
    Bad,
    Command,
}

/// The text without what a terminal would obey: escape sequences, control
/// characters and marks that turn the direction of writing.
pub fn plain(text: &str) -> String {
    without_colours(text)
        .chars()
        .filter(|char| match char {
            '\n' | '\t' => true,
            '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => false,
            char => !char.is_control(),
        })
        .collect()
}

/// Whether standard error wants colours.
pub(super) fn wants_colours() -> bool {
    std::io::stderr().is_terminal()
        && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty())
        && std::env::var_os("TERM").is_none_or(|term| term != "dumb")
}

/// The text in this style, made plain before.
pub(super) fn styled(text: &str, style: Style, colours: bool) -> String {
    let text = plain(text);
    let code = match style {
        Style::Plain => "",
        Style::Bold => "1",
        Style::Dim => "2",
        Style::Good => "32",
        Style::Bad => "31",
        Style::Command => "1;36",
    };
    if colours && !code.is_empty() && !text.is_empty() {
        format!("\x1b[{code}m{text}\x1b[0m")
    } else {
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_drives_the_terminal() {
        for (text, wanted) in [
            ("a\x1b[2J\x1b[1;31mb", "ab"),
            ("\x1b]0;title\x07x", "]0;titlex"),
            ("a\rb\x08\u{9b}31m", "ab31m"),
            ("tab\tand\nline ü", "tab\tand\nline ü"),
            ("\u{202e}txt", "txt"),
        ] {
            assert_eq!(plain(text), wanted);
        }
        assert_eq!(styled("x\x1b[0m", Style::Bad, true), "\x1b[31mx\x1b[0m");
        assert_eq!(styled("x", Style::Bad, false), "x");
    }
}
