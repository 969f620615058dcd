//! Verifying files against lists of digests.

use super::algorithm::{ALGORITHMS, Algorithm, Sums};
use super::run::{Plan, escaped};
use crate::cli::{Context, Output};
use crate::lines::{Reader, open};
use crate::sys::Errno;
use crate::text::quote;

/// A line of a list.
struct Entry {
    algorithm: Algorithm,
    bits: usize,
    digest: Vec<u8>,
    name: Vec<u8>,
}

/// Goes through the lists; the exit code.
pub fn check(context: &Context<'_>, plan: &Plan, lists: &[Vec<u8>], out: &mut Output) -> i32 {
    let mut all = true;
    for list in lists {
        all &= check_list(context, plan, list, out);
    }
    i32::from(!all)
}

fn check_list(context: &Context<'_>, plan: &Plan, list: &[u8], out: &mut Output) -> bool {
    let shown: &[u8] = if list == b"-" {
        b"standard input"
    } else {
        list
    };
    let Some(mut reader) = Reader::open(context, list) else {
        return false;
    };
    let (mut proper, mut improper, mut missing, mut wrong, mut matched) =
        (0_u64, 0_u64, 0_u64, 0_u64, 0_u64);
    let mut number = 0_u64;
    // One way of writing is kept to throughout a list.
    let mut binary_marks = None;
    while let Some(line) = reader.next_bare(b'\n') {
        number += 1;
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        if line.starts_with(b"#") || line.is_empty() {
            continue;
        }
        let Some(entry) = parse(plan, line, &mut binary_marks) else {
            improper += 1;
            if plan.warn {
                out.flush();
                let at = format!(
                    ": {number}: improperly formatted {} checksum line",
                    plan.kind()
                );
                context.say(&[&quote::if_needed(shown), at.as_bytes()].concat());
            }
            continue;
        };
        proper += 1;
        let (escape, name) = escaped(&entry.name);
        let mut tell = |verdict: &str| {
            out.put(
                &[
                    if escape { b"\\".as_slice() } else { b"" },
                    &name,
                    b": ",
                    verdict.as_bytes(),
                    b"\n",
                ]
                .concat(),
            );
        };
        let sums = open(&entry.name).and_then(|file| entry.algorithm.of(&file, entry.bits));
        match sums {
            Ok(Sums::Hex(hex)) if hex.as_bytes().eq_ignore_ascii_case(&entry.digest) => {
                matched += 1;
                if !plan.status && !plan.quiet {
                    tell("OK");
                }
            }
            Ok(_) => {
                wrong += 1;
                if !plan.status {
                    tell("FAILED");
                }
            }
            Err(Errno::Noent) if plan.ignore_missing => {}
            Err(errno) => {
                missing += 1;
                if !plan.status {
                    tell("FAILED open or read");
                }
                out.flush();
                context.say_error(&quote::if_needed(&entry.name), errno);
            }
        }
    }
    out.flush();
    if reader.error().is_some() {
        context.say(&[&quote::if_needed(shown), b": read error".as_slice()].concat());
        return false;
    }
    let name = quote::if_needed(shown);
    if proper == 0 {
        context.say(
            &[
                &name,
                b": no properly formatted checksum lines found".as_slice(),
            ]
            .concat(),
        );
        return false;
    }
    if !plan.status {
        let warn = |count: u64, one: &str, many: &str| {
            let text = if count == 1 { one } else { many };
            if count > 0 {
                context.say(format!("WARNING: {count} {text}").as_bytes());
            }
        };
        warn(
            improper,
            "line is improperly formatted",
            "lines are improperly formatted",
        );
        warn(
            missing,
            "listed file could not be read",
            "listed files could not be read",
        );
        warn(
            wrong,
            "computed checksum did NOT match",
            "computed checksums did NOT match",
        );
        if plan.ignore_missing && matched == 0 {
            context.say(&[&name, b": no file was verified".as_slice()].concat());
        }
    }
    matched > 0 && wrong == 0 && missing == 0 && (!plan.strict || improper == 0)
}

