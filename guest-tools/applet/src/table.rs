//! The table of a module's applets: dispatch, `--list`, help and the sandbox's
//! `/bin` come from it.

use crate::dispatch::Args;
use std::sync::OnceLock;

/// One command of a module.
pub struct Applet {
    /// The name it is started by.
    pub name: &'static str,
    /// Its arguments, as a usage line gives them.
    pub synopsis: &'static str,
    /// Runs it; gives the exit code.
    pub run: fn(&Args) -> i32,
}

/// A multicall module.
pub struct Module {
    /// Name under which the module itself answers (`NAME APPLET ARGS`).
    pub name: &'static str,
    /// Its commands, sorted by name.
    pub applets: &'static [Applet],
}

/// The module that runs; [`crate::main`] sets it.
static RUNNING: OnceLock<&Module> = OnceLock::new();

impl Module {
    /// The applet with this name.
    pub fn find(&self, name: &[u8]) -> Option<&'static Applet> {
        let index = self
            .applets
            .binary_search_by(|applet| applet.name.as_bytes().cmp(name))
            .ok()?;
        self.applets.get(index)
    }

    /// The names of the applets, one a line: what the module's `applets.txt`
    /// has to hold. For tests.
    ///
    /// # Panics
    /// If the table is not sorted by name.
    pub fn listing(&self) -> String {
        assert!(self.applets.is_sorted_by(|a, b| a.name < b.name));
        self.applets
            .iter()
            .map(|a| format!("{}\n", a.name))
            .collect()
    }

    pub(crate) fn start(&'static self) {
        let _ = RUNNING.set(self);
    }

    /// The module that runs, if [`crate::main`] started it.
    pub(crate) fn running() -> Option<&'static Module> {
        RUNNING.get().copied()
    }
}
