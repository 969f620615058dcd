//! `wardian run`.

use std::ffi::OsString;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use anyhow::Context;
use clap::Args;

use crate::output::{self, Stdin};
use crate::setup::{SandboxOptions, builder, variables, wardian_runtime};

/// Runs a WASI preview 1 module in a fresh sandbox. It finds preopened what
/// --mount names, under those names, and `.` if --cwd names one; without --mount,
/// `/` and the working directory as `.`. The exit code is the module's own; 124 after a timeout,
/// 126 if it cannot be run. Options come before the module: what follows it is
/// the module's.
#[derive(Args)]
#[command(after_help = "\
Examples:
  wardian run hello.wasm
  wardian run --mount ./data:/data python.wasm -c 'print(open(\"/data/a.csv\").read())'
  wardian run --env DEBUG=1 --cwd /tmp tool.wasm --flag value")]
pub struct RunArguments {
    /// The module, a .wasm file of the host, and its arguments. A `--` right
    /// after the module is not among them
    #[arg(
        value_names = ["MODULE", "ARGUMENTS"],
        required = true,
        trailing_var_arg = true,
        allow_hyphen_values = true
    )]
    command: Vec<OsString>,

    #[command(flatten)]
    options: SandboxOptions,
}

/// Runs it; gives the exit code.
pub async fn main(arguments: RunArguments) -> anyhow::Result<i32> {
    let mut options = arguments.options;
    let (module, rest) = arguments
        .command
        .split_first()
        .context("no module is named")?;
    let rest = match rest.split_first() {
        Some((first, rest)) if first == "--" => rest,
        _ => rest,
    };
    let module = Path::new(module);
    let path = module.display().to_string();
    let wasm = std::fs::read(module).with_context(|| format!("cannot read the module {path}"))?;
    let runtime = wardian_runtime(64)?;
    let mut names: Vec<String> = options
        .mount
        .iter()
        .map(|mount| mount.guest.clone())
        .collect();
    // Who names a directory means paths to be relative to it.
    if options.cwd.is_some() && !names.is_empty() && !names.iter().any(|name| name == ".") {
        names.push(".".into());
    }
    let cwd = options.cwd.get_or_insert_with(|| "/".into()).clone();
    for mount in &mut options.mount {
        // A relative name is the guest's name for a place below its directory.
        if !mount.guest.starts_with('/') {
            mount.guest = format!("{}/{}", cwd.trim_end_matches('/'), mount.guest);
        }
    }
    let bare = builder(&runtime, &options)?.clear_env();
    let sandbox = variables(bare, &options)?.build()?;
    // The guest learns the module's name, not where the host keeps it.
    let name = module.file_name().unwrap_or("module".as_ref());
    let argv = std::iter::once(name)
        .chain(rest.iter().map(|argument| &**argument))
        .map(OsStrExt::as_bytes);
    let mut exec = sandbox.run_module(wasm, argv);
    if !names.is_empty() {
        exec = exec.preopens(&names);
    }
    let code = output::run(exec, options.json, Stdin::of(options.stdin)).await?;
    options.snapshots.save(&sandbox)?;
    Ok(code)
}
