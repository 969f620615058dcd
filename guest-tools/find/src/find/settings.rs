//! What options set for the whole run.

use wardian_applet::cli::{Context, Output};

/// Which symbolic links are followed.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Follow {
    /// None (`-P`).
    Never,
    /// Those named as starting points (`-H`).
    Starts,
    /// All (`-L`, `-follow`).
    Always,
}

/// Options of the run.
pub struct Settings {
    /// `-H`, `-L`, `-P`.
    pub follow: Follow,
    /// `-maxdepth`.
    pub max_depth: usize,
    /// `-mindepth`.
    pub min_depth: usize,
    /// Contents before the directory itself.
    pub depth_first: bool,
    /// `-depth` was given, not only implied.
    pub depth_given: bool,
    /// `-xdev`, `-mount`.
    pub one_device: bool,
    /// `-ignore_readdir_race`.
    pub ignore_race: bool,
    /// `-warn`, or input from a terminal.
    pub warn: bool,
}

/// State of the run that tests and actions change.
pub struct State<'a> {
    /// Who speaks.
    pub context: &'a Context<'a>,
    /// Options.
    pub settings: Settings,
    /// Standard output, then the files of `-fprint` and its kin.
    pub outputs: Vec<Output>,
    /// Exit code so far.
    pub code: i32,
    /// `-prune` was met.
    pub prune: bool,
    /// `-quit` was met, or output is in vain.
    pub quit: bool,
}

impl State<'_> {
    /// Says why something about a file failed.
    pub fn fail(&mut self, path: &[u8], message: &str) {
        let text = [
            &crate::words::quoted(path),
            b": ".as_slice(),
            message.as_bytes(),
        ]
        .concat();
        self.context.say(&text);
        self.code = 1;
    }

    /// Writes out all that was collected.
    pub fn flush(&mut self) {
        self.outputs.iter_mut().for_each(Output::flush);
    }
}
