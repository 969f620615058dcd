//! A program to run, found in `PATH` as `execvp` does.

use super::backend;
use crate::sys::{self, Errno, ExtStat, is_dir};

/// What to run.
pub struct Program {
    /// Arguments, the command's name first.
    pub argv: Vec<Vec<u8>>,
    /// `NAME=VALUE` strings.
    pub env: Vec<Vec<u8>>,
    /// Working directory, if another one.
    pub cwd: Option<Vec<u8>>,
    /// Signals that it ignores (bit n-1 for signal n).
    pub ignored_signals: u64,
}

/// Where to look if `PATH` is not set.
const DEFAULT_PATH: &[u8] = b"/bin:/usr/bin";

/// The environment of this process, in its order.
pub fn environment() -> Vec<Vec<u8>> {
    std::env::vars_os()
        .map(|(name, value)| {
            let mut pair = name.into_encoded_bytes();
            pair.push(b'=');
            pair.extend(value.into_encoded_bytes());
            pair
        })
        .collect()
}

impl Program {
    /// With the environment of this process.
    pub fn new(argv: &[Vec<u8>]) -> Program {
        Program {
            argv: argv.to_vec(),
            env: environment(),
            cwd: None,
            ignored_signals: 0,
        }
    }

    /// Replaces this process. Returns only if that fails.
    pub fn exec(&self) -> Errno {
        self.attempt(|path| Err::<(), Errno>(backend::exec(self, path)))
            .err()
            .unwrap_or(Errno::Noent)
    }

    /// Starts it as a child.
    ///
    /// # Errors
    /// Why no candidate in `PATH` could be started.
    pub fn spawn(&self, own_group: bool) -> Result<backend::Child, Errno> {
        self.attempt(|path| backend::spawn(self, path, own_group))
    }

    fn attempt<T>(&self, start: impl Fn(&[u8]) -> Result<T, Errno>) -> Result<T, Errno> {
        let name = self.argv.first().map_or(b"".as_slice(), Vec::as_slice);
        if name.is_empty() {
            return Err(Errno::Noent);
        }
        if name.contains(&b'/') {
            return start(name);
        }
        let path = self.env.iter().find_map(|pair| pair.strip_prefix(b"PATH="));
        let mut failure = Errno::Noent;
        for candidate in candidates(path.unwrap_or(DEFAULT_PATH), name) {
            match start(&candidate) {
                Err(Errno::Noent | Errno::Notdir) => {}
                Err(Errno::Acces) => failure = Errno::Acces,
                result => return result,
            }
        }
        Err(failure)
    }
}

/// The paths at which a command of this name may be.
pub fn candidates<'a>(path: &'a [u8], name: &'a [u8]) -> impl Iterator<Item = Vec<u8>> + 'a {
    path.split(|byte| *byte == b':').map(move |dir| match dir {
        b"" => [b"./", name].concat(),
        dir if dir.ends_with(b"/") => [dir, name].concat(),
        dir => [dir, b"/", name].concat(),
    })
}

/// Whether this process may execute the file.
pub fn is_executable(path: &[u8]) -> bool {
    sys::stat(path, true).is_ok_and(|stat| !is_dir(&stat) && may_execute(&stat))
}

fn may_execute(stat: &ExtStat) -> bool {
    let (uid, gid) = sys::identity();
    let bits = if uid == 0 {
        0o111
    } else if uid == stat.uid {
        0o100
    } else if gid == stat.gid {
        0o010
    } else {
        0o001
    };
    stat.mode & bits != 0
}

/// Exit code for a program that could not be run.
pub fn failure_code(errno: Errno) -> i32 {
    if errno == Errno::Noent { 127 } else { 126 }
}
