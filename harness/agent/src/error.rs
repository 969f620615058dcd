//! What keeps an agent from doing what it was asked.

use crate::budget::BudgetReached;
use crate::models::ModelError;
use crate::sandbox::SandboxError;
use crate::store::StoreError;

/// Why an operation of an agent failed. The session stays usable after any of
/// them, as long as its sandbox and its store do.
#[derive(Clone, PartialEq, Debug, thiserror::Error)]
pub enum AgentError {
    /// The agent is described in a way that cannot work.
    #[error("the agent cannot be made: {0}")]
    Definition(String),
    /// The model did not answer.
    #[error(transparent)]
    Model(#[from] ModelError),
    /// The sandbox failed beneath the agent; what a tool may try again is a
    /// result for the model, not this.
    #[error(transparent)]
    Sandbox(#[from] SandboxError),
    /// The conversation could not be read or written.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The session does one thing at a time.
    #[error(
        "session {session} is busy with `{operation}`: await or abort that first, \
         or work in another session"
    )]
    SessionBusy {
        /// The session.
        session: String,
        /// What it is doing: `prompt`, `task`, `shell`, `compact`...
        operation: &'static str,
    },
    /// A budget is spent.
    #[error(transparent)]
    Budget(#[from] BudgetReached),
    /// The operation was cancelled.
    #[error("cancelled")]
    Cancelled,
    /// The model or its provider refused to answer.
    #[error("the model refused to answer{}", colon(.text))]
    Refused {
        /// What it said instead, perhaps nothing.
        text: String,
    },
    /// No result of the wanted shape came.
    #[error("no valid result after {attempts} attempts, {allowed} allowed: {problem}")]
    NoResult {
        /// How often the model tried.
        attempts: u32,
        /// How often it may.
        allowed: u32,
        /// What was wrong with the last attempt.
        problem: String,
    },
    /// The model says that there can be no result.
    #[error("the model gave up: {reason}")]
    GaveUp {
        /// Why, in its words.
        reason: String,
    },
    /// Nothing was asked.
    #[error("the prompt is empty: say what to do, or show an image")]
    EmptyPrompt,
    /// An image of the call is none that a model could be shown.
    #[error("image {number} of the call: {problem}")]
    Image {
        /// Which, from 1.
        number: usize,
        /// What is wrong and what would be right.
        problem: String,
    },
    /// There is no such skill.
    #[error("there is no skill `{name}`; {known}")]
    UnknownSkill {
        /// What was asked for.
        name: String,
        /// Which there are.
        known: String,
    },
    /// There is no such subagent.
    #[error("there is no agent `{name}`; {known}")]
    UnknownAgent {
        /// What was asked for.
        name: String,
        /// Which there are.
        known: String,
    },
    /// Tasks within tasks went too deep.
    #[error("a task at depth {depth} cannot start another: {allowed} levels are allowed")]
    TaskDepth {
        /// Where the task was to start.
        depth: u32,
        /// How deep tasks may go.
        allowed: u32,
    },
    /// A server of tools did not come up.
    #[error("MCP server {server}: {message}")]
    Mcp {
        /// Its name.
        server: String,
        /// What happened and what to do about it.
        message: String,
    },
    /// The operation's own code failed. This is a defect of ours.
    #[error("the operation crashed: {0}")]
    Crashed(String),
}

fn colon(text: &str) -> String {
    if text.is_empty() {
        String::new()
    } else {
        format!(": {text}")
    }
}
