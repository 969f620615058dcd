//! `grep`: lines that match, through the sandbox's own search commands.

use schemars::JsonSchema;
use serde::Deserialize;

use super::quoting::{quote, quote_path};
use super::truncation::lossy;
use super::{Tool, ToolContext, ToolError, ToolOutput, first_characters};
use crate::sandbox::{ExecOptions, ExecOutput};

/// Most matches shown.
const MAX_MATCHES: usize = 100;
/// Most characters of a match shown.
const MAX_CHARACTERS: usize = 500;

#[derive(Deserialize, JsonSchema)]
struct Arguments {
    /// A regular expression, or with literal a plain text.
    pattern: String,
    /// The file or folder to search; the working directory when absent.
    path: Option<String>,
    /// Only files whose name matches this glob, such as `*.rs`.
    include: Option<String>,
    /// Take the pattern as plain text.
    literal: Option<bool>,
}

pub(super) fn tool() -> Tool {
    let description = "Searches files for lines that match a regular expression and gives \
        back `file:line:text`, 100 matches at most.";
    Tool::typed("grep", description, run)
}

async fn run(arguments: Arguments, context: ToolContext) -> Result<ToolOutput, ToolError> {
    let command = if context.workspace().has_ripgrep().await? {
        with_ripgrep(&arguments)?
    } else {
        with_grep(&arguments)?
    };
    let options = ExecOptions {
        cancel: Some(context.cancel().clone()),
        ..ExecOptions::default()
    };
    let output = context.sandbox().exec(&command, options).await?;
    show(&output)
}

fn with_ripgrep(arguments: &Arguments) -> Result<String, ToolError> {
    let mut command = "rg --line-number --with-filename --color never".to_owned();
    if arguments.literal == Some(true) {
        command += " --fixed-strings";
    }
    if let Some(include) = &arguments.include {
        command += &format!(" --glob {}", quote(include)?);
    }
    finish(command, arguments)
}

fn with_grep(arguments: &Arguments) -> Result<String, ToolError> {
    let mut command = match arguments.literal {
        Some(true) => "grep -rnH -F".to_owned(),
        _ => "grep -rnH -E".to_owned(),
    };
    if let Some(include) = &arguments.include {
        command += &format!(" --include={}", quote(include)?);
    }
    finish(command, arguments)
}

fn finish(command: String, arguments: &Arguments) -> Result<String, ToolError> {
    let pattern = quote(&arguments.pattern)?;
    let path = quote_path(arguments.path.as_deref().unwrap_or("."))?;
    Ok(format!("{command} -- {pattern} {path}"))
}

fn show(output: &ExecOutput) -> Result<ToolOutput, ToolError> {
    let (text, _) = lossy(&output.stdout);
    let mut lines: Vec<&str> = text.lines().collect();
    // Which file comes first is the folder's to say, or chance's: not here.
    lines.sort_by_key(|line| file_of(line));
    let (said, _) = lossy(&output.stderr);
    let said = said.trim();
    if output.exit_code > 1 && lines.is_empty() {
        return Err(ToolError::Failed(format!(
            "The search failed with exit code {}: {}",
            output.exit_code,
            first_characters(said, 2000)
        )));
    }
    if lines.is_empty() {
        return Ok(ToolOutput::text("No matches."));
    }
    let shown = lines.iter().take(MAX_MATCHES);
    let mut result = shown
        .map(|line| first_characters(line, MAX_CHARACTERS))
        .collect::<Vec<_>>()
        .join("\n");
    if lines.len() > MAX_MATCHES || output.dropped_bytes > 0 {
        result += &format!(
            "\n\n[The first {MAX_MATCHES} of {}{} matches are shown: narrow the pattern, the \
             path or include.]",
            lines.len(),
            if output.dropped_bytes > 0 {
                " or more"
            } else {
                ""
            }
        );
    }
    if output.exit_code > 1 && !said.is_empty() {
        let said = first_characters(said, 500);
        result += &format!("\n\n[Not everything could be searched: {said}]");
    }
    Ok(ToolOutput::text(result))
}

/// The file in `file:line:text`.
fn file_of(line: &str) -> &str {
    let mut ends = line.match_indices(':').map(|(at, _)| at);
    let end = ends.find(|&at| {
        let rest = line.get(at + 1..).unwrap_or_default();
        let number = rest.split(':').next().unwrap_or_default();
        rest.len() > number.len()
            && !number.is_empty()
            && number.bytes().all(|b| b.is_ascii_digit())
    });
    line.get(..end.unwrap_or(line.len())).unwrap_or(line)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_quote_everything() {
        let arguments = Arguments {
            pattern: "it's $x".into(),
            path: Some("-weird dir".into()),
            include: Some("*.r's".into()),
            literal: Some(true),
        };
        assert_eq!(
            with_grep(&arguments).unwrap(),
            r"grep -rnH -F --include='*.r'\''s' -- 'it'\''s $x' './-weird dir'"
        );
        assert_eq!(
            with_ripgrep(&arguments).unwrap(),
            r"rg --line-number --with-filename --color never --fixed-strings --glob '*.r'\''s' -- 'it'\''s $x' './-weird dir'"
        );
    }

    #[test]
    fn files_are_in_order_and_lines_in_theirs() {
        let output = ExecOutput {
            stdout: "b:2:x\na:b:10:x\na:10:x:1:y\nb:1:x\na:9:z\n".into(),
            ..ExecOutput::default()
        };
        let shown = show(&output).unwrap();
        let wanted = "a:10:x:1:y\na:9:z\na:b:10:x\nb:2:x\nb:1:x";
        assert_eq!(shown, ToolOutput::text(wanted));
    }

    #[test]
    fn shows_matches() {
        let ended = |stdout: &str, stderr: &str, exit_code| ExecOutput {
            stdout: stdout.into(),
            stderr: stderr.into(),
            exit_code,
            ..ExecOutput::default()
        };
        let text = |output| show(&output).unwrap();
        assert_eq!(text(ended("", "", 1)), ToolOutput::text("No matches."));
        assert_eq!(text(ended("f:1:x\n", "", 0)), ToolOutput::text("f:1:x"));
        let failed = show(&ended("", "bad regex", 2)).unwrap_err().to_string();
        assert!(failed.contains("exit code 2: bad regex"));
        let partly = format!("{:?}", text(ended("f:1:x\n", "g: denied", 2)));
        assert!(partly.contains("f:1:x") && partly.contains("g: denied"));
        let many = format!("{:?}", text(ended(&"f:1:x\n".repeat(101), "", 0)));
        assert!(many.contains("first 100 of 101"), "{many}");
        let long = show(&ended(&"y".repeat(501), "", 0)).unwrap();
        assert_eq!(long, ToolOutput::text(format!("{}...", "y".repeat(500))));
    }
}
