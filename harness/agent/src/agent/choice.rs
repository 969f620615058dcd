//! Which model: one at hand, or a name to connect to.

use std::sync::Arc;

use crate::error::AgentError;
use crate::models::{Model, ModelError};

/// A model, or its name.
#[derive(Clone)]
pub enum ModelChoice {
    /// This one.
    Connected(Arc<dyn Model>),
    /// The one of this name, as `provider/name`; [`super::AgentBuilder::connector`]
    /// finds it.
    Named(String),
}

/// Finds a model by its name.
pub(crate) type Connector = dyn Fn(&str) -> Result<Arc<dyn Model>, ModelError> + Send + Sync;

impl ModelChoice {
    pub(super) fn resolve(
        &self,
        connector: Option<&Connector>,
    ) -> Result<Arc<dyn Model>, AgentError> {
        match (self, connector) {
            (ModelChoice::Connected(model), _) => Ok(model.clone()),
            (ModelChoice::Named(name), Some(connect)) => Ok(connect(name)?),
            (ModelChoice::Named(name), None) => Err(AgentError::Definition(format!(
                "its model is the name `{name}` and nothing connects names: give \
                 AgentBuilder::connector a function that does, or AgentBuilder::model a model"
            ))),
        }
    }
}

impl From<&str> for ModelChoice {
    fn from(name: &str) -> Self {
        ModelChoice::Named(name.to_owned())
    }
}

impl From<String> for ModelChoice {
    fn from(name: String) -> Self {
        ModelChoice::Named(name)
    }
}

impl From<Arc<dyn Model>> for ModelChoice {
    fn from(model: Arc<dyn Model>) -> Self {
        ModelChoice::Connected(model)
    }
}

impl<M: Model + 'static> From<Arc<M>> for ModelChoice {
    fn from(model: Arc<M>) -> Self {
        ModelChoice::Connected(model)
    }
}
