//! A session, for the embedder.

use std::sync::Arc;

use schemars::JsonSchema;
use serde::de::DeserializeOwned;
use serde_json::Value;
use tokio_util::sync::CancellationToken;

use super::call::Call;
use super::compaction::{Compacted, compact_now};
use super::core::Core;
use super::gate::Entrance;
use super::prompt::{Outcome, converse};
use super::shell::run_recorded;
use super::structured::{Goal, Structured};
use super::task::TaskOrder;
use crate::agent::Files;
use crate::error::AgentError;
use crate::events::EventStream;
use crate::models::Message;
use crate::sandbox::{ExecOptions, ExecOutput};
use crate::store::{EntryKind, SessionSummary};
use crate::tools::schema_of;

/// A conversation with an agent. It does one thing at a time; clones are the same
/// session.
#[derive(Clone)]
pub struct Session {
    core: Arc<Core>,
}

impl Session {
    pub(crate) fn new(core: Arc<Core>) -> Session {
        Session { core }
    }

    /// What the store knows it by: `instance/session`.
    pub fn id(&self) -> &str {
        self.core.id()
    }

    /// Says something to the agent, which then works until it has an answer.
    pub fn prompt(&self, text: impl Into<String>) -> Call<Outcome> {
        let text = text.into();
        Call::new(&self.core, "prompt", text.clone(), |operation| async move {
            let ended = converse(&operation, text, None).await?;
            Ok(ended.outcome)
        })
    }

    /// Says something to the agent and wants a result of this type. The model
    /// gives it by calling a tool, `finish`, whose arguments are checked against
    /// the type's schema; when they do not match it is told why and tries again.
    ///
    /// ```no_run
    /// # async fn example(session: wardian_agent::Session) -> Result<(), wardian_agent::AgentError> {
    /// #[derive(serde::Deserialize, schemars::JsonSchema)]
    /// struct Verdict {
    ///     /// From 1, poor, to 5, excellent.
    ///     grade: u8,
    ///     reasons: Vec<String>,
    /// }
    ///
    /// let verdict = session.prompt_for::<Verdict>("Grade document.md").await?.value;
    /// # Ok(()) }
    /// ```
    pub fn prompt_for<T>(&self, text: impl Into<String>) -> Call<Structured<T>>
    where
        T: DeserializeOwned + JsonSchema + Send + 'static,
    {
        let check = |value: &Value| match T::deserialize(value) {
            Ok(_) => Ok(()),
            Err(error) => Err(error.to_string()),
        };
        let goal = Goal::new(schema_of::<T>(), check);
        self.prompt_towards(text.into(), goal, |value| {
            serde_json::from_value(value).map_err(|error| AgentError::NoResult {
                attempts: 1,
                allowed: 1,
                problem: error.to_string(),
            })
        })
    }

    /// As [`Session::prompt_for`], with a JSON schema that is known only at run
    /// time.
    pub fn prompt_for_schema(
        &self,
        text: impl Into<String>,
        schema: Value,
    ) -> Call<Structured<Value>> {
        self.prompt_towards(text.into(), Goal::new(schema, |_| Ok(())), Ok)
    }

