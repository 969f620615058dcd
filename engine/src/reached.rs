//! Which limits the processes of an exec ran into, so that a person is told:
//! an errno names no limit.

use std::sync::atomic::{AtomicU32, Ordering};

use crate::limits::Limits;

/// A limit that is told of at the end of an exec.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reached {
    /// [`Limits::cpu_time`].
    CpuTime,
    /// [`Limits::fuel`].
    Fuel,
    /// [`Limits::process_memory_bytes`].
    ProcessMemory,
    /// [`Limits::memory_bytes`].
    Memory,
    /// [`Limits::table_elements`].
    Table,
    /// [`Limits::processes`].
    Processes,
    /// [`Limits::processes_started`].
    ProcessesStarted,
    /// [`Limits::descriptors`].
    Descriptors,
    /// [`Limits::fs_bytes`].
    FsBytes,
    /// [`Limits::fs_inodes`].
    FsInodes,
    /// [`Limits::file_bytes`].
    FileBytes,
    /// [`Limits::argument_bytes`].
    Arguments,
    /// [`Limits::module_bytes`].
    ModuleBytes,
    /// [`Limits::compile_time`].
    CompileTime,
}

const ALL: &[(Reached, &str, &str)] = &[
    (
        Reached::CpuTime,
        "cpu_time",
        "its processes were ended (SIGXCPU)",
    ),
    (Reached::Fuel, "fuel", "its processes were ended (SIGXCPU)"),
    (
        Reached::ProcessMemory,
        "process_memory_bytes",
        "a process got no more memory",
    ),
    (
        Reached::Memory,
        "memory_bytes",
        "a process got no more memory (ENOMEM)",
    ),
    (
        Reached::Table,
        "table_elements",
        "a process got no larger table",
    ),
    (
        Reached::Processes,
        "processes",
        "no process was started (EAGAIN)",
    ),
    (
        Reached::ProcessesStarted,
        "processes_started",
        "no process was started (EAGAIN)",
    ),
    (
        Reached::Descriptors,
        "descriptors",
        "nothing more was opened (EMFILE)",
    ),
    (
        Reached::FsBytes,
        "fs_bytes",
        "nothing more was written (ENOSPC)",
    ),
    (Reached::FsInodes, "fs_inodes", "no file was made (ENOSPC)"),
    (
        Reached::FileBytes,
        "file_bytes",
        "a file was not made longer (EFBIG)",
    ),
    (
        Reached::Arguments,
        "argument_bytes",
        "no process was started (E2BIG)",
    ),
    (
        Reached::ModuleBytes,
        "module_bytes",
        "a module was not run (EFBIG)",
    ),
    (Reached::CompileTime, "compile_time", "a module was not run"),
];

/// Those of one exec.
#[derive(Debug, Default)]
pub struct ReachedLog(AtomicU32);

impl ReachedLog {
    /// Adds one.
    pub fn note(&self, reached: Reached) {
        self.0.fetch_or(1 << reached as u32, Ordering::Relaxed);
    }

    /// Whether it was reached.
    pub fn has(&self, reached: Reached) -> bool {
        self.0.load(Ordering::Relaxed) & 1 << reached as u32 != 0
    }

    /// Names of those that were reached, with their values.
    pub fn names(&self, limits: &Limits) -> Vec<(&'static str, String)> {
        let reached = ALL.iter().filter(|(reached, ..)| self.has(*reached));
        reached
            .map(|(_, name, _)| (*name, limits.get(name).unwrap_or_default()))
            .collect()
    }

    /// A line for each, in the order of [`Limits`].
    pub fn lines(&self, limits: &Limits) -> String {
        let mut lines = String::new();
        if self.0.load(Ordering::Relaxed) == 0 {
            return lines;
        }
        for (reached, name, effect) in ALL {
            if self.has(*reached) {
                let value = limits.get(name).unwrap_or_default();
                lines += &format!(
                    "wardian: limit {name} ({value}) reached: {effect}; \
                     raise it with Limits::{name} or --limit {name}=VALUE\n"
                );
            }
        }
        lines
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_names_a_limit() {
        for (index, (reached, name, _)) in ALL.iter().enumerate() {
            assert_eq!(*reached as usize, index);
            assert!(Limits::NAMES.contains(name), "{name}");
        }
        let log = ReachedLog::default();
        assert_eq!(log.lines(&Limits::default()), "");
        log.note(Reached::Processes);
        let lines = log.lines(&Limits::default());
        assert!(lines.contains("processes (256)"), "{lines}");
    }
}
