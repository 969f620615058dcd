//! Describing an agent.

use std::sync::Arc;

use super::Agent;
use super::choice::ModelChoice;
use super::definition::Definition;
use crate::budget::Budgets;
use crate::clock::{Clock, SystemClock};
use crate::error::AgentError;
use crate::models::{Model, ModelError, ThinkingLevel};
use crate::sandbox::SandboxFactory;
use crate::session::{CompactionPolicy, GENERAL_AGENT};
use crate::skills::Skill;
use crate::store::{ConversationStore, MemoryStore};
use crate::tools::{RESERVED, Tool};

/// Describes an agent.
///
/// | | default |
/// |---|---|
/// | name | `agent` |
/// | instructions, tools, skills, subagents, MCP servers | none |
/// | model, sandbox | none; both are needed, except by a subagent |
/// | cwd | the sandbox's own |
/// | thinking | medium |
/// | output tokens | the model's own limit |
/// | budgets | [`Budgets::default`] |
/// | compaction | [`CompactionPolicy::default`] |
/// | attempts at a structured result | 5 |
/// | changes of files are recorded | yes |
/// | store | in memory, of its own |
/// | clock | the host's |
#[must_use]
pub struct AgentBuilder {
    definition: Definition,
}

impl Default for AgentBuilder {
    fn default() -> Self {
        AgentBuilder {
            definition: Definition {
                name: "agent".to_owned(),
                description: String::new(),
                model: None,
                connector: None,
                instructions: String::new(),
                cwd: None,
                sandbox: None,
                forks_sandbox: false,
                tools: Vec::new(),
                hidden_tools: Vec::new(),
                #[cfg(feature = "mcp")]
                mcp_servers: Vec::new(),
                skills: Vec::new(),
                subagents: Vec::new(),
                thinking: ThinkingLevel::default(),
                max_output_tokens: None,
                result_attempts: 5,
                budgets: Budgets::default(),
                compaction: Some(CompactionPolicy::default()),
                records_changes: true,
                store: Arc::new(MemoryStore::new()),
                clock: Arc::new(SystemClock),
            },
        }
    }
}

