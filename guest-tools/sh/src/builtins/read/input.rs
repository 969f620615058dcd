//! Input for `read` and `mapfile`: nothing is taken beyond what is used.

use crate::exec::{Flow, Shell};
use crate::sys::{self, Errno, Fd};

/// Why there is no further byte, or why none is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    Delimiter,
    OfInput,
    Timeout,
    Failed(Errno),
}

/// How much is read at once where the position can be moved back.
const BLOCK: usize = 4096;

/// Reads a descriptor byte by byte, or in blocks if it can seek.
pub struct Reader {
    fd: Fd,
    buf: Vec<u8>,
    at: usize,
    block: usize,
    deadline: Option<u64>,
}

impl Reader {
    /// A reader; `count`: about how many bytes will be wanted.
    pub fn new(fd: Fd, timeout_ns: Option<u64>, count: Option<usize>) -> Reader {
        let seekable = sys::seek(fd, 0, 1).is_ok();
        Reader {
            fd,
            buf: Vec::new(),
            at: 0,
            block: if seekable {
                count.unwrap_or(BLOCK).clamp(1, BLOCK)
            } else {
                1
            },
            deadline: timeout_ns
                .filter(|_| !seekable)
                .map(|timeout| sys::monotonic_ns().saturating_add(timeout)),
        }
    }

    /// Everything will be read: no need to go byte by byte.
    pub fn read_ahead(&mut self) {
        self.block = BLOCK;
    }

    /// The next byte. Signals that arrive meanwhile run their traps.
    pub fn next(&mut self, sh: &mut Shell) -> Result<Result<u8, End>, Flow> {
        if self.at == self.buf.len()
            && let Some(end) = self.fill(sh)?
        {
            return Ok(Err(end));
        }
        let byte = self.buf[self.at];
        self.at += 1;
        Ok(Ok(byte))
    }

    fn fill(&mut self, sh: &mut Shell) -> Result<Option<End>, Flow> {
        self.at = 0;
        loop {
            self.buf.clear();
            if let Some(deadline) = self.deadline {
                let left = deadline.saturating_sub(sys::monotonic_ns());
                match sys::poll_read(self.fd, left) {
                    Ok(true) => {}
                    Ok(false) => return Ok(Some(End::Timeout)),
                    Err(Errno::Intr) => {
                        sh.run_pending_traps()?;
                        continue;
                    }
                    Err(_) => {}
                }
            }
            self.buf.resize(self.block, 0);
            match sys::read(self.fd, &mut self.buf) {
                Ok(0) => {
                    self.buf.clear();
                    return Ok(Some(End::OfInput));
                }
                Ok(count) => {
                    self.buf.truncate(count);
                    return Ok(None);
                }
                Err(Errno::Intr) => sh.run_pending_traps()?,
                Err(errno) => {
                    self.buf.clear();
                    return Ok(Some(End::Failed(errno)));
                }
            }
        }
    }

    /// Takes what the buffer holds up to the delimiter, or to a backslash or
    /// NUL; true if the delimiter came.
    pub fn take_plain(
        &mut self,
        delimiter: u8,
        stop_at_backslash: bool,
        out: &mut Vec<u8>,
    ) -> bool {
        let rest = &self.buf[self.at..];
        let special = |c: &u8| *c == delimiter || *c == 0 || (*c == b'\\' && stop_at_backslash);
        let len = rest.iter().position(special).unwrap_or(rest.len());
        out.extend_from_slice(&rest[..len]);
        let found = rest.get(len) == Some(&delimiter) && !(delimiter == b'\\' && stop_at_backslash);
        self.at += len + usize::from(found);
        found
    }

    /// Gives back what was read and not used.
    pub fn finish(self) {
        let unused = self.buf.len() - self.at;
        if unused > 0 {
            let _ = sys::seek(self.fd, -(unused as i64), 1);
        }
    }
}
