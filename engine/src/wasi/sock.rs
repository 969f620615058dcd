//! `sock_*`: a sandbox has no sockets. Sending and receiving work on pipes.

use wardian_abi::Errno;
use wasmtime::{Caller, Linker};

use super::fd_io;
use super::guest::{code, guest, outcome};
use super::{Ctx, MODULE};
use crate::fd::Description;

pub(super) fn add<P: Send + 'static>(linker: &mut Linker<Ctx<P>>) -> wasmtime::Result<()> {
    linker.func_wrap(
        MODULE,
        "sock_accept",
        |caller: Caller<'_, Ctx<P>>, fd: u32, _flags: u32, _out: u32| {
            code(not_a_socket(&caller, fd))
        },
    )?;
    linker.func_wrap(
        MODULE,
        "sock_shutdown",
        |caller: Caller<'_, Ctx<P>>, fd: u32, _how: u32| code(not_a_socket(&caller, fd)),
    )?;
    linker.func_wrap_async(
        MODULE,
        "sock_recv",
        |mut caller: Caller<'_, Ctx<P>>,
         (fd, buffers, count, flags, out, out_flags): (u32, u32, u32, u32, u32, u32)| {
            Box::new(async move {
                if let Err(errno) = pipe_without_flags(&caller, fd, flags) {
                    return Ok(code(Err(errno)));
                }
                let result = fd_io::read(&mut caller, fd, buffers, count, out).await;
                if result.is_ok() {
                    let (mut memory, _) = guest(&mut caller)?;
                    if let Err(errno) = memory.put(out_flags, &[0, 0]) {
                        return Ok(code(Err(errno)));
                    }
                }
                outcome(result)
            })
        },
    )?;
    linker.func_wrap_async(
        MODULE,
        "sock_send",
        |mut caller: Caller<'_, Ctx<P>>,
         (fd, buffers, count, flags, out): (u32, u32, u32, u32, u32)| {
            Box::new(async move {
                if let Err(errno) = pipe_without_flags(&caller, fd, flags) {
                    return Ok(code(Err(errno)));
                }
                outcome(fd_io::write(&mut caller, fd, buffers, count, out).await)
            })
        },
    )?;
    Ok(())
}

fn not_a_socket<P>(caller: &Caller<'_, Ctx<P>>, fd: u32) -> Result<(), Errno> {
    caller.data().fds.get(fd)?;
    Err(Errno::Notsock)
}

fn pipe_without_flags<P>(caller: &Caller<'_, Ctx<P>>, fd: u32, flags: u32) -> Result<(), Errno> {
    match &*caller.data().fds.get(fd)?.description {
        Description::PipeReader(..) | Description::PipeWriter(..) | Description::PipeBoth(..)
            if flags == 0 =>
        {
            Ok(())
        }
        Description::PipeReader(..) | Description::PipeWriter(..) | Description::PipeBoth(..) => {
            Err(Errno::Notsup)
        }
        _ => Err(Errno::Notsock),
    }
}
