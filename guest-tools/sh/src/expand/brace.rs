//! Brace expansion: `{a,b}`, `{1..9..2}`.

use crate::ast::{Param, ParamName, ParamOp, Part, Word};
use crate::text::{canonical_int, char_len, decode, is_name_byte, push_char};
use crate::vars::Vars;

/// A part of the word or text made by the expansion.
#[derive(Clone)]
pub enum Piece<'a> {
    Part(&'a Part),
    Text(Part),
}

impl std::borrow::Borrow<Part> for Piece<'_> {
    fn borrow(&self) -> &Part {
        match self {
            Piece::Part(part) => part,
            Piece::Text(part) => part,
        }
    }
}

impl Clone for Part {
    fn clone(&self) -> Part {
        match self {
            Part::Literal(text) => Part::Literal(text.clone()),
            Part::Single(text) => Part::Single(text.clone()),
            Part::Escaped(text) => Part::Escaped(text.clone()),
            Part::Tilde(user) => Part::Tilde(user.clone()),
            // Pieces only ever own text.
            _ => Part::Literal(Vec::new()),
        }
    }
}

/// One unquoted byte, or a part that braces do not look into.
#[derive(Clone, Copy)]
enum Unit<'a> {
    Byte(u8),
    /// A backslash that a sequence of letters made: it quotes nothing.
    Nothing,
    Part(&'a Part),
}

/// The words that braces make of a word; none if it has no valid braces.
pub fn expand<'a>(word: &'a Word, vars: &mut Vars) -> Option<Vec<Vec<Piece<'a>>>> {
    let mut units = Vec::new();
    for part in &word.parts {
        match part {
            Part::Literal(text) => units.extend(text.iter().map(|byte| Unit::Byte(*byte))),
            other => units.push(Unit::Part(other)),
        }
    }
    let expanded = expand_units(&units, 0)?;
    let words = expanded.into_iter().map(|units| pieces(&units, vars));
    Some(words.collect())
}

/// How many letters now follow `$name`, and so belong to the name.
fn name_goes_on(units: &[Unit<'_>]) -> usize {
    let named = |unit: &&Unit<'_>| matches!(unit, Unit::Byte(byte) if is_name_byte(*byte));
    match units.first() {
        Some(Unit::Part(Part::Param(param)))
            if !param.braced && matches!(param.name, ParamName::Variable(_)) =>
        {
            units[1..].iter().take_while(named).count()
        }
        _ => 0,
    }
}

fn longer_name(units: &[Unit<'_>], vars: &mut Vars) -> Option<Part> {
    let Some(Unit::Part(Part::Param(param))) = units.first() else {
        return None;
    };
    let ParamName::Variable(sym) = param.name else {
        return None;
    };
    let mut name = vars.names.name(sym).to_vec();
    for unit in &units[1..] {
        if let Unit::Byte(byte) = unit {
            name.push(*byte);
        }
    }
    Some(Part::Param(Box::new(Param {
        name: ParamName::Variable(vars.sym(&name)),
        index: None,
        indirect: false,
        braced: false,
        op: ParamOp::Value,
    })))
}

fn pieces<'a>(units: &[Unit<'a>], vars: &mut Vars) -> Vec<Piece<'a>> {
    let mut out: Vec<Piece<'a>> = Vec::new();
    let mut skip = 0;
    for (at, unit) in units.iter().enumerate() {
        if skip > 0 {
            skip -= 1;
            continue;
        }
        skip = name_goes_on(&units[at..]);
        if skip > 0
            && let Some(part) = longer_name(&units[at..=at + skip], vars)
        {
            out.push(Piece::Text(part));
            continue;
        }
        match unit {
            Unit::Part(part) => out.push(Piece::Part(part)),
            Unit::Nothing => out.push(Piece::Text(Part::Single(Vec::new()))),
            Unit::Byte(byte) => match out.last_mut() {
                Some(Piece::Text(Part::Literal(text))) => text.push(*byte),
                // A tilde that comes to stand first expands.
                _ if at == 0 && *byte == b'~' => out.push(Piece::Text(Part::Literal(vec![*byte]))),
                _ => out.push(Piece::Text(Part::Literal(vec![*byte]))),
            },
        }
    }
    if let Some(Piece::Text(Part::Literal(text))) = out.first()
        && text.first() == Some(&b'~')
    {
        let end = text.iter().position(|c| *c == b'/').unwrap_or(text.len());
        if end < text.len() || out.len() == 1 {
            let (user, rest) = (text[1..end].to_vec(), text[end..].to_vec());
            out[0] = Piece::Text(Part::Tilde(user));
            if !rest.is_empty() {
                out.insert(1, Piece::Text(Part::Literal(rest)));
            }
        }
    }
    out
}

const DEPTH_MAX: u32 = 2_000;

