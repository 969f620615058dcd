//! `bash`: a command of the sandbox.

use std::time::Duration;

use schemars::JsonSchema;
use serde::Deserialize;

use super::truncation::{lossy, tail};
use super::{Tool, ToolContext, ToolError, ToolOutput};
use crate::events::SessionEvent;
use crate::sandbox::{ExecOptions, ExecOutput};

#[derive(Deserialize, JsonSchema)]
struct Arguments {
    /// The command, as a shell reads it.
    command: String,
    /// Seconds it may take.
    timeout: Option<f64>,
}

pub(super) fn tool() -> Tool {
    let description = "Runs a shell command in the working directory and gives back its \
        output. Of long output the last 2000 lines or 50 KiB are shown.";
    Tool::typed("bash", description, run)
}

async fn run(arguments: Arguments, context: ToolContext) -> Result<ToolOutput, ToolError> {
    let timeout = match arguments.timeout {
        Some(seconds) => Some(seconds_to_duration(seconds)?),
        None => None,
    };
    let options = ExecOptions {
        timeout,
        cancel: Some(context.cancel().clone()),
        ..ExecOptions::default()
    };
    let output = context.sandbox().exec(&arguments.command, options).await?;
    let ms = |time: Duration| u64::try_from(time.as_millis()).unwrap_or(u64::MAX);
    context.core.emit(SessionEvent::CommandEnded {
        call_id: context.call_id.clone(),
        exit_code: output.exit_code,
        cpu_ms: output.cpu_time.map(ms),
        peak_memory_bytes: output.peak_memory_bytes,
    });
    Ok(ToolOutput {
        is_error: output.exit_code != 0,
        ..ToolOutput::text(show(&output))
    })
}

fn seconds_to_duration(seconds: f64) -> Result<Duration, ToolError> {
    let valid = Duration::try_from_secs_f64(seconds)
        .ok()
        .filter(|duration| !duration.is_zero());
    valid.ok_or_else(|| {
        ToolError::Failed(format!(
            "timeout is {seconds}; it has to be a number of seconds above 0"
        ))
    })
}

/// What a model is shown of a command's end.
pub(crate) fn show(output: &ExecOutput) -> String {
    let both = [output.stdout.as_slice(), output.stderr.as_slice()];
    let filled: Vec<&[u8]> = both
        .into_iter()
        .map(<[u8]>::trim_ascii_end)
        .filter(|stream| !stream.is_empty())
        .collect();
    let bytes = filled.join(&b'\n');
    let (text, encoding_note) = lossy(&bytes);
    let (mut shown, cut_note) = tail(&text);
    if shown.trim().is_empty() {
        shown = "(no output)".to_owned();
    }
    let dropped_note = (output.dropped_bytes > 0).then(|| {
        format!(
            "[{} more bytes of output were dropped by the sandbox.]",
            output.dropped_bytes
        )
    });
    let end_note = if output.timed_out {
        let seconds = output.wall_time.as_secs_f64();
        Some(format!(
            "The command was stopped at its timeout, after {seconds:.1} seconds (exit code {}).",
            output.exit_code
        ))
    } else if output.exit_code != 0 {
        Some(format!("Command exited with code {}", output.exit_code))
    } else {
        None
    };
    let notes = [
        cut_note,
        dropped_note,
        encoding_note.map(str::to_owned),
        end_note,
    ];
    for note in notes.into_iter().flatten() {
        shown = format!("{shown}\n\n{note}");
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ended(stdout: &[u8], stderr: &[u8], exit_code: i32) -> ExecOutput {
        ExecOutput {
            stdout: stdout.to_vec(),
            stderr: stderr.to_vec(),
            exit_code,
            ..ExecOutput::default()
        }
    }

    #[test]
    fn shows_ends() {
        for (output, wanted) in [
            (ended(b"a\n", b"", 0), "a"),
            (ended(b"a\n", b"b\n", 0), "a\nb"),
            (ended(b"", b"", 0), "(no output)"),
            (ended(b"", b"no", 2), "no\n\nCommand exited with code 2"),
            (
                ended(b"", b"", 1),
                "(no output)\n\nCommand exited with code 1",
            ),
        ] {
            assert_eq!(show(&output), wanted);
        }
        let late = ExecOutput {
            timed_out: true,
            wall_time: Duration::from_secs(3),
            dropped_bytes: 7,
            ..ended(b"x\xff", b"", 124)
        };
        let shown = show(&late);
        for part in ["after 3.0 seconds", "7 more bytes", "UTF-8", "124"] {
            assert!(shown.contains(part), "{shown}");
        }
        let shown = show(&ended("n\n".repeat(3000).as_bytes(), b"", 0));
        assert!(shown.contains("the last 2000 of 3000 lines"), "{shown}");
    }
}
