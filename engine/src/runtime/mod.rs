//! Wasmtime, set up once: configuration, the epoch ticker, and modules loaded
//! from memory or from the cache on disk.

mod cache;
mod config;
#[path = "deserialize_unsafe.rs"]
mod deserialize;
mod modules;
mod pool;
mod ticker;

pub use cache::CacheDirectory;
pub use config::Core;
#[cfg(feature = "compile")]
pub use config::precompile;
pub use modules::{ModuleBytes, Observer};
pub use pool::{Pool, Work};
