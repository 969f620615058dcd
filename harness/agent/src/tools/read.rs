//! `read`: a file's lines.

use schemars::JsonSchema;
use serde::Deserialize;

use super::truncation::{MAX_BYTES, head_lines, lossy};
use super::{Tool, ToolContext, ToolError, ToolOutput, cut_at};

#[derive(Deserialize, JsonSchema)]
struct Arguments {
    /// The file, relative to the working directory or absolute.
    path: String,
    /// The first line to read, from 1.
    offset: Option<usize>,
    /// How many lines to read.
    limit: Option<usize>,
}

pub(super) fn tool() -> Tool {
    let description = "Reads a text file. At most 2000 lines or 50 KiB come at once; \
        when there is more, the result names the offset to go on from.";
    Tool::typed("read", description, run)
}

async fn run(arguments: Arguments, context: ToolContext) -> Result<ToolOutput, ToolError> {
    let bytes = context.sandbox().read_file(&arguments.path).await?;
    let (offset, limit) = (arguments.offset, arguments.limit);
    show(&arguments.path, &bytes, offset, limit).map(ToolOutput::text)
}

/// The part of a file that was asked for and fits.
pub(super) fn show(
    path: &str,
    bytes: &[u8],
    offset: Option<usize>,
    limit: Option<usize>,
) -> Result<String, ToolError> {
    let (text, encoding_note) = lossy(bytes);
    let lines: Vec<&str> = text.split_terminator('\n').collect();
    let first = offset.unwrap_or(1).max(1);
    if lines.is_empty() && first == 1 {
        return Ok(format!("({path} is empty)"));
    }
    let Some(wanted) = lines.get(first - 1..).filter(|rest| !rest.is_empty()) else {
        return Err(ToolError::Failed(format!(
            "offset {first} is past the end of {path}, which has {} lines",
            lines.len()
        )));
    };
    let wanted = wanted
        .get(..limit.unwrap_or(usize::MAX).max(1))
        .unwrap_or(wanted);
    let shown = head_lines(wanted);
    let mut result = shown.join("\n");
    let last = first + shown.len() - 1;
    if let (true, Some(long)) = (shown.is_empty(), wanted.first()) {
        result = cut_at(long, MAX_BYTES).to_owned();
        result += &format!(
            "\n\n[Line {first} of {} has {} bytes, of which the first {} are shown. Use bash \
             (`cut -c`, `head -c`) for the rest of it, or offset={} to go on after it.]",
            lines.len(),
            long.len(),
            result.len(),
            first + 1
        );
    } else if last < lines.len() {
        result += &format!(
            "\n\n[Lines {first}-{last} of {} are shown. Go on with offset={}.]",
            lines.len(),
            last + 1
        );
    }
    if let Some(note) = encoding_note {
        result = format!("{result}\n\n{note}");
    }
    Ok(result)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shows_parts() {
        let file = b"one\ntwo\nthree\n";
        for (offset, limit, wanted) in [
            (None, None, "one\ntwo\nthree"),
            (Some(0), None, "one\ntwo\nthree"),
            (Some(3), None, "three"),
            (
                None,
                Some(2),
                "one\ntwo\n\n[Lines 1-2 of 3 are shown. Go on with offset=3.]",
            ),
            (
                Some(2),
                Some(1),
                "two\n\n[Lines 2-2 of 3 are shown. Go on with offset=3.]",
            ),
        ] {
            assert_eq!(show("f", file, offset, limit).unwrap(), wanted);
        }
        let past = show("f", file, Some(4), None).unwrap_err();
        assert_eq!(
            past.to_string(),
            "offset 4 is past the end of f, which has 3 lines"
        );
        assert_eq!(show("f", b"", None, None).unwrap(), "(f is empty)");
        assert!(show("f", b"a\xff", None, None).unwrap().contains("UTF-8"));
    }

    #[test]
    fn cuts_at_lines_and_bytes() {
        let many = "x\n".repeat(2001);
        let shown = show("f", many.as_bytes(), None, None).unwrap();
        assert!(shown.ends_with("[Lines 1-2000 of 2001 are shown. Go on with offset=2001.]"));
        let wide = format!("{}\n", "y".repeat(1023)).repeat(60);
        let shown = show("f", wide.as_bytes(), None, None).unwrap();
        assert!(shown.contains("[Lines 1-50 of 60 are shown. Go on with offset=51.]"));
        let long = format!("{}\nend\n", "z".repeat(MAX_BYTES + 1));
        let shown = show("f", long.as_bytes(), None, None).unwrap();
        assert!(shown.contains("Line 1 of 2 has 51201 bytes") && shown.contains("offset=2"));
    }
}
