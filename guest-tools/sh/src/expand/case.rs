//! `${x^}`, `${x^^}`, `${x,}`, `${x,,}`, `${x~}`.

use crate::ast::CaseKind;
use crate::pattern::Pattern;
use crate::text::{chars, decode};

/// Converts the first character or all of them, where they match the pattern.
pub fn convert(text: &[u8], kind: CaseKind, all: bool, pattern: Option<&Pattern>) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    for (at, piece) in chars(text).enumerate() {
        let chosen = (all || at == 0) && pattern.is_none_or(|pattern| pattern.matches(piece));
        match decode(piece) {
            Some(c) if chosen => {
                let upper = match kind {
                    CaseKind::Upper => true,
                    CaseKind::Lower => false,
                    CaseKind::Toggle => c.is_lowercase(),
                };
                let converted: String = if upper {
                    c.to_uppercase().collect()
                } else {
                    c.to_lowercase().collect()
                };
                // One character stays one, as in C's towupper.
                if converted.chars().count() == 1 {
                    out.extend_from_slice(converted.as_bytes());
                } else {
                    out.extend_from_slice(piece);
                }
            }
            _ => out.extend_from_slice(piece),
        }
    }
    out
}
