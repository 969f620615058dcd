//! The command line of `patch`.

use super::header::Form;
use wardian_applet::Args;
use wardian_applet::cli::{Context, Opt, Order, parse};

static OPTIONS: &[Opt] = &[
    Opt::value(b'B', "prefix"),
    Opt::value(b'D', "ifdef"),
    Opt::flag(b'E', "remove-empty-files"),
    Opt::value(b'F', "fuzz"),
    Opt::flag(b'N', "forward"),
    Opt::flag(b'R', "reverse"),
    Opt::flag(b'T', "set-time"),
    Opt::value(b'V', "version-control"),
    Opt::value(b'Y', "basename-prefix"),
    Opt::flag(b'Z', "set-utc"),
    Opt::flag(b'b', "backup"),
    Opt::flag(b'c', "context"),
    Opt::value(b'd', "directory"),
    Opt::flag(b'e', "ed"),
    Opt::flag(b'f', "force"),
    Opt::value(b'g', "get"),
    Opt::value(b'i', "input"),
    Opt::flag(b'l', "ignore-whitespace"),
    Opt::flag(b'n', "normal"),
    Opt::value(b'o', "output"),
    Opt::value(b'p', "strip"),
    Opt::value(b'r', "reject-file"),
    Opt::flag(b's', "quiet"),
    Opt::flag(b's', "silent"),
    Opt::flag(b't', "batch"),
    Opt::flag(b'u', "unified"),
    Opt::flag(b'v', "version"),
    Opt::value(b'x', "debug"),
    Opt::value(b'z', "suffix"),
    Opt::flag(0, "dry-run"),
    Opt::flag(0, "verbose"),
    Opt::flag(0, "binary"),
    Opt::flag(0, "backup-if-mismatch"),
    Opt::flag(0, "no-backup-if-mismatch"),
    Opt::flag(0, "posix"),
    Opt::value(0, "quoting-style"),
    Opt::value(0, "reject-format"),
    Opt::value(0, "read-only"),
    Opt::flag(0, "follow-symlinks"),
];

/// The options and operands.
pub struct Config {
    pub strip: Option<usize>,
    pub reverse: bool,
    pub forward: bool,
    pub force: bool,
    pub batch: bool,
    pub dry_run: bool,
    pub quiet: bool,
    pub verbose: bool,
    pub binary: bool,
    pub loose: bool,
    pub remove_empty: bool,
    pub backup: bool,
    pub backup_if_mismatch: bool,
    pub backup_prefix: Vec<u8>,
    pub backup_suffix: Vec<u8>,
    pub fuzz: usize,
    /// Directory to work in, with a slash; empty: this one.
    pub root: Vec<u8>,
    pub input: Option<Vec<u8>>,
    pub output: Option<Vec<u8>>,
    pub reject_file: Option<Vec<u8>>,
    pub reject_unified: Option<bool>,
    pub file: Option<Vec<u8>>,
    pub form: Option<Form>,
    /// Changes are put between `#ifdef` and its kin with this name (`-D`).
    pub define: Option<Vec<u8>>,
}

/// Reads the arguments.
///
/// # Errors
/// The exit code, after a message or help.
pub fn read(context: &Context<'_>, args: &Args) -> Result<Config, i32> {
    let parsed = parse(context, args, OPTIONS, Order::Permute)?;
    let mut config = Config {
        strip: None,
        reverse: false,
        forward: false,
        force: false,
        batch: false,
        dry_run: false,
        quiet: false,
        verbose: false,
        binary: false,
        loose: false,
        remove_empty: false,
        backup: false,
        backup_if_mismatch: true,
        backup_prefix: Vec::new(),
        backup_suffix: b".orig".to_vec(),
        fuzz: 2,
        root: Vec::new(),
        input: None,
        output: None,
        reject_file: None,
        reject_unified: None,
        file: None,
        form: None,
        define: None,
    };
    let fatal = |text: &[u8]| {
        context.say(&[b"**** ".as_slice(), text].concat());
        2
    };
    let number = |what: &str, value: &[u8]| {
        let parsed = std::str::from_utf8(value)
            .ok()
            .and_then(|text| text.parse().ok());
        parsed.ok_or_else(|| fatal(&[what.as_bytes(), b" ", value, b" is not a number"].concat()))
    };
    for (letter, long, value) in parsed.options {
        let value = value.unwrap_or_default();
        match (letter, long) {
            (b'B', _) => {
                config.backup_prefix = value;
                if config.backup_suffix == b".orig" {
                    config.backup_suffix.clear();
                }
            }
            (b'D', _) => config.define = Some(value),
            (b'E', _) => config.remove_empty = true,
            (b'F', _) => config.fuzz = number("fuzz factor", &value)?,
            (b'N', _) => config.forward = true,
            (b'R', _) => config.reverse = true,
            (b'b', _) => config.backup = true,
            (b'c', _) => config.form = Some(Form::Context),
            (b'd', _) => config.root = value,
            (b'e', _) => config.form = Some(Form::Ed),
            (b'f', _) => config.force = true,
            (b'i', _) => config.input = Some(value),
            (b'l', _) => config.loose = true,
            (b'n', _) => config.form = Some(Form::Normal),
            (b'o', _) => config.output = Some(value),
            (b'p', _) => config.strip = Some(number("strip count", &value)?),
            (b'r', _) => config.reject_file = Some(value),
            (b's', _) => config.quiet = true,
            (b't', _) => config.batch = true,
            (b'u', _) => config.form = Some(Form::Unified),
            (b'v', _) => return Err(context.version()),
            (b'z', _) => config.backup_suffix = value,
            (_, "dry-run") => config.dry_run = true,
            (_, "verbose") => config.verbose = true,
            (_, "binary") => config.binary = true,
            (_, "backup-if-mismatch") => config.backup_if_mismatch = true,
            (_, "no-backup-if-mismatch" | "posix") => config.backup_if_mismatch = false,
            (_, "reject-format") => config.reject_unified = Some(value == b"unified"),
            _ => {}
        }
    }
    let mut operands = parsed.operands.into_iter();
    config.file = operands.next();
    if let Some(input) = operands.next() {
        config.input = Some(input);
    }
    if let Some(extra) = operands.next() {
        return Err(context.usage(&[&extra[..], b": extra operand"].concat()));
    }
    Ok(config)
}
