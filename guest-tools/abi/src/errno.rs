//! Error numbers, with the values of WASI preview 1 (`wasi_snapshot_preview1`).

macro_rules! errnos {
    ($($name:ident = $value:literal, $symbol:literal, $text:literal;)*) => {
        /// An error number as WASI preview 1 defines it. Zero (success) is not one:
        /// functions return `Result<T, Errno>`.
        #[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[repr(u16)]
        pub enum Errno {
            $(#[doc = $text] $name = $value,)*
        }

        impl Errno {
            /// Every error number, in ascending order.
            pub const ALL: &'static [Errno] = &[$(Errno::$name,)*];

            /// The error number with this WASI value; `None` for 0 and unknown values.
            #[must_use]
            pub const fn from_raw(raw: u16) -> Option<Errno> {
                match raw {
                    $($value => Some(Errno::$name),)*
                    _ => None,
                }
            }

            /// The POSIX symbol, such as `ENOENT`.
            #[must_use]
            pub const fn symbol(self) -> &'static str {
                match self { $(Errno::$name => $symbol,)* }
            }

            /// The message that glibc's `strerror` gives in the C locale.
            #[must_use]
            pub const fn message(self) -> &'static str {
                match self { $(Errno::$name => $text,)* }
            }
        }
    };
}

errnos! {
    TooBig = 1, "E2BIG", "Argument list too long";
    Acces = 2, "EACCES", "Permission denied";
    Addrinuse = 3, "EADDRINUSE", "Address already in use";
    Addrnotavail = 4, "EADDRNOTAVAIL", "Cannot assign requested address";
    Afnosupport = 5, "EAFNOSUPPORT", "Address family not supported by protocol";
    Again = 6, "EAGAIN", "Resource temporarily unavailable";
    Already = 7, "EALREADY", "Operation already in progress";
    Badf = 8, "EBADF", "Bad file descriptor";
    Badmsg = 9, "EBADMSG", "Bad message";
    Busy = 10, "EBUSY", "Device or resource busy";
    Canceled = 11, "ECANCELED", "Operation canceled";
    Child = 12, "ECHILD", "No child processes";
    Connaborted = 13, "ECONNABORTED", "Software caused connection abort";
    Connrefused = 14, "ECONNREFUSED", "Connection refused";
    Connreset = 15, "ECONNRESET", "Connection reset by peer";
    Deadlk = 16, "EDEADLK", "Resource deadlock avoided";
    Destaddrreq = 17, "EDESTADDRREQ", "Destination address required";
    Dom = 18, "EDOM", "Numerical argument out of domain";
    Dquot = 19, "EDQUOT", "Disk quota exceeded";
    Exist = 20, "EEXIST", "File exists";
    Fault = 21, "EFAULT", "Bad address";
    Fbig = 22, "EFBIG", "File too large";
    Hostunreach = 23, "EHOSTUNREACH", "No route to host";
    Idrm = 24, "EIDRM", "Identifier removed";
    Ilseq = 25, "EILSEQ", "Invalid or incomplete multibyte or wide character";
    Inprogress = 26, "EINPROGRESS", "Operation now in progress";
    Intr = 27, "EINTR", "Interrupted system call";
    Inval = 28, "EINVAL", "Invalid argument";
    Io = 29, "EIO", "Input/output error";
    Isconn = 30, "EISCONN", "Transport endpoint is already connected";
    Isdir = 31, "EISDIR", "Is a directory";
    Loop = 32, "ELOOP", "Too many levels of symbolic links";
    Mfile = 33, "EMFILE", "Too many open files";
    Mlink = 34, "EMLINK", "Too many links";
    Msgsize = 35, "EMSGSIZE", "Message too long";
    Multihop = 36, "EMULTIHOP", "Multihop attempted";
    Nametoolong = 37, "ENAMETOOLONG", "File name too long";
    Netdown = 38, "ENETDOWN", "Network is down";
    Netreset = 39, "ENETRESET", "Network dropped connection on reset";
    Netunreach = 40, "ENETUNREACH", "Network is unreachable";
    Nfile = 41, "ENFILE", "Too many open files in system";
    Nobufs = 42, "ENOBUFS", "No buffer space available";
    Nodev = 43, "ENODEV", "No such device";
    Noent = 44, "ENOENT", "No such file or directory";
    Noexec = 45, "ENOEXEC", "Exec format error";
    Nolck = 46, "ENOLCK", "No locks available";
    Nolink = 47, "ENOLINK", "Link has been severed";
    Nomem = 48, "ENOMEM", "Cannot allocate memory";
    Nomsg = 49, "ENOMSG", "No message of desired type";
    Noprotoopt = 50, "ENOPROTOOPT", "Protocol not available";
    Nospc = 51, "ENOSPC", "No space left on device";
    Nosys = 52, "ENOSYS", "Function not implemented";
    Notconn = 53, "ENOTCONN", "Transport endpoint is not connected";
    Notdir = 54, "ENOTDIR", "Not a directory";
    Notempty = 55, "ENOTEMPTY", "Directory not empty";
    Notrecoverable = 56, "ENOTRECOVERABLE", "State not recoverable";
    Notsock = 57, "ENOTSOCK", "Socket operation on non-socket";
    Notsup = 58, "ENOTSUP", "Operation not supported";
    Notty = 59, "ENOTTY", "Inappropriate ioctl for device";
    Nxio = 60, "ENXIO", "No such device or address";
    Overflow = 61, "EOVERFLOW", "Value too large for defined data type";
    Ownerdead = 62, "EOWNERDEAD", "Owner died";
    Perm = 63, "EPERM", "Operation not permitted";
    Pipe = 64, "EPIPE", "Broken pipe";
    Proto = 65, "EPROTO", "Protocol error";
    Protonosupport = 66, "EPROTONOSUPPORT", "Protocol not supported";
    Prototype = 67, "EPROTOTYPE", "Protocol wrong type for socket";
    Range = 68, "ERANGE", "Numerical result out of range";
    Rofs = 69, "EROFS", "Read-only file system";
    Spipe = 70, "ESPIPE", "Illegal seek";
    Srch = 71, "ESRCH", "No such process";
    Stale = 72, "ESTALE", "Stale file handle";
    Timedout = 73, "ETIMEDOUT", "Connection timed out";
    Txtbsy = 74, "ETXTBSY", "Text file busy";
    Xdev = 75, "EXDEV", "Invalid cross-device link";
    Notcapable = 76, "ENOTCAPABLE", "Capabilities insufficient";
}

impl Errno {
    /// The WASI value, 1 to 76.
    #[must_use]
    pub const fn raw(self) -> u16 {
        self as u16
    }
}

impl core::fmt::Debug for Errno {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(self.symbol())
    }
}

impl core::fmt::Display for Errno {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(self.message())
    }
}

impl core::error::Error for Errno {}

#[cfg(test)]
mod tests {
    use super::Errno;

    #[test]
    fn raw_values_are_contiguous_and_round_trip() {
        for (index, errno) in Errno::ALL.iter().enumerate() {
            assert_eq!(usize::from(errno.raw()), index + 1);
            assert_eq!(Errno::from_raw(errno.raw()), Some(*errno));
        }
        assert_eq!(Errno::from_raw(0), None);
        assert_eq!(Errno::from_raw(77), None);
    }
}
