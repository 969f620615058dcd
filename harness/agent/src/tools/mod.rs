//! What a model can do: the tools over a sandbox, and the embedder's own.

mod activate_skill;
mod arguments;
mod bash;
mod context;
mod edit;
mod glob;
mod glob_pattern;
mod grep;
mod output;
mod path_order;
mod quoting;
mod read;
mod read_skill_resource;
mod task;
mod tool;
mod truncation;
mod workspace;
mod write;

pub use context::ToolContext;
pub use output::{IntoToolOutput, ToolOutput};
pub use tool::Tool;

pub(crate) use arguments::schema_of;
pub(crate) use bash::show as show_command;
pub(crate) use output::ToolError;
pub(crate) use truncation::{cut_at, first_characters};
pub(crate) use workspace::Workspace;

/// Names that tools of the embedder cannot take.
pub(crate) const RESERVED: &[&str] = &[
    "task",
    "activate_skill",
    "read_skill_resource",
    "finish",
    "give_up",
];

/// The tools over files and commands.
pub(crate) fn workspace_tools() -> Vec<Tool> {
    vec![
        read::tool(),
        write::tool(),
        edit::tool(),
        bash::tool(),
        grep::tool(),
        glob::tool(),
    ]
}

/// The tool that hands work to an agent with a context of its own.
pub(crate) fn task_tool() -> Tool {
    task::tool()
}

/// The tools that bring skills into a conversation.
pub(crate) fn skill_tools() -> Vec<Tool> {
    vec![activate_skill::tool(), read_skill_resource::tool()]
}
