//! The words of `env -S`: quotes, escapes and `${NAME}`.

/// Takes a string apart.
///
/// # Errors
/// The message for a malformed string.
pub fn split(text: &[u8]) -> Result<Vec<Vec<u8>>, String> {
    let mut words = Vec::new();
    let mut word: Option<Vec<u8>> = None;
    let mut quote = None;
    let mut at = 0;
    while let Some(&byte) = text.get(at) {
        at += 1;
        match (byte, quote) {
            (b'\'' | b'"', None) => {
                quote = Some(byte);
                word.get_or_insert_default();
            }
            (_, Some(open)) if byte == open => quote = None,
            (b' ' | b'\t' | b'\n' | b'\r' | 0x0b | 0x0c, None) => words.extend(word.take()),
            (b'#', None) if word.is_none() => break,
            (b'\\', Some(b'\'')) if !matches!(text.get(at), Some(b'\\' | b'\'')) => {
                word.get_or_insert_default().push(byte);
            }
            (b'\\', _) => {
                let Some(&letter) = text.get(at) else {
                    return Err("invalid backslash at end of string in -S".into());
                };
                at += 1;
                let plain = match letter {
                    b'c' if quote == Some(b'"') => {
                        return Err("'\\c' must not appear in double-quoted -S string".into());
                    }
                    b'c' => break,
                    b'_' if quote.is_none() => {
                        words.extend(word.take());
                        continue;
                    }
                    b'_' => b' ',
                    b'f' => 0x0c,
                    b'n' => b'\n',
                    b'r' => b'\r',
                    b't' => b'\t',
                    b'v' => 0x0b,
                    b'"' | b'#' | b'$' | b'\'' | b'\\' => letter,
                    other => {
                        let shown = char::from(other);
                        return Err(format!("invalid sequence '\\{shown}' in -S"));
                    }
                };
                word.get_or_insert_default().push(plain);
            }
            (b'$', None | Some(b'"')) => {
                let tail = text.get(at..).unwrap_or_default();
                let end = tail.iter().position(|byte| *byte == b'}');
                let name = match (tail.strip_prefix(b"{"), end) {
                    (Some(_), Some(end)) if is_name(&tail[1..end]) => &tail[1..end],
                    _ => {
                        return Err("only ${VARNAME} expansion is supported, error at: $"
                            .to_owned()
                            + &String::from_utf8_lossy(tail));
                    }
                };
                at += name.len() + 2;
                let value = std::str::from_utf8(name).ok().and_then(std::env::var_os);
                let word = word.get_or_insert_default();
                word.extend(value.unwrap_or_default().into_encoded_bytes());
            }
            _ => word.get_or_insert_default().push(byte),
        }
    }
    if quote.is_some() {
        return Err("no terminating quote in -S string".into());
    }
    words.extend(word);
    Ok(words)
}

/// Whether a variable may have this name.
fn is_name(name: &[u8]) -> bool {
    let word = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'_';
    name.first().is_some_and(|byte| !byte.is_ascii_digit()) && name.iter().all(word)
}

#[cfg(test)]
mod tests {
    use super::split;

    #[test]
    fn words_follow_the_manual() {
        let words = |text: &str| {
            let words = split(text.as_bytes()).unwrap();
            words
                .iter()
                .map(|w| String::from_utf8_lossy(w).into_owned())
                .collect::<Vec<_>>()
        };
        assert_eq!(words("a b  c"), ["a", "b", "c"]);
        assert_eq!(words("a'b c'd \"e\\tf\""), ["ab cd", "e\tf"]);
        assert_eq!(words("a\\_b '' #x"), ["a", "b", ""]);
        assert!(split(b"'a").is_err());
    }
}
