//! Wasmtime, set up once: configuration, the epoch ticker, and modules loaded
//! from memory or from the cache on disk.

mod cache;
mod config;
mod deadlines;
#[path = "deserialize_unsafe.rs"]
mod deserialize;
mod modules;
mod pool;
mod ticker;
mod tool_time;

pub use cache::CacheDirectory;
#[cfg(feature = "compile")]
pub use config::precompile;
pub use config::{Core, CoreSettings};
pub use modules::{ModuleBytes, Observer};
pub use pool::{Place, Pool, Work};
