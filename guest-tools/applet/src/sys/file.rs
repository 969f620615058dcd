//! An open file that closes itself.

use super::{Errno, OpenHow, close, open, read};

/// An open descriptor. Descriptors 0 to 2 stay open when it goes.
pub struct File {
    fd: u32,
}

impl File {
    /// Opens a path.
    pub fn open(path: &[u8], how: OpenHow) -> Result<File, Errno> {
        open(path, how).map(|fd| File { fd })
    }

    /// Standard input.
    pub const fn stdin() -> File {
        File { fd: 0 }
    }

    /// The descriptor's number.
    pub fn fd(&self) -> u32 {
        self.fd
    }

    /// Reads some bytes; 0 at the end.
    pub fn read(&self, buf: &mut [u8]) -> Result<usize, Errno> {
        read(self.fd, buf)
    }

    /// Reads what is left.
    pub fn read_to_end(&self, out: &mut Vec<u8>) -> Result<(), Errno> {
        let mut size = 4096;
        loop {
            let start = out.len();
            out.resize(start + size, 0);
            let got = read(self.fd, &mut out[start..]);
            out.truncate(start + got.unwrap_or(0));
            match got? {
                0 => return Ok(()),
                _ => size = (size * 2).min(1 << 20),
            }
        }
    }
}

impl Drop for File {
    fn drop(&mut self) {
        if self.fd > 2 {
            close(self.fd);
        }
    }
}

/// The whole contents of a file.
pub fn read_file(path: &[u8]) -> Result<Vec<u8>, Errno> {
    let mut out = Vec::new();
    File::open(path, OpenHow::READ)?.read_to_end(&mut out)?;
    Ok(out)
}
