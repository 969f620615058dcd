//! What holds of commands.

use std::time::{Duration, Instant};

use super::super::{CancellationToken, ExecOptions, ExecOutput, Sandbox, SandboxError};
use super::{Checked, equal, holds, told};

/// Longer than any command here takes by itself, on a busy machine.
const LONG: Duration = Duration::from_secs(60);

/// No later than this must an end be seen that comes at once.
const SOON: Duration = Duration::from_secs(20);

async fn run(sandbox: &dyn Sandbox, command: &str) -> Result<ExecOutput, String> {
    told(command, sandbox.exec(command, options()).await)
}

fn options() -> ExecOptions {
    ExecOptions {
        timeout: Some(LONG),
        ..ExecOptions::default()
    }
}

pub(super) async fn exit_codes_are_results(sandbox: &dyn Sandbox) -> Checked {
    for (command, code) in [
        ("true", 0),
        ("exit 3", 3),
        ("false", 1),
        ("wardian-no-such-command", 127),
        ("kill -9 $$", 137),
        ("kill -TERM $$", 143),
        ("", 0),
    ] {
        let output = run(sandbox, command).await?;
        equal(command, output.exit_code, code)?;
        equal(command, output.timed_out, false)?;
    }
    Ok(())
}

pub(super) async fn outputs_are_bytes_and_apart(sandbox: &dyn Sandbox) -> Checked {
    let output = run(
        sandbox,
        r"printf 'a\377\000b'; printf 'c\376' >&2; printf 'no newline'",
    )
    .await?;
    equal("stdout", output.stdout, b"a\xff\0bno newline".to_vec())?;
    equal("stderr", output.stderr, b"c\xfe".to_vec())
}

pub(super) async fn big_outputs_arrive(sandbox: &dyn Sandbox) -> Checked {
    // Both at once, each longer than any pipe: neither may wait for the other.
    let output = run(
        sandbox,
        "(head -c 3000000 /dev/zero | tr '\\0' e >&2) & head -c 5000000 /dev/zero | tr '\\0' o; wait",
    )
    .await?;
    equal("exit code", output.exit_code, 0)?;
    equal("dropped", output.dropped_bytes, 0)?;
    holds("all of stdout is there", {
        output.stdout.len() == 5_000_000 && output.stdout.iter().all(|byte| *byte == b'o')
    })?;
    holds("all of stderr is there", {
        output.stderr.len() == 3_000_000 && output.stderr.iter().all(|byte| *byte == b'e')
    })
}

pub(super) async fn big_input_is_read(sandbox: &dyn Sandbox) -> Checked {
    let input: Vec<u8> = (0..1_500_000_u32).map(|n| (n % 251) as u8).collect();
    let options = ExecOptions {
        stdin: input.clone(),
        ..options()
    };
    let output = told("cat", sandbox.exec("cat", options).await)?;
    holds("cat gives back what it read", output.stdout == input)?;
    let output = run(sandbox, "cat; echo end").await?;
    equal("nothing to read", output.stdout, b"end\n".to_vec())
}

pub(super) async fn input_nobody_reads_is_no_error(sandbox: &dyn Sandbox) -> Checked {
    let options = ExecOptions {
        stdin: vec![b'x'; 1_500_000],
        ..options()
    };
    let output = told("exit 4", sandbox.exec("exit 4", options).await)?;
    equal("exit code", output.exit_code, 4)
}

pub(super) async fn variables_are_set_for_one_command(sandbox: &dyn Sandbox) -> Checked {
    let options = ExecOptions {
        env: vec![
            ("CONTRACT".into(), "old".into()),
            ("CONTRACT".into(), "a 'b' $c\nd=ü".into()),
        ],
        ..options()
    };
    let show = "printf %s \"${CONTRACT-unset}\"";
    let output = told(show, sandbox.exec(show, options).await)?;
    equal("set", output.stdout, "a 'b' $c\nd=ü".into())?;
    let output = run(sandbox, show).await?;
    equal("afterwards", output.stdout, b"unset".to_vec())
}

pub(super) async fn directories_are_relative_to_the_sandboxs(sandbox: &dyn Sandbox) -> Checked {
    let base = sandbox.cwd().to_owned();
    holds("cwd is absolute", base.starts_with('/'))?;
    told("mkdir", sandbox.mkdir("contract/in side", true).await)?;
    let inside = sandbox.resolve_path("contract/in side");
    for (cwd, wanted) in [
        (None, base.as_str()),
        (Some("contract/in side"), inside.as_str()),
        (Some(inside.as_str()), inside.as_str()),
        (Some("contract/../contract/in side/."), inside.as_str()),
    ] {
        let options = ExecOptions {
            cwd: cwd.map(str::to_owned),
            ..options()
        };
        let output = told("pwd -P", sandbox.exec("pwd -P", options).await)?;
        let got = String::from_utf8_lossy(&output.stdout);
        equal(&format!("pwd in {cwd:?}"), got.trim_end(), wanted)?;
    }
    let options = ExecOptions {
        cwd: Some("contract/none".into()),
        ..options()
    };
    match sandbox.exec("true", options).await {
        Err(SandboxError::File { .. }) => Ok(()),
        other => Err(format!(
            "a missing directory: got {other:?}, expected an error about a file"
        )),
    }
}

