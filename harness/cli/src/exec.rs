//! `wardian exec`.

use std::io::Read;
use std::path::PathBuf;

use anyhow::{Context, bail};
use clap::Args;

use crate::output;
use crate::overlay_diff::Outcome;
use crate::setup::{SandboxOptions, builder, wardian_runtime};

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
  wardian exec --json 'ls -l /'")]
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

    #[command(flatten)]
    options: SandboxOptions,
}

/// Runs it; gives the exit code.
pub async fn main(arguments: ExecArguments) -> anyhow::Result<i32> {
    let options = arguments.options;
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
    let code = output::run(sandbox.exec(script), options.json, stdin).await?;
    options.snapshots.save(&sandbox)?;
    if let Some(outcome) = outcome {
        outcome.keep(&sandbox)?;
    }
    Ok(code)
}
