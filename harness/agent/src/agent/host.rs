//! An agent at work: its model is connected, its sandbox made, its tools listed.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, Weak};

use super::at_directory::at_directory;
use super::definition::Definition;
use crate::clock::Clock;
use crate::error::AgentError;
use crate::models::Model;
use crate::session::Core;
use crate::store::ConversationStore;
use crate::tools::{Tool, Workspace, skill_tools, task_tool, workspace_tools};

/// What the sessions of one instance share.
pub(crate) struct Host {
    pub(crate) id: String,
    pub(crate) definition: Arc<Definition>,
    pub(crate) model: Arc<dyn Model>,
    pub(crate) workspace: Arc<Workspace>,
    pub(crate) tools: Vec<Tool>,
    pub(crate) store: Arc<dyn ConversationStore>,
    pub(crate) clock: Arc<dyn Clock>,
    /// Whether the files are those of this instance alone, not those of the agent
    /// that it takes a task from.
    pub(crate) owns_files: bool,
    /// The sessions in use. Those dropped are in the store.
    sessions: Mutex<HashMap<String, Weak<Core>>>,
    /// The tools of subagents that have had a task, by their names.
    task_tools: tokio::sync::Mutex<HashMap<String, Vec<Tool>>>,
    /// Held while a session is opened, so that none is opened twice.
    pub(crate) opening: tokio::sync::Mutex<()>,
    /// The last recorded difference of files.
    pub(crate) recorded_changes: Mutex<String>,
}

impl Host {
    pub(super) async fn start(
        definition: Arc<Definition>,
        id: String,
    ) -> Result<Arc<Host>, AgentError> {
        let Some(choice) = &definition.model else {
            return Err(AgentError::Definition(
                "it has no model: name one with AgentBuilder::model".to_owned(),
            ));
        };
        let Some(factory) = &definition.sandbox else {
            return Err(AgentError::Definition(
                "it has no sandbox: give AgentBuilder::sandbox a factory".to_owned(),
            ));
        };
        let model = choice.resolve(definition.connector.as_deref())?;
        let mut sandbox = factory.create(&id).await?;
        if let Some(cwd) = &definition.cwd {
            sandbox = at_directory(sandbox, cwd).await?;
        }
        let tools = tools_of(&definition).await?;
        Ok(Arc::new(Host {
            id,
            model,
            workspace: Workspace::new(sandbox),
            tools,
            store: definition.store.clone(),
            clock: definition.clock.clone(),
            owns_files: true,
            sessions: Mutex::default(),
            task_tools: tokio::sync::Mutex::default(),
            opening: tokio::sync::Mutex::default(),
            recorded_changes: Mutex::default(),
            definition,
        }))
    }

    /// The same for an agent that takes a task from this one.
    pub(crate) async fn for_task(
        &self,
        definition: Arc<Definition>,
        cwd: Option<&str>,
    ) -> Result<Arc<Host>, AgentError> {
        let connector = definition
            .connector
            .as_deref()
            .or(self.definition.connector.as_deref());
        let model = match &definition.model {
            Some(choice) => choice.resolve(connector)?,
            None => self.model.clone(),
        };
        let mut workspace = self.workspace.clone();
        if definition.forks_sandbox {
            workspace = Workspace::new(workspace.sandbox.fork().await?);
        }
        // An agent's own directory, then the one of the task, as seen from there.
        let is_copy = Arc::ptr_eq(&definition, &self.definition);
        let own = definition.cwd.as_deref().filter(|_| !is_copy);
        for cwd in [own, cwd].into_iter().flatten() {
            let sandbox = at_directory(workspace.sandbox.clone(), cwd).await?;
            workspace = workspace.at(sandbox);
        }
        let tools = if is_copy {
            self.tools.clone()
        } else {
            self.tools_for_tasks(&definition).await?
        };
        Ok(Arc::new(Host {
            id: self.id.clone(),
            model,
            workspace,
            tools,
            store: self.store.clone(),
            clock: self.clock.clone(),
            owns_files: definition.forks_sandbox,
            sessions: Mutex::default(),
            task_tools: tokio::sync::Mutex::default(),
            opening: tokio::sync::Mutex::default(),
            recorded_changes: Mutex::default(),
            definition,
        }))
    }

    /// The tools of a subagent. Its servers of tools come up at its first task and
    /// stay for the next ones.
    async fn tools_for_tasks(&self, definition: &Definition) -> Result<Vec<Tool>, AgentError> {
        let mut known = self.task_tools.lock().await;
        if let Some(tools) = known.get(&definition.name) {
            return Ok(tools.clone());
        }
        let tools = tools_of(definition).await?;
        known.insert(definition.name.clone(), tools.clone());
        Ok(tools)
    }

    /// A session in use.
    pub(crate) fn open_session(&self, id: &str) -> Option<Arc<Core>> {
        self.lock_sessions().get(id)?.upgrade()
    }

    pub(crate) fn keep_session(&self, core: &Arc<Core>) {
        let mut sessions = self.lock_sessions();
        sessions.retain(|_, core| core.strong_count() > 0);
        sessions.insert(core.id().to_owned(), Arc::downgrade(core));
    }

    fn lock_sessions(&self) -> std::sync::MutexGuard<'_, HashMap<String, Weak<Core>>> {
        self.sessions.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The tools of an agent in the order in which the model is told of them, which
/// stays the same so that providers can cache it.
async fn tools_of(definition: &Definition) -> Result<Vec<Tool>, AgentError> {
    let mut tools = workspace_tools();
    tools.retain(|tool| definition.tools.iter().all(|own| own.name() != tool.name()));
    tools.push(task_tool());
    tools.extend(skill_tools());
    tools.extend(definition.tools.iter().cloned());
    #[cfg(feature = "mcp")]
    for server in &definition.mcp_servers {
        tools.extend(server.connect().await?);
    }
    tools.retain(|tool| {
        !definition
            .hidden_tools
            .iter()
            .any(|name| name == tool.name())
    });
    for (number, tool) in tools.iter().enumerate() {
        let mut before = tools.iter().take(number);
        if before.any(|other| other.name() == tool.name()) {
            return Err(AgentError::Definition(format!(
                "two tools are called `{}`: give one of their servers another name, or leave \
                 one out with McpServer::allow",
                tool.name()
            )));
        }
    }
    Ok(tools)
}
