//! tar's command line, in its old and new styles.

use super::header::Dialect;
use super::names::{Pattern, Transform};
use crate::codec::Format;
use wardian_applet::cli::Context;
use wardian_applet::sys;

/// What to do.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Action {
    /// `-c`
    Create,
    /// `-x`
    Extract,
    /// `-t`
    List,
    /// `-r`
    Append,
    /// `-u`
    Update,
}

/// A name to work on, with the directory that `-C` gave.
pub struct Operand {
    /// Directory, if one was given.
    pub dir: Option<Vec<u8>>,
    /// The name.
    pub name: Vec<u8>,
}

/// All options.
pub struct Options {
    pub action: Action,
    pub file: Option<Vec<u8>>,
    pub format: Option<Format>,
    pub auto: bool,
    pub dialect: Dialect,
    pub verbose: u32,
    pub full_time: bool,
    pub operands: Vec<Operand>,
    pub dir: Option<Vec<u8>>,
    pub excludes: Vec<Pattern>,
    pub strip: usize,
    pub transforms: Vec<Transform>,
    pub to_stdout: bool,
    pub keep_old: bool,
    pub skip_old: bool,
    /// Existing files are written into.
    pub overwrite: bool,
    pub keep_newer: bool,
    pub permissions: Option<bool>,
    pub same_owner: Option<bool>,
    pub touch: bool,
    pub follow: bool,
    pub hard_follow: bool,
    pub absolute: bool,
    pub numeric: bool,
    pub recurse: bool,
    pub sort: bool,
    pub wildcards: bool,
    pub owner: Option<(Vec<u8>, Option<u32>)>,
    pub group: Option<(Vec<u8>, Option<u32>)>,
    pub mode: Option<Vec<u8>>,
    pub mtime: Option<i128>,
    pub newer: Option<i128>,
    pub remove: bool,
    pub show_transformed: bool,
    pub exclude_vcs: bool,
    pub occurrence: bool,
    pub level: Option<u32>,
    pub ignore_failed: bool,
}

