//! The 46 functions of WASI preview 1, called as they are: numbers in, an errno
//! out. The standard library reaches only some of them, and hides the rest.

use crate::errno::Errno;
use crate::layout::{Event, Fdstat, Filestat, Subscription};

/// What a call gives.
pub type Answer<T> = Result<T, Errno>;

mod host {
    #[link(wasm_import_module = "wasi_snapshot_preview1")]
    unsafe extern "C" {
        pub fn args_get(table: usize, buffer: usize) -> u32;
        pub fn args_sizes_get(count: usize, size: usize) -> u32;
        pub fn environ_get(table: usize, buffer: usize) -> u32;
        pub fn environ_sizes_get(count: usize, size: usize) -> u32;
        pub fn clock_res_get(id: u32, out: usize) -> u32;
        pub fn clock_time_get(id: u32, precision: u64, out: usize) -> u32;
        pub fn fd_advise(fd: u32, offset: u64, length: u64, advice: u32) -> u32;
        pub fn fd_allocate(fd: u32, offset: u64, length: u64) -> u32;
        pub fn fd_close(fd: u32) -> u32;
        pub fn fd_datasync(fd: u32) -> u32;
        pub fn fd_fdstat_get(fd: u32, out: usize) -> u32;
        pub fn fd_fdstat_set_flags(fd: u32, flags: u32) -> u32;
        pub fn fd_fdstat_set_rights(fd: u32, base: u64, inheriting: u64) -> u32;
        pub fn fd_filestat_get(fd: u32, out: usize) -> u32;
        pub fn fd_filestat_set_size(fd: u32, size: u64) -> u32;
        pub fn fd_filestat_set_times(fd: u32, accessed: u64, modified: u64, which: u32) -> u32;
        pub fn fd_pread(fd: u32, buffers: usize, count: usize, offset: u64, out: usize) -> u32;
        pub fn fd_prestat_get(fd: u32, out: usize) -> u32;
        pub fn fd_prestat_dir_name(fd: u32, path: usize, length: usize) -> u32;
        pub fn fd_pwrite(fd: u32, buffers: usize, count: usize, offset: u64, out: usize) -> u32;
        pub fn fd_read(fd: u32, buffers: usize, count: usize, out: usize) -> u32;
        pub fn fd_readdir(fd: u32, buffer: usize, size: usize, cookie: u64, out: usize) -> u32;
        pub fn fd_renumber(from: u32, to: u32) -> u32;
        pub fn fd_seek(fd: u32, offset: i64, whence: u32, out: usize) -> u32;
        pub fn fd_sync(fd: u32) -> u32;
        pub fn fd_tell(fd: u32, out: usize) -> u32;
        pub fn fd_write(fd: u32, buffers: usize, count: usize, out: usize) -> u32;
        pub fn path_create_directory(fd: u32, path: usize, length: usize) -> u32;
        pub fn path_filestat_get(
            fd: u32,
            flags: u32,
            path: usize,
            length: usize,
            out: usize,
        ) -> u32;
        pub fn path_filestat_set_times(
            fd: u32,
            flags: u32,
            path: usize,
            length: usize,
            accessed: u64,
            modified: u64,
            which: u32,
        ) -> u32;
        pub fn path_link(
            from_fd: u32,
            flags: u32,
            from: usize,
            from_length: usize,
            to_fd: u32,
            to: usize,
            to_length: usize,
        ) -> u32;
        pub fn path_open(
            fd: u32,
            lookup: u32,
            path: usize,
            length: usize,
            oflags: u32,
            base: u64,
            inheriting: u64,
            fdflags: u32,
            out: usize,
        ) -> u32;
        pub fn path_readlink(
            fd: u32,
            path: usize,
            length: usize,
            buffer: usize,
            size: usize,
            out: usize,
        ) -> u32;
        pub fn path_remove_directory(fd: u32, path: usize, length: usize) -> u32;
        pub fn path_rename(
            from_fd: u32,
            from: usize,
            from_length: usize,
            to_fd: u32,
            to: usize,
            to_length: usize,
        ) -> u32;
        pub fn path_symlink(
            target: usize,
            target_length: usize,
            fd: u32,
            path: usize,
            length: usize,
        ) -> u32;
        pub fn path_unlink_file(fd: u32, path: usize, length: usize) -> u32;
        pub fn poll_oneoff(subscriptions: usize, events: usize, count: usize, out: usize) -> u32;
        pub fn proc_exit(code: u32) -> !;
        pub fn proc_raise(signal: u32) -> u32;
        pub fn sched_yield() -> u32;
        pub fn random_get(buffer: usize, length: usize) -> u32;
        pub fn sock_accept(fd: u32, flags: u32, out: usize) -> u32;
        pub fn sock_recv(
            fd: u32,
            buffers: usize,
            count: usize,
            flags: u32,
            out: usize,
            out_flags: usize,
        ) -> u32;
        pub fn sock_send(fd: u32, buffers: usize, count: usize, flags: u32, out: usize) -> u32;
        pub fn sock_shutdown(fd: u32, how: u32) -> u32;
    }
}

