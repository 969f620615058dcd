//! The processes of a sandbox by number. Most often there are few, which come with
//! growing numbers and go soon: a sorted list keeps its room from one to the next.

use std::sync::Arc;

use super::state::Process;

/// Processes in the order of their numbers.
#[derive(Debug, Default)]
pub struct Table(Vec<Arc<Process>>);

impl Table {
    /// Whether a number is taken.
    pub fn has(&self, pid: u32) -> bool {
        self.position(pid).is_ok()
    }

    /// The process with this number.
    pub fn get(&self, pid: u32) -> Option<&Arc<Process>> {
        self.0.get(self.position(pid).ok()?)
    }

    /// Enters a process; its number is free.
    pub fn insert(&mut self, process: Arc<Process>) {
        let (Ok(at) | Err(at)) = self.position(process.pid);
        self.0.insert(at, process);
    }

    /// Takes a process out.
    pub fn remove(&mut self, pid: u32) -> Option<Arc<Process>> {
        let at = self.position(pid).ok()?;
        Some(self.0.remove(at))
    }

    /// All of them.
    pub fn all(&self) -> &[Arc<Process>] {
        &self.0
    }

    fn position(&self, pid: u32) -> Result<usize, usize> {
        self.0.binary_search_by_key(&pid, |process| process.pid)
    }
}
