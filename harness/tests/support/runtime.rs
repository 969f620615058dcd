//! The runtime that all tests of a program share: the tools are loaded once.

use std::sync::OnceLock;

use wardian::{CacheDirectory, Runtime};

/// Processes that may run at once: a test of many is among those of a limit.
const PROCESSES: u32 = 2200;

pub fn runtime() -> &'static Runtime {
    static RUNTIME: OnceLock<Runtime> = OnceLock::new();
    RUNTIME.get_or_init(|| {
        Runtime::builder()
            .processes(PROCESSES)
            .cache(CacheDirectory::of_user())
            .build()
            .expect("this host runs Wasmtime")
    })
}
