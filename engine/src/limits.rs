//! Everything a sandbox may use, in one place. Nothing is unlimited by default.

use std::time::Duration;

/// Declares [`Limits`] with its two profiles, and the access by name that
/// command lines and messages need.
macro_rules! limits {
    ($($(#[$doc:meta])* $name:ident: $type:ty = $default:expr, hardened $hardened:expr;)*) => {
        /// Limits of a sandbox. The defaults suit an agent's commands;
        /// [`Limits::hardened`] suits strangers'. `LIMITS.md` says what a guest sees
        /// when it reaches one.
        #[derive(Clone, Debug, PartialEq, Eq)]
        pub struct Limits {
            $($(#[$doc])* pub $name: $type,)*
        }

        impl Default for Limits {
            fn default() -> Limits {
                Limits { $($name: $default,)* }
            }
        }

        impl Limits {
            /// The names of all limits.
            pub const NAMES: &[&str] = &[$(stringify!($name)),*];

            /// Limits for many strangers on one host: seconds, and tens of megabytes.
            #[must_use]
            pub fn hardened() -> Limits {
                Limits { $($name: $hardened,)* }
            }

            /// Sets a limit by its name. Numbers may end in K, M or G (powers of
            /// 1024), times in ms, s, m or h; a bare time is in seconds.
            ///
            /// # Errors
            /// What was wrong, with what would be right.
            pub fn set(&mut self, name: &str, value: &str) -> Result<(), String> {
                match name {
                    $(stringify!($name) => self.$name = LimitValue::parse(value)
                        .map_err(|reason| format!("{name}={value}: {reason}"))?,)*
                    _ => return Err(format!(
                        "no limit is called {name}; there are {}",
                        Limits::NAMES.join(", ")
                    )),
                }
                Ok(())
            }

            /// Every limit by name, as a number: times in nanoseconds.
            pub(crate) fn numbers(&self) -> Vec<(&'static str, u64)> {
                vec![$((stringify!($name), self.$name.number())),*]
            }

            /// Sets a limit to one of [`Limits::numbers`]; `None` if there is none of
            /// that name, or it cannot be so large.
            pub(crate) fn set_number(&mut self, name: &str, number: u64) -> Option<()> {
                match name {
                    $(stringify!($name) => self.$name = LimitValue::of_number(number)?,)*
                    _ => return None,
                }
                Some(())
            }

            /// A limit's value as text, if there is one with this name.
            #[must_use]
            pub fn get(&self, name: &str) -> Option<String> {
                match name {
                    $(stringify!($name) => Some(self.$name.show()),)*
                    _ => None,
                }
            }
        }
    };
}

const SECOND: Duration = Duration::from_secs(1);

limits! {
    /// Wall-clock time of one exec. While any tool of the runtime is loaded, which
    /// compiles it when it is first used on a machine, the time stands still.
    wall_time: Duration = SECOND.saturating_mul(15), hardened SECOND.saturating_mul(5);
    /// CPU time of all processes of one exec together.
    cpu_time: Duration = SECOND.saturating_mul(30), hardened SECOND.saturating_mul(5);
    /// Fuel of all processes of one exec together, in place of their CPU time, in a
    /// deterministic sandbox: about one unit for each instruction.
    fuel: u64 = 20_000_000_000, hardened 5_000_000_000;
    /// Linear memory of one process, in bytes.
    process_memory_bytes: u64 = 512 << 20, hardened 128 << 20;
    /// Linear memory of all processes of the sandbox together, in bytes.
    memory_bytes: u64 = 2 << 30, hardened 256 << 20;
    /// Elements of one process's tables together.
    table_elements: u32 = 100_000, hardened 20_000;
    /// Processes alive at once.
    processes: u32 = 256, hardened 32;
    /// Processes that one exec may start in all.
    processes_started: u64 = 1_000_000, hardened 10_000;
    /// Descriptors of one process.
    descriptors: u32 = 1024, hardened 256;
    /// Bytes that one pipe holds.
    pipe_bytes: u32 = 256 << 10, hardened 64 << 10;
    /// Bytes kept of each collected output of an exec.
    output_bytes: u64 = 64 << 20, hardened 1 << 20;
    /// Bytes that an exec may write to each of its outputs where they are streamed.
    stream_bytes: u64 = 64 << 30, hardened 1 << 30;
    /// Contents, names and links of the filesystem, in bytes.
    fs_bytes: u64 = 1 << 30, hardened 64 << 20;
    /// Files, directories and links of the filesystem.
    fs_inodes: u64 = 1_000_000, hardened 20_000;
    /// Size of one file, in bytes.
    file_bytes: u64 = 1 << 30, hardened 64 << 20;
    /// Length of a path, in bytes.
    path_bytes: u32 = 4096, hardened 4096;
    /// Length of one name in a path, in bytes.
    name_bytes: u32 = 255, hardened 255;
    /// Symbolic links followed in one path.
    symlink_depth: u32 = 40, hardened 40;
    /// Arguments and environment of a new process together, in bytes.
    argument_bytes: u32 = 2 << 20, hardened 256 << 10;
    /// What a [`crate::Shell`] keeps between its scripts, in bytes.
    shell_state_bytes: u64 = 16 << 20, hardened 1 << 20;
    /// Buffers of one vectored read or write (`IOV_MAX`).
    io_vectors: u32 = 1024, hardened 1024;
    /// Subscriptions of one `poll_oneoff`.
    poll_subscriptions: u32 = 4096, hardened 1024;
    /// Bytes of one `random_get`.
    random_bytes: u32 = 64 << 20, hardened 1 << 20;
    /// Size of a wasm module that a guest asks to run, in bytes.
    module_bytes: u64 = 64 << 20, hardened 8 << 20;
    /// Time to wait for such a module to be compiled.
    compile_time: Duration = SECOND.saturating_mul(60), hardened SECOND.saturating_mul(2);
    /// How long processes left over by an exec may go on after its first one ended.
    background_grace: Duration = Duration::from_millis(50), hardened Duration::from_millis(50);
}

/// A limit as text.
trait LimitValue: Sized {
    fn parse(text: &str) -> Result<Self, String>;
    fn show(&self) -> String;
    fn number(&self) -> u64;
    fn of_number(number: u64) -> Option<Self>;
}

impl LimitValue for u64 {
    fn parse(text: &str) -> Result<u64, String> {
        let (digits, shift) = match text.as_bytes().last() {
            Some(b'K' | b'k') => (&text[..text.len() - 1], 10),
            Some(b'M' | b'm') => (&text[..text.len() - 1], 20),
            Some(b'G' | b'g') => (&text[..text.len() - 1], 30),
            _ => (text, 0),
        };
        let number: u64 = digits
            .parse()
            .map_err(|_| "expected a number, or one with K, M or G".to_owned())?;
        number
            .checked_mul(1 << shift)
            .ok_or_else(|| format!("more than {}", u64::MAX))
    }

    fn show(&self) -> String {
        self.to_string()
    }

    fn number(&self) -> u64 {
        *self
    }

    fn of_number(number: u64) -> Option<u64> {
        Some(number)
    }
}

impl LimitValue for u32 {
    fn parse(text: &str) -> Result<u32, String> {
        let number = <u64 as LimitValue>::parse(text)?;
        u32::try_from(number).map_err(|_| format!("more than {}", u32::MAX))
    }

    fn show(&self) -> String {
        self.to_string()
    }

    fn number(&self) -> u64 {
        u64::from(*self)
    }

    fn of_number(number: u64) -> Option<u32> {
        u32::try_from(number).ok()
    }
}

impl LimitValue for Duration {
    fn parse(text: &str) -> Result<Duration, String> {
        let units = [
            ("ms", 0.001),
            ("s", 1.0),
            ("m", 60.0),
            ("h", 3600.0),
            ("", 1.0),
        ];
        for (suffix, seconds) in units {
            if let Some(number) = text.strip_suffix(suffix)
                && let Ok(number) = number.parse::<f64>()
            {
                return Duration::try_from_secs_f64(number * seconds)
                    .map_err(|error| error.to_string());
            }
        }
        Err("expected a number of seconds, or one with ms, s, m or h".to_owned())
    }

    fn show(&self) -> String {
        format!("{self:?}")
    }

    fn number(&self) -> u64 {
        u64::try_from(self.as_nanos()).unwrap_or(u64::MAX)
    }

    fn of_number(number: u64) -> Option<Duration> {
        Some(Duration::from_nanos(number))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_are_set_and_shown_by_name() {
        let mut limits = Limits::default();
        for (name, value, shown) in [
            ("wall_time", "1.5", "1.5s"),
            ("cpu_time", "500ms", "500ms"),
            ("fs_bytes", "4G", "4294967296"),
            ("processes", "2K", "2048"),
        ] {
            limits.set(name, value).unwrap();
            assert_eq!(limits.get(name).as_deref(), Some(shown), "{name}");
        }
        for (name, value, reason) in [
            ("fs_byte", "1", "fs_bytes"),
            ("fs_bytes", "much", "number"),
            ("processes", "8G", "more than"),
            ("wall_time", "-1", "wall_time=-1"),
        ] {
            let error = limits.set(name, value).unwrap_err();
            assert!(error.contains(reason), "{error}");
        }
    }

    #[test]
    fn limits_become_numbers_and_back() {
        let mut limits = Limits::hardened();
        for (name, number) in Limits::default().numbers() {
            limits.set_number(name, number).unwrap();
        }
        assert_eq!(limits, Limits::default());
        assert_eq!(limits.set_number("processes", 1 << 32), None);
        assert_eq!(limits.set_number("unknown", 1), None);
    }

    #[test]
    fn hardened_limits_are_no_wider() {
        let (wide, narrow) = (Limits::default(), Limits::hardened());
        assert!(narrow.memory_bytes < wide.memory_bytes && narrow.fs_bytes < wide.fs_bytes);
        assert!(narrow.wall_time < wide.wall_time && narrow.processes < wide.processes);
    }
}