/// Long names, the letter they stand for (upper codes: none), whether a value follows.
const LONG: &[(&str, u8, bool)] = &[
    ("create", b'c', false),
    ("extract", b'x', false),
    ("get", b'x', false),
    ("list", b't', false),
    ("append", b'r', false),
    ("update", b'u', false),
    ("gzip", b'z', false),
    ("gunzip", b'z', false),
    ("ungzip", b'z', false),
    ("bzip2", b'j', false),
    ("xz", b'J', false),
    ("lzma", 1, false),
    ("zstd", 2, false),
    ("auto-compress", b'a', false),
    ("file", b'f', true),
    ("directory", b'C', true),
    ("verbose", b'v', false),
    ("preserve-permissions", b'p', false),
    ("same-permissions", b'p', false),
    ("no-same-permissions", 3, false),
    ("exclude", 4, true),
    ("exclude-from", b'X', true),
    ("strip-components", 5, true),
    ("transform", 6, true),
    ("xform", 6, true),
    ("files-from", b'T', true),
    ("null", 7, false),
    ("to-stdout", b'O', false),
    ("keep-old-files", b'k', false),
    ("skip-old-files", 8, false),
    ("overwrite", 9, false),
    ("keep-newer-files", 10, false),
    ("dereference", b'h', false),
    ("owner", 11, true),
    ("group", 12, true),
    ("mode", 13, true),
    ("mtime", 14, true),
    ("sort", 15, true),
    ("numeric-owner", 16, false),
    ("no-recursion", 17, false),
    ("recursion", 18, false),
    ("wildcards", 19, false),
    ("no-wildcards", 20, false),
    ("format", b'H', true),
    ("posix", 21, false),
    ("old-archive", b'o', false),
    ("portability", b'o', false),
    ("absolute-names", b'P', false),
    ("same-owner", 22, false),
    ("no-same-owner", 23, false),
    ("touch", b'm', false),
    ("full-time", 24, false),
    ("remove-files", 25, false),
    ("show-transformed-names", 26, false),
    ("exclude-vcs", 27, false),
    ("no-auto-compress", 28, false),
    ("sparse", b'S', false),
    ("hard-dereference", 29, false),
    ("newer", b'N', true),
    ("after-date", b'N', true),
    ("newer-mtime", b'N', true),
    ("use-compress-program", b'I', true),
    ("anchored", 30, false),
    ("no-anchored", 30, false),
    ("wildcards-match-slash", 30, false),
    ("no-wildcards-match-slash", 30, false),
    ("warning", 31, true),
    ("no-overwrite-dir", 30, false),
    ("overwrite-dir", 30, false),
    ("unlink-first", b'U', false),
    ("recursive-unlink", 30, false),
    ("blocking-factor", b'b', true),
    ("record-size", 31, true),
    ("totals", 30, false),
    ("checkpoint", 30, false),
    ("one-file-system", 30, false),
    ("ignore-zeros", b'i', false),
    ("read-full-records", b'B', false),
    ("no-ignore-case", 30, false),
    ("no-xattrs", 30, false),
    ("xattrs", 30, false),
    ("acls", 30, false),
    ("no-acls", 30, false),
    ("selinux", 30, false),
    ("no-selinux", 30, false),
    ("delay-directory-restore", 30, false),
    ("pax-option", 31, true),
    ("no-null", 30, false),
    ("verbatim-files-from", 30, false),
    ("quoting-style", 31, true),
    ("atime-preserve", 30, false),
    ("force-local", 30, false),
    ("utc", 30, false),
    ("ignore-failed-read", 32, false),
    ("occurrence", 33, false),
    ("exclude-caches", 30, false),
    ("exclude-ignore", 31, true),
    ("exclude-backups", 30, false),
    ("add-file", 34, true),
    ("help", 35, false),
    ("version", 36, false),
    ("usage", 35, false),
    ("clamp-mtime", 30, false),
    ("block-number", b'R', false),
    ("no-seek", 30, false),
    ("seek", 30, false),
    ("suffix", 31, true),
    ("backup", 30, false),
];

/// Letters that take a value.
const WITH_VALUE: &[u8] = b"fCXTHNIbLKFVg";
const LETTERS: &[u8] = b"cxtruzjJavpXTOkhHoPmSNIfCUbBiRwlnZ";