pub(super) async fn a_timeout_is_a_result(sandbox: &dyn Sandbox) -> Checked {
    for command in [
        "echo early; sleep 300; echo late",
        "echo early; while :; do :; done",
        "echo early; sleep 300 | cat",
    ] {
        let start = Instant::now();
        let options = ExecOptions {
            timeout: Some(Duration::from_millis(1500)),
            ..ExecOptions::default()
        };
        let output = told(command, sandbox.exec(command, options).await)?;
        equal(command, (output.exit_code, output.timed_out), (124, true))?;
        equal(command, output.stdout, b"early\n".to_vec())?;
        let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
        let last = stderr.lines().last().unwrap_or_default();
        holds(
            "stderr ends with a line about it",
            last.contains("timed out"),
        )?;
        holds(
            "it took its time",
            output.wall_time >= Duration::from_millis(1400),
        )?;
        holds("it came back soon", start.elapsed() < SOON)?;
    }
    Ok(())
}

pub(super) async fn a_cancelled_token_starts_nothing(sandbox: &dyn Sandbox) -> Checked {
    let cancel = CancellationToken::new();
    cancel.cancel();
    let options = ExecOptions {
        cancel: Some(cancel),
        ..options()
    };
    let result = sandbox.exec("echo > contract/started", options).await;
    equal("result", result.err(), Some(SandboxError::Cancelled))?;
    holds("nothing ran", !sandbox.exists("contract/started").await)
}

pub(super) async fn a_cancel_ends_a_command(sandbox: &dyn Sandbox) -> Checked {
    for (place, command) in [
        ("contract/quiet", "sleep 300"),
        ("contract/busy", "while :; do :; done"),
        ("contract/loud", "while :; do echo y; done"),
    ] {
        let cancel = CancellationToken::new();
        let options = ExecOptions {
            cancel: Some(cancel.clone()),
            ..options()
        };
        let command = format!(
            "mkdir {place}; {{ {command}; }} & echo > {place}/started; wait; echo > {place}/ended"
        );
        let start = Instant::now();
        let (result, began) = tokio::join!(sandbox.exec(&command, options), async {
            let began = until_exists(sandbox, &format!("{place}/started")).await;
            cancel.cancel();
            began
        });
        began?;
        equal(&command, result.err(), Some(SandboxError::Cancelled))?;
        holds("the cancel was heard at once", start.elapsed() < SOON)?;
        // The folder can only go when nothing writes into it any more.
        holds(
            "it did not go on",
            !sandbox.exists(&format!("{place}/ended")).await,
        )?;
    }
    Ok(())
}

pub(super) async fn a_dropped_future_ends_the_command(sandbox: &dyn Sandbox) -> Checked {
    let place = "contract/dropped";
    let command = format!(
        "mkdir {place}; echo > {place}/started; while [ ! -e {place}/asked ]; do sleep 0.05; done; echo > {place}/answered"
    );
    let started = format!("{place}/started");
    let began = tokio::select! {
        result = sandbox.exec(&command, options()) => Err(format!("it ended: {result:?}")),
        began = until_exists(sandbox, &started) => began,
    };
    began?;
    // Whoever waits for the question is gone, or goes before it can answer: a
    // second command that does the same gives the first more than its time.
    let ended = sandbox
        .exec(
            &format!(
                "n=0; while [ $n -lt 60 ]; do n=$((n + 1)); sleep 0.05; done; \
                 echo > {place}/asked; sleep 1; [ -e {place}/answered ] && echo alive || echo gone"
            ),
            options(),
        )
        .await;
    let output = told("asking", ended)?;
    equal("the command", output.stdout, b"gone\n".to_vec())
}

pub(super) async fn commands_run_beside_each_other(sandbox: &dyn Sandbox) -> Checked {
    // Each waits for the other's file: one after the other they would not end.
    let wait = |mine: &str, other: &str| {
        format!("echo > contract/{mine}; until [ -e contract/{other} ]; do sleep 0.02; done")
    };
    let (left, right) = (wait("left", "right"), wait("right", "left"));
    let (left, right) = tokio::join!(run(sandbox, &left), run(sandbox, &right));
    equal("exit codes", (left?.exit_code, right?.exit_code), (0, 0))
}

pub(super) async fn the_background_does_not_hold_the_result(sandbox: &dyn Sandbox) -> Checked {
    let start = Instant::now();
    let output = run(sandbox, "sleep 40 & echo done").await?;
    equal("exit code", output.exit_code, 0)?;
    equal("stdout", output.stdout, b"done\n".to_vec())?;
    holds("it came back soon", start.elapsed() < SOON)
}

async fn until_exists(sandbox: &dyn Sandbox, path: &str) -> Checked {
    let start = Instant::now();
    while !sandbox.exists(path).await {
        if start.elapsed() > SOON {
            return Err(format!("{path} did not appear"));
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    Ok(())
}