fn expand_units<'a>(units: &[Unit<'a>], depth: u32) -> Option<Vec<Vec<Unit<'a>>>> {
    if depth > DEPTH_MAX {
        return None;
    }
    let mut from = 0;
    loop {
        let open = from
            + units[from..]
                .iter()
                .position(|unit| matches!(unit, Unit::Byte(b'{')))?;
        // `${` comes as a part, so this is a brace of its own.
        let Some(close) = closing(units, open) else {
            from = open + 1;
            continue;
        };
        let inner = &units[open + 1..close];
        let alternatives = match split_commas(inner) {
            Some(parts) => parts
                .into_iter()
                .flat_map(|part| {
                    expand_units(part, depth + 1).unwrap_or_else(|| vec![part.to_vec()])
                })
                .collect(),
            None => match sequence(inner) {
                Some(parts) => parts,
                None => {
                    from = open + 1;
                    continue;
                }
            },
        };
        let rest = expand_units(&units[close + 1..], depth + 1)
            .unwrap_or_else(|| vec![units[close + 1..].to_vec()]);
        let mut out = Vec::with_capacity(alternatives.len() * rest.len());
        for middle in &alternatives {
            for tail in &rest {
                let mut word = units[..open].to_vec();
                word.extend_from_slice(middle);
                word.extend_from_slice(tail);
                out.push(word);
            }
        }
        return Some(out);
    }
}

fn closing(units: &[Unit<'_>], open: usize) -> Option<usize> {
    let mut depth = 0;
    let mut valid = false;
    for (at, unit) in units.iter().enumerate().skip(open) {
        match unit {
            Unit::Byte(b'{') => depth += 1,
            Unit::Byte(b'}') => {
                depth -= 1;
                if depth == 0 {
                    valid |= sequence(&units[open + 1..at]).is_some();
                    if valid {
                        return Some(at);
                    }
                    // `{a}` is text; a later `}` can still close: `{a},b}`.
                    depth = 1;
                }
            }
            Unit::Byte(b',') if depth == 1 => valid = true,
            _ => {}
        }
    }
    None
}

fn split_commas<'s, 'a>(units: &'s [Unit<'a>]) -> Option<Vec<&'s [Unit<'a>]>> {
    let mut parts = Vec::new();
    let mut depth = 0usize;
    let mut start = 0;
    for (at, unit) in units.iter().enumerate() {
        match unit {
            Unit::Byte(b'{') => depth += 1,
            Unit::Byte(b'}') => depth = depth.saturating_sub(1),
            Unit::Byte(b',') if depth == 0 => {
                parts.push(&units[start..at]);
                start = at + 1;
            }
            _ => {}
        }
    }
    if parts.is_empty() {
        return None;
    }
    parts.push(&units[start..]);
    Some(parts)
}

/// `from..to` or `from..to..step`.
fn sequence<'a>(units: &[Unit<'a>]) -> Option<Vec<Vec<Unit<'a>>>> {
    let text: Option<Vec<u8>> = units
        .iter()
        .map(|unit| match unit {
            Unit::Byte(byte) => Some(*byte),
            Unit::Part(_) | Unit::Nothing => None,
        })
        .collect();
    let text = text?;
    let first = crate::text::find(&text, b"..")?;
    let (from, rest) = (&text[..first], &text[first + 2..]);
    let (to, step) = match crate::text::find(rest, b"..") {
        Some(at) => (&rest[..at], Some(number(&rest[at + 2..])?)),
        None => (rest, None),
    };
    let words = match (number(from), number(to)) {
        (Some(start), Some(end)) => {
            let padded = |text: &[u8]| {
                let digits = text.strip_prefix(b"-").unwrap_or(text);
                digits.len() > 1 && digits[0] == b'0'
            };
            let width = if padded(from) || padded(to) {
                from.len().max(to.len())
            } else {
                0
            };
            numbers(start, end, step.unwrap_or(1), width)?
        }
        _ => letters(from, to, step.unwrap_or(1))?,
    };
    let unit = |byte| match byte {
        b'\\' => Unit::Nothing,
        byte => Unit::Byte(byte),
    };
    Some(
        words
            .into_iter()
            .map(|word| word.into_iter().map(unit).collect())
            .collect(),
    )
}

fn number(text: &[u8]) -> Option<i64> {
    let text = text.strip_prefix(b"+").unwrap_or(text);
    canonical_int(text).or_else(|| std::str::from_utf8(text).ok()?.parse().ok())
}

fn numbers(start: i64, end: i64, step: i64, width: usize) -> Option<Vec<Vec<u8>>> {
    let step = i64::try_from(step.unsigned_abs()).ok()?.max(1);
    let mut words = Vec::new();
    let mut value = start;
    loop {
        let mut word = Vec::new();
        if width > 0 {
            let text = format!("{value:0width$}");
            word.extend_from_slice(text.as_bytes());
        } else {
            crate::text::push_int(&mut word, value);
        }
        words.push(word);
        let next = if start <= end {
            value.checked_add(step)
        } else {
            value.checked_sub(step)
        };
        match next {
            Some(next) if (start <= end && next <= end) || (start > end && next >= end) => {
                value = next
            }
            _ => return Some(words),
        }
    }
}

fn letters(from: &[u8], to: &[u8], step: i64) -> Option<Vec<Vec<u8>>> {
    if from.is_empty() || to.is_empty() || char_len(from) != from.len() || char_len(to) != to.len()
    {
        return None;
    }
    let (start, end) = (decode(from)?, decode(to)?);
    if !(start.is_ascii_alphabetic() && end.is_ascii_alphabetic()) {
        return None;
    }
    let (start, end) = (start as i64, end as i64);
    let step = step.abs().max(1);
    let mut words = Vec::new();
    let mut value = start;
    while (start <= end && value <= end) || (start > end && value >= end) {
        let mut word = Vec::new();
        push_char(&mut word, value as u32);
        words.push(word);
        value += if start <= end { step } else { -step };
    }
    Some(words)
}