/// A call without a result. The addresses that the calls of this file pass are
/// those of live values of theirs, as long as the host may read or write.
macro_rules! call {
    ($name:ident($($argument:expr),* $(,)?)) => {{
        // SAFETY: the addresses are of live values of the right size, and those
        // that the host writes to were made from mutable references.
        let errno = unsafe { host::$name($($argument),*) };
        match errno {
            0 => Ok(()),
            errno => Err(Errno(errno as u16)),
        }
    }};
}

/// A call whose last argument is the address of its result.
macro_rules! call_for {
    ($name:ident($($argument:expr),* $(,)?) -> $kind:ty) => {{
        let mut out = <$kind>::default();
        call!($name($($argument,)* &raw mut out as usize)).map(|()| out)
    }};
}

fn at<T>(data: &[T]) -> usize {
    data.as_ptr() as usize
}

fn at_mut<T>(data: &mut [T]) -> usize {
    data.as_mut_ptr() as usize
}

fn into_buffers(buffers: &mut [&mut [u8]]) -> Vec<[usize; 2]> {
    let each = buffers.iter_mut();
    each.map(|buffer| [at_mut(buffer), buffer.len()]).collect()
}

fn from_buffers(buffers: &[&[u8]]) -> Vec<[usize; 2]> {
    let each = buffers.iter();
    each.map(|buffer| [at(buffer), buffer.len()]).collect()
}

fn strings(
    sizes: impl Fn(&mut u32, &mut u32) -> Answer<()>,
    get: impl Fn(&mut [usize], &mut [u8]) -> Answer<()>,
) -> Answer<Vec<Vec<u8>>> {
    let (mut count, mut size) = (0, 0);
    sizes(&mut count, &mut size)?;
    let mut table = vec![0; count as usize];
    let mut block = vec![0; size as usize];
    get(&mut table, &mut block)?;
    let start = at(&block);
    let text = |address: &usize| {
        let rest = &block[address - start..];
        let end = rest.iter().position(|byte| *byte == 0);
        rest[..end.expect("a string ends with NUL")].to_vec()
    };
    Ok(table.iter().map(text).collect())
}

pub fn args_sizes_get() -> Answer<(u32, u32)> {
    let (mut count, mut size) = (0u32, 0u32);
    call!(args_sizes_get(
        &raw mut count as usize,
        &raw mut size as usize
    ))
    .map(|()| (count, size))
}

pub fn args_get() -> Answer<Vec<Vec<u8>>> {
    strings(
        |count, size| {
            call!(args_sizes_get(
                &raw mut *count as usize,
                &raw mut *size as usize
            ))
        },
        |table, block| call!(args_get(at_mut(table), at_mut(block))),
    )
}

pub fn environ_sizes_get() -> Answer<(u32, u32)> {
    let (mut count, mut size) = (0u32, 0u32);
    call!(environ_sizes_get(
        &raw mut count as usize,
        &raw mut size as usize
    ))
    .map(|()| (count, size))
}

pub fn environ_get() -> Answer<Vec<Vec<u8>>> {
    strings(
        |count, size| {
            call!(environ_sizes_get(
                &raw mut *count as usize,
                &raw mut *size as usize
            ))
        },
        |table, block| call!(environ_get(at_mut(table), at_mut(block))),
    )
}

