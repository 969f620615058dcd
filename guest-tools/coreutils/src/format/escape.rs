//! Backslashes in the format of `printf`, and in arguments of `%b`.

use crate::text::utf8_locale;

/// What an escape came to.
pub enum Escape {
    /// Text, and the bytes that it took with the backslash.
    Taken(usize),
    /// No more output is wanted.
    Stop,
    /// A message.
    Wrong(String),
}

/// Appends what the escape at the start of `text` stands for. `argument`: an
/// octal number may have a zero more in front.
pub fn put(text: &[u8], argument: bool, out: &mut Vec<u8>) -> Escape {
    let Some(&letter) = text.get(1) else {
        out.push(b'\\');
        return Escape::Taken(1);
    };
    let byte = match letter {
        b'"' | b'\\' => letter,
        b'a' => 7,
        b'b' => 8,
        b'c' => return Escape::Stop,
        b'e' => 27,
        b'f' => 12,
        b'n' => b'\n',
        b'r' => b'\r',
        b't' => b'\t',
        b'v' => 11,
        b'x' => {
            let (value, count) = digits(&text[2..], 2, 16);
            if count == 0 {
                return Escape::Wrong("missing hexadecimal number in escape".into());
            }
            out.push(value as u8);
            return Escape::Taken(2 + count);
        }
        b'0'..=b'7' => {
            let skip = usize::from(argument && letter == b'0');
            let (value, count) = digits(&text[1 + skip..], 3, 8);
            out.push(value as u8);
            return Escape::Taken(1 + skip + count);
        }
        b'u' | b'U' => return character(text, letter, out),
        other => {
            out.extend([b'\\', other]);
            return Escape::Taken(2);
        }
    };
    out.push(byte);
    Escape::Taken(2)
}

fn digits(text: &[u8], most: usize, base: u32) -> (u32, usize) {
    let mut value = 0;
    let mut count = 0;
    for digit in text
        .iter()
        .take(most)
        .map_while(|byte| char::from(*byte).to_digit(base))
    {
        value = value * base + digit;
        count += 1;
    }
    (value, count)
}

fn character(text: &[u8], letter: u8, out: &mut Vec<u8>) -> Escape {
    let wanted = if letter == b'u' { 4 } else { 8 };
    let (value, count) = digits(&text[2..], wanted, 16);
    if count < wanted {
        return Escape::Wrong("missing hexadecimal number in escape".into());
    }
    let basic = matches!(value, 0x24 | 0x40 | 0x60);
    if value < 0xa0 && !basic || (0xd800..=0xdfff).contains(&value) {
        let letter = char::from(letter);
        return Escape::Wrong(format!(
            "invalid universal character name \\{letter}{value:0wanted$x}"
        ));
    }
    match char::from_u32(value).filter(|it| it.is_ascii() || utf8_locale()) {
        Some(it) => out.extend_from_slice(it.encode_utf8(&mut [0; 4]).as_bytes()),
        None if value < 0x10000 => out.extend(format!("\\u{value:04X}").bytes()),
        None => out.extend(format!("\\U{value:08X}").bytes()),
    }
    Escape::Taken(2 + count)
}
