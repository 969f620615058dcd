//! What builtins print: collected, then written at once.

use super::Shell;
use crate::sys::{self, Errno};

/// Output is written when it has grown so large, captured or not.
const FLUSH_AT: usize = 64 * 1024;

impl Shell {
    /// Appends to the output of the running builtin.
    pub fn print(&mut self, text: &[u8]) {
        self.out.extend_from_slice(text);
        if self.out.len() >= FLUSH_AT && self.capturing == 0 {
            self.flush_out();
        }
    }

    /// Writes the output, unless a command substitution collects it.
    pub fn flush_out(&mut self) {
        let _ = self.try_flush();
    }

    /// Writes the output.
    ///
    /// # Errors
    /// As `write`; what could not be written is dropped.
    pub fn try_flush(&mut self) -> Result<(), Errno> {
        if self.out.is_empty() || self.capturing > 0 {
            return Ok(());
        }
        let result = sys::write_all(1, &self.out);
        self.out.clear();
        result
    }
}
