//! The command line of `tree`.

use super::sort::Order;
use crate::fnmatch::Pattern;
use crate::words;
use wardian_applet::cli::{Context, Output};
use wardian_applet::sys;
use wardian_applet::text::utf8_locale;

const USAGE: &str = "\
usage: tree [-acdfghilnpqrstuvxACDFJQNSUX] [-L level [-R]] [-o filename]
\t[-P pattern] [-I pattern] [--gitignore] [--matchdirs] [--metafirst]
\t[--ignore-case] [--inodes] [--device] [--sort[=]<name>] [--dirsfirst]
\t[--filesfirst] [--filelimit #] [--si] [--du] [--prune] [--charset[=]X]
\t[--timefmt[=]format] [--fromfile] [--noreport] [--version] [--help] [--]
\t[directory ...]
";

/// What is printed.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// Lines.
    Plain,
    /// `-J`.
    Json,
    /// `-X`.
    Xml,
}

/// Characters of the lines.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Lines {
    /// `|--`.
    Ascii,
    /// Box drawing.
    Unicode,
    /// `-A`.
    Ansi,
    /// `-S`: code page 437.
    Console,
}

/// A name pattern with its alternatives.
pub struct Names {
    alternatives: Vec<(Pattern, bool)>,
}

impl Names {
    fn new(text: &[u8], fold: bool) -> Names {
        let pattern = |part: &[u8]| {
            let directory = part.len() > 1 && part.ends_with(b"/");
            let part = &part[..part.len() - usize::from(directory)];
            (Pattern::new(part, fold), directory)
        };
        Names {
            alternatives: text.split(|byte| *byte == b'|').map(pattern).collect(),
        }
    }

    /// Whether a name matches.
    pub fn matches(&self, name: &[u8], directory: bool) -> bool {
        self.alternatives
            .iter()
            .any(|(pattern, only)| (directory || !only) && pattern.matches(name))
    }
}

/// What the options say.
#[expect(clippy::struct_excessive_bools, reason = "they are options")]
pub struct Config {
    /// Starting points.
    pub roots: Vec<Vec<u8>>,
    /// Form of the output.
    pub form: Form,
    /// `-a`.
    pub all: bool,
    /// `-d`.
    pub directories_only: bool,
    /// `-l`.
    pub follow: bool,
    /// `-f`.
    pub full_path: bool,
    /// `-i`.
    pub no_lines: bool,
    /// `-x`.
    pub one_device: bool,
    /// `-L`.
    pub level: usize,
    /// `-P`, any of which has to match.
    pub wanted: Vec<Names>,
    /// `-I`.
    pub unwanted: Vec<Names>,
    /// `--matchdirs`.
    pub match_directories: bool,
    /// `--prune`.
    pub prune: bool,
    /// `--filelimit`.
    pub file_limit: Option<usize>,
    /// `--gitignore`.
    pub git_ignore: bool,
    /// `--fromfile`.
    pub from_file: bool,
    /// `-q`.
    pub question_marks: bool,
    /// `-N`.
    pub literal: bool,
    /// `-Q`.
    pub quote: bool,
    /// `-p`.
    pub permissions: bool,
    /// `-u`.
    pub user: bool,
    /// `-g`.
    pub group: bool,
    /// `-s`.
    pub size: bool,
    /// `-h`.
    pub human: bool,
    /// `--si`.
    pub si: bool,
    /// `--du`.
    pub usage: bool,
    /// `-D`.
    pub date: bool,
    /// `-c`: the date is that of the last change of status.
    pub changed: bool,
    /// `--timefmt`.
    pub time_format: Option<Vec<u8>>,
    /// `-F`.
    pub classify: bool,
    /// `--inodes`.
    pub inode: bool,
    /// `--device`.
    pub device: bool,
    /// Order of names.
    pub order: Order,
    /// `-r`.
    pub reverse: bool,
    /// `--dirsfirst`: 1; `--filesfirst`: -1.
    pub directories_first: i32,
    /// `--metafirst`.
    pub details_first: bool,
    /// `--noreport`.
    pub no_report: bool,
    /// `-C`, or a terminal.
    pub color: bool,
    /// Characters of the lines.
    pub lines: Lines,
    /// `-o`.
    pub output: Option<Vec<u8>>,
}

