//! What every subcommand needs: the runtimes, shared options, exit codes.

use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use clap::Args;
use wardian::{
    CacheDirectory, Determinism, ErrorKind, Limits, Runtime, Sandbox, SandboxBuilder, Tools,
};

use crate::audit::JsonLines;
use crate::mount::Mount;
use crate::progress::Progress;
use crate::snapshot::SnapshotOptions;
use crate::tool_file::ToolFile;

/// Options that `exec` and `run` have in common.
#[derive(Args)]
pub struct SandboxOptions {
    /// Give the sandbox a folder of the host, as HOST:GUEST:MODE (or
    /// HOST::GUEST:MODE). MODE is `ro` (read in place, never written), `rw` (read and
    /// written in place), `overlay` (read in place, changes stay in memory: see
    /// --save and --diff) or `copy` (folders and files; the default). Only `rw`
    /// lets a script change the host
    #[arg(long, value_name = "HOST:GUEST[:MODE]")]
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

    /// Limits to begin with: `hardened` suits strangers' commands
    #[arg(long, value_enum, default_value_t = Profile::Default)]
    pub limits: Profile,

    /// Set one limit, as in processes=1000, fs_bytes=4G or cpu_time=60;
    /// LIMITS.md lists them
    #[arg(long, value_name = "NAME=VALUE")]
    pub limit: Vec<String>,

    /// Make the run repeatable: the same bytes and figures each time. Time is
    /// virtual and starts on 2000-01-01, randomness comes from SEED, a number
    /// [default: 0], processes take turns in one order, and the limit `fuel` holds
    /// in place of `cpu_time`. Input is taken before the script begins, outputs
    /// come when it has ended
    #[arg(
        long,
        value_name = "SEED",
        num_args = 0..=1,
        require_equals = true,
        default_missing_value = "0"
    )]
    pub deterministic: Option<u64>,

    #[command(flatten)]
    pub snapshots: SnapshotOptions,

    /// Append what happens (processes with their usage, denials, limits, changed
    /// files) to this file of the host, as JSON lines
    #[arg(long, value_name = "FILE")]
    pub audit: Option<std::path::PathBuf>,

    /// Pass standard input on, even from a terminal (a pipe or file is always
    /// passed on)
    #[arg(long)]
    pub stdin: bool,

    /// Print one JSON object with outputs, exit code and usage
    #[arg(long)]
    pub json: bool,
}

/// A set of limits.
#[derive(Clone, Copy, clap::ValueEnum)]
pub enum Profile {
    /// For an agent's commands
    Default,
    /// For strangers' commands: seconds, and tens of megabytes
    Hardened,
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

/// The prebuilt tools and the user's own.
pub fn tools(own: &[ToolFile]) -> anyhow::Result<Tools> {
    let mut tools = wardian::tools();
    for file in own {
        tools = tools.with(file.load()?);
    }
    Ok(tools)
}

/// Sets what `--env` names.
pub fn variables(
    mut builder: SandboxBuilder,
    options: &SandboxOptions,
) -> anyhow::Result<SandboxBuilder> {
    for variable in &options.env {
        let (name, value) = variable
            .split_once('=')
            .with_context(|| format!("--env {variable}: expected NAME=VALUE"))?;
        builder = builder.env(name, value);
    }
    Ok(builder)
}

/// A sandbox builder with the shared options applied.
pub fn builder(runtime: &Runtime, options: &SandboxOptions) -> anyhow::Result<SandboxBuilder> {
    let mut builder = Sandbox::builder(runtime).tools(&tools(&options.tool)?);
    if let Some(name) = &options.snapshots.snapshot {
        builder = builder.snapshot(&options.snapshots.place.load(name)?);
    }
    for mount in &options.mount {
        let guest = mount.guest.as_bytes();
        builder = match mount.mode {
            Some(mode) => builder.mount(&mount.host, guest, mode),
            None => builder.copy_from_host(&mount.host, guest),
        };
    }
    builder = variables(builder, options)?;
    if let Some(seed) = options.deterministic {
        builder = builder.deterministic(Determinism::seeded(seed));
    }
    if let Some(path) = &options.audit {
        builder = builder.audit(JsonLines::append(path)?);
    }
    if let Some(cwd) = &options.cwd {
        builder = builder.cwd(cwd);
    }
    let mut limits = match options.limits {
        Profile::Default => Limits::default(),
        Profile::Hardened => Limits::hardened(),
    };
    for limit in &options.limit {
        let (name, value) = limit
            .split_once('=')
            .with_context(|| format!("--limit {limit}: expected NAME=VALUE"))?;
        limits
            .set(name, value)
            .map_err(|reason| anyhow::anyhow!("--limit {reason}"))?;
    }
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

/// A time as people write it: `10`, `1.5`, `500ms` or `5m`.
pub fn parse_duration(text: &str) -> Result<Duration, String> {
    let mut limits = Limits::default();
    limits.set("wall_time", text)?;
    Ok(limits.wall_time)
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
