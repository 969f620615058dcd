//! `edit`: a passage of a file replaced by another.

use schemars::JsonSchema;
use serde::Deserialize;

use super::{Tool, ToolContext, ToolError, ToolOutput};

#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct Arguments {
    /// The file, relative to the working directory or absolute.
    path: String,
    /// The passage to replace, exactly as it stands in the file.
    old_text: String,
    /// What takes its place.
    new_text: String,
    /// Replace every occurrence; otherwise there must be exactly one.
    replace_all: Option<bool>,
}

pub(super) fn tool() -> Tool {
    let description = "Replaces a passage of a file. The passage must match exactly, white \
        space included, and occur once, unless replaceAll is true.";
    Tool::typed("edit", description, run).one_at_a_time_by("path")
}

async fn run(arguments: Arguments, context: ToolContext) -> Result<ToolOutput, ToolError> {
    let path = &arguments.path;
    let file = context.sandbox().read_file(path).await?;
    let (changed, count) = replace(&file, &arguments).map_err(ToolError::Failed)?;
    context.sandbox().write_file(path, &changed).await?;
    let message = match count {
        1 => format!("Replaced the passage in {path}."),
        count => format!("Replaced {count} occurrences in {path}."),
    };
    Ok(ToolOutput::text(message))
}

/// The file with the passage replaced, and how often it was. It works on bytes:
/// what is not text stays as it is.
fn replace(file: &[u8], arguments: &Arguments) -> Result<(Vec<u8>, usize), String> {
    let path = &arguments.path;
    let (old, new) = (arguments.old_text.as_bytes(), arguments.new_text.as_bytes());
    if old.is_empty() {
        return Err(format!(
            "oldText is empty: give the passage of {path} to replace, or use write for a \
             whole file"
        ));
    }
    if old == new {
        return Err(format!(
            "oldText and newText are the same: nothing would change in {path}"
        ));
    }
    let mut pieces = Vec::new();
    let mut rest = file;
    while let Some(at) = find(rest, old) {
        let (before, after) = rest.split_at(at);
        pieces.push(before);
        rest = after.get(old.len()..).unwrap_or_default();
    }
    let count = pieces.len();
    match count {
        0 => Err(format!(
            "The text was not found in {path}. It has to match exactly, white space and \
             line ends included: read the file again and copy the passage from there."
        )),
        1 => Ok(()),
        _ if arguments.replace_all == Some(true) => Ok(()),
        count => Err(format!(
            "The text occurs {count} times in {path}. Give more of the lines around it so \
             that it occurs once, or set replaceAll."
        )),
    }?;
    pieces.push(rest);
    Ok((pieces.join(new), count))
}

fn find(haystack: &[u8], needle: &[u8]) -> Option<usize> {
    if let (Ok(haystack), Ok(needle)) = (str::from_utf8(haystack), str::from_utf8(needle)) {
        return haystack.find(needle);
    }
    haystack
        .windows(needle.len())
        .position(|window| window == needle)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn replaces() {
        let edit = |file: &[u8], old: &str, new: &str, all| {
            let arguments = Arguments {
                path: "f".into(),
                old_text: old.into(),
                new_text: new.into(),
                replace_all: all,
            };
            replace(file, &arguments)
        };
        assert_eq!(edit(b"a b", "b", "c", None).unwrap(), (b"a c".into(), 1));
        assert_eq!(
            edit(b"aba", "a", "cc", Some(true)).unwrap(),
            (b"ccbcc".into(), 2)
        );
        assert_eq!(
            edit(b"\xff x", "x", "y", None).unwrap(),
            (b"\xff y".into(), 1)
        );
        for (file, old, new, said) in [
            ("aa", "a", "b", "occurs 2 times"),
            ("aa", "c", "b", "not found"),
            ("aa", "", "b", "oldText is empty"),
            ("aa", "a", "a", "nothing would change"),
        ] {
            let error = edit(file.as_bytes(), old, new, None).unwrap_err();
            assert!(error.contains(said), "{error}");
        }
    }
}
