//! The command line of `fd`.

use super::command::Template;
use super::conditions::{Conditions, Owner, Size, point_in_time};
use super::fail;
use super::pattern::{Kind, Pattern};
use crate::process;
use crate::walk::filtered::Filter;
use crate::walk::rules;
use crate::words;
use ignore::overrides::{Override, OverrideBuilder};
use ignore::types::Types;
use wardian_applet::cli::{Context, Opt, Order, parse};
use wardian_applet::sys;

const OPTIONS: &[Opt] = &[
    Opt::flag(b'H', "hidden"),
    Opt::flag(0, "no-hidden"),
    Opt::flag(b'I', "no-ignore"),
    Opt::flag(0, "ignore"),
    Opt::flag(0, "no-ignore-vcs"),
    Opt::flag(0, "ignore-vcs"),
    Opt::flag(0, "no-require-git"),
    Opt::flag(0, "no-ignore-parent"),
    Opt::flag(0, "no-global-ignore-file"),
    Opt::flag(b'u', "unrestricted"),
    Opt::flag(b's', "case-sensitive"),
    Opt::flag(b'i', "ignore-case"),
    Opt::flag(b'g', "glob"),
    Opt::flag(0, "regex"),
    Opt::flag(b'F', "fixed-strings"),
    Opt::flag(0, "literal"),
    Opt::value(0, "and"),
    Opt::flag(b'a', "absolute-path"),
    Opt::flag(0, "relative-path"),
    Opt::flag(b'l', "list-details"),
    Opt::flag(b'L', "follow"),
    Opt::flag(0, "no-follow"),
    Opt::flag(b'p', "full-path"),
    Opt::flag(b'0', "print0"),
    Opt::value(b'd', "max-depth"),
    Opt::value(0, "maxdepth"),
    Opt::value(0, "min-depth"),
    Opt::value(0, "exact-depth"),
    Opt::flag(0, "prune"),
    Opt::value(b't', "type"),
    Opt::value(b'e', "extension"),
    Opt::value(b'S', "size"),
    Opt::value(0, "changed-within"),
    Opt::value(0, "change-newer-than"),
    Opt::value(0, "newer"),
    Opt::value(0, "changed-before"),
    Opt::value(0, "change-older-than"),
    Opt::value(0, "older"),
    Opt::value(b'o', "owner"),
    Opt::value(0, "batch-size"),
    Opt::value(b'E', "exclude"),
    Opt::value(0, "ignore-file"),
    Opt::value(b'c', "color"),
    Opt::value(b'j', "threads"),
    Opt::value(0, "max-buffer-time"),
    Opt::value(0, "max-results"),
    Opt::flag(b'1', "max-one-result"),
    Opt::flag(b'q', "quiet"),
    Opt::flag(0, "has-results"),
    Opt::flag(0, "show-errors"),
    Opt::value(0, "base-directory"),
    Opt::value(0, "path-separator"),
    Opt::value(0, "search-path"),
    Opt::flag(0, "strip-cwd-prefix"),
    Opt::flag(0, "one-file-system"),
    Opt::flag(b'h', "help"),
    Opt::flag(b'V', "version"),
];

/// What is done with what was found.
pub enum Run {
    /// It is printed.
    Nothing,
    /// `-x`.
    Each(Vec<Template>),
    /// `-X`.
    Many(Vec<Template>),
}

/// What the options say.
#[expect(clippy::struct_excessive_bools, reason = "they are options")]
pub struct Config {
    /// Patterns of names.
    pub pattern: Pattern,
    /// Where to search.
    pub paths: Vec<Vec<u8>>,
    /// The paths were not given.
    pub implied: bool,
    /// What to leave out.
    pub filter: Filter,
    /// Conditions beside the name.
    pub conditions: Conditions,
    /// What is done.
    pub run: Run,
    /// `-a`.
    pub absolute: bool,
    /// `-p`.
    pub full_path: bool,
    /// `-0`.
    pub null: bool,
    /// `--min-depth`.
    pub min_depth: usize,
    /// `--prune`.
    pub prune: bool,
    /// `--max-results`.
    pub max_results: Option<usize>,
    /// `-q`.
    pub quiet: bool,
    /// `--show-errors`.
    pub show_errors: bool,
    /// `--batch-size`.
    pub batch_size: usize,
    strip: bool,
    extensions: Vec<Vec<u8>>,
}

