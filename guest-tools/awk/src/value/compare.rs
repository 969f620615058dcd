//! Comparison: of numbers where both sides count as such, else of texts.

use super::value::Value;
use std::cmp::Ordering;

/// Compares two values; `None` where a NaN is among them. `fold`: without
/// regard to the case of letters.
pub fn compare(a: &Value, b: &Value, format: &[u8], fold: bool) -> Option<Ordering> {
    if let (Value::Num(a), Value::Num(b)) = (a, b) {
        return numbers(*a, *b);
    }
    // An unset value is both: beside a string it is the empty one.
    if let (Some(x), Some(y)) = (a.as_number(), b.as_number()) {
        return numbers(x, y);
    }
    let (a, b) = (a.text(format), b.text(format));
    Some(if fold {
        let lower = |text: &[u8]| text.to_ascii_lowercase();
        lower(&a).cmp(&lower(&b))
    } else {
        a.cmp(&b)
    })
}

/// NaN sorts after everything and equals itself, as gawk has it.
fn numbers(a: f64, b: f64) -> Option<Ordering> {
    match a.partial_cmp(&b) {
        Some(order) => Some(order),
        None => Some(match (a.is_nan(), b.is_nan()) {
            (true, true) => Ordering::Equal,
            (true, false) => Ordering::Greater,
            _ => Ordering::Less,
        }),
    }
}
