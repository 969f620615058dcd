//! Compiled modules on disk: a directory of this user's own, one file per
//! module and engine configuration.
//!
//! A file is machine code, so it is loaded only if directory and file belong to
//! this user, nobody else may write there, and size, time and digest are those
//! recorded when it was written. Anything else is rebuilt.

#![cfg_attr(
    not(feature = "compile"),
    allow(
        dead_code,
        unused_imports,
        reason = "without a compiler nothing is cached"
    )
)]

use std::fs;
use std::hash::{Hash, Hasher};
use std::io::Write;
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};
use wasmtime::{Engine, Module};

use super::deserialize;

/// A directory for compiled modules.
#[derive(Clone, Debug)]
pub struct CacheDirectory {
    path: PathBuf,
}

impl CacheDirectory {
    /// Uses this directory; it is made with mode 0700 when first written to.
    pub fn new(path: impl Into<PathBuf>) -> CacheDirectory {
        CacheDirectory { path: path.into() }
    }

    /// `$WARDIAN_CACHE`; else, for a program that cargo built, `wardian-cache` in
    /// its build directory; else `wardian` below `$XDG_CACHE_HOME` or `~/.cache`.
    /// `None`: there is no such place.
    pub fn of_user() -> Option<CacheDirectory> {
        let absolute = |name: &str| {
            std::env::var_os(name)
                .map(PathBuf::from)
                .filter(|path| path.is_absolute())
        };
        absolute("WARDIAN_CACHE")
            .or_else(in_build_directory)
            .or_else(|| absolute("XDG_CACHE_HOME").map(|path| path.join("wardian")))
            .or_else(|| absolute("HOME").map(|path| path.join(".cache/wardian")))
            .map(CacheDirectory::new)
    }

    /// The directory.
    pub fn path(&self) -> &Path {
        &self.path
    }

    #[cfg(feature = "compile")]
    fn file(&self, engine: &Engine, digest: &[u8; 32]) -> PathBuf {
        let mut hasher = std::hash::DefaultHasher::new();
        engine.precompile_compatibility_hash().hash(&mut hasher);
        let name: String = digest
            .iter()
            .take(16)
            .map(|byte| format!("{byte:02x}"))
            .collect();
        self.path
            .join(format!("{name}-{:016x}.cwasm", hasher.finish()))
    }

    /// Loads a module if a sound file of it is there.
    #[cfg(feature = "compile")]
    pub(super) fn load(&self, engine: &Engine, digest: &[u8; 32]) -> Option<Module> {
        let path = self.file(engine, digest);
        if !is_private(&self.path) || !is_unchanged(&path) {
            return None;
        }
        deserialize::from_file(engine, &path).ok()
    }

    /// Stores a module: under a temporary name first, so that no other process
    /// sees half a file. Failing is harmless, it only costs time later.
    #[cfg(feature = "compile")]
    pub(super) fn store(&self, engine: &Engine, digest: &[u8; 32], module: &Module) -> Option<()> {
        fs::DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(&self.path)
            .ok()?;
        if !is_private(&self.path) {
            return None;
        }
        let path = self.file(engine, digest);
        let code = module.serialize().ok()?;
        let temporary = path.with_extension(format!("{}.tmp", std::process::id()));
        write_new(&temporary, &code)?;
        let metadata = fs::metadata(&temporary).ok()?;
        let stamp = stamp(&metadata, &Sha256::digest(&code).into());
        let stamp_temporary = path.with_extension(format!("{}.stamp.tmp", std::process::id()));
        write_new(&stamp_temporary, stamp.as_bytes())?;
        fs::rename(&stamp_temporary, path.with_extension("stamp")).ok()?;
        fs::rename(&temporary, &path).ok()
    }
}

/// A place in cargo's build directory, if this program lies in one: such
/// directories hold a file `.cargo-lock`. It does not depend on the environment,
/// and goes when the build goes.
fn in_build_directory() -> Option<PathBuf> {
    let program = std::env::current_exe().ok()?;
    program
        .ancestors()
        .skip(1)
        .take(2)
        .find(|directory| directory.join(".cargo-lock").is_file() && is_private(directory))
        .map(|directory| directory.join("wardian-cache"))
}

fn write_new(path: &Path, bytes: &[u8]) -> Option<()> {
    let _ = fs::remove_file(path);
    let mut file = fs::OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)
        .ok()?;
    file.write_all(bytes).ok()
}

/// Whether a directory is this user's and nobody else can write to it.
fn is_private(path: &Path) -> bool {
    fs::symlink_metadata(path).is_ok_and(|metadata| {
        metadata.is_dir()
            && metadata.uid() == rustix::process::geteuid().as_raw()
            && metadata.mode() & 0o022 == 0
    })
}

/// Whether a cached file is what was written. Size and time answer that
/// cheaply; when only the time differs (a copied directory), the digest does.
fn is_unchanged(path: &Path) -> bool {
    let Ok(metadata) = fs::symlink_metadata(path) else {
        return false;
    };
    if !metadata.is_file() || metadata.uid() != rustix::process::geteuid().as_raw() {
        return false;
    }
    let Ok(recorded) = fs::read_to_string(path.with_extension("stamp")) else {
        return false;
    };
    let Some((place, digest)) = recorded.rsplit_once(' ') else {
        return false;
    };
    if place == place_of(&metadata) {
        return true;
    }
    fs::read(path).is_ok_and(|code| hex(&Sha256::digest(&code).into()) == digest)
}

fn stamp(metadata: &fs::Metadata, digest: &[u8; 32]) -> String {
    format!("{} {}", place_of(metadata), hex(digest))
}

fn place_of(metadata: &fs::Metadata) -> String {
    format!(
        "{} {}.{:09}",
        metadata.len(),
        metadata.mtime(),
        metadata.mtime_nsec()
    )
}

fn hex(bytes: &[u8; 32]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
