//! `times`, `ulimit`, `umask`.

use crate::exec::{Run, Shell};
use crate::sys;
use crate::text::parse_int;

/// `times`
pub fn times(sh: &mut Shell, args: &[Vec<u8>]) -> Run {
    if let Some([b'-', letter, ..]) = args.get(1).map(Vec::as_slice)
        && *letter != b'-'
    {
        return sh.bad_option(b"times", &[b'-', *letter]);
    }
    for children in [false, true] {
        let ms = sys::usage(children).cpu_ns / 1_000_000;
        let line = format!(
            "{}m{}.{:03}s 0m0.000s\n",
            ms / 60_000,
            ms / 1000 % 60,
            ms % 1000
        );
        sh.print(line.as_bytes());
    }
    Ok(0)
}

/// Letter, name, unit and value (`None`: unlimited).
type Limit = (u8, &'static str, &'static str, Option<u64>);

const LIMITS: &[Limit] = &[
    (b'R', "real-time non-blocking time", "microseconds", None),
    (b'c', "core file size", "blocks", Some(0)),
    (b'd', "data seg size", "kbytes", None),
    (b'e', "scheduling priority", "", Some(0)),
    (b'f', "file size", "blocks", None),
    (b'i', "pending signals", "", None),
    (b'l', "max locked memory", "kbytes", None),
    (b'm', "max memory size", "kbytes", None),
    (b'n', "open files", "", Some(sys::USER_FD_MAX as u64 + 1)),
    (b'p', "pipe size", "512 bytes", Some(8)),
    (b'q', "POSIX message queues", "bytes", None),
    (b'r', "real-time priority", "", Some(0)),
    (b's', "stack size", "kbytes", Some(8192)),
    (b't', "cpu time", "seconds", None),
    (b'u', "max user processes", "", None),
    (b'v', "virtual memory", "kbytes", None),
    (b'x', "file locks", "", None),
];

fn value_text(value: Option<u64>) -> String {
    value.map_or_else(|| "unlimited".to_string(), |value| value.to_string())
}

/// Marks a hard limit that was set.
const HARD: u8 = 0x80;

/// The hard limit that was set.
fn hard_value(sh: &Shell, limit: &Limit) -> Option<u64> {
    let letter = limit.0 | HARD;
    let set = sh.state.limits.iter().find(|(known, _)| *known == letter);
    set.and_then(|(_, value)| *value)
}

/// The value that was set, or the one that holds.
fn value_of(sh: &Shell, limit: &Limit) -> Option<u64> {
    let set = sh
        .state
        .limits
        .iter()
        .find(|(letter, _)| *letter == limit.0);
    set.map_or(limit.3, |(_, value)| *value)
}

fn print_limit(sh: &mut Shell, limit: &Limit) {
    let (letter, name, unit, _) = limit;
    let value = value_of(sh, limit);
    let letter = char::from(*letter);
    let unit = match unit.is_empty() {
        true => format!("(-{letter})"),
        false => format!("({unit}, -{letter})"),
    };
    let width = 43usize.saturating_sub(name.len());
    let line = format!("{name}{unit:>width$} {}\n", value_text(value));
    sh.print(line.as_bytes());
}

/// `ulimit`
pub fn ulimit(sh: &mut Shell, args: &[Vec<u8>]) -> Run {
    let mut chosen: Vec<&Limit> = Vec::new();
    let (mut all, mut soft, mut hard) = (false, false, false);
    let mut at = 1;
    while let Some([b'-', letters @ ..]) = args.get(at).map(Vec::as_slice) {
        if letters.is_empty() {
            break;
        }
        at += 1;
        if letters == b"-" {
            break;
        }
        for letter in letters {
            match letter {
                b'S' => soft = true,
                b'H' => hard = true,
                b'a' => all = true,
                letter => match LIMITS.iter().find(|limit| limit.0 == *letter) {
                    Some(limit) => chosen.push(limit),
                    None => return sh.bad_option(b"ulimit", &[b'-', *letter]),
                },
            }
        }
    }
    if all {
        for limit in LIMITS {
            print_limit(sh, limit);
        }
        return Ok(0);
    }
    if let Some(text) = args.get(at) {
        let named = matches!(text.as_slice(), b"unlimited" | b"hard" | b"soft");
        if !named && !text.iter().all(u8::is_ascii_digit) {
            return sh.fail_on(b"ulimit", text, "invalid number");
        }
        if chosen.is_empty() {
            chosen.extend(LIMITS.iter().filter(|limit| limit.0 == b'f'));
        }
        for limit in chosen {
            let value = match text.as_slice() {
                b"unlimited" => None,
                b"hard" | b"soft" => limit.3,
                digits => parse_int(digits).and_then(|value| u64::try_from(value).ok()),
            };
            if !soft && !hard {
                (soft, hard) = (true, true);
            }
            let most = hard_value(sh, limit);
            let more = most.is_some_and(|most| value.is_none_or(|value| value > most));
            if more {
                let message = match hard {
                    true => "cannot modify limit: Operation not permitted",
                    false => "cannot modify limit: Invalid argument",
                };
                return sh.fail_on(b"ulimit", limit.1.as_bytes(), message);
            }
            // The hard limit is kept under the letter with the high bit.
            for (wanted, letter) in [(soft, limit.0), (hard, limit.0 | HARD)] {
                if wanted {
                    sh.state.limits.retain(|(known, _)| *known != letter);
                    sh.state.limits.push((letter, value));
                }
            }
        }
        return Ok(0);
    }
    if chosen.is_empty() {
        chosen.extend(LIMITS.iter().filter(|limit| limit.0 == b'f'));
    }
    let several = chosen.len() > 1;
    for limit in chosen {
        match several {
            true => print_limit(sh, limit),
            false => {
                let line = value_text(value_of(sh, limit)) + "\n";
                sh.print(line.as_bytes());
            }
        }
    }
    Ok(0)
}

