//! `wardian exec`.

use std::io::Read;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use clap::Args;
use wardian::{Recording, Runtime, Sandbox};

use crate::output;
use crate::overlay_diff::Outcome;
use crate::setup::{SandboxOptions, builder, tools, wardian_runtime};

/// Runs a bash script in a fresh sandbox: in memory, without network, without
/// anything of the host but what --mount names. The exit code is the
/// script's own; 124 after a timeout, 125 if the sandbox could not be made.
#[derive(Args)]
#[command(after_help = "\
Examples:
  wardian exec 'echo hello | tr a-z A-Z'
  wardian exec --mount ./src:/work:copy --cwd /work 'grep -rn TODO . | wc -l'
  wardian exec --mount .:/work:ro --cwd /work 'grep -rn TODO . | wc -l'
  wardian exec --mount .:/work:overlay --cwd /work --diff 'sed -i s/old/new/ *.txt'
  wardian exec --mount .:/work:overlay --cwd /work --save work.wardian 'rm -r tmp'
      then: wardian diff work.wardian, and wardian apply work.wardian
  seq 10 | wardian exec 'sort -rn | head -n 3'
  wardian exec --file build.sh --env MODE=fast --timeout 10
  wardian exec --json 'ls -l /'
  wardian exec --deterministic=42 --json 'echo $RANDOM; sleep 60; date'
  wardian exec --record run.wardian './test.sh'
      then, here or elsewhere: wardian replay run.wardian")]
pub struct ExecArguments {
    /// The script; without it and without --file, it is read from standard input
    script: Option<String>,

    /// Read the script from a file of the host
    #[arg(long, value_name = "PATH", conflicts_with = "script")]
    file: Option<PathBuf>,

    /// Afterwards, print what the script changed in the overlay as a unified diff
    #[arg(long)]
    diff: bool,

    /// Afterwards, keep what the script changed in the overlay in this file, for
    /// `wardian diff` and `wardian apply`; deleting the file discards it
    #[arg(long, value_name = "FILE")]
    save: Option<PathBuf>,

    /// Run it deterministically, and write all that entered the run and a summary
    /// of what came of it to this file, for `wardian replay`
    #[arg(long, value_name = "FILE")]
    record: Option<PathBuf>,

    #[command(flatten)]
    options: SandboxOptions,
}

/// Runs it; gives the exit code.
pub async fn main(arguments: ExecArguments) -> anyhow::Result<i32> {
    let mut options = arguments.options;
    if arguments.record.is_some() {
        options.deterministic.get_or_insert(0);
    }
    let outcome = Outcome::of(&options.mount, arguments.diff, arguments.save)?;
    let mut stdin = true;
    let script = match (arguments.script, arguments.file) {
        (Some(script), _) => script.into_bytes(),
        (None, Some(path)) => std::fs::read(&path)
            .with_context(|| format!("cannot read the script {}", path.display()))?,
        (None, None) if options.stdin => {
            bail!(
                "--stdin passes standard input to the script: give the script as an argument or with --file"
            )
        }
        (None, None) => {
            stdin = false;
            let mut script = Vec::new();
            std::io::stdin()
                .lock()
                .read_to_end(&mut script)
                .context("cannot read the script from standard input")?;
            script
        }
    };
    let runtime = wardian_runtime(400)?;
    let sandbox = builder(&runtime, &options)?.build()?;
    let stdin = if stdin {
        output::Stdin::of(options.stdin)
    } else {
        output::Stdin::Empty
    };
    let (sandbox, code) = match arguments.record {
        None => {
            let code = output::run(sandbox.exec(script), options.json, stdin).await?;
            (sandbox, code)
        }
        Some(path) => {
            let recording = Recording::new(&sandbox, script, stdin.read()?)?;
            record(recording, &runtime, &options, &path).await?
        }
    };
    options.snapshots.save(&sandbox)?;
    if let Some(outcome) = outcome {
        outcome.keep(&sandbox)?;
    }
    Ok(code)
}

/// Runs what is to be recorded, in a sandbox made as a replay makes it.
async fn record(
    mut recording: Recording,
    runtime: &Runtime,
    options: &SandboxOptions,
    path: &Path,
) -> anyhow::Result<(Sandbox, i32)> {
    // Before the run, which may take long.
    let mut file = std::fs::File::create(path)
        .with_context(|| format!("--record: cannot write {}", path.display()))?;
    let sandbox = recording.sandbox(runtime, &tools(&options.tool)?)?;
    let result = output::collect(recording.exec(&sandbox)).await?;
    output::show(&result, options.json)?;
    recording.finish(&sandbox, &result)?;
    recording.write(&mut file)?;
    if result.timed_out || result.cancelled {
        eprintln!("wardian: it was ended from outside: a replay may end elsewhere");
    }
    Ok((sandbox, result.exit_code))
}
