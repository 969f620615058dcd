//! Results of a wanted shape: two tools that end the conversation, and a check.

use serde_json::{Map, Value, json};

use super::prompt::Outcome;
use crate::error::AgentError;
use crate::models::{StopReason, ToolSpec};
use crate::tools::{ToolOutput, first_characters};

const FINISH: &str = "finish";
const GIVE_UP: &str = "give_up";
/// The only property of a result that is no object by itself.
const WRAPPED: &str = "result";
/// Most problems of one result that the model is told.
const MAX_PROBLEMS: usize = 8;

/// A result of the wanted shape.
#[derive(Clone, PartialEq, Debug)]
pub struct Structured<T> {
    /// The result.
    pub value: T,
    /// How the prompt ended.
    pub outcome: Outcome,
}

type Check = dyn Fn(&Value) -> Result<(), String> + Send + Sync;

/// What a result must look like.
pub(super) struct Goal {
    /// The arguments of `finish`.
    parameters: Value,
    is_wrapped: bool,
    validator: jsonschema::Validator,
    check: Box<Check>,
}

/// What became of an attempt.
pub(super) enum Judgement {
    /// There was none.
    Open,
    /// This is the result.
    Accepted(Value),
    /// It does not match, for this reason.
    Rejected(String),
    /// There will be none, for this reason.
    GivenUp(String),
}

impl Goal {
    pub(super) fn new(
        schema: Value,
        check: impl Fn(&Value) -> Result<(), String> + Send + Sync + 'static,
    ) -> Result<Goal, AgentError> {
        let is_wrapped = schema.get("type").is_none_or(|kind| kind != "object");
        let parameters = if is_wrapped { wrap(schema) } else { schema };
        let validator = jsonschema::validator_for(&parameters).map_err(|error| {
            AgentError::Definition(format!("the schema of the result is invalid: {error}"))
        })?;
        Ok(Goal {
            parameters,
            is_wrapped,
            validator,
            check: Box::new(check),
        })
    }

    /// The tools that the model has beside its own.
    pub(super) fn tools(&self) -> [ToolSpec; 2] {
        let finish = ToolSpec {
            name: FINISH.to_owned(),
            description: "Gives the result and ends the work. Call it once, when you are \
                done; text outside of it is not part of the result."
                .to_owned(),
            parameters: self.parameters.clone(),
        };
        let give_up = ToolSpec {
            name: GIVE_UP.to_owned(),
            description: "Ends the work without a result. Only when it is impossible to give \
                one."
                .to_owned(),
            parameters: json!({
                "type": "object",
                "properties": {
                    "reason": {"type": "string", "description": "Why it is impossible."},
                },
                "required": ["reason"],
            }),
        };
        [finish, give_up]
    }

    /// What a call means for the result; none when it is a call of another tool.
    pub(super) fn judge(&self, tool: &str, arguments: &Value) -> Option<(ToolOutput, Judgement)> {
        match tool {
            FINISH => Some(self.judge_result(arguments)),
            GIVE_UP => {
                let reason = arguments.get("reason").and_then(Value::as_str);
                let reason = reason.unwrap_or("no reason given").to_owned();
                Some((ToolOutput::text("Noted."), Judgement::GivenUp(reason)))
            }
            _ => None,
        }
    }

    fn judge_result(&self, arguments: &Value) -> (ToolOutput, Judgement) {
        match self.accept(arguments) {
            Ok(value) => (
                ToolOutput::text("The result is accepted."),
                Judgement::Accepted(value),
            ),
            Err(problem) => {
                let told = format!(
                    "The result does not match its schema. {problem}\nCall `{FINISH}` again \
                     with all of it, corrected."
                );
                (ToolOutput::error(told), Judgement::Rejected(problem))
            }
        }
    }

    fn accept(&self, arguments: &Value) -> Result<Value, String> {
        if let Value::String(malformed) = arguments {
            let start = first_characters(malformed, 200);
            return Err(format!("The arguments are no JSON object: {start}"));
        }
        let problems: Vec<String> = self
            .validator
            .iter_errors(arguments)
            .take(MAX_PROBLEMS)
            .map(|error| {
                let place = error.instance_path.to_string();
                let place = if place.is_empty() { "/" } else { &place };
                format!("at {place}: {}", first_characters(&error.to_string(), 500))
            })
            .collect();
        if !problems.is_empty() {
            return Err(problems.join("; "));
        }
        let value = if self.is_wrapped {
            arguments.get(WRAPPED).cloned().unwrap_or(Value::Null)
        } else {
            arguments.clone()
        };
        (self.check)(&value)?;
        Ok(value)
    }

    /// What a model is told that stopped without a result.
    pub(super) fn remind(&self, stop: StopReason) -> (String, Judgement) {
        let why = if stop == StopReason::MaxTokens {
            "Your reply was cut at the limit of output tokens before the result came. Be brief"
        } else {
            "You have not given the result yet. Only what you pass to the tool counts"
        };
        let reminder =
            format!("{why}: call `{FINISH}` with it, or `{GIVE_UP}` if there can be none.");
        let problem = format!("the model stopped without calling `{FINISH}`");
        (reminder, Judgement::Rejected(problem))
    }
}

/// A schema of anything as the schema of an object, which arguments have to be.
fn wrap(mut schema: Value) -> Value {
    let mut parameters = Map::new();
    // References go from the root.
    let definitions = schema
        .as_object_mut()
        .and_then(|object| object.remove("$defs"));
    parameters.insert("type".to_owned(), json!("object"));
    parameters.insert("properties".to_owned(), json!({ WRAPPED: schema }));
    parameters.insert("required".to_owned(), json!([WRAPPED]));
    if let Some(definitions) = definitions {
        parameters.insert("$defs".to_owned(), definitions);
    }
    Value::Object(parameters)
}
