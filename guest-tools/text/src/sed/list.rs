//! The `l` command: the pattern space unambiguously.

/// Adds the listing; lines are cut before column `width` (0: never).
pub fn list(text: &[u8], width: u64, end: u8, out: &mut Vec<u8>) {
    let room = usize::try_from(width.saturating_sub(1)).unwrap_or(usize::MAX);
    let mut column = 0;
    for &byte in text {
        let mut shown = [b'\\', 0, 0, 0];
        let length = match byte {
            b'\\' => escape(&mut shown, b'\\'),
            0x07 => escape(&mut shown, b'a'),
            0x08 => escape(&mut shown, b'b'),
            0x0c => escape(&mut shown, b'f'),
            b'\n' => escape(&mut shown, b'n'),
            b'\r' => escape(&mut shown, b'r'),
            b'\t' => escape(&mut shown, b't'),
            0x0b => escape(&mut shown, b'v'),
            0x20..=0x7e => {
                shown[0] = byte;
                1
            }
            _ => {
                shown[1..].copy_from_slice(&[byte >> 6, byte >> 3 & 7, byte & 7].map(|d| d + b'0'));
                4
            }
        };
        if width > 0 && column + length > room {
            out.extend([b'\\', end]);
            column = 0;
        }
        out.extend_from_slice(&shown[..length]);
        column += length;
    }
    out.extend([b'$', end]);
}

fn escape(shown: &mut [u8; 4], letter: u8) -> usize {
    shown[1] = letter;
    2
}

#[cfg(test)]
mod tests {
    use super::list;

    #[test]
    fn long_lines_are_cut() {
        let mut out = Vec::new();
        list(b"aaaa\tb\x01\n", 5, b'\n', &mut out);
        assert_eq!(out, b"aaaa\\\n\\tb\\\n\\001\\\n\\n$\n");
    }
}
