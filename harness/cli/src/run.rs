//! `wardian run`.

use std::path::PathBuf;

use anyhow::Context;
use clap::Args;

use crate::output::{self, Stdin};
use crate::setup::{SandboxOptions, builder, wardian_runtime};

/// Runs a WASI preview 1 module in a fresh sandbox. It finds preopened what
/// --mount names, under those names; without --mount, `/` and the working
/// directory as `.`. The exit code is the module's own; 124 after a timeout,
/// 126 if it cannot be run.
#[derive(Args)]
#[command(after_help = "\
Examples:
  wardian run hello.wasm
  wardian run --mount ./data:/data python.wasm -c 'print(open(\"/data/a.csv\").read())'
  wardian run --env DEBUG=1 --cwd /tmp tool.wasm -- --flag value")]
pub struct RunArguments {
    /// The module, a .wasm file of the host
    module: PathBuf,

    /// Its arguments
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    arguments: Vec<String>,

    #[command(flatten)]
    options: SandboxOptions,
}

/// Runs it; gives the exit code.
pub async fn main(arguments: RunArguments) -> anyhow::Result<i32> {
    let mut options = arguments.options;
    let path = arguments.module.display().to_string();
    let wasm = std::fs::read(&arguments.module)
        .with_context(|| format!("cannot read the module {path}"))?;
    let runtime = wardian_runtime(64)?;
    let names: Vec<String> = options
        .mount
        .iter()
        .map(|mount| mount.guest.clone())
        .collect();
    let cwd = options.cwd.get_or_insert_with(|| "/".into()).clone();
    for mount in &mut options.mount {
        // A relative name is the guest's name for a place below its directory.
        if !mount.guest.starts_with('/') {
            mount.guest = format!("{}/{}", cwd.trim_end_matches('/'), mount.guest);
        }
    }
    let sandbox = builder(&runtime, &options)?.build()?;
    // The guest learns the module's name, not where the host keeps it.
    let name = arguments.module.file_name().map_or_else(
        || "module".into(),
        |name| name.to_string_lossy().into_owned(),
    );
    let argv = std::iter::once(name).chain(arguments.arguments);
    let mut exec = sandbox.run_module(wasm, argv);
    if !names.is_empty() {
        exec = exec.preopens(&names);
    }
    let code = output::run(exec, options.json, Stdin::of(options.stdin)).await?;
    options.snapshots.save(&sandbox)?;
    Ok(code)
}
