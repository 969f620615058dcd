//! GNU's order of file names by version (`ls -v`, `sort -V`).

use std::cmp::Ordering;

/// Compares two file names.
pub fn compare(a: &[u8], b: &[u8]) -> Ordering {
    special(a)
        .cmp(&special(b))
        .then_with(|| {
            if special(a) < 2 {
                return Ordering::Equal;
            }
            // Hidden names come first, and compare without their dot.
            let (hidden_a, hidden_b) = (a.starts_with(b"."), b.starts_with(b"."));
            hidden_b.cmp(&hidden_a).then_with(|| {
                let skip = usize::from(hidden_a);
                let (a, b) = (&a[skip..], &b[skip..]);
                let stems = by_parts(stem(a), stem(b));
                stems.then_with(|| by_parts(a, b))
            })
        })
        .then_with(|| a.cmp(b))
}

/// Empty, `.` and `..` come before all.
fn special(name: &[u8]) -> u8 {
    match name {
        b"" => 0,
        b"." => 1,
        b".." => 2,
        _ => 3,
    }
    .min(3)
}

/// The name without its suffixes: `(\.[A-Za-z~][A-Za-z0-9~]*)*$`.
fn stem(name: &[u8]) -> &[u8] {
    let mut end = name.len();
    loop {
        let Some(dot) = name[..end].iter().rposition(|byte| *byte == b'.') else {
            return &name[..end];
        };
        let suffix = &name[dot + 1..end];
        let fit = match suffix {
            [first, rest @ ..] => {
                (first.is_ascii_alphabetic() || *first == b'~')
                    && rest.iter().all(|b| b.is_ascii_alphanumeric() || *b == b'~')
            }
            [] => false,
        };
        if !fit || dot == 0 {
            return &name[..end];
        }
        end = dot;
    }
}

/// Letters before other bytes; `~` before the end of the name.
fn rank(byte: Option<&u8>) -> i32 {
    match byte {
        Some(b'~') => -2,
        None => -1,
        Some(b) if b.is_ascii_digit() => 0,
        Some(b) if b.is_ascii_alphabetic() => i32::from(*b),
        Some(b) => i32::from(*b) + 256,
    }
}

fn by_parts(a: &[u8], b: &[u8]) -> Ordering {
    let (mut a, mut b) = (a, b);
    while !a.is_empty() || !b.is_empty() {
        while a.first().is_some_and(|x| !x.is_ascii_digit())
            || b.first().is_some_and(|x| !x.is_ascii_digit())
        {
            let order = rank(a.first()).cmp(&rank(b.first()));
            if order != Ordering::Equal {
                return order;
            }
            a = a.get(1..).unwrap_or_default();
            b = b.get(1..).unwrap_or_default();
        }
        let (number_a, rest_a) = number(a);
        let (number_b, rest_b) = number(b);
        let order = number_a
            .len()
            .cmp(&number_b.len())
            .then(number_a.cmp(number_b));
        if order != Ordering::Equal {
            return order;
        }
        (a, b) = (rest_a, rest_b);
    }
    Ordering::Equal
}

/// Leading digits without zeros before them, and the rest.
fn number(text: &[u8]) -> (&[u8], &[u8]) {
    let end = text.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let (digits, rest) = text.split_at(end);
    let zeros = digits.iter().take_while(|byte| **byte == b'0').count();
    (&digits[zeros..], rest)
}

#[cfg(test)]
mod tests {
    use super::compare;

    #[test]
    fn versions_sort_as_gnu_does() {
        let sorted: [&[u8]; 9] = [
            b".",
            b"..",
            b".a",
            b"a1",
            b"a2.txt",
            b"a10.txt",
            b"b-1.9.tar.gz",
            b"b-1.10.tar.gz",
            b"c",
        ];
        for pair in sorted.windows(2) {
            assert!(compare(pair[0], pair[1]).is_lt(), "{pair:?}");
        }
    }
}