fn parse(plan: &Plan, line: &[u8], binary_marks: &mut Option<bool>) -> Option<Entry> {
    let line = line.trim_ascii_start();
    let (escape, line) = match line {
        [b'\\', rest @ ..] => (true, rest),
        _ => (false, line),
    };
    let mut entry = match tagged(plan, line) {
        Some(entry) => entry,
        None if plan.any => return None,
        None => untagged(plan, line, binary_marks)?,
    };
    if escape {
        entry.name = unescape(&entry.name)?;
    }
    Some(entry)
}

/// `TAG (NAME) = DIGEST`, or OpenSSL's `TAG(NAME)= DIGEST`.
fn tagged(plan: &Plan, line: &[u8]) -> Option<Entry> {
    let fit = |row: &&(Algorithm, &str, &str, usize)| {
        !row.2.is_empty()
            && line.starts_with(row.2.as_bytes())
            && (plan.any || row.0 == plan.algorithm)
    };
    // `SHA1` is no prefix of the others' names, `BLAKE2b` may have a length.
    let (algorithm, _, tag, full) = ALGORITHMS.iter().find(fit)?;
    let mut rest = &line[tag.len()..];
    let mut bits = *full;
    if let [b'-', tail @ ..] = rest {
        let digits = tail.iter().take_while(|b| b.is_ascii_digit()).count();
        bits = std::str::from_utf8(&tail[..digits]).ok()?.parse().ok()?;
        if *algorithm != Algorithm::Blake2b || bits == 0 || bits > *full || bits % 8 != 0 {
            return None;
        }
        rest = &tail[digits..];
    }
    let rest = rest.strip_prefix(b" ").unwrap_or(rest).strip_prefix(b"(")?;
    let close = rest.iter().rposition(|byte| *byte == b')')?;
    let (name, rest) = (&rest[..close], &rest[close + 1..]);
    let digest = rest.trim_ascii_start().strip_prefix(b"=")?.trim_ascii();
    hex(digest, bits).then(|| Entry {
        algorithm: *algorithm,
        bits,
        digest: digest.to_vec(),
        name: name.to_vec(),
    })
}

fn untagged(plan: &Plan, line: &[u8], binary_marks: &mut Option<bool>) -> Option<Entry> {
    let digits = line.iter().take_while(|b| b.is_ascii_hexdigit()).count();
    let (digest, rest) = line.split_at(digits);
    let bits = match plan.algorithm {
        Algorithm::Blake2b if plan.length.is_none() => digits * 4,
        _ => plan.bits(),
    };
    if !hex(digest, bits) || bits == 0 || bits > plan.algorithm.bits() || bits % 8 != 0 {
        return None;
    }
    let rest = match rest {
        [b' ' | b'\t', rest @ ..] => rest,
        _ => return None,
    };
    let name = match rest {
        [b' ' | b'*', name @ ..] if *binary_marks != Some(false) && !name.is_empty() => {
            *binary_marks = Some(true);
            name
        }
        // The old way: one blank.
        name if *binary_marks != Some(true) && !name.is_empty() => {
            *binary_marks = Some(false);
            name
        }
        _ => return None,
    };
    Some(Entry {
        algorithm: plan.algorithm,
        bits,
        digest: digest.to_vec(),
        name: name.to_vec(),
    })
}

fn hex(digest: &[u8], bits: usize) -> bool {
    digest.len() * 4 == bits && digest.iter().all(u8::is_ascii_hexdigit)
}

fn unescape(name: &[u8]) -> Option<Vec<u8>> {
    let mut out = Vec::with_capacity(name.len());
    let mut rest = name.iter();
    while let Some(&byte) = rest.next() {
        out.push(match byte {
            b'\\' => match rest.next()? {
                b'n' => b'\n',
                b'r' => b'\r',
                b'\\' => b'\\',
                _ => return None,
            },
            byte => byte,
        });
    }
    Some(out)
}
