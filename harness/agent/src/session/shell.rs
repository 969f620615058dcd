//! Commands of the embedder that the conversation knows of.

use super::operation::{Operation, millis};
use crate::error::AgentError;
use crate::events::SessionEvent;
use crate::models::Message;
use crate::sandbox::{ExecOptions, ExecOutput, SandboxError};
use crate::tools::show_command;

/// Stands for the value of a variable.
const REDACTED: &str = "<redacted>";
/// Shorter values stand in too many other words to be taken out of them.
const SHORTEST_SECRET: usize = 4;

/// Runs a command and says to the model what came of it.
pub(super) async fn run_recorded(
    operation: &Operation,
    command: String,
    mut options: ExecOptions,
) -> Result<ExecOutput, AgentError> {
    operation.check()?;
    let core = &operation.core;
    let env = options.env.clone();
    options.cancel = Some(operation.stop.clone());
    let sandbox = &core.workspace().sandbox;
    let running = sandbox.exec(&command, options);
    let output = match operation.unless_interrupted(running).await? {
        Err(SandboxError::Cancelled) => return Err(AgentError::Cancelled),
        ended => ended?,
    };
    let command = redact(&command, &env);
    core.emit(SessionEvent::Shell {
        command: command.clone(),
        exit_code: output.exit_code,
        duration_ms: millis(output.wall_time),
    });
    let variables: Vec<String> = env
        .iter()
        .map(|(name, _)| format!("{name}={REDACTED} "))
        .collect();
    let shown = redact(&show_command(&output), &env);
    let message = format!(
        "I ran this command in the workspace:\n\n$ {}{command}\n{shown}",
        variables.concat()
    );
    core.write_user(Message::user(message)).await?;
    Ok(output)
}

/// The text without the variables' values.
pub(super) fn redact(text: &str, env: &[(String, String)]) -> String {
    let mut values: Vec<&str> = env
        .iter()
        .map(|(_, value)| value.as_str())
        .filter(|value| value.len() >= SHORTEST_SECRET)
        .collect();
    // A value that holds another one goes first, or a part of it would stay.
    values.sort_by_key(|value| std::cmp::Reverse(value.len()));
    let mut text = text.to_owned();
    for value in values {
        text = text.replace(value, REDACTED);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::redact;

    #[test]
    fn redacts_longer_values_first() {
        let env = |value: &str| ("K".to_owned(), value.to_owned());
        let env = [env("secret"), env("secret-two"), env("ok")];
        assert_eq!(
            redact("a secret-two ok secret", &env),
            "a <redacted> ok <redacted>"
        );
    }
}
