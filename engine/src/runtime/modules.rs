//! Modules by the digest of their bytes: compiled once, kept, cached on disk.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use sha2::{Digest, Sha256};
use tokio::sync::{OnceCell, Semaphore};
use wasmtime::{Engine, Module};

use super::cache::CacheDirectory;
use super::deserialize;
use super::tool_time::ToolTime;
use crate::error::{Error, ErrorKind};

/// Most modules of guests' own that are kept; more push out the oldest unused.
const KEPT: usize = 256;

/// Most modules of guests' own that are compiled at once. Compiling cannot be
/// interrupted: whoever has lost interest leaves it running.
const GUEST_COMPILES: usize = 2;

/// Told of slow steps, to show them to a person.
pub trait Observer: Send + Sync {
    /// A module is about to be compiled.
    fn compile_started(&self, module: &str, size_bytes: usize);
    /// It is compiled.
    fn compile_finished(&self, module: &str);
}

/// Where a module's bytes come from.
#[derive(Clone)]
pub enum ModuleBytes {
    /// Wasm, ready to use.
    Wasm(Arc<[u8]>),
    /// Wasm that has to be made (decompressed) first, with its SHA-256 digest
    /// known beforehand, so that a cached module needs no bytes at all.
    Lazy {
        /// Digest of what `make` gives.
        digest: [u8; 32],
        /// Makes the bytes.
        make: fn(&str) -> Result<Vec<u8>, String>,
    },
    /// Machine code from [`crate::precompile`]. It is trusted like the program
    /// itself.
    Precompiled(Arc<[u8]>),
    /// The same, as part of the program.
    Embedded {
        /// Digest of the module that it was made from.
        digest: [u8; 32],
        /// The machine code.
        code: &'static [u8],
        /// Makes that module, for deterministic sandboxes: their machine code is
        /// another.
        make: fn(&str) -> Result<Vec<u8>, String>,
    },
}

impl ModuleBytes {
    /// SHA-256 of the bytes.
    pub fn digest(&self) -> [u8; 32] {
        match self {
            ModuleBytes::Wasm(bytes) | ModuleBytes::Precompiled(bytes) => {
                Sha256::digest(bytes).into()
            }
            ModuleBytes::Lazy { digest, .. } | ModuleBytes::Embedded { digest, .. } => *digest,
        }
    }
}

/// Loaded modules.
pub struct Modules {
    /// Whether they count fuel.
    metered: bool,
    cache: Option<CacheDirectory>,
    observer: Option<Arc<dyn Observer>>,
    loaded: Mutex<HashMap<[u8; 32], Arc<OnceCell<Module>>>>,
    tool_time: ToolTime,
    guest_compiles: Arc<Semaphore>,
}

impl Modules {
    pub(super) fn new(
        cache: Option<CacheDirectory>,
        observer: Option<Arc<dyn Observer>>,
        metered: bool,
    ) -> Modules {
        Modules {
            metered,
            cache,
            observer,
            loaded: Mutex::default(),
            tool_time: ToolTime::default(),
            guest_compiles: Arc::new(Semaphore::new(GUEST_COMPILES)),
        }
    }

    /// How long the embedder's own tools were being loaded, perhaps compiled, so
    /// far: time that no guest can be blamed for.
    pub fn tool_time(&self) -> Duration {
        self.tool_time.total()
    }