impl AgentBuilder {
    /// What it is called, in records and as a subagent.
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.definition.name = name.into();
        self
    }

    /// What it is for. An agent above it reads this to decide whether to hand it
    /// a task.
    pub fn description(mut self, description: impl Into<String>) -> Self {
        self.definition.description = description.into();
        self
    }

    /// Its model, or the name of one. A subagent without one has its parent's.
    pub fn model(mut self, model: impl Into<ModelChoice>) -> Self {
        self.definition.model = Some(model.into());
        self
    }

    /// How a model's name becomes a model.
    pub fn connector(
        mut self,
        connect: impl Fn(&str) -> Result<Arc<dyn Model>, ModelError> + Send + Sync + 'static,
    ) -> Self {
        self.definition.connector = Some(Arc::new(connect));
        self
    }

    /// What it is told before everything else.
    pub fn instructions(mut self, instructions: impl Into<String>) -> Self {
        self.definition.instructions = instructions.into();
        self
    }

    /// The directory it works in; made if need be.
    pub fn cwd(mut self, cwd: impl Into<String>) -> Self {
        self.definition.cwd = Some(cwd.into());
        self
    }

    /// What makes its sandboxes.
    pub fn sandbox(mut self, sandbox: Arc<dyn SandboxFactory>) -> Self {
        self.definition.sandbox = Some(sandbox);
        self
    }

    /// As a subagent it works on a copy of its parent's sandbox, which is dropped
    /// with the task: nothing that it does to files is kept.
    pub fn forks_sandbox(mut self, forks: bool) -> Self {
        self.definition.forks_sandbox = forks;
        self
    }

    /// One more tool. One with the name of a tool over files and commands
    /// (`read`, `bash`...) takes its place.
    pub fn tool(mut self, tool: Tool) -> Self {
        self.definition.tools.push(tool);
        self
    }

    /// Takes a tool away: `bash`, say, from an agent that should only read.
    pub fn without_tool(mut self, name: impl Into<String>) -> Self {
        self.definition.hidden_tools.push(name.into());
        self
    }

    /// The tools of one more server.
    #[cfg(feature = "mcp")]
    pub fn mcp_server(mut self, server: crate::mcp::McpServer) -> Self {
        self.definition.mcp_servers.push(server);
        self
    }

    /// One more skill. Those in the workspace's `.agents/skills` are found without
    /// being named.
    pub fn skill(mut self, skill: Skill) -> Self {
        self.definition.skills.push(skill);
        self
    }

    /// More skills, such as [`Skill::all_in`] gives.
    pub fn skills(mut self, skills: impl IntoIterator<Item = Skill>) -> Self {
        self.definition.skills.extend(skills);
        self
    }

    /// An agent that takes tasks from this one. It works in this one's sandbox
    /// and keeps its conversations in this one's store.
    pub fn subagent(mut self, agent: Agent) -> Self {
        self.definition.subagents.push(agent);
        self
    }

    /// How hard the model thinks.
    pub fn thinking(mut self, level: ThinkingLevel) -> Self {
        self.definition.thinking = level;
        self
    }

    /// Most tokens of one reply.
    pub fn max_output_tokens(mut self, tokens: u32) -> Self {
        self.definition.max_output_tokens = Some(tokens);
        self
    }

    /// What one operation may take.
    pub fn budgets(mut self, budgets: Budgets) -> Self {
        self.definition.budgets = budgets;
        self
    }

    /// How often the model may try to give a structured result.
    pub fn result_attempts(mut self, attempts: u32) -> Self {
        self.definition.result_attempts = attempts.max(1);
        self
    }

    /// When a long conversation is summarised; none for never.
    pub fn compaction(mut self, policy: Option<CompactionPolicy>) -> Self {
        self.definition.compaction = policy;
        self
    }

    /// Whether the differences of the sandbox's files are recorded after each
    /// operation, where it can tell them.
    pub fn records_changes(mut self, records: bool) -> Self {
        self.definition.records_changes = records;
        self
    }

    /// Where conversations are kept.
    pub fn store(mut self, store: Arc<dyn ConversationStore>) -> Self {
        self.definition.store = store;
        self
    }

    /// What tells the time of day.
    pub fn clock(mut self, clock: Arc<dyn Clock>) -> Self {
        self.definition.clock = clock;
        self
    }

    /// The agent.
    ///
    /// # Errors
    /// [`AgentError::Definition`] when a tool's name is reserved, taken twice or
    /// not one that providers accept, or when two subagents have one name.
    pub fn build(self) -> Result<Agent, AgentError> {
        let definition = self.definition;
        for (number, tool) in definition.tools.iter().enumerate() {
            let name = tool.name();
            if RESERVED.contains(&name) {
                return wrong(format!("a tool cannot be called `{name}`: Wardian has one"));
            }
            if !tool.has_valid_name() {
                return wrong(format!(
                    "a tool cannot be called `{name}`: providers take letters, digits, `_` \
                     and `-`, 64 at most"
                ));
            }
            let mut before = definition.tools.iter().take(number);
            if before.any(|other| other.name() == name) {
                return wrong(format!("two tools are called `{name}`"));
            }
        }
        for (number, agent) in definition.subagents.iter().enumerate() {
            let name = agent.name();
            let mut before = definition.subagents.iter().take(number);
            if before.any(|other| other.name() == name) {
                return wrong(format!("two subagents are called `{name}`"));
            }
            if name == GENERAL_AGENT {
                return wrong(format!(
                    "a subagent cannot be called `{name}`: that is the agent's own copy"
                ));
            }
        }
        Ok(Agent {
            definition: Arc::new(definition),
        })
    }
}

fn wrong<T>(message: String) -> Result<T, AgentError> {
    Err(AgentError::Definition(message))
}
