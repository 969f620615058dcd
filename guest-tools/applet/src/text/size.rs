//! Sizes for people (`-h`, `--si`, `--block-size`) and from people.

/// How sizes are shown.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum SizeForm {
    /// In units of so many bytes, rounded up.
    Units(u64),
    /// In units of so many bytes, rounded up, with the unit's name.
    Named(u64, &'static str),
    /// With one letter, powers of 1024.
    Human,
    /// With one letter, powers of 1000.
    Si,
}

/// The size, rounded up, in a form.
pub fn show(bytes: u64, form: SizeForm) -> String {
    let base: u64 = match form {
        SizeForm::Units(1) => return bytes.to_string(),
        SizeForm::Units(unit) => return bytes.div_ceil(unit.max(1)).to_string(),
        SizeForm::Named(unit, name) => return format!("{}{name}", bytes.div_ceil(unit.max(1))),
        SizeForm::Human => 1024,
        SizeForm::Si => 1000,
    };
    if bytes < base {
        return bytes.to_string();
    }
    let letters: &[u8] = if base == 1024 { b"KMGTPE" } else { b"kMGTPE" };
    let mut unit = u128::from(base);
    let value = u128::from(bytes);
    let last = letters.len() - 1;
    for (index, letter) in letters.iter().enumerate() {
        let letter = char::from(*letter);
        // Below ten with one digit after the point, both rounded up.
        let tenths = (value * 10).div_ceil(unit);
        if tenths < 100 {
            return format!("{}.{}{letter}", tenths / 10, tenths % 10);
        }
        let whole = value.div_ceil(unit);
        if whole < u128::from(base) || index == last {
            return format!("{whole}{letter}");
        }
        unit *= u128::from(base);
    }
    bytes.to_string()
}

/// A number with an optional suffix (`K KiB kB M …`, `b` for 512); `None` if
/// it is none. Values beyond 64 bits saturate.
pub fn parse(text: &[u8]) -> Option<u64> {
    let digits = text
        .iter()
        .position(|byte| !byte.is_ascii_digit())
        .unwrap_or(text.len());
    let (number, suffix) = text.split_at(digits);
    let mut value: u64 = 0;
    for digit in number {
        value = value
            .saturating_mul(10)
            .saturating_add(u64::from(digit - b'0'));
    }
    if number.is_empty() {
        if suffix.is_empty() {
            return None;
        }
        value = 1;
    }
    Some(value.saturating_mul(multiplier(suffix)?))
}

/// Whether a number as [`parse`] takes it is beyond 64 bits.
pub fn beyond(text: &[u8]) -> bool {
    let digits = text.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let (number, suffix) = text.split_at(digits);
    let number = match number {
        [] => 1,
        number => match std::str::from_utf8(number).map(str::parse::<u64>) {
            Ok(Ok(number)) => number,
            _ => return true,
        },
    };
    multiplier(suffix).is_some_and(|unit| {
        // A unit that fills 64 bits stands for one beyond them.
        number > 0 && (unit == u64::MAX || number.checked_mul(unit).is_none())
    })
}

/// Names of units, as a block size may be given without a number.
const UNITS: [&str; 18] = [
    "K", "M", "G", "T", "P", "E", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB", "kB", "MB", "GB", "TB",
    "PB", "EB",
];

/// A block size, as `--block-size` takes it: one without a number shows its unit.
pub fn parse_form(text: &[u8]) -> Option<SizeForm> {
    let unit = parse(text).filter(|unit| *unit > 0)?;
    let text = std::str::from_utf8(text).ok()?;
    let name = match text {
        "k" => "K",
        "KB" => "kB",
        text => text,
    };
    Some(match UNITS.iter().find(|known| **known == name) {
        Some(name) => SizeForm::Named(unit, name),
        None => SizeForm::Units(unit),
    })
}

fn multiplier(suffix: &[u8]) -> Option<u64> {
    let (letter, tail) = match suffix {
        [] => return Some(1),
        b"b" => return Some(512),
        b"c" => return Some(1),
        [letter, tail @ ..] => (letter, tail),
    };
    let base: u64 = match tail {
        b"" | b"iB" => 1024,
        b"B" | b"D" => 1000,
        _ => return None,
    };
    let power = match letter {
        b'K' | b'k' => 1,
        b'M' | b'm' => 2,
        b'G' | b'g' => 3,
        b'T' | b't' => 4,
        b'P' => 5,
        b'E' => 6,
        _ => return None,
    };
    Some(base.saturating_pow(power))
}

#[cfg(test)]
mod tests {
    use super::{SizeForm, parse, show};

    #[test]
    fn human_sizes_round_up() {
        let human = |n| show(n, SizeForm::Human);
        assert_eq!(human(0), "0");
        assert_eq!(human(1023), "1023");
        assert_eq!(human(1024), "1.0K");
        assert_eq!(human(1025), "1.1K");
        assert_eq!(human(10 * 1024), "10K");
        assert_eq!(human(10 * 1024 + 1), "11K");
        assert_eq!(human(1023 * 1024 + 1), "1.0M");
        assert_eq!(human(u64::MAX), "16E");
        assert_eq!(show(1000, SizeForm::Si), "1.0k");
    }

    #[test]
    fn sizes_parse_with_suffixes() {
        assert_eq!(parse(b"10"), Some(10));
        assert_eq!(parse(b"2K"), Some(2048));
        assert_eq!(parse(b"2kB"), Some(2000));
        assert_eq!(parse(b"1MiB"), Some(1 << 20));
        assert_eq!(parse(b"x"), None);
        assert_eq!(parse(b""), None);
    }
}
