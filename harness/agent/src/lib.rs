//! Agents: a model works through tools in a sandbox, in sessions that persist.
//!
//! The shape is Flue's: an agent is described once, `init` gives a harness over
//! a sandbox, and the harness gives files, a shell and sessions.
//!
//! ```no_run
//! # use std::sync::Arc;
//! # use wardian_agent::{Agent, AgentError, models::Model, sandbox::SandboxFactory};
//! # async fn example(
//! #     model: Arc<dyn Model>, sandbox: Arc<dyn SandboxFactory>, document: &str,
//! # ) -> Result<(), AgentError> {
//! let reviewer = Agent::builder()
//!     .model(model)
//!     .sandbox(sandbox)
//!     .cwd("/home/user/review")
//!     .build()?;
//!
//! let harness = reviewer.init().await?;
//! harness.fs().write_file("document.md", document).await?;
//! let session = harness.session().await?;
//! session.prompt("Review document.md and write your findings to review.md").await?;
//! println!("{}", harness.fs().read_text("review.md").await?);
//! # Ok(()) }
//! ```
#![forbid(unsafe_code)]

mod agent;
mod budget;
mod clock;
mod error;
pub mod events;
#[cfg(feature = "mcp")]
pub mod mcp;
pub mod sandbox;
mod session;
pub mod skills;
pub mod store;
pub mod tools;

pub use agent::{Agent, AgentBuilder, Files, Harness, ModelChoice};
pub use budget::{BudgetKind, BudgetReached, Budgets};
pub use clock::{Clock, FixedClock, SystemClock};
pub use error::AgentError;
pub use session::{Call, Compacted, CompactionPolicy, Outcome, Running, Session, Structured};
pub use wardian_models as models;
