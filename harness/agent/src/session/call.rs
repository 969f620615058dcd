//! A call of a session: options before it starts, a handle while it runs.

use std::future::{Future, IntoFuture};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use futures_util::future::BoxFuture;
use tokio::task::JoinHandle;
use tokio_util::sync::{CancellationToken, DropGuard};

use super::core::Core;
use super::gate::Entrance;
use super::operation::{Operation, perform};
use crate::budget::{Budgets, Meter};
use crate::error::AgentError;
use crate::events::EventStream;
use crate::models::{Part, ThinkingLevel};
use crate::tools::Tool;

#[derive(Default)]
pub(crate) struct CallOptions {
    pub(super) budgets: Option<Budgets>,
    pub(super) cancel: Option<CancellationToken>,
    pub(super) thinking: Option<ThinkingLevel>,
    pub(super) tools: Vec<Tool>,
    pub(super) images: Vec<Part>,
    pub(super) parent_meter: Option<Arc<Meter>>,
}

type Work<T> = dyn FnOnce(Arc<Operation>) -> BoxFuture<'static, Result<T, AgentError>> + Send;

/// An operation of a session that has not started. Awaiting it starts it;
/// [`Call::start`] does so without waiting. Both need a Tokio runtime.
#[must_use = "a call does nothing until it is awaited or started"]
pub struct Call<T> {
    core: Arc<Core>,
    name: &'static str,
    input: String,
    options: CallOptions,
    work: Box<Work<T>>,
}

impl<T: Send + 'static> Call<T> {
    pub(super) fn new<F>(
        core: &Arc<Core>,
        name: &'static str,
        input: String,
        work: impl FnOnce(Arc<Operation>) -> F + Send + 'static,
    ) -> Call<T>
    where
        F: Future<Output = Result<T, AgentError>> + Send + 'static,
    {
        Call {
            core: core.clone(),
            name,
            input,
            options: CallOptions::default(),
            work: Box::new(move |operation| Box::pin(work(operation))),
        }
    }

    /// Budgets of this call, in place of the agent's.
    pub fn budgets(mut self, budgets: Budgets) -> Self {
        self.options.budgets = Some(budgets);
        self
    }

    /// Cancels the call when this fires.
    pub fn cancel_on(mut self, cancel: CancellationToken) -> Self {
        self.options.cancel = Some(cancel);
        self
    }

    /// How hard the model thinks in this call.
    pub fn thinking(mut self, level: ThinkingLevel) -> Self {
        self.options.thinking = Some(level);
        self
    }

    /// One more tool for this call. It takes the place of one with the same name.
    pub fn tool(mut self, tool: Tool) -> Self {
        self.options.tools.push(tool);
        self
    }

    /// One more image beside the text: its media type, such as `image/png`, and
    /// the file in base64. Prompts, skills and tasks take images.
    pub fn image(mut self, media_type: impl Into<String>, base64: impl Into<String>) -> Self {
        self.options.images.push(Part::Image {
            media_type: media_type.into(),
            data: base64.into(),
        });
        self
    }

    pub(super) fn with_images(mut self, images: Vec<Part>) -> Self {
        self.options.images = images;
        self
    }

    pub(super) fn paid_by(mut self, meter: Option<Arc<Meter>>) -> Self {
        self.options.parent_meter = meter;
        self
    }

    /// Starts it.
    ///
    /// # Panics
    /// Outside of a Tokio runtime.
    pub fn start(mut self) -> Running<T> {
        let outside = self.options.cancel.take();
        let cancel = outside.map_or_else(CancellationToken::new, |token| token.child_token());
        let Call {
            core,
            name,
            input,
            options,
            work,
        } = self;
        let state = match core.gate.ask(name, &cancel) {
            Entrance::Busy(operation) => State::Refused(Some(AgentError::SessionBusy {
                session: core.id().to_owned(),
                operation,
            })),
            Entrance::Open(permit) => {
                let operation = Operation::new(core, options, cancel.clone());
                State::Running(tokio::spawn(perform(operation, name, input, permit, work)))
            }
            Entrance::Soon(free) => {
                let cancel = cancel.clone();
                State::Running(tokio::spawn(async move {
                    let permit = core.gate.enter(free, name, &cancel).await;
                    let operation = Operation::new(core.clone(), options, cancel);
                    perform(operation, name, input, permit, work).await
                }))
            }
        };
        Running {
            state,
            _cancel_when_dropped: cancel.clone().drop_guard(),
            cancel,
        }
    }

    /// Starts it and gives the session's events from its first one on.
    ///
    /// # Panics
    /// Outside of a Tokio runtime.
    pub fn start_streaming(self) -> (Running<T>, EventStream) {
        let events = self.core.listen();
        (self.start(), events)
    }
}

impl<T: Send + 'static> IntoFuture for Call<T> {
    type Output = Result<T, AgentError>;
    type IntoFuture = Running<T>;

    fn into_future(self) -> Running<T> {
        self.start()
    }
}

/// An operation under way. It is a future of the result; dropping it cancels the
/// operation, which then leaves the conversation whole.
#[must_use = "dropping it cancels the operation"]
pub struct Running<T> {
    state: State<T>,
    cancel: CancellationToken,
    _cancel_when_dropped: DropGuard,
}

enum State<T> {
    Refused(Option<AgentError>),
    Running(JoinHandle<Result<T, AgentError>>),
}

impl<T> Running<T> {
    /// Cancels it: it ends at once with [`AgentError::Cancelled`], unless it has
    /// already ended.
    pub fn abort(&self) {
        self.cancel.cancel();
    }

    /// What [`Running::abort`] fires, to do so from elsewhere.
    pub fn cancel_token(&self) -> CancellationToken {
        self.cancel.clone()
    }
}

impl<T> Future for Running<T> {
    type Output = Result<T, AgentError>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        match &mut self.state {
            State::Refused(error) => {
                Poll::Ready(Err(error.take().unwrap_or(AgentError::Cancelled)))
            }
            State::Running(task) => Pin::new(task).poll(context).map(|ended| match ended {
                Ok(result) => result,
                Err(error) if error.is_cancelled() => Err(AgentError::Cancelled),
                Err(crash) => Err(AgentError::Crashed(crash.to_string())),
            }),
        }
    }
}
