//! How much of an output a model is shown.

/// Most lines of one result.
pub(super) const MAX_LINES: usize = 2000;
/// Most bytes of one result.
pub(super) const MAX_BYTES: usize = 50 * 1024;

/// Whole lines from the start that fit, and how many.
pub(super) fn head_lines<'a>(lines: &[&'a str]) -> Vec<&'a str> {
    let mut bytes = 0;
    let fits = |line: &&&str| {
        bytes += line.len() + 1;
        bytes <= MAX_BYTES + 1
    };
    lines
        .iter()
        .take(MAX_LINES)
        .take_while(fits)
        .copied()
        .collect()
}

/// Whole lines from the end that fit; of a last line that is too long, its end.
/// Says how many lines are missing when any are.
pub(super) fn tail(text: &str) -> (String, Option<String>) {
    let lines: Vec<&str> = text.lines().collect();
    let mut bytes = 0;
    let fits = |line: &&&str| {
        bytes += line.len() + 1;
        bytes <= MAX_BYTES + 1
    };
    let kept = lines.iter().rev().take(MAX_LINES).take_while(fits).count();
    if kept == lines.len() {
        return (text.to_owned(), None);
    }
    if kept == 0 {
        let last = lines.last().copied().unwrap_or_default();
        let note = format!(
            "[Output cut: only the last {} KiB of its last line are shown, of {} bytes in all.]",
            MAX_BYTES / 1024,
            text.len()
        );
        return (last_bytes(last, MAX_BYTES).to_owned(), Some(note));
    }
    let missing = lines.len() - kept;
    let shown = lines.get(missing..).unwrap_or_default().join("\n");
    let note = format!(
        "[Output cut: the last {kept} of {} lines are shown. Redirect to a file to see the rest.]",
        lines.len()
    );
    (shown, Some(note))
}

/// At most so many bytes from the start, whole characters only.
pub(crate) fn cut_at(text: &str, bytes: usize) -> &str {
    let mut end = bytes.min(text.len());
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text.get(..end).unwrap_or(text)
}

/// At most so many characters, with an ellipsis when some are missing.
pub(crate) fn first_characters(text: &str, characters: usize) -> String {
    match text.char_indices().nth(characters) {
        Some((end, _)) => format!("{}...", text.get(..end).unwrap_or(text)),
        None => text.to_owned(),
    }
}

/// Bytes as text, and a note when they are not UTF-8.
pub(super) fn lossy(bytes: &[u8]) -> (std::borrow::Cow<'_, str>, Option<&'static str>) {
    let text = String::from_utf8_lossy(bytes);
    let note = match text {
        std::borrow::Cow::Borrowed(_) => None,
        std::borrow::Cow::Owned(_) => {
            Some("[Not valid UTF-8: bytes that are not text are shown as \u{fffd}.]")
        }
    };
    (text, note)
}

fn last_bytes(text: &str, bytes: usize) -> &str {
    let mut start = text.len().saturating_sub(bytes);
    while !text.is_char_boundary(start) {
        start += 1;
    }
    text.get(start..).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tails_keep_the_end_and_say_so() {
        let many: Vec<String> = (1..=MAX_LINES + 5).map(|n| n.to_string()).collect();
        let (shown, note) = tail(&many.join("\n"));
        assert!(shown.starts_with("6\n") && shown.ends_with("2005"));
        assert!(note.unwrap().contains("last 2000 of 2005 lines"));
        let (shown, note) = tail(&"\u{e9}".repeat(MAX_BYTES));
        assert_eq!((shown.len(), note.is_some()), (MAX_BYTES, true));
        assert_eq!(tail("a\nb"), ("a\nb".to_owned(), None));
    }

    #[test]
    fn cuts_fall_between_characters() {
        assert_eq!(cut_at("a\u{e9}b", 2), "a");
        assert_eq!(first_characters("a\u{e9}b", 2), "a\u{e9}...");
        assert_eq!(first_characters("ab", 2), "ab");
    }
}