    fn prompt_towards<T: Send + 'static>(
        &self,
        text: String,
        goal: Result<Goal, AgentError>,
        convert: impl FnOnce(Value) -> Result<T, AgentError> + Send + 'static,
    ) -> Call<Structured<T>> {
        Call::new(&self.core, "prompt", text.clone(), |operation| async move {
            let goal = goal?;
            let ended = converse(&operation, text, Some(&goal)).await?;
            Ok(Structured {
                value: convert(ended.value.unwrap_or(Value::Null))?,
                outcome: ended.outcome,
            })
        })
    }

    /// Has the agent follow a skill, with some input for it.
    pub fn skill(&self, name: impl Into<String>, input: impl Into<String>) -> Call<Outcome> {
        let (name, input) = (name.into(), input.into());
        let shown = format!("{name}: {input}");
        Call::new(&self.core, "skill", shown, |operation| async move {
            operation.core.prepare(&operation).await?;
            let skill = operation.core.skills().find(&name)?.for_the_model();
            let text = format!("{skill}\n\n{input}");
            let ended = converse(&operation, text.trim_end().to_owned(), None).await?;
            Ok(ended.outcome)
        })
    }

    /// Hands a task to a subagent, or to `general`, a copy of the agent itself.
    /// It is done in a session of its own, of which this one learns nothing.
    pub fn task(&self, agent: impl Into<String>, prompt: impl Into<String>) -> Call<Outcome> {
        let mut order = TaskOrder {
            agent: agent.into(),
            prompt: prompt.into(),
            description: None,
            cwd: None,
            images: Vec::new(),
        };
        let shown = format!("{}: {}", order.agent, order.prompt);
        Call::new(&self.core, "task", shown, |operation| async move {
            let (meter, cancel) = (operation.meter.clone(), operation.stop.clone());
            order.images.clone_from(&operation.options.images);
            operation.core.run_task(order, Some(meter), cancel).await
        })
    }

    /// Runs a command and makes it part of the conversation: at its next turn the
    /// model sees the command and what came of it. Values of `env` are secrets:
    /// `<redacted>` stands for them wherever they occur.
    pub fn shell(&self, command: impl Into<String>, options: ExecOptions) -> Call<ExecOutput> {
        let command = command.into();
        let shown = super::shell::redact(&command, &options.env);
        let cancel = options.cancel.clone();
        let call = Call::new(&self.core, "shell", shown, |operation| async move {
            run_recorded(&operation, command, options).await
        });
        match cancel {
            Some(cancel) => call.cancel_on(cancel),
            None => call,
        }
    }

    /// Summarises the conversation now. It happens by itself when the context
    /// fills up.
    pub fn compact(&self) -> Call<Compacted> {
        Call::new(
            &self.core,
            "compact",
            String::new(),
            |operation| async move {
                operation.core.prepare(&operation).await?;
                compact_now(&operation).await
            },
        )
    }

    /// What happens in the session, and in tasks below it, from now on.
    pub fn events(&self) -> EventStream {
        self.core.listen()
    }

    /// The conversation as the model sees it at present.
    pub fn messages(&self) -> Vec<Message> {
        self.core.conversation().messages.clone()
    }

    /// The session's line in the store's list.
    pub fn summary(&self) -> SessionSummary {
        self.core.conversation().summary.clone()
    }

    /// The session's files: those of its harness.
    pub fn fs(&self) -> Files {
        Files::new(self.core.workspace().sandbox.clone())
    }

    /// Notes which snapshot of the sandbox belongs to the conversation as it is
    /// now. The name is the embedder's; nothing is saved or restored by it.
    ///
    /// # Errors
    /// [`AgentError::SessionBusy`], [`AgentError::Store`].
    pub async fn name_snapshot(&self, name: impl Into<String>) -> Result<(), AgentError> {
        let name = name.into();
        let cancel = CancellationToken::new();
        let permit = match self.core.gate.ask("name_snapshot", &cancel) {
            Entrance::Open(permit) => permit,
            Entrance::Soon(free) => self.core.gate.enter(free, "name_snapshot", &cancel).await,
            Entrance::Busy(operation) => {
                return Err(AgentError::SessionBusy {
                    session: self.id().to_owned(),
                    operation,
                });
            }
        };
        // Whoever comes next waits, should nobody wait for this.
        let _given_up = cancel.drop_guard();
        let core = self.core.clone();
        // In a task of its own, so that it is done whole even if nobody waits.
        let writing = tokio::spawn(async move {
            let entry = EntryKind::Snapshot { name };
            let written = core.write(vec![entry], |_| ()).await;
            drop(permit);
            written
        });
        match writing.await {
            Ok(written) => Ok(written?),
            Err(crash) => Err(AgentError::Crashed(crash.to_string())),
        }
    }
}

impl std::fmt::Debug for Session {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Session")
            .field("id", &self.id())
            .finish_non_exhaustive()
    }
}
