//! A session as text.

use std::fmt::Write as _;

use crate::agent::call_line;
use crate::report::{Record, What, duration};
use crate::terminal::plain;

/// What was said and done, in order.
pub(super) fn text(record: &Record) -> String {
    let mut out = String::new();
    // Writing to a string does not fail.
    let _ = writeln!(out, "{} with {}", record.agent, record.model);
    for step in &record.steps {
        let took = step.duration_ms.map(|ms| format!(" · {}", duration(ms)));
        let took = took.unwrap_or_default();
        match &step.what {
            What::Instructions { .. } => {}
            What::Prompt { text } => {
                let _ = writeln!(out, "\n> {}", indented(text, "  "));
            }
            What::Turn { number, .. } => {
                let _ = writeln!(out, "\nturn {number}{took}");
            }
            What::Thinking { text } if text.is_empty() => {}
            What::Thinking { text } => {
                let _ = writeln!(out, "({})", indented(text, " "));
            }
            What::Reply { text } => {
                let _ = writeln!(out, "{}", text.trim_end());
            }
            What::Tool {
                name,
                arguments,
                result,
                is_error,
                ..
            } => {
                let failed = if *is_error { " · failed" } else { "" };
                let _ = writeln!(out, "{}{took}{failed}", call_line(name, arguments));
                if let Some(result) = result {
                    let _ = writeln!(out, "  {}", indented(result.trim_end(), "  "));
                }
            }
            What::Image { media_type, .. } => {
                let _ = writeln!(out, "[an image, {media_type}]");
            }
            What::Note { text, .. } => {
                let _ = writeln!(out, "* {}", indented(text, "  "));
            }
        }
    }
    if !record.changes.is_empty() {
        let _ = write!(out, "\n{}", record.changes);
    }
    plain(&out)
}

/// The lines below the first moved to the right.
fn indented(text: &str, by: &str) -> String {
    text.trim_end().replace('\n', &format!("\n{by}"))
}