impl Config {
    fn new() -> Config {
        Config {
            roots: Vec::new(),
            form: Form::Plain,
            all: false,
            directories_only: false,
            follow: false,
            full_path: false,
            no_lines: false,
            one_device: false,
            level: usize::MAX,
            wanted: Vec::new(),
            unwanted: Vec::new(),
            match_directories: false,
            prune: false,
            file_limit: None,
            git_ignore: false,
            from_file: false,
            question_marks: false,
            literal: false,
            quote: false,
            permissions: false,
            user: false,
            group: false,
            size: false,
            human: false,
            si: false,
            usage: false,
            date: false,
            changed: false,
            time_format: None,
            classify: false,
            inode: false,
            device: false,
            order: Order::Name,
            reverse: false,
            directories_first: 0,
            details_first: false,
            no_report: false,
            color: sys::is_terminal(1) && std::env::var_os("NO_COLOR").is_none(),
            lines: if utf8_locale() {
                Lines::Unicode
            } else {
                Lines::Ascii
            },
            output: None,
        }
    }

    /// Whether status is needed beyond the type.
    pub fn needs_status(&self) -> bool {
        self.permissions
            || self.user
            || self.group
            || self.size
            || self.usage
            || self.date
            || self.inode
            || self.device
            || self.classify
            || self.color
            || self.follow
            || self.one_device
            || !matches!(self.order, Order::Name | Order::Version | Order::None)
    }
}

struct Reader<'a, 'c> {
    context: &'a Context<'c>,
    config: Config,
    rest: std::slice::Iter<'a, Vec<u8>>,
    wanted: Vec<Vec<u8>>,
    unwanted: Vec<Vec<u8>>,
    fold: bool,
}

/// Reads the command line.
///
/// # Errors
/// The exit code, after a message.
pub fn read(context: &Context<'_>, args: &[Vec<u8>]) -> Result<Config, i32> {
    let mut reader = Reader {
        context,
        config: Config::new(),
        rest: args.get(1..).unwrap_or_default().iter(),
        wanted: Vec::new(),
        unwanted: Vec::new(),
        fold: false,
    };
    while let Some(arg) = reader.rest.next() {
        match arg.as_slice() {
            b"--" => {
                let rest = reader.rest.as_slice();
                reader.config.roots.extend_from_slice(rest);
                break;
            }
            [b'-', b'-', name @ ..] => reader.long(name)?,
            [b'-', letters @ ..] if !letters.is_empty() => {
                for (index, letter) in letters.iter().enumerate() {
                    if *letter == b'L'
                        && let Some(digits @ [b'0'..=b'9', ..]) = letters.get(index + 1..)
                    {
                        reader.level(digits)?;
                        break;
                    }
                    reader.short(*letter)?;
                }
            }
            _ => reader.config.roots.push(arg.clone()),
        }
    }
    let Reader {
        mut config,
        wanted,
        unwanted,
        fold,
        ..
    } = reader;
    let compile = |texts: Vec<Vec<u8>>| texts.iter().map(|text| Names::new(text, fold)).collect();
    config.wanted = compile(wanted);
    config.unwanted = compile(unwanted);
    if config.roots.is_empty() {
        config.roots.push(b".".to_vec());
    }
    if config.full_path {
        for root in &mut config.roots {
            while root.len() > 1 && root.ends_with(b"/") {
                root.pop();
            }
        }
    }
    if config.human || config.si {
        config.size = true;
    }
    if config.usage {
        config.size = true;
    }
    Ok(config)
}

impl Reader<'_, '_> {
    fn fail<T>(&self, text: &str) -> Result<T, i32> {
        self.context.say(text.as_bytes());
        Err(1)
    }

    fn value(&mut self, option: &str) -> Result<Vec<u8>, i32> {
        match self.rest.next() {
            Some(value) => Ok(value.clone()),
            None => self.fail(&format!("Missing argument to {option} option.")),
        }
    }

    fn level(&mut self, text: &[u8]) -> Result<(), i32> {
        match words::number(text).filter(|level| *level > 0) {
            Some(level) => {
                self.config.level = usize::try_from(level).unwrap_or(usize::MAX);
                Ok(())
            }
            None => self.fail("Invalid level, must be greater than 0."),
        }
    }

