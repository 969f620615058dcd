//! One embedded module and how to get its wasm bytes back.

use std::fmt;
use std::io::Read as _;

/// A guest module as it lies in the program.
#[derive(Clone, Copy)]
#[non_exhaustive]
pub struct GuestModule {
    /// The module's name, such as `sh` or `coreutils`.
    pub name: &'static str,
    /// The module, compressed with zstd.
    pub compressed: &'static [u8],
    /// SHA-256 of the uncompressed module.
    pub sha256: [u8; 32],
    /// Size of the uncompressed module in bytes.
    pub size_bytes: usize,
    /// The programs in the module, sorted by name. A module with several picks
    /// one by the base name of its first argument.
    pub applets: &'static [&'static str],
}

impl GuestModule {
    /// Decompresses the module: a few milliseconds per megabyte, so callers
    /// keep what they make of it.
    ///
    /// # Errors
    /// If the embedded bytes are not what the manifest promised, which only a
    /// damaged program file can cause.
    pub fn wasm(&self) -> Result<Vec<u8>, DecodeError> {
        let damaged = |reason: String| DecodeError {
            module: self.name,
            reason,
        };
        let mut decoder = ruzstd::decoding::StreamingDecoder::new(self.compressed)
            .map_err(|error| damaged(error.to_string()))?;
        let mut wasm = Vec::with_capacity(self.size_bytes);
        // One byte more than promised is enough to see that it is too long.
        decoder
            .by_ref()
            .take(self.size_bytes as u64 + 1)
            .read_to_end(&mut wasm)
            .map_err(|error| damaged(error.to_string()))?;
        if wasm.len() != self.size_bytes {
            return Err(damaged(format!(
                "{} bytes expected, {} found",
                self.size_bytes,
                wasm.len()
            )));
        }
        Ok(wasm)
    }
}

impl fmt::Debug for GuestModule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("GuestModule")
            .field("name", &self.name)
            .field("compressed_bytes", &self.compressed.len())
            .field("size_bytes", &self.size_bytes)
            .field("applets", &self.applets)
            .finish_non_exhaustive()
    }
}

/// An embedded module did not decompress.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DecodeError {
    module: &'static str,
    reason: String,
}

impl DecodeError {
    /// The name of the module that is damaged.
    #[must_use]
    pub fn module(&self) -> &'static str {
        self.module
    }
}

impl fmt::Display for DecodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "guest module {} is damaged: {}",
            self.module, self.reason
        )
    }
}

impl std::error::Error for DecodeError {}
