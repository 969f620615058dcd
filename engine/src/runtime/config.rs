//! The one Wasmtime engine and its settings.

use std::sync::Arc;
use std::time::Duration;

use wasmtime::{
    Config, Enabled, Engine, InstanceAllocationStrategy, PoolingAllocationConfig, WasmFeatures,
};

use super::cache::CacheDirectory;
use super::deadlines::Deadlines;
use super::modules::{Modules, Observer};
use super::pool::Pool;
use super::ticker::Ticker;
use crate::error::{Error, ErrorKind};

/// How often running guests look whether they should stop.
const TICK: Duration = Duration::from_millis(1);

/// Guest stack: calls in wasm frames, in bytes. A deeper recursion traps.
const WASM_STACK_BYTES: usize = 16 << 20;
/// The fiber under it, with room for host functions.
const FIBER_STACK_BYTES: usize = WASM_STACK_BYTES + (1 << 20);

/// Memory kept in a freed slot instead of being given back to the kernel.
const KEEP_RESIDENT_BYTES: usize = 1 << 20;
/// The same where the kernel cannot tell which pages were touched.
const KEEP_RESIDENT_BYTES_WITHOUT_SCAN: usize = 64 << 10;

/// What a [`Core`] is made of.
#[derive(Clone)]
pub struct CoreSettings {
    /// Processes running at once.
    pub processes: u32,
    /// Elements of one table.
    pub table_elements: u32,
    /// Where compiled modules are kept.
    pub cache: Option<CacheDirectory>,
    /// Who is told of modules being compiled.
    pub observer: Option<Arc<dyn Observer>>,
}

/// Engine, ticker and modules, shared by every sandbox of a runtime.
pub struct Core {
    engine: Engine,
    ticker: Ticker,
    deadlines: Deadlines,
    modules: Modules,
    pool: Arc<Pool>,
}

impl Core {
    /// Sets up Wasmtime.
    pub fn new(settings: CoreSettings) -> Result<Core, Error> {
        let threads = std::thread::available_parallelism().map_or(1, Into::into);
        let config = config(slots(settings.processes), settings.table_elements);
        Core::with(&config, settings, Arc::new(Pool::new(threads)), false)
    }

    /// Sets up Wasmtime once more, to run modules that count fuel and whose
    /// floating-point numbers have the same bits on every machine.
    pub fn metered(settings: CoreSettings, pool: Arc<Pool>) -> Result<Core, Error> {
        let mut config = config(slots(settings.processes), settings.table_elements);
        config.consume_fuel(true);
        #[cfg(feature = "compile")]
        config.cranelift_nan_canonicalization(true);
        Core::with(&config, settings, pool, true)
    }

    fn with(
        config: &Config,
        settings: CoreSettings,
        pool: Arc<Pool>,
        metered: bool,
    ) -> Result<Core, Error> {
        let engine = Engine::new(config)
            .map_err(|error| Error::new(ErrorKind::Runtime, "Wasmtime", error))?;
        Ok(Core {
            ticker: Ticker::start(engine.clone(), TICK),
            deadlines: Deadlines::default(),
            modules: Modules::new(settings.cache, settings.observer, metered),
            pool,
            engine,
        })
    }

    /// The engine.
    pub fn engine(&self) -> &Engine {
        &self.engine
    }

    /// What ends commands when their time is over.
    pub fn deadlines(&self) -> &Deadlines {
        &self.deadlines
    }

    /// The epoch ticker.
    pub fn ticker(&self) -> &Ticker {
        &self.ticker
    }

    /// The threads of execs that take longer.
    pub fn pool(&self) -> &Arc<Pool> {
        &self.pool
    }

    /// Loaded modules.
    pub fn modules(&self) -> &Modules {
        &self.modules
    }
}

/// Compiles a module for [`crate::ModuleBytes::Precompiled`]: at build time, or on
/// another machine. `target` is a target triple; `None` is this machine.
///
/// # Errors
/// [`ErrorKind::Module`]: not wasm, or not of the features that guests may use.
/// [`ErrorKind::Runtime`]: Wasmtime knows no such target.
#[cfg(feature = "compile")]
pub fn precompile(wasm: &[u8], target: Option<&str>) -> Result<Vec<u8>, Error> {
    let runtime = |error| Error::new(ErrorKind::Runtime, "Wasmtime", error);
    let mut config = config(1, 1);
    if let Some(target) = target {
        config.target(target).map_err(runtime)?;
    }
    Engine::new(&config)
        .map_err(runtime)?
        .precompile_module(wasm)
        .map_err(|error| Error::new(ErrorKind::Module, "precompile", format!("{error:#}")))
}

