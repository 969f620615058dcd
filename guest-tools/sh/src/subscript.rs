//! Where the `[…]` after a name ends, in text that is no source: arguments of
//! builtins, values of references, arithmetic.

/// The position of the `]` that closes the bracket at `open`. Quotes, escapes,
/// expansions and inner brackets are skipped; none if one of them has no end.
pub fn subscript_end(text: &[u8], open: usize) -> Option<usize> {
    closing(open, |at| text.get(at).copied())
}

/// The same for text that is read byte by byte.
pub fn closing(open: usize, mut byte: impl FnMut(usize) -> Option<u8>) -> Option<usize> {
    // What opens and closes each level: brackets, quotes, backquotes.
    let mut levels: Vec<(u8, u8)> = vec![(b'[', b']')];
    let mut at = open + 1;
    loop {
        let c = byte(at)?;
        let (open, close) = *levels.last()?;
        let quoted = matches!(close, b'"' | b'`');
        if close == b'\'' {
            if c == close {
                levels.pop();
            }
        } else if c == b'\\' {
            at += 1;
        } else if c == close {
            levels.pop();
            if levels.is_empty() {
                return Some(at);
            }
        } else if c == open {
            levels.push((open, close));
        } else if c == b'$' && close != b'`' && matches!(byte(at + 1), Some(b'(' | b'{')) {
            at += 1;
            levels.push(match byte(at) {
                Some(b'(') => (b'(', b')'),
                _ => (b'{', b'}'),
            });
        } else if c == b'`' || !quoted && matches!(c, b'"' | b'\'') {
            // Nothing but its own end closes a quote: no byte opens one more.
            levels.push((0, c));
        }
        at += 1;
    }
}

/// A key whose expansion as a subscript is the key itself.
pub fn escaped_key(key: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(key.len());
    for c in key {
        if b"$`'\"\\".contains(c) {
            out.push(b'\\');
        }
        out.push(*c);
    }
    out
}

/// Splits `name[subscript]` whose bracket closes at the end of the text.
/// `whole`: whatever stands up to the last `]` is the subscript.
pub fn split_element(text: &[u8], whole: bool) -> Option<(&[u8], &[u8])> {
    let open = text.iter().position(|c| *c == b'[')?;
    if !text.ends_with(b"]") || (!whole && subscript_end(text, open) != Some(text.len() - 1)) {
        return None;
    }
    Some((&text[..open], &text[open + 1..text.len() - 1]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn brackets_close_where_bash_closes_them() {
        let end = |text: &str| subscript_end(text.as_bytes(), 1);
        assert_eq!(end("a[1]"), Some(3));
        assert_eq!(end("a[b[1]]"), Some(6));
        assert_eq!(end("a[\\]]"), Some(4));
        assert_eq!(end("a[']']"), Some(5));
        assert_eq!(end("a[\"]\"]"), Some(5));
        assert_eq!(end("a[$(echo ])]"), Some(11));
        assert_eq!(end("a[${x:-]}]"), Some(9));
        assert_eq!(end("a[`echo ]`]"), Some(10));
        assert_eq!(end("a[80's]"), None);
        assert_eq!(end("a[b[c]"), None);
    }
}
