//! Where the last script began and what ran it: the next one in an unchanged tree
//! begins there without walking it.

use std::sync::{Arc, Mutex, PoisonError};

use wardian_vfs::Ino;

use super::image::Found;
use super::kernel::Kernel;
use crate::fd::{Directory, FsState};

/// A start that can be repeated.
struct Start {
    state: FsState,
    /// The path of the working directory, and what it led to.
    cwd: Vec<u8>,
    ino: Ino,
    found: Found,
}

/// The last start of a sandbox. Boxed: most of a million forks never start anything.
#[derive(Default)]
pub struct LastStart(Mutex<Option<Box<Start>>>);

impl LastStart {
    /// The working directory and the program, if a script began in this directory
    /// and nothing has changed since.
    pub fn again(&self, kernel: &Kernel, cwd: &[u8]) -> Option<(Arc<Directory>, Found)> {
        let last = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let start = last.as_ref().filter(|start| start.cwd == cwd)?;
        let directory = Directory::open_in(kernel.fs(), start.state, start.ino)?;
        Some((Arc::new(directory), start.found.clone()))
    }

    /// Keeps a start. `state` was the tree's before its paths were walked.
    pub fn keep(&self, state: FsState, cwd: &[u8], ino: Ino, found: Found) {
        let start = Box::new(Start {
            state,
            cwd: cwd.to_vec(),
            ino,
            found,
        });
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(start);
    }
}
