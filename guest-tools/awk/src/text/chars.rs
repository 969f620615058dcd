//! Characters of a text: bytes, or those of UTF-8 where the locale has it. A
//! byte that is no part of valid UTF-8 counts as a character.

/// Length in bytes of the first character.
pub fn first_len(text: &[u8], utf8: bool) -> usize {
    let Some(&first) = text.first() else { return 0 };
    if !utf8 || first < 0x80 {
        return 1;
    }
    let want = match first {
        0xc2..=0xdf => 2,
        0xe0..=0xef => 3,
        0xf0..=0xf4 => 4,
        _ => return 1,
    };
    match text.get(..want).map(std::str::from_utf8) {
        Some(Ok(_)) => want,
        _ => 1,
    }
}

/// Number of characters.
pub fn count(text: &[u8], utf8: bool) -> usize {
    if !utf8 || text.is_ascii() {
        return text.len();
    }
    let (mut at, mut count) = (0, 0);
    while at < text.len() {
        at += first_len(&text[at..], true);
        count += 1;
    }
    count
}

/// Byte position of a character; the end if there are fewer.
pub fn offset(text: &[u8], index: usize, utf8: bool) -> usize {
    if !utf8 || text.is_ascii() {
        return index.min(text.len());
    }
    let mut at = 0;
    for _ in 0..index {
        if at >= text.len() {
            break;
        }
        at += first_len(&text[at..], true);
    }
    at
}

/// Changes the case of letters.
pub fn change_case(text: &[u8], upper: bool, utf8: bool) -> Vec<u8> {
    if !utf8 || text.is_ascii() {
        return if upper {
            text.to_ascii_uppercase()
        } else {
            text.to_ascii_lowercase()
        };
    }
    let mut out = Vec::with_capacity(text.len());
    for chunk in text.utf8_chunks() {
        for c in chunk.valid().chars() {
            // One character for one: `ß` stays.
            let changed = if upper {
                let mut upper = c.to_uppercase();
                upper.next().filter(|_| upper.next().is_none())
            } else {
                let mut lower = c.to_lowercase();
                lower.next().filter(|_| lower.next().is_none())
            };
            let mut buf = [0; 4];
            out.extend_from_slice(changed.unwrap_or(c).encode_utf8(&mut buf).as_bytes());
        }
        out.extend_from_slice(chunk.invalid());
    }
    out
}

/// Adds the character of this number.
pub fn push(out: &mut Vec<u8>, code: f64, utf8: bool) {
    // What no integer can hold is a zero, as in C on most machines.
    let code = match code {
        code if code < 0.0 => code as i64 as u64,
        code if code < 18_446_744_073_709_551_616.0 => code as u64,
        _ => 0,
    };
    let c = u32::try_from(code).ok().and_then(char::from_u32);
    match c {
        Some(c) if utf8 => {
            let mut buf = [0; 4];
            out.extend_from_slice(c.encode_utf8(&mut buf).as_bytes());
        }
        _ => out.push(code as u8),
    }
}
