//! Which variables of the host a command sees: a short list by name, so that
//! keys and tokens of the embedding program stay out of the shell.

use std::ffi::OsString;

/// The host's variables that commands see; nothing else is passed.
pub const PASSED_VARIABLES: [&str; 14] = [
    "PATH", "HOME", "USER", "LOGNAME", "HOSTNAME", "SHELL", "LANG", "LC_ALL", "LC_CTYPE", "TZ",
    "TERM", "TMPDIR", "TMP", "TEMP",
];

/// The variables of every command.
#[derive(Clone, Debug, Default)]
pub(super) struct Environment(Vec<(OsString, OsString)>);

impl Environment {
    /// The passed variables, as the host has them now.
    pub(super) fn of_host() -> Environment {
        let mut environment = Environment::default();
        for name in PASSED_VARIABLES {
            environment.pass(name);
        }
        environment
    }

    /// Passes a variable of the host, if it has it.
    pub(super) fn pass(&mut self, name: &str) {
        // `var_os` would panic on these, or look for what cannot be there.
        if invalid(name, "").is_none()
            && let Some(value) = std::env::var_os(name)
        {
            self.set(name.into(), value);
        }
    }

    pub(super) fn set(&mut self, name: OsString, value: OsString) {
        match self.0.iter_mut().find(|(known, _)| *known == name) {
            Some((_, old)) => *old = value,
            None => self.0.push((name, value)),
        }
    }

    pub(super) fn remove(&mut self, name: &str) {
        self.0.retain(|(known, _)| known != name);
    }

    pub(super) fn get(&self, name: &str) -> Option<&OsString> {
        let found = self.0.iter().find(|(known, _)| known == name);
        found.map(|(_, value)| value)
    }

    pub(super) fn pairs(&self) -> impl Iterator<Item = (&OsString, &OsString)> {
        self.0.iter().map(|(name, value)| (name, value))
    }
}

/// Why a variable cannot be given to a process.
pub(super) fn invalid(name: &str, value: &str) -> Option<String> {
    if name.is_empty() || name.contains(['=', '\0']) {
        Some(format!(
            "{name:?} cannot name a variable: it must not be empty nor hold `=` or a zero byte"
        ))
    } else if value.contains('\0') {
        Some(format!(
            "the value of the variable {name} holds a zero byte, which no process can receive"
        ))
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_listed_variables_are_passed() {
        let environment = Environment::of_host();
        assert!(environment.get("CARGO_MANIFEST_DIR").is_none());
        assert_eq!(
            environment.get("PATH").cloned(),
            std::env::var_os("PATH"),
            "PATH is on the list"
        );
    }

    #[test]
    fn variables_are_set_passed_and_dropped() {
        let mut environment = Environment::of_host();
        environment.pass("CARGO_MANIFEST_DIR");
        environment.pass("bad=name");
        environment.set("A".into(), "1".into());
        environment.set("A".into(), "2".into());
        environment.remove("PATH");
        assert!(environment.get("CARGO_MANIFEST_DIR").is_some());
        assert_eq!(environment.get("A"), Some(&"2".into()));
        assert!(environment.get("PATH").is_none());
    }

    #[test]
    fn what_no_process_can_receive_is_refused() {
        for (name, value, fine) in [
            ("A", "x=y", true),
            ("", "x", false),
            ("A=B", "x", false),
            ("A\0", "x", false),
            ("A", "\0", false),
        ] {
            assert_eq!(invalid(name, value).is_none(), fine, "{name:?} {value:?}");
        }
    }
}
