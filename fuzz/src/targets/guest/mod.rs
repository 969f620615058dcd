//! Running calls in a guest: a program is memory and a list of calls, and comes
//! back as memory and the results.

pub mod functions;
mod module;

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use wardian_engine::{Clock, ExecResult, Limits, ModuleBytes, Runtime, Sandbox, Tool, Tools};

use self::module::{CALL_BYTES, RESULTS};
pub use self::module::{MEMORY_BYTES, MOST_CALLS, NOT_MADE, WHOLE_BYTES};
use super::recount;

/// The first descriptor that a program gets when it opens one: standard ones,
/// `/` and the results lie before it.
pub const FIRST_FREE: u32 = 5;
/// The descriptor of the results, which programs leave alone.
pub const RESULTS_FD: u32 = 4;

/// A call of a function, by its number.
#[derive(Clone, Debug)]
pub struct Call {
    pub function: usize,
    pub arguments: Vec<u64>,
}

impl Call {
    /// A call by name.
    pub fn new(name: &str, arguments: &[u64]) -> Call {
        Call {
            function: functions::number(name),
            arguments: arguments.to_vec(),
        }
    }
}

/// Memory at the start, and calls.
#[derive(Clone, Debug, Default)]
pub struct Program {
    pub memory: Vec<u8>,
    pub calls: Vec<Call>,
}

/// What a program left.
pub struct Left {
    /// How its process ended; `None`: it could not be started.
    pub end: Option<ExecResult>,
    /// Memory and results of calls, if it came to its end.
    pub dump: Option<(Vec<u8>, Vec<u32>)>,
}

impl Program {
    fn encode(&self) -> Vec<u8> {
        let mut bytes = self.memory.clone();
        bytes.resize(MEMORY_BYTES, 0);
        for call in self.calls.iter().take(MOST_CALLS) {
            let mut record = [0; CALL_BYTES];
            record[..4].copy_from_slice(&(call.function as u32).to_le_bytes());
            record[4..8].copy_from_slice(&NOT_MADE.to_le_bytes());
            for (place, argument) in record[8..].chunks_exact_mut(8).zip(&call.arguments) {
                place.copy_from_slice(&argument.to_le_bytes());
            }
            bytes.extend_from_slice(&record);
        }
        bytes
    }

    /// Runs the program; `own`: as one of the embedder's tools, which may import
    /// Wardian's module. The sandbox is sound afterwards.
    pub fn run(&self, sandbox: &Sandbox, own: bool) -> Left {
        let exec = if own {
            sandbox.command(["calls", "argument", "another"])
        } else {
            let arguments = ["calls", "argument", "another"];
            sandbox.run_module(module(false), arguments).preopens(["/"])
        };
        let end = block_on(exec.stdin(self.encode()).run()).ok();
        check(sandbox);
        let dump = sandbox
            .fs()
            .read(RESULTS)
            .ok()
            .filter(|dump| dump.len() >= MEMORY_BYTES);
        let dump = dump.map(|dump| {
            let (memory, calls) = dump.split_at(MEMORY_BYTES);
            let results = calls
                .chunks_exact(CALL_BYTES)
                .map(|record| u32::from_le_bytes([record[4], record[5], record[6], record[7]]));
            (memory.to_vec(), results.collect())
        });
        Left { end, dump }
    }
}

/// After a command, nothing of it runs and the files' accounts are right.
pub fn check(sandbox: &Sandbox) {
    assert_eq!(sandbox.processes(), 0);
    let snapshot = sandbox.snapshot();
    recount::check(snapshot.tree(), &[]);
}

/// A sandbox for one program: seconds, megabytes, and a clock that skips waits.
pub fn sandbox(limits: Limits) -> Sandbox {
    Sandbox::builder(runtime())
        .tools(tools())
        .limits(limits)
        .clock(Clock::simulated(1, Duration::from_nanos(1)))
        .seed([7; 32])
        .cwd("/")
        .user(0, 0)
        .build()
        .expect("a sandbox")
}

/// Limits that a program reaches soon.
pub fn small_limits() -> Limits {
    Limits {
        wall_time: Duration::from_millis(300),
        cpu_time: Duration::from_secs(2),
        processes: 8,
        processes_started: 40,
        descriptors: 24,
        pipe_bytes: 4096,
        output_bytes: 4096,
        fs_bytes: 1 << 20,
        fs_inodes: 400,
        file_bytes: 1 << 19,
        io_vectors: 8,
        poll_subscriptions: 8,
        random_bytes: 4096,
        argument_bytes: 4096,
        background_grace: Duration::ZERO,
        ..Limits::default()
    }
}

/// The same for programs that end by themselves, however busy the machine is.
pub fn patient_limits() -> Limits {
    Limits {
        wall_time: Duration::from_secs(50),
        cpu_time: Duration::from_secs(50),
        ..small_limits()
    }
}

/// The runtime that all targets share.
pub fn runtime() -> &'static Runtime {
    static RUNTIME: OnceLock<Runtime> = OnceLock::new();
    RUNTIME.get_or_init(|| {
        let builder = Runtime::builder().processes(64);
        builder.build().expect("this host runs Wasmtime")
    })
}

fn module(own: bool) -> Arc<[u8]> {
    static MODULES: OnceLock<[Arc<[u8]>; 2]> = OnceLock::new();
    let modules = MODULES.get_or_init(|| {
        [false, true].map(|own| {
            let text = module::text(own);
            let wasm = wat::parse_str(&text).unwrap_or_else(|error| panic!("{error}"));
            wasm.into()
        })
    });
    modules[usize::from(own)].clone()
}

fn tools() -> &'static Tools {
    static TOOLS: OnceLock<Tools> = OnceLock::new();
    TOOLS.get_or_init(|| {
        let tool = Tool {
            name: "calls".into(),
            bytes: ModuleBytes::Wasm(module(true)),
            applets: vec!["calls".into(), "other".into()],
        };
        Tools::new(vec![tool], None)
    })
}

/// Waits for a future on this thread.
pub fn block_on<T>(future: impl Future<Output = T>) -> T {
    thread_local! {
        static TOKIO: tokio::runtime::Runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .expect("a runtime");
    }
    TOKIO.with(|tokio| tokio.block_on(future))
}
