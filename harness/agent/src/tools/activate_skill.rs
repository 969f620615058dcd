//! `activate_skill`: the instructions of a skill.

use schemars::JsonSchema;
use serde::Deserialize;

use super::{Tool, ToolContext, ToolError, ToolOutput};

#[derive(Deserialize, JsonSchema)]
struct Arguments {
    /// The skill, one of those listed as available.
    name: String,
}

pub(super) fn tool() -> Tool {
    let description = "Gives the full instructions of a skill. Call it before you do what \
        the skill is for.";
    Tool::typed("activate_skill", description, run)
}

async fn run(arguments: Arguments, context: ToolContext) -> Result<ToolOutput, ToolError> {
    match context.core.skills().find(&arguments.name) {
        Ok(skill) => Ok(ToolOutput::text(skill.for_the_model())),
        Err(error) => Err(ToolError::Failed(error.to_string())),
    }
}
