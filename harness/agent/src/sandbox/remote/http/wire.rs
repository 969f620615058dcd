//! The protocol's messages as they are on the wire.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::super::super::{ExecOutput, FileKind, FileStat, SandboxError};

/// Bytes, as base64 in a string.
#[derive(Default)]
pub(super) struct Bytes(pub(super) Vec<u8>);

impl Serialize for Bytes {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&STANDARD.encode(&self.0))
    }
}

impl<'de> Deserialize<'de> for Bytes {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Bytes, D::Error> {
        let text = String::deserialize(deserializer)?;
        let bytes = STANDARD.decode(text).map_err(serde::de::Error::custom)?;
        Ok(Bytes(bytes))
    }
}

#[derive(Serialize)]
pub(super) struct Create<'a> {
    pub(super) id: &'a str,
}

#[derive(Deserialize)]
pub(super) struct Created {
    pub(super) handle: String,
    pub(super) cwd: String,
}

#[derive(Serialize)]
pub(super) struct Exec<'a> {
    pub(super) exec_id: &'a str,
    pub(super) command: &'a str,
    pub(super) cwd: &'a str,
    pub(super) env: &'a [(String, String)],
    pub(super) stdin: Bytes,
    pub(super) timeout_ms: u64,
}

#[derive(Deserialize)]
pub(super) struct Executed {
    exit_code: i32,
    stdout: Bytes,
    stderr: Bytes,
    #[serde(default)]
    timed_out: bool,
    #[serde(default)]
    dropped_bytes: u64,
    #[serde(default)]
    wall_time_us: u64,
    cpu_time_us: Option<u64>,
    peak_memory_bytes: Option<u64>,
}

impl From<Executed> for ExecOutput {
    fn from(done: Executed) -> ExecOutput {
        ExecOutput {
            exit_code: done.exit_code,
            stdout: done.stdout.0,
            stderr: done.stderr.0,
            timed_out: done.timed_out,
            dropped_bytes: done.dropped_bytes,
            wall_time: Duration::from_micros(done.wall_time_us),
            cpu_time: done.cpu_time_us.map(Duration::from_micros),
            peak_memory_bytes: done.peak_memory_bytes,
        }
    }
}

#[derive(Serialize)]
pub(super) struct Kill<'a> {
    pub(super) exec_id: &'a str,
}

/// A request about a path; what does not concern the operation is left out.
#[derive(Default, Serialize)]
pub(super) struct OnPath<'a> {
    pub(super) path: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) contents: Option<Bytes>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) recursive: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) force: Option<bool>,
}

#[derive(Deserialize)]
pub(super) struct Contents {
    pub(super) contents: Bytes,
}

#[derive(Deserialize)]
pub(super) struct Stat {
    kind: Kind,
    is_symlink: Option<bool>,
    size_bytes: Option<u64>,
    modified_ms: Option<u64>,
}

#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
enum Kind {
    File,
    Directory,
    Other,
}

impl From<Stat> for FileStat {
    fn from(stat: Stat) -> FileStat {
        let since = |ms| UNIX_EPOCH.checked_add(Duration::from_millis(ms));
        let modified: Option<SystemTime> = stat.modified_ms.and_then(since);
        FileStat {
            kind: match stat.kind {
                Kind::File => FileKind::File,
                Kind::Directory => FileKind::Directory,
                Kind::Other => FileKind::Other,
            },
            is_symlink: stat.is_symlink,
            size_bytes: stat.size_bytes,
            modified,
        }
    }
}

#[derive(Deserialize)]
pub(super) struct Names {
    pub(super) names: Vec<String>,
}

/// The answer to what there is nothing to say about: any object.
#[derive(Deserialize)]
pub(super) struct Done {}

#[derive(Deserialize)]
pub(super) struct Failure {
    pub(super) error: FailureBody,
}

#[derive(Deserialize)]
pub(super) struct FailureBody {
    kind: String,
    #[serde(default)]
    message: String,
    #[serde(default)]
    path: String,
    #[serde(default)]
    not_found: bool,
}

impl FailureBody {
    /// Changes all that the other side wrote.
    pub(super) fn clean(&mut self, change: impl Fn(&str) -> String) {
        for text in [&mut self.kind, &mut self.message, &mut self.path] {
            *text = change(text);
        }
    }
}

impl From<FailureBody> for SandboxError {
    fn from(failure: FailureBody) -> SandboxError {
        let message = failure.message;
        match failure.kind.as_str() {
            "file" => SandboxError::File {
                path: failure.path,
                message,
                not_found: failure.not_found,
            },
            "unsupported" => SandboxError::Unsupported(message),
            "died" => SandboxError::Died(message),
            "setup" => SandboxError::Setup(message),
            "cancelled" => SandboxError::Cancelled,
            "transport" => SandboxError::Transport(message),
            kind => {
                SandboxError::Transport(format!("an error of the unknown kind {kind:?}: {message}"))
            }
        }
    }
}
