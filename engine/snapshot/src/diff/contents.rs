//! Whether two files hold the same bytes. Chunks that they share are not read.

use wardian_vfs::{CHUNK_BYTES, Errno, Ino, Vfs};

/// Whether two regular files differ in a byte or in their lengths.
pub(super) fn differ(a: (&Vfs, Ino), b: (&Vfs, Ino)) -> Result<bool, Errno> {
    if a.0.stat(a.1)?.size_bytes != b.0.stat(b.1)?.size_bytes {
        return Ok(true);
    }
    for index in a.0.changed_chunks(a.1, b.0, b.1)? {
        let offset = index.saturating_mul(CHUNK_BYTES as u64);
        let (left, right) = (a.0.extent(a.1, offset)?, b.0.extent(b.1, offset)?);
        let (left, right) = (
            left.bytes().unwrap_or_default(),
            right.bytes().unwrap_or_default(),
        );
        // What is missing at the end of a chunk reads as zeros.
        let both = left.len().min(right.len());
        let (left, left_rest) = left.split_at_checked(both).unwrap_or_default();
        let (right, right_rest) = right.split_at_checked(both).unwrap_or_default();
        let is_zero = |byte: &u8| *byte == 0;
        if left != right || !left_rest.iter().chain(right_rest).all(is_zero) {
            return Ok(true);
        }
    }
    Ok(false)
}
