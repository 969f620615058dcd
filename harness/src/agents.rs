//! Agents with this crate's defaults.

use std::sync::Arc;

use wardian_agent::{Agent, AgentBuilder, models};

use crate::Virtual;

/// Describes an agent. Unless told otherwise it works in a virtual sandbox
/// ([`Virtual`]), which has nothing of the host, and finds its model by name with
/// the keys of the host's environment.
///
/// ```
/// # use wardian::agent::models::{Scripted, Turn};
/// # #[tokio::main] async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let model = std::sync::Arc::new(Scripted::from_turns([
/// #     Turn::call("bash", serde_json::json!({ "command": "wc -w <document.md >review.md" })),
/// #     Turn::text("Done."),
/// # ]));
/// let reviewer = wardian::agent()
///     .model(model) // or a name, such as "anthropic/claude-sonnet-4-6"
///     .cwd("/workspace")
///     .build()?;
///
/// let harness = reviewer.init().await?;
/// harness.fs().write_file("document.md", "It was a dark night.\n").await?;
/// let session = harness.session().await?;
/// session.prompt("Review document.md and write your findings to review.md.").await?;
/// assert_eq!(harness.fs().read_text("review.md").await?, "5\n");
/// # Ok(()) }
/// ```
pub fn agent() -> AgentBuilder {
    Agent::builder()
        .sandbox(Arc::new(Virtual::new()))
        .connector(models::connect)
}

/// The guide's code, compiled.
#[cfg(doctest)]
#[doc = include_str!("../../docs/agents.md")]
struct Guide;
