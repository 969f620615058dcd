//! Text that becomes part of a page: whatever it holds, it stays text.

use std::fmt::Write as _;

/// The text with all that means something in HTML, between tags and in quoted
/// attributes alike, written so that it means itself. Control characters that no
/// page can hold are shown as pictures of themselves.
pub(super) fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + text.len() / 8);
    for char in text.chars() {
        match char {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            '\n' | '\t' => out.push(char),
            '\r' => {}
            '\0'..='\x1f' => out.push(char::from_u32(0x2400 + char as u32).unwrap_or('\u{fffd}')),
            '\x7f' => out.push('\u{2421}'),
            // They would turn what stands beside them around.
            '\u{200e}'
            | '\u{200f}'
            | '\u{61c}'
            | '\u{202a}'..='\u{202e}'
            | '\u{2066}'..='\u{2069}'
            | '\u{80}'..='\u{9f}' => {
                let _ = write!(out, "\\u{{{:x}}}", char as u32);
            }
            char => out.push(char),
        }
    }
    out
}

/// The text without the sequences that colour a terminal.
pub fn without_colours(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    while let Some(char) = chars.next() {
        if char != '\x1b' || chars.peek() != Some(&'[') {
            out.push(char);
            continue;
        }
        chars.next();
        // Parameters, then one letter that ends it.
        while chars.next_if(|char| matches!(char, ' '..='?')).is_some() {}
        chars.next_if(|char| matches!(char, '@'..='~'));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_means_anything() {
        for (text, wanted) in [
            (
                "a <b> & \"c\" 'd'",
                "a &lt;b&gt; &amp; &quot;c&quot; &#39;d&#39;",
            ),
            ("</script><!--", "&lt;/script&gt;&lt;!--"),
            ("a\r\nb\tc", "a\nb\tc"),
            ("\0\x1b[31m\x7f", "\u{2400}\u{241b}[31m\u{2421}"),
            ("x\u{202e}y", "x\\u{202e}y"),
            ("ü 漢 🦀", "ü 漢 🦀"),
        ] {
            assert_eq!(escape(text), wanted);
        }
    }

    #[test]
    fn colours_go() {
        for (text, wanted) in [
            ("\x1b[1;31mred\x1b[0m.", "red."),
            ("\x1b[2K\x1b[?25lx", "x"),
            ("\x1b", "\x1b"),
            ("\x1b[", ""),
            ("plain [1m", "plain [1m"),
        ] {
            assert_eq!(without_colours(text), wanted);
        }
    }
}
