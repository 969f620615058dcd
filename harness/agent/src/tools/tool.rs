//! A tool: what the model is told of it, and the function behind it.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::BoxFuture;
use schemars::JsonSchema;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::arguments::{parse, schema_of};
use super::{IntoToolOutput, ToolContext, ToolError, ToolOutput};
use crate::models::ToolSpec;

type Handler =
    dyn Fn(Value, ToolContext) -> BoxFuture<'static, Result<ToolOutput, ToolError>> + Send + Sync;

/// A tool that a model can call.
///
/// ```
/// use schemars::JsonSchema;
/// use serde::Deserialize;
/// use wardian_agent::tools::Tool;
///
/// /// The fields' comments are what the model reads of them.
/// #[derive(Deserialize, JsonSchema)]
/// struct Lookup {
///     /// The order's number.
///     order: u64,
/// }
///
/// let tool = Tool::new(
///     "order_status",
///     "Says where an order is.",
///     |args: Lookup, _ctx| async move {
///         match args.order {
///             7 => Ok("on its way"),
///             order => Err(format!("there is no order {order}")),
///         }
///     },
/// );
/// assert_eq!(tool.name(), "order_status");
/// ```
#[derive(Clone)]
pub struct Tool {
    spec: Arc<ToolSpec>,
    handler: Arc<Handler>,
    path_argument: Option<&'static str>,
    timeout: Option<Duration>,
}

impl Tool {
    /// A tool that is a function of typed arguments. The arguments' schema is
    /// what the model is told; arguments that do not fit it never reach the
    /// function. An error that the function returns is told to the model, and so
    /// is a panic.
    pub fn new<A, F, R>(
        name: impl Into<String>,
        description: impl Into<String>,
        function: impl Fn(A, ToolContext) -> F + Send + Sync + 'static,
    ) -> Tool
    where
        A: DeserializeOwned + JsonSchema + Send + 'static,
        F: Future<Output = R> + Send + 'static,
        R: IntoToolOutput,
    {
        Tool::typed(name, description, move |arguments, context| {
            let running = function(arguments, context);
            async move { Ok(running.await.into_tool_output()) }
        })
    }

    /// A tool whose schema is known only at run time. The function checks its
    /// arguments itself.
    pub fn from_spec<F, R>(
        spec: ToolSpec,
        function: impl Fn(Value, ToolContext) -> F + Send + Sync + 'static,
    ) -> Tool
    where
        F: Future<Output = R> + Send + 'static,
        R: IntoToolOutput,
    {
        Tool::with_handler(spec, move |arguments, context| {
            let running = function(arguments, context);
            Box::pin(async move { Ok(running.await.into_tool_output()) })
        })
    }

    /// Ends a call that takes longer; the model is told.
    #[must_use]
    pub fn timeout(mut self, timeout: Duration) -> Tool {
        self.timeout = Some(timeout);
        self
    }

    /// Calls with the same file in this argument run one after another, in the
    /// order in which the model made them. `write` and `edit` do so.
    #[must_use]
    pub fn one_at_a_time_by(mut self, path_argument: &'static str) -> Tool {
        self.path_argument = Some(path_argument);
        self
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.spec.name
    }

    /// What the model is told of it.
    pub fn spec(&self) -> &ToolSpec {
        &self.spec
    }

    /// Whether providers take its name: letters, digits, `_` and `-`, 64 at most.
    pub(crate) fn has_valid_name(&self) -> bool {
        let name = self.name();
        !name.is_empty()
            && name.len() <= 64
            && name
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || b"_-".contains(&byte))
    }

    /// The path that this call must not share with another one at the same time.
    pub(crate) fn path_of<'a>(&self, arguments: &'a Value) -> Option<&'a str> {
        arguments.get(self.path_argument?)?.as_str()
    }

    pub(crate) fn time_allowed(&self) -> Option<Duration> {
        self.timeout
    }

    pub(crate) fn call(
        &self,
        arguments: Value,
        context: ToolContext,
    ) -> BoxFuture<'static, Result<ToolOutput, ToolError>> {
        (self.handler)(arguments, context)
    }

    /// A tool of ours: as [`Tool::new`], but a sandbox that died is known as such.
    pub(super) fn typed<A, F>(
        name: impl Into<String>,
        description: impl Into<String>,
        function: impl Fn(A, ToolContext) -> F + Send + Sync + 'static,
    ) -> Tool
    where
        A: DeserializeOwned + JsonSchema + Send + 'static,
        F: Future<Output = Result<ToolOutput, ToolError>> + Send + 'static,
    {
        let spec = ToolSpec {
            name: name.into(),
            description: description.into(),
            parameters: schema_of::<A>(),
        };
        let of_tool = (spec.name.clone(), spec.parameters.clone());
        Tool::with_handler(spec, move |arguments, context| {
            let (name, parameters) = &of_tool;
            match parse::<A>(name, parameters, arguments) {
                Ok(arguments) => Box::pin(function(arguments, context)),
                Err(problem) => Box::pin(async move { Err(problem) }),
            }
        })
    }

    fn with_handler(
        spec: ToolSpec,
        handler: impl Fn(Value, ToolContext) -> BoxFuture<'static, Result<ToolOutput, ToolError>>
        + Send
        + Sync
        + 'static,
    ) -> Tool {
        Tool {
            spec: Arc::new(spec),
            handler: Arc::new(handler),
            path_argument: None,
            timeout: None,
        }
    }
}

impl std::fmt::Debug for Tool {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Tool").field(&self.spec.name).finish()
    }
}
