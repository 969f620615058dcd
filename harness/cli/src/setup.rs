//! What every subcommand needs: the runtimes, shared options, exit codes.

use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use clap::Args;
use wardian::{CacheDirectory, ErrorKind, Limits, Runtime, Sandbox, SandboxBuilder};

use crate::mount::Mount;
use crate::progress::Progress;
use crate::tool_file::ToolFile;

/// Options that `exec` and `run` have in common.
#[derive(Args)]
pub struct SandboxOptions {
    /// Copy a folder or file of the host in: HOST:GUEST[:copy] (or HOST::GUEST).
    /// Nothing is written back
    #[arg(long, value_name = "HOST:GUEST")]
    pub mount: Vec<Mount>,

    /// Set an environment variable; nothing of the host's environment is passed
    #[arg(long, value_name = "NAME=VALUE")]
    pub env: Vec<String>,

    /// Working directory in the sandbox
    #[arg(long, value_name = "PATH")]
    pub cwd: Option<String>,

    /// Add a command, or put another in its place: NAME[,NAME...]=MODULE.wasm.
    /// The module is trusted with processes and signals of the sandbox
    #[arg(long, value_name = "NAME=WASM")]
    pub tool: Vec<ToolFile>,

    /// End the command after this time, as in 10, 1.5, 500ms or 5m (exit code
    /// 124) [default: 15]
    #[arg(long, value_name = "TIME", value_parser = parse_duration)]
    pub timeout: Option<Duration>,

    /// Pass standard input on, even from a terminal (a pipe or file is always
    /// passed on)
    #[arg(long)]
    pub stdin: bool,

    /// Print one JSON object with outputs, exit code and usage
    #[arg(long)]
    pub json: bool,
}

/// The asynchronous runtime: as many threads as processors.
pub fn tokio_runtime() -> anyhow::Result<tokio::runtime::Runtime> {
    tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .context("cannot start threads")
}

/// Wasmtime with the user's cache of compiled modules.
pub fn wardian_runtime(processes: u32) -> anyhow::Result<Runtime> {
    Ok(Runtime::builder()
        .processes(processes)
        .cache(CacheDirectory::of_user())
        .observer(Arc::new(Progress::default()))
        .build()?)
}

/// A sandbox builder with the shared options applied.
pub fn builder(runtime: &Runtime, options: &SandboxOptions) -> anyhow::Result<SandboxBuilder> {
    let mut tools = wardian::tools();
    for file in &options.tool {
        tools = tools.with(file.load()?);
    }
    let mut builder = Sandbox::builder(runtime).tools(&tools);
    for mount in &options.mount {
        builder = builder.copy_from_host(&mount.host, mount.guest.as_bytes());
    }
    for variable in &options.env {
        let (name, value) = variable
            .split_once('=')
            .with_context(|| format!("--env {variable}: expected NAME=VALUE"))?;
        builder = builder.env(name, value);
    }
    if let Some(cwd) = &options.cwd {
        builder = builder.cwd(cwd);
    }
    let mut limits = Limits::default();
    if let Some(timeout) = options.timeout {
        limits.wall_time = timeout;
    }
    Ok(builder.limits(limits))
}

/// Exit code for an error of ours, as a shell user expects.
pub fn code_of(error: &anyhow::Error) -> u8 {
    match error
        .downcast_ref::<wardian::Error>()
        .map(wardian::Error::kind)
    {
        Some(ErrorKind::NotFound) => 127,
        Some(ErrorKind::Module) => 126,
        _ => 125,
    }
}

fn parse_duration(text: &str) -> Result<Duration, String> {
    let units = [
        ("ms", 0.001),
        ("s", 1.0),
        ("m", 60.0),
        ("h", 3600.0),
        ("", 1.0),
    ];
    for (suffix, seconds) in units {
        if let Some(number) = text.strip_suffix(suffix)
            && let Ok(number) = number.parse::<f64>()
        {
            return Duration::try_from_secs_f64(number * seconds)
                .map_err(|error| error.to_string());
        }
    }
    Err("expected a number of seconds, or one with ms, s, m or h".into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_have_units() {
        for (text, ms) in [
            ("10", 10_000),
            ("1.5", 1500),
            ("500ms", 500),
            ("2m", 120_000),
        ] {
            assert_eq!(parse_duration(text), Ok(Duration::from_millis(ms)));
        }
        assert!(parse_duration("soon").is_err());
        assert!(parse_duration("-1").is_err());
    }
}