    /// The module with this digest: from memory, from the cache, or compiled.
    /// However many ask at once, it is compiled once. `trusted`: it is one of the
    /// embedder's tools, not a guest's own.
    pub async fn load(
        self: &Modules,
        engine: &Engine,
        name: &str,
        digest: [u8; 32],
        bytes: ModuleBytes,
        trusted: bool,
    ) -> Result<Module, Error> {
        let cell = {
            let mut loaded = self.loaded.lock().unwrap_or_else(PoisonError::into_inner);
            if loaded.len() >= KEPT {
                loaded.retain(|_, cell| Arc::strong_count(cell) > 1 || !cell.initialized());
            }
            loaded.entry(digest).or_default().clone()
        };
        let module = cell.get_or_try_init(|| async {
            let _loading = trusted.then(|| self.tool_time.begin());
            let (engine, name) = (engine.clone(), name.to_owned());
            let bytes = if self.metered {
                to_meter(&name, bytes)?
            } else {
                bytes
            };
            let cache = match trusted {
                true => self.cache.clone(),
                false => self.cache.as_ref().map(CacheDirectory::of_guests),
            };
            let observer = self.observer.clone();
            let permit = match trusted {
                true => None,
                false => self.guest_compiles.clone().acquire_owned().await.ok(),
            };
            let task = move || {
                let _permit = permit;
                build(&engine, &name, &digest, &bytes, cache, observer)
            };
            match tokio::runtime::Handle::try_current() {
                Ok(handle) => match handle.spawn_blocking(task).await {
                    Ok(result) => result,
                    Err(error) => Err(Error::new(ErrorKind::Module, "compiling", error)),
                },
                Err(_) => task(),
            }
        });
        module.await.cloned()
    }
}

/// Where a module's bytes come from when its machine code has to count fuel.
fn to_meter(name: &str, bytes: ModuleBytes) -> Result<ModuleBytes, Error> {
    match bytes {
        ModuleBytes::Embedded { digest, make, .. } => Ok(ModuleBytes::Lazy { digest, make }),
        ModuleBytes::Precompiled(_) => Err(Error::new(
            ErrorKind::Module,
            name,
            "precompiled code cannot run in a deterministic sandbox: give it as wasm",
        )),
        other => Ok(other),
    }
}

fn build(
    engine: &Engine,
    name: &str,
    digest: &[u8; 32],
    bytes: &ModuleBytes,
    cache: Option<CacheDirectory>,
    observer: Option<Arc<dyn Observer>>,
) -> Result<Module, Error> {
    let code = match bytes {
        ModuleBytes::Precompiled(code) => Some(&**code),
        ModuleBytes::Embedded { code, .. } => Some(*code),
        _ => None,
    };
    if let Some(code) = code {
        return deserialize::from_trusted_bytes(engine, code)
            .map_err(|error| Error::new(ErrorKind::Module, name, error));
    }
    #[cfg(feature = "compile")]
    if let Some(module) = cache.as_ref().and_then(|cache| cache.load(engine, digest)) {
        return Ok(module);
    }
    let wasm: Arc<[u8]> = match bytes {
        ModuleBytes::Wasm(bytes) | ModuleBytes::Precompiled(bytes) => bytes.clone(),
        ModuleBytes::Embedded { code, .. } => (*code).into(),
        ModuleBytes::Lazy { make, .. } => make(name)
            .map_err(|reason| Error::new(ErrorKind::Module, name, reason))?
            .into(),
    };
    if let Some(observer) = &observer {
        observer.compile_started(name, wasm.len());
    }
    let module = compile(engine, name, &wasm);
    if let Some(observer) = &observer {
        observer.compile_finished(name);
    }
    let module = module?;
    #[cfg(feature = "compile")]
    if let Some(cache) = &cache {
        let _ = cache.store(engine, digest, &module);
    }
    #[cfg(not(feature = "compile"))]
    let _ = (cache, digest);
    Ok(module)
}

#[cfg(feature = "compile")]
fn compile(engine: &Engine, name: &str, wasm: &[u8]) -> Result<Module, Error> {
    Module::from_binary(engine, wasm)
        .map_err(|error| Error::new(ErrorKind::Module, name, format!("{error:#}")))
}

#[cfg(not(feature = "compile"))]
fn compile(_: &Engine, name: &str, _: &[u8]) -> Result<Module, Error> {
    Err(Error::new(
        ErrorKind::Module,
        name,
        "this build has no compiler: load a precompiled module",
    ))
}