pub fn clock_res_get(id: u32) -> Answer<u64> {
    call_for!(clock_res_get(id) -> u64)
}

pub fn clock_time_get(id: u32, precision: u64) -> Answer<u64> {
    call_for!(clock_time_get(id, precision) -> u64)
}

pub fn fd_advise(fd: u32, offset: u64, length: u64, advice: u32) -> Answer<()> {
    call!(fd_advise(fd, offset, length, advice))
}

pub fn fd_allocate(fd: u32, offset: u64, length: u64) -> Answer<()> {
    call!(fd_allocate(fd, offset, length))
}

pub fn fd_close(fd: u32) -> Answer<()> {
    call!(fd_close(fd))
}

pub fn fd_datasync(fd: u32) -> Answer<()> {
    call!(fd_datasync(fd))
}

pub fn fd_fdstat_get(fd: u32) -> Answer<Fdstat> {
    call_for!(fd_fdstat_get(fd) -> Fdstat)
}

pub fn fd_fdstat_set_flags(fd: u32, flags: u32) -> Answer<()> {
    call!(fd_fdstat_set_flags(fd, flags))
}

pub fn fd_fdstat_set_rights(fd: u32, base: u64, inheriting: u64) -> Answer<()> {
    call!(fd_fdstat_set_rights(fd, base, inheriting))
}

pub fn fd_filestat_get(fd: u32) -> Answer<Filestat> {
    call_for!(fd_filestat_get(fd) -> Filestat)
}

pub fn fd_filestat_set_size(fd: u32, size: u64) -> Answer<()> {
    call!(fd_filestat_set_size(fd, size))
}

pub fn fd_filestat_set_times(fd: u32, accessed: u64, modified: u64, which: u32) -> Answer<()> {
    call!(fd_filestat_set_times(fd, accessed, modified, which))
}

pub fn fd_pread(fd: u32, buffers: &mut [&mut [u8]], offset: u64) -> Answer<u32> {
    let table = into_buffers(buffers);
    call_for!(fd_pread(fd, at(&table), table.len(), offset) -> u32)
}

/// Kind (0, a directory) and length of the name.
pub fn fd_prestat_get(fd: u32) -> Answer<(u8, usize)> {
    let [kind, length] = call_for!(fd_prestat_get(fd) -> [u32; 2])?;
    Ok((kind as u8, length as usize))
}

pub fn fd_prestat_dir_name(fd: u32, name: &mut [u8]) -> Answer<()> {
    call!(fd_prestat_dir_name(fd, at_mut(name), name.len()))
}

pub fn fd_pwrite(fd: u32, buffers: &[&[u8]], offset: u64) -> Answer<u32> {
    let table = from_buffers(buffers);
    call_for!(fd_pwrite(fd, at(&table), table.len(), offset) -> u32)
}

pub fn fd_read(fd: u32, buffers: &mut [&mut [u8]]) -> Answer<u32> {
    let table = into_buffers(buffers);
    call_for!(fd_read(fd, at(&table), table.len()) -> u32)
}

pub fn fd_readdir(fd: u32, buffer: &mut [u8], cookie: u64) -> Answer<u32> {
    call_for!(fd_readdir(fd, at_mut(buffer), buffer.len(), cookie) -> u32)
}

pub fn fd_renumber(from: u32, to: u32) -> Answer<()> {
    call!(fd_renumber(from, to))
}

pub fn fd_seek(fd: u32, offset: i64, whence: u32) -> Answer<u64> {
    call_for!(fd_seek(fd, offset, whence) -> u64)
}

pub fn fd_sync(fd: u32) -> Answer<()> {
    call!(fd_sync(fd))
}

pub fn fd_tell(fd: u32) -> Answer<u64> {
    call_for!(fd_tell(fd) -> u64)
}

pub fn fd_write(fd: u32, buffers: &[&[u8]]) -> Answer<u32> {
    let table = from_buffers(buffers);
    call_for!(fd_write(fd, at(&table), table.len()) -> u32)
}

pub fn path_create_directory(fd: u32, path: &str) -> Answer<()> {
    call!(path_create_directory(fd, at(path.as_bytes()), path.len()))
}

