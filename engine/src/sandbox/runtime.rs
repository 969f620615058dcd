//! The runtime: Wasmtime and the modules loaded into it, shared by sandboxes.

use std::sync::{Arc, Mutex, PoisonError};

use crate::error::Error;
use crate::process::Programs;
use crate::runtime::{CacheDirectory, Core, CoreSettings, Observer};

/// Wasmtime with its pool of instances and its loaded modules. Clones share it.
///
/// One runtime serves any number of sandboxes; make one per host process.
#[derive(Clone)]
pub struct Runtime {
    programs: Arc<Programs>,
    metered: Arc<Metered>,
}

/// The same for deterministic sandboxes, whose modules count fuel: made when the
/// first of them is.
struct Metered {
    settings: CoreSettings,
    programs: Mutex<Option<Arc<Programs>>>,
}

/// Makes a [`Runtime`].
pub struct RuntimeBuilder {
    processes: u32,
    cache: Option<CacheDirectory>,
    observer: Option<Arc<dyn Observer>>,
}

impl Runtime {
    /// Starts a builder with these defaults: up to 1000 processes running at
    /// once over all sandboxes, no cache on disk, no observer.
    pub fn builder() -> RuntimeBuilder {
        RuntimeBuilder {
            processes: 1000,
            cache: None,
            observer: None,
        }
    }

    /// Linked programs.
    pub(crate) fn programs(&self) -> &Arc<Programs> {
        &self.programs
    }

    /// The same, counting fuel.
    pub(crate) fn metered_programs(&self) -> Result<Arc<Programs>, Error> {
        let programs = &self.metered.programs;
        let mut programs = programs.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(programs) = &*programs {
            return Ok(programs.clone());
        }
        let pool = self.programs.core().pool().clone();
        let core = Core::metered(self.metered.settings.clone(), pool)?;
        let made = Arc::new(Programs::new(Arc::new(core))?);
        *programs = Some(made.clone());
        Ok(made)
    }
}

impl RuntimeBuilder {
    /// How many processes may run at once, over all sandboxes. Each reserves
    /// 4 GiB of address space (not memory).
    pub fn processes(mut self, processes: u32) -> RuntimeBuilder {
        self.processes = processes.max(1);
        self
    }

    /// Keeps compiled modules in this directory.
    pub fn cache(mut self, cache: Option<CacheDirectory>) -> RuntimeBuilder {
        self.cache = cache;
        self
    }

    /// Tells this observer of modules being compiled.
    pub fn observer(mut self, observer: Arc<dyn Observer>) -> RuntimeBuilder {
        self.observer = Some(observer);
        self
    }

    /// Sets up Wasmtime.
    ///
    /// # Errors
    /// [`crate::ErrorKind::Runtime`]: the host refuses the address space, or
    /// lacks a processor feature.
    pub fn build(self) -> Result<Runtime, Error> {
        let settings = CoreSettings {
            processes: self.processes,
            table_elements: 100_000,
            cache: self.cache,
            observer: self.observer,
        };
        let core = Core::new(settings.clone())?;
        Ok(Runtime {
            programs: Arc::new(Programs::new(Arc::new(core))?),
            metered: Arc::new(Metered {
                settings,
                programs: Mutex::default(),
            }),
        })
    }
}
