//! Where a file of a sandbox holds anything but zeros: a file that is long but
//! empty must not take its length on a disk of the host.

use std::io;

use wardian_vfs::{CHUNK_BYTES, Ino, Vfs};

/// How few zeros in a row are left out, at multiples of this.
const GRAIN: usize = 4096;
const ZEROS: [u8; GRAIN] = [0; GRAIN];

/// Gives the stretches of a file that are not zeros, in order, with where they
/// begin. All between them and up to the file's length is zeros.
///
/// # Errors
/// Those of `take`, and of reading a file that still lies on the host.
pub(super) fn each_stretch(
    vfs: &Vfs,
    ino: Ino,
    mut take: impl FnMut(u64, &[u8]) -> io::Result<()>,
) -> io::Result<()> {
    let failed = |errno: wardian_abi::Errno| io::Error::other(errno.message());
    // What lies on the host has no chunks here yet.
    let is_whole = vfs.lower_place(ino).is_none();
    let mut offset = 0;
    loop {
        if is_whole {
            let from = offset / CHUNK_BYTES as u64;
            let Some((index, _)) = vfs.chunks(ino, from).map_err(failed)?.next() else {
                return Ok(());
            };
            offset = offset.max(index.saturating_mul(CHUNK_BYTES as u64));
        }
        let extent = vfs.extent(ino, offset).map_err(failed)?;
        if extent.is_empty() {
            return Ok(());
        }
        if let Some(bytes) = extent.bytes() {
            each_in(offset, bytes, &mut take)?;
        }
        offset = offset.saturating_add(extent.len() as u64);
    }
}

fn each_in(
    offset: u64,
    bytes: &[u8],
    take: &mut impl FnMut(u64, &[u8]) -> io::Result<()>,
) -> io::Result<()> {
    let mut give = |range: std::ops::Range<usize>| match bytes.get(range.clone()) {
        Some(stretch) if !stretch.is_empty() => {
            take(offset.saturating_add(range.start as u64), stretch)
        }
        _ => Ok(()),
    };
    let (mut start, mut end) = (0, 0);
    for grain in bytes.chunks(GRAIN) {
        if ZEROS.starts_with(grain) {
            give(start..end)?;
            start = end + grain.len();
        }
        end += grain.len();
    }
    give(start..end)
}
