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
    /// Most files and bytes that are kept; none: the embedder's tools are few.
    bound: Option<(usize, u64)>,
}

/// Most compiled modules of guests' own that are left on the host's disk, and their
/// bytes: whoever writes modules cannot fill it.
const OF_GUESTS: (usize, u64) = (256, 1 << 30);

impl CacheDirectory {
    /// Uses this directory; it is made with mode 0700 when first written to.
    pub fn new(path: impl Into<PathBuf>) -> CacheDirectory {
        CacheDirectory {
            path: path.into(),
            bound: None,
        }
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

    /// The part for modules that are none of the embedder's tools.
    pub(super) fn of_guests(&self) -> CacheDirectory {
        CacheDirectory {
            path: self.path.join("guests"),
            bound: Some(OF_GUESTS),
        }
    }

    /// Removes the oldest modules until no more than so many files, of so many
    /// bytes in all, are left.
    #[cfg(feature = "compile")]
    fn trim(&self, (files, bytes): (usize, u64)) {
        let Ok(entries) = fs::read_dir(&self.path) else {
            return;
        };
        let mut modules: Vec<_> = entries
            .filter_map(|entry| {
                let path = entry.ok()?.path();
                let metadata = fs::symlink_metadata(&path).ok()?;
                let time = (metadata.mtime(), metadata.mtime_nsec());
                (path.extension()? == "cwasm").then_some((time, metadata.len(), path))
            })
            .collect();
        modules.sort();
        let mut count = modules.len();
        let mut held: u64 = modules.iter().map(|(_, bytes, _)| bytes).sum();
        for (_, size_bytes, path) in modules {
            if count <= files && held <= bytes {
                return;
            }
            let _ = fs::remove_file(path.with_extension("stamp"));
            let _ = fs::remove_file(&path);
            count -= 1;
            held -= size_bytes;
        }
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
        fs::rename(&temporary, &path).ok()?;
        if let Some(bound) = self.bound {
            self.trim(bound);
        }
        Some(())
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

#[cfg(all(test, feature = "compile"))]
mod tests {
    use super::*;

    #[test]
    fn the_oldest_go_first_and_no_more_than_needed() {
        let directory = tempfile::tempdir().unwrap();
        let cache = CacheDirectory::new(directory.path()).of_guests();
        fs::create_dir(cache.path()).unwrap();
        for age in 0..6u64 {
            let path = cache.path().join(format!("{age}.cwasm"));
            fs::write(&path, [0; 100]).unwrap();
            fs::write(path.with_extension("stamp"), "").unwrap();
            let then = std::time::SystemTime::now() - std::time::Duration::from_secs(age);
            let file = fs::File::options().write(true).open(&path).unwrap();
            file.set_modified(then).unwrap();
        }
        let left = || {
            let mut names: Vec<_> = fs::read_dir(cache.path())
                .unwrap()
                .map(|entry| entry.unwrap().file_name().into_string().unwrap())
                .collect();
            names.sort();
            names
        };
        cache.trim((6, 600));
        assert_eq!(left().len(), 12);
        cache.trim((4, 600));
        assert_eq!(left().len(), 8);
        cache.trim((4, 250));
        assert_eq!(left(), ["0.cwasm", "0.stamp", "1.cwasm", "1.stamp"]);
    }
}
