//! The machine's own tools: their CPU time as `bash` counts it, and the memory
//! of the largest process as GNU `time` does.

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

/// A run of a pipeline.
pub struct Run {
    /// User and system time of all its processes.
    pub cpu: Duration,
    /// Standard output.
    pub output: Vec<u8>,
}

/// The first tool of a pipeline that the machine lacks.
pub fn missing(script: &str) -> Option<&str> {
    let found = |name: &str| {
        ["/usr/bin", "/bin"]
            .iter()
            .any(|at| Path::new(at).join(name).exists())
    };
    let parts = script.split(" | ");
    let mut names = parts.filter_map(|part| part.split_whitespace().next());
    names.find(|name| name.chars().all(|c| c.is_ascii_alphanumeric()) && !found(name))
}

fn bash(script: &str, directory: &Path) -> std::process::Output {
    let output = Command::new("bash")
        .args(["-c", script])
        .current_dir(directory)
        .env("LC_ALL", "C")
        .stdin(Stdio::null())
        .output()
        .expect("bash");
    assert!(output.status.success(), "{script}");
    output
}

/// Runs a pipeline.
///
/// # Panics
/// If it fails.
pub fn run(script: &str, directory: &Path) -> Run {
    let timed = format!("TIMEFORMAT='%3U %3S'; time {{ {script}\n}}");
    let output = bash(&timed, directory);
    let text = String::from_utf8_lossy(&output.stderr).into_owned();
    let times = text.lines().last().unwrap_or_default();
    let seconds: f64 = times
        .split(' ')
        .filter_map(|part| part.parse::<f64>().ok())
        .sum();
    Run {
        cpu: Duration::from_secs_f64(seconds),
        output: output.stdout,
    }
}

/// The peak memory of the largest process of a pipeline, if that can be told.
pub fn peak_bytes(script: &str, directory: &Path) -> Option<u64> {
    let output = Command::new("/usr/bin/time")
        .args(["-f", "%M", "bash", "-c", script])
        .current_dir(directory)
        .env("LC_ALL", "C")
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .output()
        .ok()?;
    let text = String::from_utf8_lossy(&output.stderr).into_owned();
    let kilobytes: u64 = text.lines().last()?.trim().parse().ok()?;
    Some(kilobytes * 1024)
}