/// Reads the command line.
///
/// # Errors
/// The exit code, after a message.
pub fn read(args: &[Vec<u8>], context: &Context<'_>) -> Result<Options, i32> {
    let mut reader = Reader {
        context,
        action: None,
        dir: None,
        null: false,
        wildcards: true,
        names_from: Vec::new(),
        options: Options {
            action: Action::List,
            file: None,
            format: None,
            auto: false,
            dialect: Dialect::Gnu,
            verbose: 0,
            full_time: false,
            operands: Vec::new(),
            dir: None,
            excludes: Vec::new(),
            strip: 0,
            transforms: Vec::new(),
            to_stdout: false,
            keep_old: false,
            skip_old: false,
            overwrite: false,
            keep_newer: false,
            permissions: None,
            same_owner: None,
            touch: false,
            follow: false,
            hard_follow: false,
            absolute: false,
            numeric: false,
            recurse: true,
            sort: false,
            wildcards: false,
            owner: None,
            group: None,
            mode: None,
            mtime: None,
            newer: None,
            remove: false,
            show_transformed: false,
            exclude_vcs: false,
            occurrence: false,
            level: None,
            ignore_failed: false,
        },
    };
    let mut rest = args.iter().skip(1).cloned().peekable();
    if let Some(first) = rest.peek()
        && !first.starts_with(b"-")
        && !first.is_empty()
    {
        let letters = rest.next().unwrap_or_default();
        for letter in letters {
            let value = match WITH_VALUE.contains(&letter) {
                true => Some(rest.next().ok_or_else(|| {
                    let text = format!("Old option '{}' requires an argument.", char::from(letter));
                    reader.usage(text.as_bytes())
                })?),
                false => None,
            };
            reader.option(letter, value)?;
        }
    }
    let mut only_operands = false;
    while let Some(arg) = rest.next() {
        if only_operands || arg.len() < 2 || arg[0] != b'-' {
            reader.operand(arg);
        } else if arg == b"--" {
            only_operands = true;
        } else if let Some(name) = arg.strip_prefix(b"--") {
            let (name, given) = match name.iter().position(|b| *b == b'=') {
                Some(at) => (&name[..at], Some(name[at + 1..].to_vec())),
                None => (name, None),
            };
            let exact = LONG.iter().find(|(long, ..)| long.as_bytes() == name);
            let found = exact.or_else(|| {
                let mut like = LONG
                    .iter()
                    .filter(|(long, ..)| long.as_bytes().starts_with(name));
                like.next()
                    .filter(|first| like.all(|other| other.1 == first.1))
            });
            let Some((long, code, takes)) = found else {
                let text = [b"unrecognized option '".as_slice(), &arg, b"'"].concat();
                return Err(reader.misused(&text));
            };
            let value = match (takes, given) {
                (true, None) => match rest.next() {
                    Some(value) => Some(value),
                    None => {
                        let text = format!("option '--{long}' requires an argument");
                        return Err(reader.misused(text.as_bytes()));
                    }
                },
                (_, given) => given,
            };
            reader.option(*code, value)?;
        } else {
            let mut at = 1;
            while at < arg.len() {
                let letter = arg[at];
                at += 1;
                let value = match WITH_VALUE.contains(&letter) {
                    true if at < arg.len() => {
                        let value = arg[at..].to_vec();
                        at = arg.len();
                        Some(value)
                    }
                    true => match rest.next() {
                        Some(value) => Some(value),
                        None => {
                            let text =
                                format!("option requires an argument -- '{}'", char::from(letter));
                            return Err(reader.misused(text.as_bytes()));
                        }
                    },
                    false => None,
                };
                reader.option(letter, value)?;
            }
        }
    }
    reader.finish()
}

struct Reader<'a> {
    context: &'a Context<'a>,
    action: Option<Action>,
    dir: Option<Vec<u8>>,
    null: bool,
    wildcards: bool,
    names_from: Vec<(Vec<u8>, bool, Option<Vec<u8>>)>,
    options: Options,
}

