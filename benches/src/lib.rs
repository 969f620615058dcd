//! What the benchmarks share: a runtime, a sandbox, and a native process to
//! measure beside it in the same run.

pub mod density;
pub mod preempt;
pub mod shell;
pub mod soak;
pub mod table;

use std::process::{Command, Stdio};

use wardian::{CacheDirectory, Runtime, Sandbox};

/// Tokio and Wardian, set up as an embedder would.
pub struct Host {
    /// The asynchronous runtime.
    pub tokio: tokio::runtime::Runtime,
    /// The engine.
    pub runtime: Runtime,
}

impl Host {
    /// Sets both up; compiled modules come from the user's cache. Without worker
    /// threads everything runs in the caller's, which saves short commands the
    /// wake-ups between threads.
    ///
    /// # Panics
    /// If the machine refuses threads or address space.
    #[must_use]
    pub fn new(threads: usize) -> Host {
        let mut tokio = match threads {
            0 => tokio::runtime::Builder::new_current_thread(),
            _ => tokio::runtime::Builder::new_multi_thread(),
        };
        if threads > 0 {
            tokio.worker_threads(threads);
        }
        let tokio = tokio.enable_all().build().expect("threads");
        let runtime = Runtime::builder()
            .cache(CacheDirectory::of_user())
            .build()
            .expect("Wasmtime");
        Host { tokio, runtime }
    }

    /// A sandbox with every tool.
    ///
    /// # Panics
    /// If it cannot be built.
    #[must_use]
    pub fn sandbox(&self) -> Sandbox {
        Sandbox::builder(&self.runtime)
            .tools(&wardian::tools())
            .build()
            .expect("sandbox")
    }

    /// Runs a script and checks what it prints.
    ///
    /// # Panics
    /// If it fails or prints something else.
    pub fn check(&self, sandbox: &Sandbox, script: &str, expected: &str) {
        let result = self
            .tokio
            .block_on(sandbox.exec(script).run())
            .expect("exec");
        assert_eq!(
            (result.exit_code, &*result.stdout_text()),
            (0, expected),
            "{}",
            result.stderr_text()
        );
    }
}

/// Runs a script with the machine's own `sh`, for comparison.
///
/// # Panics
/// If there is none.
pub fn native(script: &str) {
    let status = Command::new("sh")
        .args(["-c", script])
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .status()
        .expect("sh");
    assert!(status.success());
}

/// An argument of the command line by its place, or what it is without.
///
/// # Panics
/// If it is there and means nothing.
#[must_use]
pub fn argument<T: std::str::FromStr>(place: usize, default: T) -> T {
    match std::env::args().nth(place) {
        None => default,
        Some(text) => match text.parse() {
            Ok(value) => value,
            Err(_) => panic!("argument {place}, {text}, is not what is wanted there"),
        },
    }
}
