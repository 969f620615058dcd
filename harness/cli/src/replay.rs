//! `wardian replay`.

use std::path::PathBuf;

use anyhow::{Context, bail};
use clap::Args;
use wardian::{Limits, Recording};

use crate::output;
use crate::setup::{tools, wardian_runtime};
use crate::tool_file::ToolFile;

/// Repeats a run that `wardian exec --record` took down, in a sandbox made from
/// that file alone, and compares outputs, exit code, figures and the files that
/// it left. The exit code is 0 if all is the same, and 1 if not: each difference is
/// a line then.
#[derive(Args)]
#[command(after_help = "\
Examples:
  wardian exec --record run.wardian 'sort <(ls /usr/bin) | cksum; date'
  wardian replay run.wardian
  wardian replay --show run.wardian >outputs")]
pub struct ReplayArguments {
    /// The file that `wardian exec --record` wrote
    file: PathBuf,

    /// Print the outputs of the run as well, each where it belongs; differences
    /// then go to standard error
    #[arg(long)]
    show: bool,

    /// Let it run under the limits that it was recorded with, even where they are
    /// wider than the default ones
    #[arg(long)]
    trust: bool,

    /// A command of the user's own, as given to `exec`
    #[arg(long, value_name = "NAME=WASM")]
    tool: Vec<ToolFile>,
}

/// Runs it; gives the exit code.
pub async fn main(arguments: ReplayArguments) -> anyhow::Result<i32> {
    let path = arguments.file.display();
    let file = std::fs::File::open(&arguments.file)
        .with_context(|| format!("cannot read the recording {path}"))?;
    let recording = Recording::read(file).with_context(|| path.to_string())?;
    let wider = recording.exceeds(&Limits::default());
    if !wider.is_empty() && !arguments.trust {
        let shown = wider.iter().map(|name| {
            let value = recording.limits().get(name).unwrap_or_default();
            format!("{name} ({value})")
        });
        bail!(
            "{path}: it was recorded under wider limits than the default ones: {}; \
             --trust lets it use them",
            shown.collect::<Vec<_>>().join(", ")
        );
    }
    let runtime = wardian_runtime(400)?;
    let sandbox = recording.sandbox(&runtime, &tools(&arguments.tool)?)?;
    let result = output::collect(recording.exec(&sandbox)).await?;
    if arguments.show {
        output::show(&result, false)?;
    }
    let differences = recording.compare(&sandbox, &result)?;
    let mut lines: Vec<String> = differences.iter().map(ToString::to_string).collect();
    if lines.is_empty() {
        lines.push(format!(
            "the same: exit code {}, {} bytes of output, {:?}",
            result.exit_code,
            result.stdout.len() + result.stderr.len(),
            result.usage.wall_time
        ));
    }
    for line in lines {
        if arguments.show {
            eprintln!("wardian: {line}");
        } else {
            println!("{line}");
        }
    }
    Ok(i32::from(!differences.is_empty()))
}
