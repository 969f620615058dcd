//! unzip: lists, tests and extracts.

mod list;
mod member;

use super::archive::{self, Member};
pub use list::percent;
use wardian_applet::cli::Output;
use wardian_applet::sys::{File, OpenHow, is_dir};
use wardian_applet::text::glob;
use wardian_applet::{Args, sys};

#[derive(Clone, Copy, PartialEq, Eq)]
enum Action {
    Extract,
    List,
    Verbose,
    Test,
    Pipe,
    Show,
    Names,
}

struct Unzip {
    action: Action,
    quiet: u32,
    overwrite: Option<bool>,
    junk: bool,
    lower: bool,
    dir: Option<Vec<u8>>,
    wanted: Vec<Vec<u8>>,
    unwanted: Vec<Vec<u8>>,
    output: Output,
    /// Symbolic links to make at the end.
    links: Vec<(Vec<u8>, Vec<u8>)>,
    directories: Vec<(Vec<u8>, u32, i64)>,
    code: i32,
}

fn error(text: &[u8]) {
    let mut err = Output::new(2);
    err.put(text);
    err.flush();
}

/// Runs unzip.
pub fn unzip(args: &Args) -> i32 {
    let mut this = Unzip {
        action: Action::Extract,
        quiet: 0,
        overwrite: None,
        junk: false,
        lower: false,
        dir: None,
        wanted: Vec::new(),
        unwanted: Vec::new(),
        output: Output::stdout(),
        links: Vec::new(),
        directories: Vec::new(),
        code: 0,
    };
    let mut path = None;
    let mut excluding = false;
    let mut rest = args.iter().skip(1);
    while let Some(arg) = rest.next() {
        let option = arg.len() > 1 && arg[0] == b'-';
        if !option {
            match (&path, excluding) {
                (None, _) => path = Some(arg.clone()),
                (_, true) => this.unwanted.push(arg.clone()),
                _ => this.wanted.push(arg.clone()),
            }
            continue;
        }
        let mut letters = arg[1..].iter();
        while let Some(letter) = letters.next() {
            match letter {
                b'l' => this.action = Action::List,
                b'v' => this.action = Action::Verbose,
                b't' => this.action = Action::Test,
                b'p' => this.action = Action::Pipe,
                b'c' => this.action = Action::Show,
                b'Z' | b'1' => this.action = Action::Names,
                b'q' => this.quiet += 1,
                b'o' => this.overwrite = Some(true),
                b'n' => this.overwrite = Some(false),
                b'j' => this.junk = true,
                b'L' => this.lower = true,
                b'x' => excluding = true,
                b'd' => {
                    let glued: Vec<u8> = letters.by_ref().copied().collect();
                    this.dir = if glued.is_empty() {
                        rest.next().cloned()
                    } else {
                        Some(glued)
                    };
                    excluding = false;
                }
                b'P' => {
                    error(b"unzip:  encrypted members are not supported\n");
                    return 81;
                }
                b'h' => {
                    usage();
                    return 0;
                }
                _ => {}
            }
        }
    }
    match path {
        Some(path) => this.run(&path),
        None if this.action == Action::Verbose => {
            let mut output = Output::stdout();
            output.put(b"UnZip 6.00 (Wardian)\n");
            output.flush();
            0
        }
        None => {
            usage();
            i32::from(args.len() > 1) * 10
        }
    }
}

fn usage() {
    let mut output = Output::stdout();
    output.put(b"UnZip 6.00 (Wardian)\n\nUsage: unzip [-lvtpcqonjx] file[.zip] [list] [-x xlist] [-d exdir]\n");
    output.flush();
}

impl Unzip {
    fn run(&mut self, given: &[u8]) -> i32 {
        let mut path = given.to_vec();
        if !sys::stat(&path, true).is_ok_and(|stat| !is_dir(&stat)) {
            path.extend_from_slice(b".zip");
        }
        let shown = String::from_utf8_lossy(given).into_owned();
        let Ok(file) = File::open(&path, OpenHow::READ) else {
            error(
                format!("unzip:  cannot find or open {shown}, {shown}.zip or {shown}.ZIP.\n")
                    .as_bytes(),
            );
            return 9;
        };
        let members = archive::members(&file).unwrap_or(None);
        let quiet_listing = matches!(self.action, Action::Pipe | Action::Names);
        if self.quiet == 0 && !quiet_listing
            || (self.quiet == 1 && matches!(self.action, Action::List | Action::Verbose))
        {
            self.output
                .put(&[b"Archive:  ", path.as_slice(), b"\n"].concat());
        }
        let Some(members) = members else {
            self.output.flush();
            error(
                format!(
                    "  End-of-central-directory signature not found.  Either this file is not\n  \
                     a zipfile, or it constitutes one disk of a multi-part archive.  In the\n  \
                     latter case the central directory and zipfile comment will be found on\n  \
                     the last disk(s) of this archive.\n\
                     unzip:  cannot find zipfile directory in one of {shown} or\n        \
                     {shown}.zip, and cannot find {shown}.ZIP, period.\n"
                )
                .as_bytes(),
            );
            return 9;
        };
        let mut found = vec![false; self.wanted.len()];
        let chosen: Vec<&Member> = members
            .iter()
            .filter(|member| {
                let mut any = self.wanted.is_empty();
                for (pattern, found) in self.wanted.iter().zip(&mut found) {
                    if glob::matches(pattern, &member.name) {
                        *found = true;
                        any = true;
                    }
                }
                any && !self.unwanted.iter().any(|p| glob::matches(p, &member.name))
            })
            .collect();
        match self.action {
            Action::List => self.list(&chosen),
            Action::Verbose => self.list_long(&chosen),
            Action::Names => {
                for member in &chosen {
                    self.output.put(&[&member.name, b"\n".as_slice()].concat());
                }
            }
            _ => {
                for member in &chosen {
                    if !self.member(&path, member) {
                        break;
                    }
                }
                self.finish();
                if self.action == Action::Test && self.quiet < 2 {
                    let text = match self.code {
                        0 => format!(
                            "No errors detected in compressed data of {}.\n",
                            String::from_utf8_lossy(&path)
                        ),
                        _ => "At least one error was detected.\n".to_owned(),
                    };
                    self.output.put(text.as_bytes());
                }
            }
        }
        self.output.flush();
        for (pattern, found) in self.wanted.iter().zip(found) {
            if !found {
                if !matches!(self.action, Action::List | Action::Verbose) {
                    error(
                        &[
                            b"caution: filename not matched:  ",
                            pattern.as_slice(),
                            b"\n",
                        ]
                        .concat(),
                    );
                }
                self.code = 11;
            }
        }
        self.code
    }

    fn say(&mut self, text: &[u8]) {
        if self.quiet == 0 {
            self.output.put(text);
        }
    }

    fn bad(&mut self, text: &[u8]) {
        self.output.put(text);
        self.code = self.code.max(2);
    }
}
