//! A chunk of a file: up to 64 KiB of its bytes, shared between forks.
//!
//! A chunk may be shorter than its place; what is missing reads as zeros. Its
//! capacity follows from its length alone, so that the quota charges what the
//! host really holds.

use std::sync::Arc;

/// Bytes of a full chunk.
pub const CHUNK_BYTES: usize = 1 << 16;
/// Smallest charge for the first chunk of a file.
const FIRST_LEAST: usize = 16;
/// Smallest charge for any other chunk: it pays for the nodes above it too.
const OTHER_LEAST: usize = 4096;

/// The bytes.
pub(crate) type Chunk = Arc<Vec<u8>>;

/// What a chunk of `length` bytes is charged, and its capacity: the next power
/// of two, from a least one on. An absent chunk is free.
pub(crate) fn charge(index: u64, length: usize) -> usize {
    let least = if index == 0 { FIRST_LEAST } else { OTHER_LEAST };
    match length {
        0 => 0,
        _ => length.next_power_of_two().max(least),
    }
}

/// The longest chunk whose charge is at most `bytes`.
pub(crate) fn longest(index: u64, bytes: u64) -> usize {
    let bytes = usize::try_from(bytes)
        .unwrap_or(CHUNK_BYTES)
        .min(CHUNK_BYTES);
    let power = (bytes + 1).next_power_of_two() / 2;
    if power < charge(index, 1) { 0 } else { power }
}

/// Writes `data` at `start` into a chunk, which grows as needed. `capacity` is
/// the charge for the length that results.
pub(crate) fn write(chunk: &mut Chunk, start: usize, data: &[u8], capacity: usize) {
    match Arc::get_mut(chunk) {
        Some(bytes) => overwrite(bytes, start, data, capacity),
        None => *chunk = Arc::new(rewritten(chunk, start, data, capacity)),
    }
}

/// A new chunk that holds `data` at `start`.
pub(crate) fn with(start: usize, data: &[u8], capacity: usize) -> Chunk {
    Arc::new(rewritten(&[], start, data, capacity))
}

/// Lengthens a chunk by zeros to `length` bytes.
pub(crate) fn lengthen(chunk: &mut Chunk, length: usize, capacity: usize) {
    if chunk.len() < length {
        let missing = length - chunk.len();
        write(chunk, length - missing, &vec![0; missing], capacity);
    }
}

/// A chunk of `length` zeros.
pub(crate) fn zeros(length: usize, capacity: usize) -> Chunk {
    let mut bytes = vec![0; capacity];
    bytes.truncate(length);
    Arc::new(bytes)
}

/// Cuts a chunk to `length` bytes and its capacity to the charge for them.
pub(crate) fn cut(chunk: &mut Chunk, length: usize, capacity: usize) {
    match Arc::get_mut(chunk) {
        Some(bytes) => {
            bytes.truncate(length);
            bytes.shrink_to(capacity);
        }
        None => {
            let kept = chunk.get(..length).unwrap_or(chunk);
            *chunk = Arc::new(rewritten(kept, kept.len(), &[], capacity));
        }
    }
}

fn overwrite(bytes: &mut Vec<u8>, start: usize, data: &[u8], capacity: usize) {
    if capacity > bytes.capacity() {
        bytes.reserve_exact(capacity - bytes.len());
    }
    if start > bytes.len() {
        bytes.resize(start, 0);
    }
    let over = data.len().min(bytes.len() - start);
    if let (Some(target), Some((head, tail))) = (
        bytes.get_mut(start..start + over),
        data.split_at_checked(over),
    ) {
        target.copy_from_slice(head);
        bytes.extend_from_slice(tail);
    }
}

fn rewritten(old: &[u8], start: usize, data: &[u8], capacity: usize) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(capacity);
    bytes.extend_from_slice(old.get(..start).unwrap_or(old));
    bytes.resize(start, 0);
    bytes.extend_from_slice(data);
    bytes.extend_from_slice(old.get(bytes.len()..).unwrap_or(&[]));
    bytes
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::{CHUNK_BYTES, charge, cut, lengthen, longest, with, write, zeros};

    #[test]
    fn charges_are_powers_of_two() {
        for (index, length, expected) in [
            (0, 0, 0),
            (0, 1, 16),
            (0, 16, 16),
            (0, 65, 128),
            (0, CHUNK_BYTES, CHUNK_BYTES),
            (1, 0, 0),
            (1, 1, 4096),
            (9, 4097, 8192),
        ] {
            assert_eq!(charge(index, length), expected, "{index} {length}");
        }
    }

    #[test]
    fn longest_is_the_inverse_of_charge() {
        for index in [0, 1] {
            for bytes in 0..CHUNK_BYTES + 2 {
                let length = longest(index, bytes as u64);
                assert!(charge(index, length) <= bytes);
                assert!(length == CHUNK_BYTES || charge(index, length + 1) > bytes);
            }
        }
        assert_eq!(longest(3, u64::MAX), CHUNK_BYTES);
    }

    #[test]
    fn shared_and_own_chunks_change_alike() {
        for (old, start, data, expected) in [
            (&b""[..], 0, &b"abc"[..], &b"abc"[..]),
            (b"abcdef", 0, b"XY", b"XYcdef"),
            (b"abcdef", 4, b"XYZ", b"abcdXYZ"),
            (b"abcdef", 6, b"XYZ", b"abcdefXYZ"),
            (b"ab", 4, b"X", b"ab\0\0X"),
            (b"ab", 0, b"XYZ", b"XYZ"),
        ] {
            let capacity = charge(0, expected.len());
            let mut own = with(0, old, charge(0, old.len()));
            write(&mut own, start, data, capacity);
            let mut copy = with(0, old, charge(0, old.len()));
            let shared = Arc::clone(&copy);
            write(&mut copy, start, data, capacity);
            assert_eq!((own.as_slice(), copy.as_slice()), (expected, expected));
            assert_eq!(shared.as_slice(), old);
            assert_eq!((own.capacity(), copy.capacity()), (capacity, capacity));
        }
    }

    #[test]
    fn lengthens_and_cuts_with_the_capacity_in_step() {
        for share in [false, true] {
            let mut chunk = zeros(3, charge(0, 3));
            let keep = share.then(|| Arc::clone(&chunk));
            lengthen(&mut chunk, 1000, charge(0, 1000));
            assert_eq!((chunk.len(), chunk.capacity()), (1000, 1024));
            let keep = (keep, share.then(|| Arc::clone(&chunk)));
            cut(&mut chunk, 70, charge(0, 70));
            assert_eq!((chunk.len(), chunk.capacity()), (70, 128));
            drop(keep);
        }
    }
}
