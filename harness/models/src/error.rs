//! What can go wrong between us and a model.

use std::time::Duration;

/// Why a model did not answer.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("{model}: {message}")]
pub struct ModelError {
    /// Which model, as `provider/name`.
    pub model: String,
    /// The kind of failure, for programs.
    pub kind: ModelErrorKind,
    /// What happened and what to do about it, for people.
    pub message: String,
}

/// Kinds of failure.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum ModelErrorKind {
    /// The environment holds no key for the provider.
    MissingKey,
    /// The provider did not accept the key.
    Unauthorized,
    /// No such provider or model.
    UnknownModel,
    /// The provider finds fault with the request.
    BadRequest,
    /// The conversation is longer than the model's context.
    ContextTooLong,
    /// Too many requests; the provider may say when to come back.
    RateLimited {
        /// When.
        retry_after: Option<Duration>,
    },
    /// The provider is overloaded or broken (5xx).
    Unavailable,
    /// No connection, or it was cut before the answer was whole.
    Connection,
    /// The provider answered what its documentation does not say.
    Protocol,
    /// A script or recording has no turn for this request.
    ScriptEnded,
}

impl ModelError {
    /// Whether another attempt may succeed.
    pub fn is_transient(&self) -> bool {
        matches!(
            self.kind,
            ModelErrorKind::RateLimited { .. }
                | ModelErrorKind::Unavailable
                | ModelErrorKind::Connection
        )
    }
}
