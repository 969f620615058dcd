//! `fd_readdir`.

use wardian_abi::{Errno, FileType};
use wasmtime::{Caller, Linker};

use super::ctx::rights;
use super::guest::{GuestMemory, memory};
use super::path::require;
use super::status::wasi_file_type;
use super::{Ctx, MODULE};
use crate::fd::Description;

const HEADER_BYTES: usize = 24;

pub(super) fn add<P: Send + 'static>(linker: &mut Linker<Ctx<P>>) -> wasmtime::Result<()> {
    linker.func_wrap(
        MODULE,
        "fd_readdir",
        |caller: Caller<'_, Ctx<P>>, fd: u32, buffer: u32, size: u32, cookie: u64, out: u32| {
            memory(caller, |memory, ctx| {
                let used = read(memory, ctx, fd, buffer, size, cookie)?;
                memory.put_u32(out, used)
            })
        },
    )?;
    Ok(())
}

fn read<P>(
    memory: &mut GuestMemory<'_>,
    ctx: &Ctx<P>,
    fd: u32,
    buffer: u32,
    size: u32,
    cookie: u64,
) -> Result<u32, Errno> {
    let mut page = Page {
        rest: memory.bytes_mut(buffer, size)?,
        used: 0,
    };
    require(ctx, fd, rights::READDIR)?;
    match &*ctx.fds.get(fd)?.description {
        Description::Directory(directory) => {
            let mut vfs = ctx.fs.lock();
            if cookie == 0 {
                vfs.refresh_dir(directory.ino())?;
            }
            for entry in vfs.read_dir(directory.ino(), cookie)? {
                let kind = entry.kind.file_type();
                if !page.put(entry.next_cookie, entry.ino.0, kind, entry.name) {
                    break;
                }
            }
        }
        Description::Listing(listing) => {
            let start = usize::try_from(cookie).unwrap_or(usize::MAX);
            for (index, (name, kind)) in listing.entries.iter().enumerate().skip(start) {
                if !page.put(index as u64 + 1, index as u64 + 1, *kind, name) {
                    break;
                }
            }
        }
        _ => return Err(Errno::Notdir),
    }
    Ok(page.used)
}

/// The guest's buffer. An entry that does not fit is cut off, as WASI wants:
/// a full buffer tells the guest that there is more.
struct Page<'a> {
    rest: &'a mut [u8],
    used: u32,
}

impl Page<'_> {
    /// `false`: the buffer is full.
    fn put(&mut self, next_cookie: u64, inode: u64, kind: FileType, name: &[u8]) -> bool {
        let mut header = [0u8; HEADER_BYTES];
        let fields = next_cookie
            .to_le_bytes()
            .into_iter()
            .chain(inode.to_le_bytes())
            .chain((name.len() as u32).to_le_bytes())
            .chain([wasi_file_type(kind)]);
        for (place, byte) in header.iter_mut().zip(fields) {
            *place = byte;
        }
        self.copy(&header) && self.copy(name)
    }

    fn copy(&mut self, bytes: &[u8]) -> bool {
        let count = bytes.len().min(self.rest.len());
        let (place, rest) = std::mem::take(&mut self.rest).split_at_mut(count);
        if let Some(part) = bytes.get(..count) {
            place.copy_from_slice(part);
        }
        self.rest = rest;
        self.used += count as u32;
        count == bytes.len()
    }
}
