//! Registers Wardian's own import module, [`wardian_abi::MODULE`].

use wasmtime::Linker;

use super::state::ProcessCtx;
use super::{fork, identity, nodes, signals, spawn};

/// Registers every function.
pub(super) fn add_to_linker(linker: &mut Linker<ProcessCtx>) -> wasmtime::Result<()> {
    spawn::add(linker)?;
    fork::add(linker)?;
    signals::add(linker)?;
    identity::add(linker)?;
    nodes::add(linker)
}
