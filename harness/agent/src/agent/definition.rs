//! All that was said of an agent.

use std::sync::Arc;

use super::Agent;
use super::choice::{Connector, ModelChoice};
use crate::budget::Budgets;
use crate::clock::Clock;
use crate::models::ThinkingLevel;
use crate::sandbox::SandboxFactory;
use crate::session::CompactionPolicy;
use crate::skills::Skill;
use crate::store::ConversationStore;
use crate::tools::Tool;

#[derive(Clone)]
pub(crate) struct Definition {
    pub(crate) name: String,
    pub(crate) description: String,
    pub(crate) model: Option<ModelChoice>,
    pub(crate) connector: Option<Arc<Connector>>,
    pub(crate) instructions: String,
    pub(crate) cwd: Option<String>,
    pub(crate) sandbox: Option<Arc<dyn SandboxFactory>>,
    pub(crate) forks_sandbox: bool,
    pub(crate) tools: Vec<Tool>,
    pub(crate) hidden_tools: Vec<String>,
    #[cfg(feature = "mcp")]
    pub(crate) mcp_servers: Vec<crate::mcp::McpServer>,
    pub(crate) skills: Vec<Skill>,
    pub(crate) subagents: Vec<Agent>,
    pub(crate) thinking: ThinkingLevel,
    pub(crate) max_output_tokens: Option<u32>,
    pub(crate) result_attempts: u32,
    pub(crate) budgets: Budgets,
    pub(crate) compaction: Option<CompactionPolicy>,
    pub(crate) records_changes: bool,
    pub(crate) store: Arc<dyn ConversationStore>,
    pub(crate) clock: Arc<dyn Clock>,
}
