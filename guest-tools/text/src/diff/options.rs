//! What diff was asked to do.

use super::lines::Palette;
use super::pattern::Pattern;

/// The form of the output.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Style {
    /// `1c1`, `<`, `>`.
    Normal,
    /// `-c`
    Context,
    /// `-u`
    Unified,
    /// `-e`
    Ed,
    /// `-f`
    ForwardEd,
    /// `-n`
    Rcs,
    /// `-D`, `--line-format` and their kin.
    Formats,
    /// `-y`
    SideBySide,
}

impl Style {
    /// Whether the output tells of a missing newline at the end.
    pub fn is_robust(self) -> bool {
        !matches!(self, Style::Ed | Style::ForwardEd)
    }
}

/// Which white space does not count, from strict to lax.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Blanks {
    /// All counts.
    Matter,
    /// A tab equals the spaces it stands for.
    TabsIgnored,
    /// Not at the end of a line.
    TrailingIgnored,
    /// Both of these.
    TabsAndTrailingIgnored,
    /// Any amount is as good as one, and none at the end.
    AmountIgnored,
    /// None counts.
    AllIgnored,
}

/// Formats of `--line-format` and their kin; `None`: as it is by default.
#[derive(Default)]
pub struct Formats {
    /// For unchanged, old and new lines.
    pub line: [Option<Vec<u8>>; 3],
    /// For unchanged, old, new and changed groups.
    pub group: [Option<Vec<u8>>; 4],
}

/// The whole of the options.
pub struct Config {
    pub style: Style,
    pub context: usize,
    pub horizon: usize,
    pub blanks: Blanks,
    pub ignore_case: bool,
    pub ignore_blank_lines: bool,
    pub ignore_regex: Option<Pattern>,
    pub function_regex: Option<Pattern>,
    pub minimal: bool,
    pub text: bool,
    pub brief: bool,
    pub report_identical: bool,
    pub recursive: bool,
    /// Absent files count as empty: any, or only in the first directory.
    pub new_file: bool,
    pub new_first: bool,
    pub no_dereference: bool,
    pub ignore_name_case: bool,
    pub exclude: Vec<Vec<u8>>,
    pub start_file: Option<Vec<u8>>,
    pub labels: [Option<Vec<u8>>; 2],
    pub strip_cr: bool,
    pub expand_tabs: bool,
    pub initial_tab: bool,
    pub suppress_blank_empty: bool,
    pub tab_size: usize,
    pub width: usize,
    pub left_column: bool,
    pub suppress_common: bool,
    pub color: bool,
    pub palette: Palette,
    pub formats: Formats,
    /// The options as given, for the `diff …` lines of a recursive run.
    pub switches: Vec<u8>,
}

impl Default for Config {
    fn default() -> Config {
        Config {
            style: Style::Normal,
            context: 0,
            horizon: 0,
            blanks: Blanks::Matter,
            ignore_case: false,
            ignore_blank_lines: false,
            ignore_regex: None,
            function_regex: None,
            minimal: false,
            text: false,
            brief: false,
            report_identical: false,
            recursive: false,
            new_file: false,
            new_first: false,
            no_dereference: false,
            ignore_name_case: false,
            exclude: Vec::new(),
            start_file: None,
            labels: [None, None],
            strip_cr: false,
            expand_tabs: false,
            initial_tab: false,
            suppress_blank_empty: false,
            tab_size: 8,
            width: 130,
            left_column: false,
            suppress_common: false,
            color: false,
            palette: Palette::default(),
            formats: Formats::default(),
            switches: Vec::new(),
        }
    }
}
