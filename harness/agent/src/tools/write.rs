//! `write`: a file as a whole.

use schemars::JsonSchema;
use serde::Deserialize;

use super::{Tool, ToolContext, ToolError, ToolOutput};

#[derive(Deserialize, JsonSchema)]
struct Arguments {
    /// The file, relative to the working directory or absolute.
    path: String,
    /// All of its new contents.
    content: String,
}

pub(super) fn tool() -> Tool {
    let description = "Writes a file, in place of what was there. Missing directories above \
        it are made.";
    Tool::typed("write", description, run).one_at_a_time_by("path")
}

async fn run(arguments: Arguments, context: ToolContext) -> Result<ToolOutput, ToolError> {
    let Arguments { path, content } = arguments;
    let sandbox = context.sandbox();
    sandbox.write_file(&path, content.as_bytes()).await?;
    Ok(ToolOutput::text(format!(
        "Wrote {} bytes to {path}.",
        content.len()
    )))
}
