//! A model that says what it is told to, and a sandbox of a few lines.
#![allow(dead_code, unused_imports)]

mod host_folder;
mod mcp_server;
mod memory_sandbox;
mod script;

use std::sync::Arc;

use wardian_agent::{Agent, AgentBuilder, FixedClock};

pub use host_folder::{HostFactory, HostFolder};
pub use mcp_server::mcp_answer;
pub use memory_sandbox::{MemoryFactory, MemorySandbox};
pub use script::{Script, Step, calls, result_texts, say};

/// 2026-03-01.
pub const NOW: u64 = 1_772_323_200;

/// An agent with this script, a fixed clock and an empty sandbox in memory.
pub fn agent(script: &Arc<Script>) -> AgentBuilder {
    agent_in(script, &MemorySandbox::new())
}

/// An agent with this script over this sandbox.
pub fn agent_in(script: &Arc<Script>, sandbox: &Arc<MemorySandbox>) -> AgentBuilder {
    Agent::builder()
        .model(script.clone())
        .sandbox(Arc::new(MemoryFactory(sandbox.clone())))
        .clock(Arc::new(FixedClock::at_unix_seconds(NOW)))
}