/// Places for so many processes: each thread may still be giving back the memory
/// of one whose end is known.
fn slots(processes: u32) -> u32 {
    let threads = std::thread::available_parallelism().map_or(1, Into::into);
    processes.saturating_add(u32::try_from(threads).unwrap_or(1))
}

fn config(processes: u32, table_elements: u32) -> Config {
    let mut pool = PoolingAllocationConfig::new();
    let scan = kernel_scans_pagemaps();
    pool.total_core_instances(processes)
        .total_memories(processes)
        .total_tables(processes.saturating_mul(2))
        .total_stacks(processes)
        .max_memories_per_module(1)
        .max_tables_per_module(2)
        .table_elements(table_elements as usize)
        .max_memory_size(4 << 30)
        .max_core_instance_size(4 << 20)
        .max_unused_warm_slots(processes)
        .linear_memory_keep_resident(if scan {
            KEEP_RESIDENT_BYTES
        } else {
            KEEP_RESIDENT_BYTES_WITHOUT_SCAN
        })
        .table_keep_resident(64 << 10)
        .pagemap_scan(Enabled::Auto);
    let mut config = Config::new();
    config
        .allocation_strategy(InstanceAllocationStrategy::Pooling(pool))
        .epoch_interruption(true)
        .max_wasm_stack(WASM_STACK_BYTES)
        .async_stack_size(FIBER_STACK_BYTES)
        .generate_address_map(false)
        .native_unwind_info(false)
        // Exits unwind by a trap; nobody reads the frames of stripped guests.
        .wasm_backtrace_max_frames(None);
    lock_features(&mut config);
    config
}

/// Whether the kernel has `PAGEMAP_SCAN` (Linux 6.7), which finds a slot's
/// touched pages without a system call for each.
fn kernel_scans_pagemaps() -> bool {
    let name = rustix::system::uname();
    let release = name.release().to_string_lossy();
    let mut parts = release
        .split(['.', '-'])
        .map_while(|part| part.parse().ok());
    (parts.next(), parts.next()) >= (Some(6u32), Some(7u32))
}

/// Only what the guests need; every other proposal is off, whatever Wasmtime's
/// defaults are.
fn lock_features(config: &mut Config) {
    let wanted = WasmFeatures::MUTABLE_GLOBAL
        | WasmFeatures::SATURATING_FLOAT_TO_INT
        | WasmFeatures::SIGN_EXTENSION
        | WasmFeatures::FLOATS
        | WasmFeatures::SIMD
        | WasmFeatures::BULK_MEMORY
        | WasmFeatures::MULTI_VALUE
        | WasmFeatures::REFERENCE_TYPES
        | WasmFeatures::TAIL_CALL;
    let unwanted = WasmFeatures::RELAXED_SIMD
        | WasmFeatures::MULTI_MEMORY
        | WasmFeatures::MEMORY64
        | WasmFeatures::EXTENDED_CONST
        | WasmFeatures::CUSTOM_PAGE_SIZES
        | WasmFeatures::WIDE_ARITHMETIC;
    config.wasm_features(wanted, true);
    config.wasm_features(unwanted, false);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_locked_features_are_accepted() {
        let engine = Engine::new(&config(4, 1000)).unwrap();
        let validate = |text: &str| {
            wasmtime::Module::validate(&engine, &wat::parse_str(text).unwrap()).is_ok()
        };
        assert!(validate(
            "(module (func (result v128) i64.const 0 i64x2.splat))"
        ));
        assert!(validate("(module (func $f return_call $f))"));
        assert!(!validate("(module (memory 1) (memory 1))"));
        assert!(!validate("(module (memory i64 1))"));
        assert!(!validate("(module (memory 1 1 shared))"));
        assert!(!validate("(module (type (struct)))"));
        assert!(!validate("(module (tag))"));
    }
}
