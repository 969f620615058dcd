//! Running a prepared command: streamed to this process's own descriptors, or
//! collected into one JSON object.

use std::io::{IsTerminal, Read, Write};

use crate::interrupt::Interrupts;
use crate::terminal::json_line;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value, json};
use wardian::{CancelToken, Exec, ExecResult, InputWriter, OutputReader};

/// How many bytes are moved at a time.
const BLOCK_BYTES: usize = 64 << 10;

/// What the command finds on its standard input.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Stdin {
    /// Nothing.
    Empty,
    /// What this process finds on its own.
    Passed,
}

impl Stdin {
    /// Passed on if asked for, or if it is a pipe or file.
    pub fn of(asked: bool) -> Stdin {
        if asked || !std::io::stdin().is_terminal() {
            Stdin::Passed
        } else {
            Stdin::Empty
        }
    }

    /// All of it.
    pub fn read(self) -> anyhow::Result<Vec<u8>> {
        let mut input = Vec::new();
        if self == Stdin::Passed {
            std::io::stdin().lock().read_to_end(&mut input)?;
        }
        Ok(input)
    }
}

/// Runs the command and gives the exit code for this process.
pub async fn run(exec: Exec, json: bool, stdin: Stdin) -> anyhow::Result<i32> {
    if json {
        let result = collect(exec.stdin(stdin.read()?)).await?;
        show(&result, json)?;
        return Ok(result.exit_code);
    }
    let exec = cancelled_by_hand(exec)?;
    let exec = match stdin {
        Stdin::Passed => exec,
        Stdin::Empty => exec.no_stdin(),
    };
    let (input, output, errors, result) = exec.stream().split();
    match stdin {
        Stdin::Passed => feed(input),
        Stdin::Empty => drop(input),
    }
    let output = tokio::spawn(copy(output, std::io::stdout()));
    let errors = tokio::spawn(copy(errors, std::io::stderr()));
    let result = tokio::spawn(result).await??;
    let _ = tokio::join!(output, errors);
    Ok(result.exit_code)
}

/// Runs the command with its outputs collected.
pub async fn collect(exec: Exec) -> anyhow::Result<ExecResult> {
    Ok(cancelled_by_hand(exec)?.run().await?)
}

/// Prints collected outputs, as one JSON object or where they belong.
pub fn show(result: &ExecResult, json: bool) -> anyhow::Result<()> {
    let mut out = std::io::stdout().lock();
    if json {
        writeln!(out, "{}", json_line(&object(result)))?;
    } else {
        out.write_all(&result.stdout)?;
        std::io::stderr().write_all(&result.stderr)?;
    }
    Ok(out.flush()?)
}

/// Ctrl-C ends it.
fn cancelled_by_hand(exec: Exec) -> anyhow::Result<Exec> {
    let token = CancelToken::new();
    let exec = exec.cancel(&token);
    let mut interrupts = Interrupts::listen()?;
    tokio::spawn(async move {
        interrupts.next().await;
        token.cancel();
    });
    Ok(exec)
}

/// Copies standard input in a thread of its own: reading it cannot be cancelled.
fn feed(input: InputWriter) {
    let handle = tokio::runtime::Handle::current();
    std::thread::spawn(move || {
        let mut block = vec![0; BLOCK_BYTES];
        let mut stdin = std::io::stdin().lock();
        while let Ok(count) = stdin.read(&mut block) {
            let data = block.get(..count).unwrap_or_default();
            if data.is_empty() || !handle.block_on(input.write_all(data)) {
                break;
            }
        }
    });
}

/// Copies an output. When nobody takes it, the command finds its pipe broken.
pub async fn copy(from: OutputReader, mut to: impl Write) {
    let mut block = vec![0; BLOCK_BYTES];
    loop {
        let count = from.read(&mut block).await;
        let data = block.get(..count).unwrap_or_default();
        if data.is_empty() {
            return;
        }
        let written = tokio::task::block_in_place(|| to.write_all(data).and_then(|()| to.flush()));
        if written.is_err() {
            return;
        }
    }
}

fn object(result: &ExecResult) -> Value {
    let mut object = Map::new();
    put_bytes(&mut object, "stdout", &result.stdout);
    put_bytes(&mut object, "stderr", &result.stderr);
    object.insert("exit_code".into(), json!(result.exit_code));
    object.insert("timed_out".into(), json!(result.timed_out));
    object.insert(
        "dropped_bytes".into(),
        json!({ "stdout": result.stdout_dropped_bytes, "stderr": result.stderr_dropped_bytes }),
    );
    object.insert(
        "gap_at".into(),
        json!({ "stdout": result.stdout_gap_at, "stderr": result.stderr_gap_at }),
    );
    let usage = &result.usage;
    object.insert(
        "usage".into(),
        json!({
            "wall_time_us": usage.wall_time.as_micros() as u64,
            "cpu_time_us": usage.cpu_time.as_micros() as u64,
            "peak_memory_bytes": usage.peak_memory_bytes,
            "read_bytes": usage.read_bytes,
            "written_bytes": usage.written_bytes,
        }),
    );
    Value::Object(object)
}

/// Text as itself; bytes that are not UTF-8 as base64 under `NAME_base64`.
fn put_bytes(object: &mut Map<String, Value>, name: &str, bytes: &[u8]) {
    match std::str::from_utf8(bytes) {
        Ok(text) => object.insert(name.into(), json!(text)),
        Err(_) => object.insert(format!("{name}_base64"), json!(STANDARD.encode(bytes))),
    };
}
