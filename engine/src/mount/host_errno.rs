//! Errors of the host as the numbers that guests know.

use std::io;

use rustix::io::Errno as HostErrno;
use wardian_abi::Errno;

/// The number for an error of the host; `EIO` for those a guest has no use for.
pub(super) fn errno(error: &io::Error) -> Errno {
    match HostErrno::from_io_error(error) {
        Some(host) => of_host(host),
        // How the capability library refuses a path that leads out.
        None if error.kind() == io::ErrorKind::PermissionDenied => Errno::Perm,
        None => Errno::Io,
    }
}

/// The same for a bare number.
pub(super) fn of_host(host: HostErrno) -> Errno {
    match host {
        HostErrno::ACCESS => Errno::Acces,
        HostErrno::BUSY => Errno::Busy,
        HostErrno::DQUOT => Errno::Dquot,
        HostErrno::EXIST => Errno::Exist,
        HostErrno::FBIG => Errno::Fbig,
        HostErrno::INTR => Errno::Intr,
        HostErrno::INVAL => Errno::Inval,
        HostErrno::ISDIR => Errno::Isdir,
        HostErrno::LOOP => Errno::Loop,
        HostErrno::MFILE | HostErrno::NFILE => Errno::Nfile,
        HostErrno::MLINK => Errno::Mlink,
        HostErrno::NAMETOOLONG => Errno::Nametoolong,
        HostErrno::NOENT => Errno::Noent,
        HostErrno::NOMEM => Errno::Nomem,
        HostErrno::NOSPC => Errno::Nospc,
        HostErrno::NOTDIR => Errno::Notdir,
        HostErrno::NOTEMPTY => Errno::Notempty,
        HostErrno::OPNOTSUPP => Errno::Notsup,
        HostErrno::OVERFLOW => Errno::Overflow,
        HostErrno::PERM => Errno::Perm,
        HostErrno::ROFS => Errno::Rofs,
        HostErrno::STALE => Errno::Stale,
        HostErrno::TXTBSY => Errno::Txtbsy,
        HostErrno::XDEV => Errno::Xdev,
        _ => Errno::Io,
    }
}
