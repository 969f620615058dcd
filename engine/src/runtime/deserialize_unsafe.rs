//! The one place where precompiled machine code is loaded.
#![allow(unsafe_code)]

#[cfg(feature = "compile")]
use std::path::Path;

use wasmtime::{Engine, Module};

/// Loads a precompiled module by mapping its file.
///
/// The caller has checked that the file belongs to this user, that nobody else
/// can write to its directory, and that it is unchanged since it was written.
#[cfg(feature = "compile")]
pub(super) fn from_file(engine: &Engine, path: &Path) -> wasmtime::Result<Module> {
    // SAFETY: by the caller's checks the file holds what this engine's own
    // `Module::serialize` wrote; Wasmtime checks version and settings itself.
    unsafe { Module::deserialize_file(engine, path) }
}

/// Loads a precompiled module that the embedder vouches for.
pub(super) fn from_trusted_bytes(engine: &Engine, bytes: &[u8]) -> wasmtime::Result<Module> {
    // SAFETY: `ModuleBytes::Precompiled` documents that its bytes must come
    // from `Engine::precompile_module` of a compatible engine; no guest can
    // reach this path.
    unsafe { Module::deserialize(engine, bytes) }
}