impl Config {
    /// Whether a leading `./` is taken off.
    pub fn strips(&self) -> bool {
        self.strip || (!self.null && matches!(self.run, Run::Nothing))
    }

    /// Whether the name ends with one of the extensions, if any are given.
    pub fn has_extension(&self, name: &[u8]) -> bool {
        self.extensions.is_empty()
            || self.extensions.iter().any(|end| {
                let start = name.len().checked_sub(end.len() + 1);
                start.is_some_and(|start| {
                    start > 0 && name[start] == b'.' && name[start + 1..].eq_ignore_ascii_case(end)
                })
            })
    }
}

/// Takes `-x` and `-X` with their commands out of the arguments.
fn commands(args: &[Vec<u8>]) -> (Vec<Vec<u8>>, Vec<Template>, Vec<Template>) {
    let (mut plain, mut each, mut many) = (Vec::new(), Vec::new(), Vec::new());
    let mut rest = args.iter();
    while let Some(arg) = rest.next() {
        let (target, first) = match arg.as_slice() {
            b"--" => {
                plain.push(arg.clone());
                plain.extend(rest.by_ref().cloned());
                break;
            }
            b"-x" | b"--exec" => (&mut each, None),
            b"-X" | b"--exec-batch" => (&mut many, None),
            // A cluster such as `-Hx`.
            [b'-', flags @ .., last @ (b'x' | b'X')]
                if !flags.is_empty()
                    && flags.iter().all(|flag| b"HIusigFalLp0q1".contains(flag)) =>
            {
                plain.push([b"-".as_slice(), flags].concat());
                (if *last == b'x' { &mut each } else { &mut many }, None)
            }
            other => match other.strip_prefix(b"--exec=") {
                Some(word) => (&mut each, Some(word.to_vec())),
                None => {
                    plain.push(arg.clone());
                    continue;
                }
            },
        };
        let mut words: Vec<Vec<u8>> = first.into_iter().collect();
        for word in rest.by_ref() {
            if word == b";" {
                break;
            }
            words.push(word.clone());
        }
        target.push(Template::new(&words));
    }
    (plain, each, many)
}

fn text(bytes: Option<Vec<u8>>) -> String {
    String::from_utf8_lossy(&bytes.unwrap_or_default()).into_owned()
}

fn usage(message: &str) -> i32 {
    let line = format!("error: {message}\n\nFor more information try '--help'\n");
    let _ = sys::write(2, line.as_bytes());
    2
}