    fn short(&mut self, letter: u8) -> Result<(), i32> {
        let config = &mut self.config;
        match letter {
            b'a' => config.all = true,
            b'd' => config.directories_only = true,
            b'l' => config.follow = true,
            b'f' => config.full_path = true,
            b'i' => config.no_lines = true,
            b'x' => config.one_device = true,
            b'R' => {}
            b'q' => config.question_marks = true,
            b'N' => config.literal = true,
            b'Q' => config.quote = true,
            b'p' => config.permissions = true,
            b'u' => config.user = true,
            b'g' => config.group = true,
            b's' => config.size = true,
            b'h' => config.human = true,
            b'D' => config.date = true,
            b'F' => config.classify = true,
            b'v' => config.order = Order::Version,
            b't' => config.order = Order::Modified,
            b'c' => (config.order, config.changed) = (Order::Changed, true),
            b'U' => config.order = Order::None,
            b'r' => config.reverse = true,
            b'A' => config.lines = Lines::Ansi,
            b'S' => config.lines = Lines::Console,
            b'n' => config.color = false,
            b'C' => config.color = true,
            b'X' => config.form = Form::Xml,
            b'J' => config.form = Form::Json,
            b'L' => {
                let value = self.value("-L")?;
                self.level(&value)?;
            }
            b'P' => {
                let value = self.value("-P")?;
                self.wanted.push(value);
            }
            b'I' => {
                let value = self.value("-I")?;
                self.unwanted.push(value);
            }
            b'o' => self.config.output = Some(self.value("-o")?),
            _ => {
                let text = format!("Invalid argument -`{}'.", char::from(letter));
                self.context.say(text.as_bytes());
                let _ = sys::write(2, USAGE.as_bytes());
                return Err(1);
            }
        }
        Ok(())
    }

    fn long(&mut self, text: &[u8]) -> Result<(), i32> {
        let (name, given) = match text.iter().position(|byte| *byte == b'=') {
            Some(at) => (&text[..at], Some(text[at + 1..].to_vec())),
            None => (text, None),
        };
        let config = &mut self.config;
        match name {
            b"matchdirs" => config.match_directories = true,
            b"metafirst" => config.details_first = true,
            b"ignore-case" => self.fold = true,
            b"gitignore" => config.git_ignore = true,
            b"prune" => config.prune = true,
            b"noreport" => config.no_report = true,
            b"si" => config.si = true,
            b"du" => config.usage = true,
            b"inodes" => config.inode = true,
            b"device" => config.device = true,
            b"dirsfirst" => config.directories_first = 1,
            b"filesfirst" => config.directories_first = -1,
            b"fromfile" => config.from_file = true,
            b"fflinks" | b"nolinks" | b"info" => {}
            b"help" => {
                let mut out = Output::stdout();
                out.put(USAGE.as_bytes());
                return Err(out.finish(self.context, 0));
            }
            b"version" => return Err(self.context.version()),
            b"filelimit" | b"charset" | b"timefmt" | b"sort" => {
                let option = format!("--{}", String::from_utf8_lossy(name));
                let value = match given {
                    Some(value) => value,
                    None => self.value(&option)?,
                };
                self.named(name, value)?;
            }
            _ => {
                let shown = String::from_utf8_lossy(text);
                self.context
                    .say(format!("Invalid argument `--{shown}'.").as_bytes());
                let _ = sys::write(2, USAGE.as_bytes());
                return Err(1);
            }
        }
        Ok(())
    }

    fn named(&mut self, name: &[u8], value: Vec<u8>) -> Result<(), i32> {
        let config = &mut self.config;
        match name {
            b"filelimit" => {
                config.file_limit = words::number(&value)
                    .and_then(|limit| usize::try_from(limit).ok())
                    .filter(|limit| *limit > 0);
            }
            b"charset" => {
                let unicode = value.to_ascii_lowercase().starts_with(b"utf");
                config.lines = if unicode {
                    Lines::Unicode
                } else {
                    Lines::Ascii
                };
            }
            b"timefmt" => {
                config.time_format = Some(value);
                config.date = true;
            }
            _ => {
                config.order = match value.as_slice() {
                    b"name" => Order::Name,
                    b"version" => Order::Version,
                    b"size" => Order::Size,
                    b"mtime" => Order::Modified,
                    b"ctime" => Order::Changed,
                    b"none" => Order::None,
                    _ => {
                        let shown = String::from_utf8_lossy(&value);
                        return self.fail(&format!(
                            "sort type '{shown}' not valid, should be one of: \
                             name,version,size,mtime,ctime,none"
                        ));
                    }
                };
            }
        }
        Ok(())
    }
}
