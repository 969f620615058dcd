//! `--audit`: what happens in the sandbox, as JSON lines.

use std::fs::File;
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::Context;
use serde_json::{Value, json};
use wardian::snapshot::{ChangeKind, diff};
use wardian::{Audit, AuditEvent};

/// Writes each event as a line.
pub struct JsonLines(Mutex<File>);

impl JsonLines {
    /// Appends to a file of this user's own; made if it is not there.
    pub fn append(path: &Path) -> anyhow::Result<Arc<JsonLines>> {
        let mut options = File::options();
        options.append(true).create(true).mode(0o600);
        let file = options
            .open(path)
            .with_context(|| format!("cannot write the audit log {}", path.display()))?;
        Ok(Arc::new(JsonLines(Mutex::new(file))))
    }
}

impl Audit for JsonLines {
    fn record(&self, event: &AuditEvent<'_>) {
        let mut line = object(event);
        let time = SystemTime::now().duration_since(UNIX_EPOCH);
        line["time_ms"] = json!(time.map_or(0, |time| time.as_millis() as u64));
        let mut text = line.to_string();
        text.push('\n');
        let mut file = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Err(error) = file.write_all(text.as_bytes()) {
            // Better loud and late than a log with a hole that nobody knows of.
            eprintln!("wardian: the audit log cannot be written: {error}");
            std::process::exit(125);
        }
    }
}

fn object(event: &AuditEvent<'_>) -> Value {
    match event {
        AuditEvent::ProcessStarted {
            exec,
            pid,
            parent_pid,
            args,
        } => json!({
            "event": "process_started", "exec": exec, "pid": pid,
            "parent_pid": parent_pid, "args": arguments(args),
        }),
        AuditEvent::ProcessReplaced { exec, pid, args } => json!({
            "event": "process_replaced", "exec": exec, "pid": pid, "args": arguments(args),
        }),
        AuditEvent::ProcessEnded {
            exec,
            pid,
            exit_code,
            signal,
            usage,
        } => json!({
            "event": "process_ended", "exec": exec, "pid": pid,
            "exit_code": exit_code, "signal": signal,
            "cpu_time_us": usage.cpu_ns / 1000,
            "peak_memory_bytes": usage.peak_memory_bytes,
            "read_bytes": usage.read_bytes,
            "written_bytes": usage.written_bytes,
        }),
        AuditEvent::Denied {
            exec,
            pid,
            path,
            errno,
        } => json!({
            "event": "denied", "exec": exec, "pid": pid,
            "path": text(path), "error": errno.to_string(),
        }),
        AuditEvent::LimitReached { exec, name, value } => json!({
            "event": "limit_reached", "exec": exec, "limit": name, "value": value,
        }),
        AuditEvent::ExecEnded {
            exec,
            exit_code,
            timed_out,
            cancelled,
            before,
            after,
        } => {
            let changes = diff(before, after);
            let files: Vec<Value> = changes
                .iter()
                .filter(|change| {
                    change.kind() != ChangeKind::Modified || change.what.more_than_time()
                })
                .map(|change| {
                    let kind = match change.kind() {
                        ChangeKind::Added => "added",
                        ChangeKind::Removed => "removed",
                        ChangeKind::Modified => "modified",
                    };
                    json!({ "change": kind, "path": format!("/{}", text(&changes.path(change))) })
                })
                .collect();
            json!({
                "event": "exec_ended", "exec": exec, "exit_code": exit_code,
                "timed_out": timed_out, "cancelled": cancelled, "files": files,
            })
        }
        _ => json!({ "event": "unknown" }),
    }
}

fn arguments(args: &[u8]) -> Vec<String> {
    let args = args.strip_suffix(&[0]).unwrap_or(args);
    args.split(|byte| *byte == 0).map(text).collect()
}

/// Bytes that are no UTF-8 as replacement characters: the log is for reading.
fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}
