//! The command line of `rg`.

use super::flags::FLAGS;
use crate::walk::filtered::Filter;
use crate::walk::rules;
use crate::words;
use ignore::overrides::OverrideBuilder;
use ignore::types::TypesBuilder;
use wardian_applet::cli::{Context, Order, parse};
use wardian_applet::sys::{self, File, OpenHow, mode};

/// What is printed.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// Matching lines.
    Lines,
    /// `-c`.
    Count,
    /// `--count-matches`.
    CountMatches,
    /// `-l`.
    WithMatch,
    /// `--files-without-match`.
    WithoutMatch,
    /// `--json`.
    Json,
    /// `--files`.
    Files,
    /// `--type-list`.
    Types,
}

/// Whether case matters.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Case {
    /// It does.
    Sensitive,
    /// It does not.
    Insensitive,
    /// It does if the pattern has an upper-case letter.
    Smart,
}

/// In which order files are searched.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum By {
    /// By path.
    Path,
    /// By time of last change.
    Modified,
    /// By time of last access.
    Accessed,
    /// By time of creation.
    Created,
}

/// What the options say.
#[expect(clippy::struct_excessive_bools, reason = "they are options")]
pub struct Config {
    /// Patterns.
    pub patterns: Vec<String>,
    /// Where to search.
    pub paths: Vec<Vec<u8>>,
    /// The paths were not given: names are shown without `./`.
    pub implied: bool,
    /// What was already read of standard input.
    pub input: Vec<u8>,
    /// What is printed.
    pub mode: Mode,
    /// Whether case matters.
    pub case: Case,
    /// `-A`.
    pub after: usize,
    /// `-B`.
    pub before: usize,
    /// `--passthru`.
    pub passthru: bool,
    /// `-a`.
    pub text: bool,
    /// `--binary`.
    pub binary: bool,
    /// `-b`.
    pub byte_offset: bool,
    /// Colours.
    pub color: bool,
    /// `--colors`.
    pub colors: Vec<String>,
    /// `--column`.
    pub column: bool,
    /// Between groups of lines; none with `--no-context-separator`.
    pub context_separator: Option<Vec<u8>>,
    /// After path and numbers of a matching line.
    pub field_match: Vec<u8>,
    /// After path and numbers of a context line.
    pub field_context: Vec<u8>,
    /// `--crlf`.
    pub crlf: bool,
    /// `-E`.
    pub encoding: Option<String>,
    /// `-F`.
    pub fixed: bool,
    /// `--heading`.
    pub heading: bool,
    /// `--include-zero`.
    pub include_zero: bool,
    /// `-v`.
    pub invert: bool,
    /// `-n`.
    pub line_number: bool,
    /// `-x`.
    pub whole_line: bool,
    /// `-M`.
    pub max_columns: Option<u64>,
    /// `--max-columns-preview`.
    pub preview: bool,
    /// `-m`.
    pub max_count: Option<u64>,
    /// `--max-filesize`.
    pub max_size: Option<u64>,
    /// `-U`.
    pub multi_line: bool,
    /// `--multiline-dotall`.
    pub dot_all: bool,
    /// No messages about files.
    pub quiet_errors: bool,
    /// `-0`.
    pub null: bool,
    /// `--null-data`.
    pub null_data: bool,
    /// `-o`.
    pub only_matching: bool,
    /// `-P`.
    pub perl: bool,
    /// `-q`.
    pub quiet: bool,
    /// `-r`.
    pub replacement: Option<Vec<u8>>,
    /// `--sort`, `--sortr`: and whether reversed.
    pub sort: Option<(By, bool)>,
    /// `--stats`.
    pub stats: bool,
    /// `--stop-on-nonmatch`.
    pub stop_on_nonmatch: bool,
    /// `--trim`.
    pub trim: bool,
    /// Unicode in patterns.
    pub unicode: bool,
    /// `--vimgrep`.
    pub vimgrep: bool,
    /// Whether names are shown.
    pub with_name: bool,
    /// `-w`.
    pub word: bool,
    /// What to leave out.
    pub filter: Filter,
    type_changes: Vec<TypeChange>,
}

