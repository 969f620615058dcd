//! Messages on standard error, with GNU's wording.

use super::getopt::{Opt, Value};
use crate::sys::{self, Errno};
use crate::table::Module;
use crate::text::quote;

/// Applets whose hint after a usage error starts with their name, as
/// diffutils' and patch's do.
const NAMED_HINTS: [&str; 5] = ["cmp", "diff", "diff3", "patch", "sdiff"];

/// Who speaks: the program as it was called, and how usage errors end.
pub struct Context<'a> {
    /// `argv[0]`.
    pub program: &'a [u8],
    /// Name of the applet.
    pub applet: &'static str,
    /// Exit code after a usage error.
    pub usage_code: i32,
    /// Whether a usage error shows the synopsis.
    pub usage_synopsis: bool,
}

impl<'a> Context<'a> {
    /// The speaker for these arguments.
    pub fn new(args: &'a [Vec<u8>], applet: &'static str, usage_code: i32) -> Context<'a> {
        Context {
            program: args.first().map_or(applet.as_bytes(), Vec::as_slice),
            applet,
            usage_code,
            usage_synopsis: false,
        }
    }

    /// Prints `program: text`.
    pub fn say(&self, text: &[u8]) {
        let line = [self.program, b": ", text, b"\n"].concat();
        write_all(2, &line);
    }

    /// Prints `program: subject: message`.
    pub fn say_error(&self, subject: &[u8], errno: Errno) {
        self.say(&[subject, b": ", errno.message().as_bytes()].concat());
    }

    /// Prints `program: before 'subject': message`, the subject quoted.
    pub fn say_quoted(&self, before: &str, subject: &[u8], errno: Errno) {
        let quoted = quote::always(subject);
        let subject = [before.as_bytes(), b" ", &quoted].concat();
        self.say_error(&subject, errno);
    }

    /// Prints a usage error; gives the exit code.
    pub fn usage(&self, text: &[u8]) -> i32 {
        if !text.is_empty() {
            self.say(text);
        }
        if self.usage_synopsis {
            write_all(2, &self.synopsis());
        }
        let hint = [b"Try '", self.program, b" --help' for more information.\n"].concat();
        if NAMED_HINTS.contains(&self.applet) {
            write_all(2, &[self.program, b": "].concat());
        }
        write_all(2, &hint);
        self.usage_code
    }

    /// Prints the synopsis; gives the exit code.
    pub fn help(&self) -> i32 {
        write_all(1, &self.synopsis());
        0
    }

    /// Prints the synopsis and the options; gives the exit code.
    pub fn help_with(&self, table: &[Opt]) -> i32 {
        let mut text = self.synopsis();
        for opt in table {
            let hidden = opt.long.starts_with('-');
            let named = matches!(opt.short, b'!'..=b'~');
            if hidden || !named && opt.long.is_empty() {
                continue;
            }
            let short = match named {
                true => format!("-{}", char::from(opt.short)),
                false => "  ".to_owned(),
            };
            let gap = if named && !opt.long.is_empty() {
                ", "
            } else {
                "  "
            };
            let (long, value) = match (opt.long, opt.value) {
                ("", Value::No) => (String::new(), ""),
                ("", Value::Required) => (String::new(), "VALUE"),
                ("", Value::Optional) => (String::new(), "[VALUE]"),
                (long, Value::No) => (format!("--{long}"), ""),
                (long, Value::Required) => (format!("--{long}"), "=VALUE"),
                (long, Value::Optional) => (format!("--{long}"), "[=VALUE]"),
            };
            let line = format!("  {short}{gap}{long}{value}");
            text.extend_from_slice(line.trim_end().as_bytes());
            text.push(b'\n');
        }
        text.extend_from_slice(b"      --help  show this and end\n");
        text.extend_from_slice(b"      --version  show the version and end\n");
        write_all(1, &text);
        0
    }

    fn synopsis(&self) -> Vec<u8> {
        let applet = Module::running().and_then(|module| module.find(self.applet.as_bytes()));
        let synopsis = applet.map_or("", |applet| applet.synopsis);
        [b"Usage: ", self.program, b" ", synopsis.as_bytes(), b"\n"].concat()
    }

    /// Prints the version; gives the exit code.
    pub fn version(&self) -> i32 {
        let text = format!(
            "{} (Wardian {}) {}\n",
            self.applet,
            Module::running().map_or("tools", |module| module.name),
            env!("CARGO_PKG_VERSION")
        );
        write_all(1, text.as_bytes());
        0
    }
}

fn write_all(fd: u32, mut text: &[u8]) {
    while !text.is_empty() {
        match sys::write(fd, text) {
            Ok(0) | Err(_) => return,
            Ok(n) => text = text.get(n..).unwrap_or_default(),
        }
    }
}
