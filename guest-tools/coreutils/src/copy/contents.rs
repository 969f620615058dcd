//! Copying the bytes of a file.

use crate::fast::with_buffer;
use crate::sys::{self, Errno, File, OpenHow};

/// Copies everything that is left; errors tell whether reading failed.
pub fn copy(from: &File, to: &File) -> Result<(), (bool, Errno)> {
    with_buffer(|buf| {
        loop {
            let got = match from.read(buf) {
                Ok(0) => return Ok(()),
                Ok(got) => got,
                Err(Errno::Intr) => continue,
                Err(errno) => return Err((true, errno)),
            };
            let mut rest = &buf[..got];
            while !rest.is_empty() {
                match sys::write(to.fd(), rest) {
                    Ok(n) => rest = rest.get(n..).unwrap_or_default(),
                    Err(Errno::Intr) => {}
                    Err(errno) => return Err((false, errno)),
                }
            }
        }
    })
}

/// Opens a file to be written anew.
pub fn create(path: &[u8], exclusive: bool) -> Result<File, Errno> {
    let how = OpenHow {
        exclusive,
        ..OpenHow::CREATE
    };
    File::open(path, how)
}