enum TypeChange {
    Add(String),
    Clear(String),
    Select(String),
    Negate(String),
}

impl Config {
    /// File types with the changes asked for.
    ///
    /// # Errors
    /// The message for a bad definition.
    pub fn types_builder(&self) -> Result<TypesBuilder, String> {
        types_builder(&self.type_changes)
    }
}

fn types_builder(changes: &[TypeChange]) -> Result<TypesBuilder, String> {
    let mut builder = TypesBuilder::new();
    builder.add_defaults();
    for change in changes {
        match change {
            TypeChange::Clear(name) => builder.clear(name),
            TypeChange::Add(definition) => {
                builder
                    .add_def(definition)
                    .map_err(|error| error.to_string())?;
                continue;
            }
            TypeChange::Select(name) => builder.select(name),
            TypeChange::Negate(name) => builder.negate(name),
        };
    }
    Ok(builder)
}

fn fail(text: &str) -> i32 {
    super::say(text)
}

fn lossy(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// Reads the command line.
///
/// # Errors
/// The exit code, after a message.
#[expect(clippy::too_many_lines, reason = "one arm for each flag")]
pub fn read(context: &Context<'_>, args: &[Vec<u8>]) -> Result<Config, i32> {
    let parsed = parse(context, args, FLAGS, Order::Permute)?;
    let terminal = sys::is_terminal(1);
    let colorful = colorful_terminal();
    let mut config = Config {
        patterns: Vec::new(),
        paths: parsed.operands,
        implied: false,
        input: Vec::new(),
        mode: Mode::Lines,
        case: Case::Sensitive,
        after: 0,
        before: 0,
        passthru: false,
        text: false,
        binary: false,
        byte_offset: false,
        color: terminal && colorful,
        colors: Vec::new(),
        column: false,
        context_separator: Some(b"--".to_vec()),
        field_match: b":".to_vec(),
        field_context: b"-".to_vec(),
        crlf: false,
        encoding: None,
        fixed: false,
        heading: terminal,
        include_zero: false,
        invert: false,
        line_number: terminal,
        whole_line: false,
        max_columns: None,
        preview: false,
        max_count: None,
        max_size: None,
        multi_line: false,
        dot_all: false,
        quiet_errors: false,
        null: false,
        null_data: false,
        only_matching: false,
        perl: false,
        quiet: false,
        replacement: None,
        sort: None,
        stats: false,
        stop_on_nonmatch: false,
        trim: false,
        unicode: true,
        vimgrep: false,
        with_name: false,
        word: false,
        filter: Filter {
            hidden: false,
            own_files: b".rgignore",
            ignore_files: true,
            git: true,
            require_git: true,
            parents: true,
            explicit: Vec::new(),
            globs: ignore::overrides::Override::empty(),
            types: ignore::types::Types::empty(),
            follow: false,
            one_device: false,
            max_depth: usize::MAX,
            sort: true,
            fold: false,
        },
        type_changes: Vec::new(),
    };
    let (mut given, mut globs, mut ignore_files) = (false, Vec::new(), Vec::new());
    let (mut unrestricted, mut fold_globs) = (0, false);
    let mut with_name = None;
    let mut use_ignore_files = true;
    for (_, long, value) in parsed.options {
        let bytes = value.unwrap_or_default();
        let number = || {
            words::number(&bytes).ok_or_else(|| {
                fail(&format!(
                    "error: Invalid value for '--{long} <NUM>': invalid digit found in string"
                ))
            })
        };
        let lines = || number().map(|n| usize::try_from(n).unwrap_or(usize::MAX));
        let filter = &mut config.filter;
        match long {
            "after-context" => config.after = lines()?,
            "before-context" => config.before = lines()?,
            "context" => {
                config.after = lines()?;
                config.before = config.after;
            }
            "binary" => config.binary = true,
            "no-binary" => config.binary = false,
            "byte-offset" => config.byte_offset = true,
            "case-sensitive" => config.case = Case::Sensitive,
            "ignore-case" => config.case = Case::Insensitive,
            "smart-case" => config.case = Case::Smart,
            "color" => {
                config.color = match bytes.as_slice() {
                    b"always" | b"ansi" => true,
                    b"never" => false,
                    b"auto" => terminal && colorful,
                    other => {
                        let text = format!(
                            "error: '{}' isn't a valid value for '--color <WHEN>'\n\t[possible values: always, ansi, auto, never]",
                            lossy(other)
                        );
                        return Err(fail(&text));
                    }
                }
            }
            "colors" => config.colors.push(lossy(&bytes)),
            "column" => config.column = true,
            "no-column" => config.column = false,
            "context-separator" => config.context_separator = Some(unescape(&bytes)),
            "no-context-separator" => config.context_separator = None,
            "field-match-separator" => config.field_match = unescape(&bytes),
            "field-context-separator" => config.field_context = unescape(&bytes),
            "count" if config.mode != Mode::CountMatches => config.mode = Mode::Count,
            "count-matches" => config.mode = Mode::CountMatches,
            "crlf" => config.crlf = true,
            "no-crlf" => config.crlf = false,
            "encoding" => config.encoding = Some(lossy(&bytes)),
            "engine" => config.perl = bytes == b"pcre2",
            "file" => {
                given = true;
                config.patterns.extend(pattern_file(&bytes)?);
            }
            "files" => config.mode = Mode::Files,
            "files-with-matches" => config.mode = Mode::WithMatch,
            "files-without-match" => config.mode = Mode::WithoutMatch,
            "fixed-strings" => config.fixed = true,
            "no-fixed-strings" => config.fixed = false,
            "follow" => filter.follow = true,
            "no-follow" => filter.follow = false,
            "glob" => globs.push((lossy(&bytes), false)),
            "iglob" => globs.push((lossy(&bytes), true)),
            "glob-case-insensitive" => fold_globs = true,
            "heading" => config.heading = true,
            "no-heading" => config.heading = false,
            "hidden" => filter.hidden = true,
            "no-hidden" => filter.hidden = false,
            "ignore-file" => ignore_files.push(bytes),
            "ignore-file-case-insensitive" => filter.fold = true,
            "include-zero" => config.include_zero = true,
            "invert-match" => config.invert = true,
            "json" => config.mode = Mode::Json,
            "no-json" if config.mode == Mode::Json => config.mode = Mode::Lines,
            "line-number" => config.line_number = true,
            "no-line-number" => config.line_number = false,
            "line-regexp" => config.whole_line = true,
            "max-columns" => config.max_columns = Some(number()?).filter(|n| *n > 0),
            "max-columns-preview" => config.preview = true,
            "max-count" => config.max_count = Some(number()?),
            "max-depth" | "maxdepth" => filter.max_depth = lines()?,
            "max-filesize" => config.max_size = Some(file_size(&bytes)?),
            "multiline" => config.multi_line = true,
            "no-multiline" => config.multi_line = false,
            "multiline-dotall" => config.dot_all = true,
            "no-filename" => with_name = Some(false),
            "with-filename" => with_name = Some(true),
            "no-ignore" => {
                (filter.ignore_files, filter.git) = (false, false);
                filter.parents = false;
            }
            "no-ignore-dot" => filter.ignore_files = false,
            "no-ignore-files" => use_ignore_files = false,
            "no-ignore-parent" => filter.parents = false,
            "no-ignore-vcs" => filter.git = false,
            "no-require-git" => filter.require_git = false,
            "no-messages" => config.quiet_errors = true,
            "no-unicode" => config.unicode = false,
            "null" => config.null = true,
            "null-data" => config.null_data = true,
            "one-file-system" => filter.one_device = true,
            "only-matching" => config.only_matching = true,
            "passthru" => config.passthru = true,
            "pcre2" => config.perl = true,
            "no-pcre2" => config.perl = false,
            "pre" if !bytes.is_empty() => return Err(fail("rg: --pre is not available here")),
            "pretty" => {
                (config.color, config.heading, config.line_number) = (colorful, true, true);
            }
            "quiet" => config.quiet = true,
            "regexp" => {
                given = true;
                config.patterns.push(pattern(&bytes)?);
            }
            "replace" => config.replacement = Some(bytes),
            "sort" | "sortr" => config.sort = sort_by(&bytes, long == "sortr")?,
            "sort-files" => config.sort = Some((By::Path, false)),
            "stats" => config.stats = true,
            "no-stats" => config.stats = false,
            "stop-on-nonmatch" => config.stop_on_nonmatch = true,
            "text" => config.text = true,
            "no-text" => config.text = false,
            "trim" => config.trim = true,
            "type" => config.type_changes.push(TypeChange::Select(lossy(&bytes))),
            "type-not" => config.type_changes.push(TypeChange::Negate(lossy(&bytes))),
            "type-add" => config.type_changes.push(TypeChange::Add(lossy(&bytes))),
            "type-clear" => config.type_changes.push(TypeChange::Clear(lossy(&bytes))),
            "type-list" => config.mode = Mode::Types,
            "unrestricted" => unrestricted += 1,
            "vimgrep" => {
                (config.vimgrep, config.column, config.line_number) = (true, true, true);
                config.heading = false;
                with_name = with_name.or(Some(true));
            }
            "word-regexp" => config.word = true,
            "version" => return Err(context.version()),
            "help" => return Err(context.help()),
            _ => {}
        }
    }
    if unrestricted > 0 {
        (config.filter.ignore_files, config.filter.git) = (false, false);
    }
    config.filter.hidden |= unrestricted > 1;
    config.binary |= unrestricted > 2;
    if matches!(config.mode, Mode::Types) {
        return Ok(config);
    }
    if !given && config.mode != Mode::Files {
        if config.paths.is_empty() {
            return Err(fail(
                "error: The following required arguments were not provided:\n    <PATTERN>\n\n\
                 USAGE:\n    \n    rg [OPTIONS] PATTERN [PATH ...]\n    \
                 rg [OPTIONS] -e PATTERN ... [PATH ...]\n    \
                 rg [OPTIONS] -f PATTERNFILE ... [PATH ...]\n    \
                 rg [OPTIONS] --files [PATH ...]\n    rg [OPTIONS] --type-list\n    \
                 command | rg [OPTIONS] PATTERN\n    rg [OPTIONS] --help\n    \
                 rg [OPTIONS] --version\n\nFor more information try --help\n",
            ));
        }
        let first = config.paths.remove(0);
        config.patterns.push(pattern(&first)?);
    }
    if config.paths.is_empty() {
        config.implied = true;
        let input = config.mode != Mode::Files && readable_input(&mut config.input);
        let path: &[u8] = if input { b"-" } else { b"./" };
        config.paths.push(path.to_vec());
    }
    let several = config.paths.len() > 1 || config.paths.iter().any(|path| is_directory(path));
    config.with_name = with_name.unwrap_or(several);
    globs_of(&mut config, &globs, fold_globs)?;
    for name in ignore_files.iter().filter(|_| use_ignore_files) {
        match sys::read_file(name) {
            Ok(text) => {
                let rules = rules::parse(b"", &text, config.filter.fold);
                config.filter.explicit.extend(rules);
            }
            Err(errno) => {
                fail(&format!("{}: {}", lossy(name), errno.message()));
            }
        }
    }
    let filtered = config
        .type_changes
        .iter()
        .any(|change| matches!(change, TypeChange::Select(_) | TypeChange::Negate(_)));
    if filtered {
        let types = config
            .types_builder()
            .and_then(|builder| builder.build().map_err(|error| error.to_string()));
        config.filter.types = types.map_err(|message| fail(&message))?;
    }
    Ok(config)
}

/// Whether the environment says that colours show.
fn colorful_terminal() -> bool {
    let plain = std::env::var_os("TERM").is_none_or(|term| term == "dumb");
    !plain && std::env::var_os("NO_COLOR").is_none()
}

fn globs_of(config: &mut Config, globs: &[(String, bool)], fold: bool) -> Result<(), i32> {
    if globs.is_empty() {
        return Ok(());
    }
    let mut builder = OverrideBuilder::new("");
    for (glob, insensitive) in globs {
        let result = builder
            .case_insensitive(*insensitive || fold)
            .and_then(|builder| builder.add(glob).map(drop));
        result.map_err(|error| fail(&error.to_string()))?;
    }
    config.filter.globs = builder.build().map_err(|error| fail(&error.to_string()))?;
    Ok(())
}

fn is_directory(path: &[u8]) -> bool {
    path != b"-" && sys::stat(path, true).is_ok_and(|stat| sys::is_dir(&stat))
}

/// Whether standard input is a file or a pipe: then it is searched by default.
/// A command that was given no input has an empty pipe here, so an empty pipe
/// does not count; `head` takes what was read to see that.
fn readable_input(head: &mut Vec<u8>) -> bool {
    let kind = sys::fstat(0).map_or(0, |stat| stat.mode & mode::TYPE);
    match kind {
        mode::REGULAR => true,
        mode::FIFO | mode::SOCKET => {
            head.resize(64 << 10, 0);
            let read = loop {
                match sys::read(0, head) {
                    Err(sys::Errno::Intr) => {}
                    read => break read.unwrap_or(0),
                }
            };
            head.truncate(read);
            read > 0
        }
        _ => false,
    }
}

fn pattern(bytes: &[u8]) -> Result<String, i32> {
    String::from_utf8(bytes.to_vec())
        .map_err(|_| fail("error: Invalid UTF-8 was detected in one or more arguments"))
}

fn pattern_file(name: &[u8]) -> Result<Vec<String>, i32> {
    let mut text = Vec::new();
    let file = match name {
        b"-" => Ok(File::stdin()),
        name => File::open(name, OpenHow::READ),
    };
    file.and_then(|file| file.read_to_end(&mut text))
        .map_err(|errno| fail(&format!("{}: {}", lossy(name), errno.message())))?;
    if text.last() == Some(&b'\n') {
        text.pop();
    } else if text.is_empty() {
        return Ok(Vec::new());
    }
    text.split(|byte| *byte == b'\n')
        .map(|line| pattern(line.strip_suffix(b"\r").unwrap_or(line)))
        .collect()
}

fn file_size(text: &[u8]) -> Result<u64, i32> {
    let (digits, factor) = match text {
        [digits @ .., b'K' | b'k'] => (digits, 1 << 10),
        [digits @ .., b'M' | b'm'] => (digits, 1 << 20),
        [digits @ .., b'G' | b'g'] => (digits, 1 << 30),
        digits => (digits, 1),
    };
    words::number(digits)
        .and_then(|number| number.checked_mul(factor))
        .ok_or_else(|| fail(&format!("error: invalid size '{}'", lossy(text))))
}

fn sort_by(text: &[u8], reverse: bool) -> Result<Option<(By, bool)>, i32> {
    let by = match text {
        b"path" => By::Path,
        b"modified" => By::Modified,
        b"accessed" => By::Accessed,
        b"created" => By::Created,
        b"none" => return Ok(None),
        other => {
            let text = format!(
                "error: '{}' isn't a valid value for '--sort <SORTBY>'\n\t[possible values: accessed, created, modified, none, path]",
                lossy(other)
            );
            return Err(fail(&text));
        }
    };
    Ok(Some((by, reverse)))
}

/// A separator with `\n`, `\t`, `\r`, `\0`, `\\` and `\xHH` replaced.
fn unescape(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    let mut rest = text;
    while let Some((&byte, tail)) = rest.split_first() {
        let (piece, length) = match (byte, tail) {
            (b'\\', [b'n', ..]) => (b'\n', 2),
            (b'\\', [b't', ..]) => (b'\t', 2),
            (b'\\', [b'r', ..]) => (b'\r', 2),
            (b'\\', [b'0', ..]) => (0, 2),
            (b'\\', [b'\\', ..]) => (b'\\', 2),
            (b'\\', [b'x', a, b, ..]) if a.is_ascii_hexdigit() && b.is_ascii_hexdigit() => {
                let digit = |d: &u8| char::from(*d).to_digit(16).unwrap_or(0);
                ((digit(a) * 16 + digit(b)) as u8, 4)
            }
            _ => (byte, 1),
        };
        out.push(piece);
        rest = &rest[length..];
    }
    out
}
