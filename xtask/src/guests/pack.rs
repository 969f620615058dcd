//! Compression of modules, and their hashes.

use std::io::Write as _;
use std::path::Path;

use anyhow::{Context as _, Result};
use sha2::{Digest as _, Sha256};

const LEVEL: i32 = 19;
/// Large enough for a match at any distance within a module.
const WINDOW_LOG: u32 = 26;

/// Compresses a module. The same bytes always give the same result, as the
/// library's version is held by the lock file.
pub fn compress(wasm: &[u8]) -> Result<Vec<u8>> {
    let mut encoder = zstd::Encoder::new(Vec::new(), LEVEL)?;
    encoder.long_distance_matching(true)?;
    encoder.window_log(WINDOW_LOG)?;
    encoder.include_checksum(true)?;
    encoder.set_pledged_src_size(Some(wasm.len() as u64))?;
    encoder.write_all(wasm)?;
    Ok(encoder.finish()?)
}

/// Reads a compressed module.
pub fn read(path: &Path) -> Result<Vec<u8>> {
    let compressed = std::fs::read(path).with_context(|| path.display().to_string())?;
    let mut decoder = zstd::Decoder::new(&compressed[..])?;
    decoder.window_log_max(WINDOW_LOG)?;
    let mut wasm = Vec::new();
    std::io::copy(&mut decoder, &mut wasm).with_context(|| path.display().to_string())?;
    Ok(wasm)
}

/// SHA-256 in hex.
pub fn sha256(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

/// Lower-case hex.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_packed_module_unpacks_to_the_same_bytes() {
        let wasm: Vec<u8> = (0..100_000u32).flat_map(u32::to_le_bytes).collect();
        let file = std::env::temp_dir().join(format!("wardian-pack-{}", std::process::id()));
        std::fs::write(&file, compress(&wasm).unwrap()).unwrap();
        assert!(read(&file).unwrap() == wasm);
        std::fs::remove_file(&file).unwrap();
    }
}
