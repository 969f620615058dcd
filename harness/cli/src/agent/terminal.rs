//! How the view of an agent at work looks on a terminal.

use std::io::IsTerminal;

use crate::terminal::plain;

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
    fn styles_are_ours_alone() {
        assert_eq!(styled("x\x1b[0m", Style::Bad, true), "\x1b[31mx\x1b[0m");
        assert_eq!(styled("x", Style::Bad, false), "x");
    }
}
