//! `read_skill_resource`: a file that came with a skill.

use schemars::JsonSchema;
use serde::Deserialize;

use super::{Tool, ToolContext, ToolError, ToolOutput, read};

#[derive(Deserialize, JsonSchema)]
struct Arguments {
    /// The file's path as the skill's instructions list it.
    path: String,
    /// The first line to read, from 1.
    offset: Option<usize>,
    /// How many lines to read.
    limit: Option<usize>,
}

pub(super) fn tool() -> Tool {
    let description = "Reads a file that belongs to a skill, by the path that \
        activate_skill listed. It is cut as by read.";
    Tool::typed("read_skill_resource", description, run)
}

async fn run(arguments: Arguments, context: ToolContext) -> Result<ToolOutput, ToolError> {
    let skills = context.core.skills();
    let path = &arguments.path;
    let shown = match skills.resource(path) {
        Some(bytes) => read::show(path, bytes, arguments.offset, arguments.limit)?,
        None if skills.is_in_workspace(path) => {
            let bytes = context.sandbox().read_file(path).await?;
            read::show(path, &bytes, arguments.offset, arguments.limit)?
        }
        None => {
            return Err(ToolError::Failed(format!(
                "No skill has a file {path}. {}",
                skills.known_resources()
            )));
        }
    };
    Ok(ToolOutput::text(shown))
}