impl Reader<'_> {
    /// An option that is none, or lacks its value.
    fn misused(&self, text: &[u8]) -> i32 {
        self.usage(text);
        64
    }

    fn usage(&self, text: &[u8]) -> i32 {
        let mut err = wardian_applet::cli::Output::new(2);
        if !text.is_empty() {
            err.put(&[b"tar: ", text, b"\n"].concat());
        }
        err.put(b"Try 'tar --help' or 'tar --usage' for more information.\n");
        err.flush();
        2
    }

    fn fatal(&self, text: &str) -> i32 {
        self.context.say(text.as_bytes());
        self.context.say(b"Error is not recoverable: exiting now");
        2
    }

    fn operand(&mut self, name: Vec<u8>) {
        let dir = self.dir.clone();
        self.options.operands.push(Operand { dir, name });
    }

    fn action(&mut self, action: Action) -> Result<(), i32> {
        if self.action.is_some_and(|before| before != action) {
            return Err(self.usage(b"You may not specify more than one '-Acdtrux', '--delete' or  '--test-label' option"));
        }
        self.action = Some(action);
        Ok(())
    }

    fn option(&mut self, code: u8, value: Option<Vec<u8>>) -> Result<(), i32> {
        let text = value.unwrap_or_default();
        let shown = String::from_utf8_lossy(&text).into_owned();
        let options = &mut self.options;
        match code {
            b'c' => return self.action(Action::Create),
            b'x' => return self.action(Action::Extract),
            b't' => return self.action(Action::List),
            b'r' => return self.action(Action::Append),
            b'u' => return self.action(Action::Update),
            b'z' => options.format = Some(Format::Gzip),
            b'j' => options.format = Some(Format::Bzip2),
            b'J' => options.format = Some(Format::Xz),
            1 => options.format = Some(Format::Lzma),
            2 => options.format = Some(Format::Zstd),
            b'a' => options.auto = true,
            28 => options.auto = false,
            b'f' => options.file = Some(text),
            b'v' => options.verbose += 1,
            b'p' => options.permissions = Some(true),
            3 => options.permissions = Some(false),
            b'C' => {
                let dir = match &self.dir {
                    Some(before) if !text.starts_with(b"/") => {
                        [before.as_slice(), b"/", &text].concat()
                    }
                    _ => text,
                };
                self.dir = Some(dir);
            }
            4 => options.excludes.push(Pattern {
                text,
                wild: self.wildcards,
            }),
            b'X' => {
                let bytes = sys::read_file(&text).map_err(|errno| {
                    self.fatal(&format!("{shown}: Cannot open: {}", errno.message()))
                })?;
                for line in bytes.split(|b| *b == b'\n').filter(|line| !line.is_empty()) {
                    let (text, wild) = (line.to_vec(), self.wildcards);
                    self.options.excludes.push(Pattern { text, wild });
                }
            }
            5 => {
                let count = shown.trim().parse();
                self.options.strip = count.map_err(|_| {
                    self.usage(format!("Invalid number of elements: {shown}").as_bytes())
                })?;
            }
            6 => match Transform::parse(&text) {
                Some(all) => options.transforms.extend(all),
                None => return Err(self.fatal(&format!("Invalid transform expression: {shown}"))),
            },
            b'T' => self.names_from.push((text, self.null, self.dir.clone())),
            7 => {
                self.null = true;
                self.names_from.iter_mut().for_each(|from| from.1 = true);
            }
            b'O' => options.to_stdout = true,
            b'k' => options.keep_old = true,
            8 => options.skip_old = true,
            9 => (options.overwrite, options.keep_old) = (true, false),
            b'U' => options.keep_old = false,
            10 => options.keep_newer = true,
            b'h' => options.follow = true,
            29 => options.hard_follow = true,
            11 => options.owner = Some(id_pair(&text)),
            12 => options.group = Some(id_pair(&text)),
            13 => options.mode = Some(text),
            14 | b'N' => {
                let time = date(&text)
                    .ok_or_else(|| self.fatal(&format!("Invalid date format '{shown}'")))?;
                match code {
                    14 => self.options.mtime = Some(time),
                    _ => self.options.newer = Some(time),
                }
            }
            15 => options.sort = matches!(text.as_slice(), b"name" | b"inode"),
            16 => options.numeric = true,
            17 | b'n' => options.recurse = code == b'n',
            18 => options.recurse = true,
            19 => (options.wildcards, self.wildcards) = (true, true),
            20 => (options.wildcards, self.wildcards) = (false, false),
            b'H' => {
                options.dialect = match text.as_slice() {
                    b"gnu" | b"oldgnu" => Dialect::Gnu,
                    b"ustar" | b"v7" => Dialect::Ustar,
                    b"pax" | b"posix" => Dialect::Pax,
                    _ => return Err(self.fatal(&format!("{shown}: Invalid archive format"))),
                };
            }
            21 => options.dialect = Dialect::Pax,
            b'o' | 23 => options.same_owner = Some(false),
            22 => options.same_owner = Some(true),
            b'P' => options.absolute = true,
            b'm' => options.touch = true,
            24 => options.full_time = true,
            25 => options.remove = true,
            26 => options.show_transformed = true,
            27 => options.exclude_vcs = true,
            33 => options.occurrence = true,
            32 => options.ignore_failed = true,
            b'I' => {
                let program = shown
                    .split_whitespace()
                    .next()
                    .unwrap_or_default()
                    .to_owned();
                options.level = shown
                    .split_whitespace()
                    .filter_map(|word| word.strip_prefix('-')?.parse().ok())
                    .next_back();
                options.format = Some(match program.rsplit('/').next().unwrap_or_default() {
                    "gzip" | "pigz" => Format::Gzip,
                    "bzip2" | "pbzip2" | "lbzip2" => Format::Bzip2,
                    "xz" | "pixz" => Format::Xz,
                    "lzma" => Format::Lzma,
                    "zstd" | "zstdmt" => Format::Zstd,
                    _ => {
                        return Err(self.fatal(&format!(
                            "{program}: Cannot exec: No such file or directory"
                        )));
                    }
                });
            }
            34 => self.operand(text),
            35 => {
                let _ = self.context.help();
                return Err(0);
            }
            36 => {
                let mut output = wardian_applet::cli::Output::stdout();
                output.put(b"tar (GNU tar) 1.34\n");
                output.flush();
                return Err(0);
            }
            30 | 31 => {}
            letter if LETTERS.contains(&letter) => {}
            letter => {
                let text = [b"invalid option -- '".as_slice(), &[letter], b"'"].concat();
                return Err(self.misused(&text));
            }
        }
        Ok(())
    }

    fn finish(mut self) -> Result<Options, i32> {
        let Some(action) = self.action else {
            return Err(self.usage(
                b"You must specify one of the '-Acdtrux', '--delete' or '--test-label' options",
            ));
        };
        for (file, null, dir) in std::mem::take(&mut self.names_from) {
            let shown = String::from_utf8_lossy(&file).into_owned();
            let bytes = if file == b"-" {
                let mut out = Vec::new();
                sys::File::stdin().read_to_end(&mut out).map(|()| out)
            } else {
                sys::read_file(&file)
            };
            let bytes = bytes.map_err(|errno| {
                self.fatal(&format!("{shown}: Cannot open: {}", errno.message()))
                    .max(2)
            })?;
            let end = if null { 0 } else { b'\n' };
            let mut dir = dir;
            let mut lines = bytes.split(|b| *b == end).filter(|line| !line.is_empty());
            while let Some(line) = lines.next() {
                if !null && line == b"-C" {
                    dir = lines.next().map(<[u8]>::to_vec);
                    continue;
                }
                let name = line.to_vec();
                self.options.operands.push(Operand {
                    dir: dir.clone(),
                    name,
                });
            }
            if self.options.operands.is_empty() && action == Action::Create {
                self.options.recurse = true;
                self.options.ignore_failed = true;
            }
        }
        self.options.action = action;
        self.options.dir = self.dir.clone();
        if action == Action::Create
            && self.options.operands.is_empty()
            && !self.options.ignore_failed
        {
            return Err(self.usage(b"Cowardly refusing to create an empty archive"));
        }
        Ok(self.options)
    }
}

fn id_pair(text: &[u8]) -> (Vec<u8>, Option<u32>) {
    let shown = String::from_utf8_lossy(text);
    if let Some((name, id)) = shown.split_once(':') {
        return (name.as_bytes().to_vec(), id.parse().ok());
    }
    match shown.trim_start_matches('+').parse() {
        Ok(id) => (Vec::new(), Some(id)),
        Err(_) => (text.to_vec(), None),
    }
}

/// A date as `--mtime` takes it.
fn date(text: &[u8]) -> Option<i128> {
    if text.starts_with(b"/") || text.starts_with(b".") {
        return sys::stat(text, true)
            .ok()
            .map(|stat| i128::from(stat.modified_ns));
    }
    if let Some(seconds) = text.strip_prefix(b"@") {
        let seconds: f64 = std::str::from_utf8(seconds).ok()?.parse().ok()?;
        return Some((seconds * 1e9) as i128);
    }
    wardian_applet::text::date::parse_date(text, sys::now_ns()).map(i128::from)
}
