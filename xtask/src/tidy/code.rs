//! Rust source reduced to its code: comments and the insides of literals become
//! spaces, so that rules can search for words. Lines keep their numbers.

/// The code of a source.
pub fn code(source: &str) -> String {
    let mut code = String::with_capacity(source.len());
    let mut rest = source;
    let mut in_word = false;
    while let Some(first) = rest.chars().next() {
        let length = if in_word {
            first.len_utf8()
        } else {
            blank_length(rest)
        };
        if !in_word && length > 0 {
            let (blank, tail) = rest.split_at(length);
            code.extend(blank.chars().map(|c| if c == '\n' { '\n' } else { ' ' }));
            rest = tail;
            continue;
        }
        code.push(first);
        in_word = first.is_alphanumeric() || first == '_';
        rest = &rest[first.len_utf8()..];
        // A quote right after a word may still open a literal.
        if rest.starts_with(['"', '\'', '/']) {
            in_word = false;
        }
    }
    code
}

/// How many bytes of a comment or literal stand at the front; 0 if none does.
fn blank_length(text: &str) -> usize {
    if text.starts_with("//") {
        return text.find('\n').unwrap_or(text.len());
    }
    if text.starts_with("/*") {
        return block_comment(text);
    }
    let prefix = ["br", "cr", "b", "c", "r"]
        .into_iter()
        .find(|prefix| {
            text[prefix.len().min(text.len())..].starts_with(['"', '#', '\''])
                && text.starts_with(prefix)
        })
        .unwrap_or("");
    let body = &text[prefix.len()..];
    if prefix.ends_with('r') {
        return raw_string(body).map_or(0, |length| prefix.len() + length);
    }
    if body.starts_with('"') {
        return prefix.len() + quoted(body, '"');
    }
    if body.starts_with('\'') && is_character(body) {
        return prefix.len() + quoted(body, '\'');
    }
    0
}

fn block_comment(text: &str) -> usize {
    let mut depth = 0usize;
    let mut at = 0;
    while at < text.len() {
        let rest = &text[at..];
        if rest.starts_with("/*") {
            depth += 1;
            at += 2;
        } else if rest.starts_with("*/") {
            depth -= 1;
            at += 2;
            if depth == 0 {
                return at;
            }
        } else {
            at += rest.chars().next().map_or(1, char::len_utf8);
        }
    }
    text.len()
}

/// The length of a raw string from its `#`s or quote on; none for `r#word`.
fn raw_string(text: &str) -> Option<usize> {
    let hashes = text.len() - text.trim_start_matches('#').len();
    let inside = text[hashes..].strip_prefix('"')?;
    let end = format!("\"{}", "#".repeat(hashes));
    let length = inside.find(&end).map_or(inside.len(), |at| at + end.len());
    Some(hashes + 1 + length)
}

fn quoted(text: &str, quote: char) -> usize {
    let mut escaped = false;
    for (at, c) in text.char_indices().skip(1) {
        if escaped {
            escaped = false;
        } else if c == '\\' {
            escaped = true;
        } else if c == quote {
            return at + 1;
        }
    }
    text.len()
}

/// Whether a `'` opens a character, not a lifetime.
fn is_character(text: &str) -> bool {
    let mut after = text.chars().skip(1);
    match after.next() {
        Some('\\') => true,
        Some(_) => after.next() == Some('\''),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::code;

    #[track_caller]
    fn check(source: &str, expected: &str) {
        let squeezed: Vec<String> = code(source).split_whitespace().map(str::to_owned).collect();
        assert_eq!(squeezed.join(" "), expected, "{source}");
        assert_eq!(code(source).lines().count(), source.lines().count());
    }

    #[test]
    fn comments_are_blank() {
        check("a // unsafe\nb", "a b");
        check("a /* x /* y */ z */ b", "a b");
        check("/// unsafe {}\nfn f() {}", "fn f() {}");
    }

    #[test]
    fn literals_are_blank() {
        check(r#"f("unsafe \" x", 1)"#, "f( , 1)");
        check("f(r#\"a \" b\"#, b\"x\", br\"\\\")", "f( , , )");
        check("f('\"', '\\'', b'x') g", "f( , , ) g");
        check("let x = \"two\nlines\"; y", "let x = ; y");
    }

    #[test]
    fn lifetimes_and_raw_words_are_code() {
        check("fn f<'a>(x: &'a str) {}", "fn f<'a>(x: &'a str) {}");
        check("r#type r b", "r#type r b");
        check("four(4) / 2", "four(4) / 2");
    }
}