/// `umask`
pub fn umask(sh: &mut Shell, args: &[Vec<u8>]) -> Run {
    let (mut symbolic, mut reusable) = (false, false);
    let mut at = 1;
    while let Some([b'-', letters @ ..]) = args.get(at).map(Vec::as_slice) {
        if letters.is_empty() || !letters.iter().all(u8::is_ascii_alphabetic) {
            at += usize::from(letters == b"-");
            break;
        }
        at += 1;
        for letter in letters {
            match letter {
                b'S' => symbolic = true,
                b'p' => reusable = true,
                letter => return sh.bad_option(b"umask", &[b'-', *letter]),
            }
        }
    }
    let old = sys::umask(0);
    sys::umask(old);
    let Some(mode) = args.get(at) else {
        let mut line = String::new();
        if reusable {
            line.push_str(if symbolic { "umask -S " } else { "umask " });
        }
        line.push_str(&mask_text(old, symbolic));
        line.push('\n');
        sh.print(line.as_bytes());
        return Ok(0);
    };
    if mode.first().is_some_and(u8::is_ascii_digit) {
        let mask = std::str::from_utf8(mode)
            .ok()
            .and_then(|text| u32::from_str_radix(text, 8).ok());
        let Some(mask) = mask.filter(|mask| *mask <= 0o7777 && parse_int(mode).is_some()) else {
            return sh.fail_on(b"umask", mode, "octal number out of range");
        };
        sys::umask(mask & 0o777);
        sh.state.mask = Some(mask & 0o777);
        return Ok(0);
    }
    match symbolic_mask(mode, old) {
        Ok(mask) => {
            sys::umask(mask);
            sh.state.mask = Some(mask);
            if symbolic {
                let line = mask_text(mask, true) + "\n";
                sh.print(line.as_bytes());
            }
            Ok(0)
        }
        Err((c, kind)) => {
            let message = [
                b"`".as_slice(),
                &[c],
                b"': invalid symbolic mode ",
                kind.as_bytes(),
            ]
            .concat();
            sh.fail(b"umask", &message, 1)
        }
    }
}

fn mask_text(mask: u32, symbolic: bool) -> String {
    if !symbolic {
        return format!("{mask:04o}");
    }
    let class = |name: char, shift: u32| {
        let allowed = !(mask >> shift) & 7;
        let mut text = format!("{name}=");
        for (bit, letter) in [(4, 'r'), (2, 'w'), (1, 'x')] {
            if allowed & bit != 0 {
                text.push(letter);
            }
        }
        text
    };
    [class('u', 6), class('g', 3), class('o', 0)].join(",")
}

/// Applies `u=rw,go-w` to what a mask allows; or the byte in the way.
fn symbolic_mask(text: &[u8], mask: u32) -> Result<u32, (u8, &'static str)> {
    let mut allowed = !mask & 0o777;
    for clause in text.split(|c| *c == b',') {
        let who_len = clause.iter().take_while(|c| b"ugoa".contains(c)).count();
        let (who, mut rest) = clause.split_at(who_len);
        let mut classes = 0;
        for c in who {
            classes |= match c {
                b'u' => 0o700,
                b'g' => 0o070,
                b'o' => 0o007,
                _ => 0o777,
            };
        }
        if who.is_empty() {
            classes = 0o777;
        }
        loop {
            let operator = match rest.first() {
                Some(c @ (b'+' | b'-' | b'=')) => *c,
                Some(c) => return Err((*c, "operator")),
                None => return Err((b' ', "operator")),
            };
            let mut bits = 0;
            let mut len = 1;
            while let Some(c) = rest.get(len) {
                bits |= match c {
                    b'r' => 0o444,
                    b'w' => 0o222,
                    b'x' | b'X' => 0o111,
                    b'+' | b'-' | b'=' => break,
                    c => return Err((*c, "character")),
                };
                len += 1;
            }
            match operator {
                b'+' => allowed |= bits & classes,
                b'-' => allowed &= !(bits & classes),
                _ => allowed = allowed & !classes | bits & classes,
            }
            rest = &rest[len..];
            if rest.is_empty() {
                break;
            }
        }
    }
    Ok(!allowed & 0o777)
}