/// Reads the command line.
///
/// # Errors
/// The exit code, after a message.
#[expect(clippy::too_many_lines, reason = "one arm for each option")]
pub fn read(context: &Context<'_>, args: &[Vec<u8>]) -> Result<Config, i32> {
    let (plain, each, many) = commands(args);
    let parsed = parse(context, &plain, OPTIONS, Order::Permute)?;
    let mut filter = Filter {
        hidden: false,
        own_files: b".fdignore",
        ignore_files: true,
        git: true,
        require_git: true,
        parents: true,
        explicit: Vec::new(),
        globs: Override::empty(),
        types: Types::empty(),
        follow: false,
        one_device: false,
        max_depth: usize::MAX,
        sort: true,
        fold: false,
    };
    let (mut kind, mut fold) = (Kind::Regex, None);
    let (mut patterns, mut extensions, mut excludes) = (Vec::new(), Vec::new(), Vec::new());
    let (mut search_paths, mut ignore_files) = (Vec::new(), Vec::new());
    let mut conditions = Conditions::default();
    let (mut absolute, mut details, mut full_path, mut null) = (false, false, false, false);
    let (mut min_depth, mut prune, mut max_results, mut quiet) = (0, false, None, false);
    let (mut show_errors, mut strip, mut batch_size) = (false, false, 0);
    let now = sys::now_ns();
    for (_, long, value) in parsed.options {
        let number = |value: &Option<Vec<u8>>, name: &str| {
            let bytes = value.as_deref().unwrap_or_default();
            let number = words::number(bytes).and_then(|n| usize::try_from(n).ok());
            number.ok_or_else(|| {
                let shown = String::from_utf8_lossy(bytes);
                usage(&format!(
                    "Invalid value '{shown}' for '--{name} <depth>': invalid digit found in string"
                ))
            })
        };
        match long {
            "hidden" => filter.hidden = true,
            "no-hidden" => filter.hidden = false,
            "no-ignore" => {
                (filter.ignore_files, filter.git, filter.parents) = (false, false, false);
            }
            "ignore" => (filter.ignore_files, filter.git, filter.parents) = (true, true, true),
            "no-ignore-vcs" => filter.git = false,
            "ignore-vcs" => filter.git = true,
            "no-require-git" => filter.require_git = false,
            "no-ignore-parent" => filter.parents = false,
            "unrestricted" => {
                (filter.ignore_files, filter.git, filter.parents) = (false, false, false);
                filter.hidden = true;
            }
            "case-sensitive" => fold = Some(false),
            "ignore-case" => fold = Some(true),
            "glob" => kind = Kind::Glob,
            "regex" => kind = Kind::Regex,
            "fixed-strings" | "literal" => kind = Kind::Fixed,
            "and" => patterns.push(text(value)),
            "absolute-path" => absolute = true,
            "relative-path" => absolute = false,
            "list-details" => details = true,
            "follow" => filter.follow = true,
            "no-follow" => filter.follow = false,
            "full-path" => full_path = true,
            "print0" => null = true,
            "max-depth" | "maxdepth" => filter.max_depth = number(&value, "max-depth")?,
            "min-depth" => min_depth = number(&value, long)?,
            "exact-depth" => {
                min_depth = number(&value, long)?;
                filter.max_depth = min_depth;
            }
            "prune" => prune = true,
            "type" => {
                let name = text(value);
                if !conditions.add_kind(&name) {
                    return Err(usage(&format!(
                        "'{name}' isn't a valid value for '--type <filetype>'\n  [possible \
                         values: file, directory, symlink, executable, empty, socket, pipe]"
                    )));
                }
            }
            "extension" => {
                let end = value.unwrap_or_default();
                extensions.push(end.strip_prefix(b".").unwrap_or(&end).to_vec());
            }
            "size" => {
                let given = text(value);
                match Size::parse(&given) {
                    Some(size) => conditions.sizes.push(size),
                    None => {
                        return Err(fail(&format!(
                            "'{given}' is not a valid size constraint. See 'fd --help'."
                        )));
                    }
                }
            }
            "changed-within" | "change-newer-than" | "newer" => {
                conditions.since = Some(time(&text(value), now)?);
            }
            "changed-before" | "change-older-than" | "older" => {
                conditions.until = Some(time(&text(value), now)?);
            }
            "owner" => {
                let owner = Owner::parse(&text(value));
                conditions.owner = Some(owner.map_err(|message| fail(&message))?);
            }
            "batch-size" => batch_size = number(&value, long)?,
            "exclude" => excludes.push(text(value)),
            "ignore-file" => ignore_files.extend(value),
            "max-results" => max_results = Some(number(&value, long)?).filter(|n| *n > 0),
            "max-one-result" => max_results = Some(1),
            "quiet" | "has-results" => quiet = true,
            "show-errors" => show_errors = true,
            "base-directory" => {
                let directory = value.unwrap_or_default();
                if process::change_directory(&directory).is_err() {
                    let shown = String::from_utf8_lossy(&directory);
                    return Err(fail(&format!(
                        "The '--base-directory' path '{shown}' is not a directory."
                    )));
                }
            }
            "search-path" => search_paths.extend(value),
            "strip-cwd-prefix" => strip = true,
            "one-file-system" => filter.one_device = true,
            "help" => return Err(context.help()),
            "version" => return Err(context.version()),
            _ => {}
        }
    }
    let mut operands = parsed.operands.into_iter();
    if search_paths.is_empty() || operands.len() > 0 {
        let first = operands.next().unwrap_or_default();
        if search_paths.is_empty() || operands.len() == 0 {
            let first = String::from_utf8(first)
                .map_err(|_| fail("The search pattern includes invalid UTF-8 sequences."))?;
            patterns.insert(0, first);
        }
    }
    let mut paths: Vec<Vec<u8>> = match search_paths.is_empty() {
        true => operands.collect(),
        false => search_paths,
    };
    check_pattern(&patterns, full_path)?;
    let implied = paths.is_empty();
    paths.retain(|path| {
        let directory = sys::stat(path, true).is_ok_and(|stat| sys::is_dir(&stat));
        if !directory {
            let shown = String::from_utf8_lossy(path);
            fail(&format!("Search path '{shown}' is not a directory."));
        }
        directory
    });
    if paths.is_empty() {
        if !implied {
            return Err(fail("No valid search paths given."));
        }
        paths.push(b".".to_vec());
    }
    filter.globs = exclusions(&excludes)?;
    for name in ignore_files {
        if let Ok(rules) = sys::read_file(&name) {
            filter.explicit.extend(rules::parse(b"", &rules, false));
        }
    }
    let pattern = Pattern::new(&patterns, kind, fold).map_err(|message| fail(&message))?;
    let run = if !many.is_empty() {
        if many.iter().any(|template| template.places() > 1) {
            return Err(usage("Only one placeholder allowed for batch commands"));
        }
        Run::Many(many)
    } else if !each.is_empty() {
        Run::Each(each)
    } else if details {
        let words = ["ls", "-l", "-h", "-d", "--color=never"];
        Run::Many(vec![Template::new(
            &words.map(|word| word.as_bytes().to_vec()),
        )])
    } else {
        Run::Nothing
    };
    Ok(Config {
        pattern,
        paths,
        implied,
        filter,
        conditions,
        run,
        absolute,
        full_path,
        null,
        min_depth,
        prune,
        max_results,
        quiet,
        show_errors,
        batch_size,
        strip,
        extensions,
    })
}

