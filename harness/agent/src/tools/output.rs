//! What a tool gives back.

use std::fmt::Display;

use crate::models::Part;
use crate::sandbox::SandboxError;

/// The result of a call, for the model.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct ToolOutput {
    /// Text and images.
    pub content: Vec<Part>,
    /// Whether the tool failed.
    pub is_error: bool,
}

impl ToolOutput {
    /// Text, of a call that worked.
    pub fn text(text: impl Into<String>) -> ToolOutput {
        ToolOutput {
            content: vec![Part::text(text)],
            is_error: false,
        }
    }

    /// Text, of a call that failed. It should say what would be right.
    pub fn error(text: impl Into<String>) -> ToolOutput {
        ToolOutput {
            is_error: true,
            ..ToolOutput::text(text)
        }
    }
}

/// What a tool's function may return.
pub trait IntoToolOutput {
    /// The result for the model.
    fn into_tool_output(self) -> ToolOutput;
}

impl IntoToolOutput for ToolOutput {
    fn into_tool_output(self) -> ToolOutput {
        self
    }
}

impl IntoToolOutput for String {
    fn into_tool_output(self) -> ToolOutput {
        ToolOutput::text(self)
    }
}

impl IntoToolOutput for &str {
    fn into_tool_output(self) -> ToolOutput {
        ToolOutput::text(self)
    }
}

impl IntoToolOutput for () {
    fn into_tool_output(self) -> ToolOutput {
        ToolOutput::text("(done)")
    }
}

impl IntoToolOutput for serde_json::Value {
    fn into_tool_output(self) -> ToolOutput {
        ToolOutput::text(self.to_string())
    }
}

impl<T: IntoToolOutput, E: Display> IntoToolOutput for Result<T, E> {
    fn into_tool_output(self) -> ToolOutput {
        match self {
            Ok(value) => value.into_tool_output(),
            Err(error) => ToolOutput::error(error.to_string()),
        }
    }
}

/// Why a tool of ours failed.
#[derive(Clone, PartialEq, Debug, thiserror::Error)]
pub enum ToolError {
    /// The model did something that cannot work; it is told what would.
    #[error("{0}")]
    Failed(String),
    /// The sandbox failed. A sandbox that died ends the operation, anything else
    /// is told to the model.
    #[error(transparent)]
    Sandbox(#[from] SandboxError),
}
