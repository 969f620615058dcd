//! Text made longer. `format!` takes widths up to 65,535; what people ask for is
//! bounded by memory, whose limit is told when it is met.

/// The largest width and precision, as in C.
pub const WIDTH_MAX: usize = i32::MAX as usize;

/// The text at the right end of a field, filled before it.
pub fn right(text: &str, width: usize, fill: char) -> String {
    filled(text, width, fill) + text
}

/// A number in a field filled with zeros after its sign; `plus`: a positive one has a
/// sign too.
pub fn zeros(value: i64, width: usize, plus: bool) -> String {
    let sign = match (value < 0, plus) {
        (true, _) => "-",
        (false, true) => "+",
        _ => "",
    };
    let digits = value.unsigned_abs().to_string();
    sign.to_owned() + &right(&digits, width.saturating_sub(sign.len()), '0')
}

/// The text at the left end of a field, filled after it.
pub fn left(text: &str, width: usize, fill: char) -> String {
    text.to_owned() + &filled(text, width, fill)
}

fn filled(text: &str, width: usize, fill: char) -> String {
    let missing = width.saturating_sub(text.chars().count());
    std::iter::repeat_n(fill, missing).collect()
}

#[cfg(test)]
mod tests {
    use super::{left, right, zeros};

    #[test]
    fn fields_of_any_width() {
        assert_eq!(right("ab", 4, '0'), "00ab");
        assert_eq!(left("é", 3, ' '), "é  ");
        assert_eq!(right("abc", 2, ' '), "abc");
        assert_eq!(zeros(-7, 4, false), "-007");
        assert_eq!(zeros(7, 4, true), "+007");
        assert_eq!(left("x", 70_000, ' ').len(), 70_000);
    }
}