fn time(given: &str, now: u64) -> Result<u64, i32> {
    point_in_time(given, now).ok_or_else(|| {
        fail(&format!(
            "'{given}' is not a valid date or duration. See 'fd --help'."
        ))
    })
}

/// A pattern that is a path would never match a name.
fn check_pattern(patterns: &[String], full_path: bool) -> Result<(), i32> {
    let pattern = patterns.first().map_or("", String::as_str);
    let directory = || sys::stat(pattern.as_bytes(), true).is_ok_and(|stat| sys::is_dir(&stat));
    if full_path || !pattern.contains('/') || !directory() {
        return Ok(());
    }
    Err(fail(&format!(
        "The search pattern '{pattern}' contains a path-separation character ('/') and will not \
         lead to any search results.\n\nIf you want to search for all files inside the \
         '{pattern}' directory, use a match-all pattern:\n\n  fd . '{pattern}'\n\nInstead, if you \
         want your pattern to match the full file path, use:\n\n  fd --full-path '{pattern}'"
    )))
}

fn exclusions(globs: &[String]) -> Result<Override, i32> {
    if globs.is_empty() {
        return Ok(Override::empty());
    }
    let mut builder = OverrideBuilder::new("");
    for glob in globs {
        if let Err(error) = builder.add(&format!("!{glob}")) {
            return Err(fail(&format!("Malformed exclude pattern: {error}")));
        }
    }
    builder
        .build()
        .map_err(|_| fail("Mismatch in exclude patterns"))
}
