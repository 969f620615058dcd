//! Programs: modules linked against what they may import, ready to instantiate.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use wasmtime::{ExternType, InstancePre, Linker, Module, ModuleExport};

use super::abi;
use super::state::ProcessCtx;
use crate::error::{Error, ErrorKind};
use crate::runtime::{Core, ModuleBytes};
use crate::wasi;

/// A module that can become a process.
pub struct Program {
    /// Ready to instantiate.
    pub pre: InstancePre<ProcessCtx>,
    /// Its `_start`.
    pub start: ModuleExport,
    /// Its `memory`, if it exports one.
    pub memory: Option<ModuleExport>,
    /// Whether it is one of the embedder's and uses Wardian's own imports.
    pub posix: bool,
}

/// The linkers, and the programs linked with them.
pub struct Programs {
    core: Arc<Core>,
    standard: Linker<ProcessCtx>,
    own: Linker<ProcessCtx>,
    linked: Mutex<HashMap<Key, Arc<Program>>>,
}

/// Digest of a module, and whether it is trusted.
type Key = ([u8; 32], bool);

/// Most programs kept linked; guests' own push each other out beyond it.
const KEPT: usize = 256;

impl Programs {
    /// Registers every import.
    pub fn new(core: Arc<Core>) -> Result<Programs, Error> {
        let broken = |error| Error::new(ErrorKind::Runtime, "imports", error);
        let mut standard = Linker::new(core.engine());
        wasi::add_to_linker(&mut standard).map_err(broken)?;
        let mut own = standard.clone();
        abi::add_to_linker(&mut own).map_err(broken)?;
        Ok(Programs {
            core,
            standard,
            own,
            linked: Mutex::default(),
        })
    }

    /// The runtime's core.
    pub fn core(&self) -> &Arc<Core> {
        &self.core
    }

    /// A program that is linked already.
    pub fn get(&self, digest: &[u8; 32], trusted: bool) -> Option<Arc<Program>> {
        let linked = self.linked.lock().unwrap_or_else(PoisonError::into_inner);
        linked.get(&(*digest, trusted)).cloned()
    }

    /// Compiles and links a module. `trusted` ones may import Wardian's own module.
    ///
    /// # Errors
    /// [`ErrorKind::Module`]: not wasm, an import that is not offered, or a
    /// module that is no WASI command.
    pub async fn load(
        &self,
        name: &str,
        digest: [u8; 32],
        bytes: ModuleBytes,
        trusted: bool,
    ) -> Result<Arc<Program>, Error> {
        if let Some(program) = self.get(&digest, trusted) {
            return Ok(program);
        }
        let engine = self.core.engine();
        let modules = self.core.modules();
        // Boxed: every exec carries the room for it, few load anything.
        let load = Box::pin(modules.load(engine, name, digest, bytes, trusted));
        let module = load.await?;
        let program = Arc::new(self.link(name, &module, trusted)?);
        let mut linked = self.linked.lock().unwrap_or_else(PoisonError::into_inner);
        if linked.len() >= KEPT {
            // Tools stay: loading them again would put deadlines off once more.
            linked.retain(|(_, trusted), program| *trusted || Arc::strong_count(program) > 1);
        }
        linked.insert((digest, trusted), program.clone());
        Ok(program)
    }

    fn link(&self, name: &str, module: &Module, trusted: bool) -> Result<Program, Error> {
        let refuse = |reason: String| Error::new(ErrorKind::Module, name, reason);
        let own = module
            .imports()
            .any(|import| import.module() == wardian_abi::MODULE);
        let linker = if trusted && own {
            &self.own
        } else {
            &self.standard
        };
        let start = match module.get_export("_start") {
            Some(ExternType::Func(_)) => module.get_export_index("_start"),
            _ => None,
        };
        let start = start.ok_or_else(|| {
            refuse("not a WASI command: it exports no function named \"_start\"".into())
        })?;
        let pre = linker
            .instantiate_pre(module)
            .map_err(|error| refuse(format!("{error:#}")))?;
        Ok(Program {
            pre,
            start,
            memory: module.get_export_index("memory"),
            posix: trusted && own,
        })
    }
}