pub fn path_filestat_get(fd: u32, flags: u32, path: &str) -> Answer<Filestat> {
    call_for!(path_filestat_get(fd, flags, at(path.as_bytes()), path.len()) -> Filestat)
}

pub fn path_filestat_set_times(
    fd: u32,
    flags: u32,
    path: &str,
    accessed: u64,
    modified: u64,
    which: u32,
) -> Answer<()> {
    call!(path_filestat_set_times(
        fd,
        flags,
        at(path.as_bytes()),
        path.len(),
        accessed,
        modified,
        which,
    ))
}

pub fn path_link(from_fd: u32, flags: u32, from: &str, to_fd: u32, to: &str) -> Answer<()> {
    call!(path_link(
        from_fd,
        flags,
        at(from.as_bytes()),
        from.len(),
        to_fd,
        at(to.as_bytes()),
        to.len(),
    ))
}

/// `rights` are the base and the inheriting ones.
pub fn path_open(
    fd: u32,
    lookup: u32,
    path: &str,
    oflags: u32,
    rights: (u64, u64),
    fdflags: u32,
) -> Answer<u32> {
    call_for!(path_open(
        fd,
        lookup,
        at(path.as_bytes()),
        path.len(),
        oflags,
        rights.0,
        rights.1,
        fdflags,
    ) -> u32)
}

pub fn path_readlink(fd: u32, path: &str, buffer: &mut [u8]) -> Answer<u32> {
    call_for!(path_readlink(
        fd,
        at(path.as_bytes()),
        path.len(),
        at_mut(buffer),
        buffer.len(),
    ) -> u32)
}

pub fn path_remove_directory(fd: u32, path: &str) -> Answer<()> {
    call!(path_remove_directory(fd, at(path.as_bytes()), path.len()))
}

pub fn path_rename(from_fd: u32, from: &str, to_fd: u32, to: &str) -> Answer<()> {
    call!(path_rename(
        from_fd,
        at(from.as_bytes()),
        from.len(),
        to_fd,
        at(to.as_bytes()),
        to.len(),
    ))
}

pub fn path_symlink(target: &str, fd: u32, path: &str) -> Answer<()> {
    call!(path_symlink(
        at(target.as_bytes()),
        target.len(),
        fd,
        at(path.as_bytes()),
        path.len(),
    ))
}

pub fn path_unlink_file(fd: u32, path: &str) -> Answer<()> {
    call!(path_unlink_file(fd, at(path.as_bytes()), path.len()))
}

pub fn poll_oneoff(subscriptions: &[Subscription]) -> Answer<Vec<Event>> {
    let mut events = vec![Event::default(); subscriptions.len()];
    let count = call_for!(poll_oneoff(
        at(subscriptions),
        at_mut(&mut events),
        subscriptions.len(),
    ) -> u32)?;
    events.truncate(count as usize);
    Ok(events)
}

pub fn proc_exit(code: u32) -> ! {
    // SAFETY: the call does not return and takes no address.
    unsafe { host::proc_exit(code) }
}

pub fn proc_raise(signal: u32) -> Answer<()> {
    call!(proc_raise(signal))
}

pub fn sched_yield() -> Answer<()> {
    call!(sched_yield())
}

pub fn random_get(buffer: &mut [u8]) -> Answer<()> {
    call!(random_get(at_mut(buffer), buffer.len()))
}

pub fn sock_accept(fd: u32, flags: u32) -> Answer<u32> {
    call_for!(sock_accept(fd, flags) -> u32)
}

pub fn sock_recv(fd: u32, buffers: &mut [&mut [u8]], flags: u32) -> Answer<(u32, u16)> {
    let table = into_buffers(buffers);
    let (mut count, mut out_flags) = (0u32, 0u16);
    call!(sock_recv(
        fd,
        at(&table),
        table.len(),
        flags,
        &raw mut count as usize,
        &raw mut out_flags as usize,
    ))
    .map(|()| (count, out_flags))
}

pub fn sock_send(fd: u32, buffers: &[&[u8]], flags: u32) -> Answer<u32> {
    let table = from_buffers(buffers);
    call_for!(sock_send(fd, at(&table), table.len(), flags) -> u32)
}

pub fn sock_shutdown(fd: u32, how: u32) -> Answer<()> {
    call!(sock_shutdown(fd, how))
}
