//! `glob`: files by name, through the sandbox's `find`.

use schemars::JsonSchema;
use serde::Deserialize;

use super::glob_pattern::{looser_path, matches_path};
use super::quoting::{quote, quote_path};
use super::truncation::lossy;
use super::{Tool, ToolContext, ToolError, ToolOutput};
use crate::sandbox::ExecOptions;

/// Most files shown.
const MAX_FILES: usize = 1000;

#[derive(Deserialize, JsonSchema)]
struct Arguments {
    /// A glob for file names, such as `*.rs`; with slashes one for paths below
    /// the folder, in which `**` stands for any number of folders.
    pattern: String,
    /// The folder to search; the working directory when absent.
    path: Option<String>,
}

pub(super) fn tool() -> Tool {
    let description = "Finds files by name below a folder, 1000 at most.";
    Tool::typed("glob", description, run)
}

async fn run(arguments: Arguments, context: ToolContext) -> Result<ToolOutput, ToolError> {
    let folder = arguments.path.as_deref().unwrap_or(".");
    // `find` is silenced below, for folders that it may not read; one that is not
    // there must be told.
    context.sandbox().stat(folder).await?;
    let options = ExecOptions {
        cancel: Some(context.cancel().clone()),
        ..ExecOptions::default()
    };
    let command = command(&arguments.pattern, folder)?;
    let output = context.sandbox().exec(&command, options).await?;
    let (text, _) = lossy(&output.stdout);
    let prefix = format!("{}/", anchored(folder).trim_end_matches('/'));
    let by_path = path_pattern(&arguments.pattern);
    let mut files: Vec<&str> = text
        .lines()
        .filter(|file| match by_path {
            Some(pattern) => file
                .strip_prefix(&prefix)
                .is_some_and(|below| matches_path(pattern, below)),
            None => true,
        })
        .collect();
    let is_cut = text.lines().count() >= MAX_FILES;
    if files.is_empty() && !is_cut {
        return Ok(ToolOutput::text(format!(
            "No files match {}.",
            arguments.pattern
        )));
    }
    files.sort_unstable();
    let mut result = files.join("\n");
    if is_cut {
        result += &format!(
            "\n\n[The search ended at {MAX_FILES} files: narrow the pattern or the path.]"
        );
    }
    Ok(ToolOutput::text(result))
}

fn command(pattern: &str, folder: &str) -> Result<String, ToolError> {
    let start = quote_path(folder)?;
    let test = match path_pattern(pattern) {
        Some(path) => format!("-path {}", quote(&looser_path(path))?),
        None => format!("-name {}", quote(pattern.trim_start_matches("**/"))?),
    };
    Ok(format!(
        "find {start} -type f {test} 2>/dev/null | head -{MAX_FILES}"
    ))
}

/// The pattern when it is one for paths, not for names alone.
fn path_pattern(pattern: &str) -> Option<&str> {
    let pattern = pattern.trim_start_matches("./");
    let name_only = pattern.trim_start_matches("**/");
    name_only.contains('/').then_some(pattern)
}

/// The folder as [`quote_path`] writes it.
fn anchored(folder: &str) -> String {
    if folder.starts_with(['/', '.']) {
        folder.to_owned()
    } else {
        format!("./{folder}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_quote_everything() {
        for (pattern, folder, wanted) in [
            ("*.rs", ".", "find '.' -type f -name '*.rs'"),
            ("**/*.rs", "src", "find './src' -type f -name '*.rs'"),
            ("it's", "-x", r"find './-x' -type f -name 'it'\''s'"),
            ("src/**/*.rs", ".", "find '.' -type f -path '*src/*.rs'"),
        ] {
            let wanted = format!("{wanted} 2>/dev/null | head -1000");
            assert_eq!(command(pattern, folder).unwrap(), wanted);
        }
    }
}
