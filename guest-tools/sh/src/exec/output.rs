//! What builtins print: collected, then written at once.

use super::Shell;
use crate::sys::{self, Errno, Fd};

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
        // The trap at EXIT, if a signal ends the shell here, prints as well.
        let mut out = std::mem::take(&mut self.out);
        let result = self.write_heeding(1, &out);
        out.clear();
        self.out = out;
        result
    }

    /// Writes all of a text; a deadly signal ends the shell while it waits.
    ///
    /// # Errors
    /// As `write`.
    #[inline(never)]
    pub fn write_heeding(&mut self, fd: Fd, text: &[u8]) -> Result<(), Errno> {
        let result = sys::write_all_with(fd, text, || self.heed_deadly());
        if result == Err(Errno::Pipe) {
            // Nothing is said of it where its signal ends the shell.
            self.heed_deadly();
        }
        result
    }
}
