//! `tree`, with the output of version 2.1.

mod color;
mod entry;
mod listing;
mod markup;
mod options;
mod plain;
mod sort;

use entry::Entry;
use listing::Lister;
use options::{Config, Form};
use wardian_applet::Args;
use wardian_applet::cli::{Context, Output};
use wardian_applet::sys::{self, OpenHow};

/// What was seen, for the last line.
#[derive(Default)]
struct Totals {
    directories: u64,
    files: u64,
    bytes: u64,
}

impl Totals {
    fn count(&mut self, entry: &Entry) {
        if entry.leads_to_directory() {
            self.directories += 1;
        } else {
            self.files += 1;
        }
        self.bytes += entry.size();
    }
}

/// Runs `tree`.
pub fn run(args: &Args) -> i32 {
    let context = Context::new(args, "tree", 1);
    let config = match options::read(&context, args) {
        Ok(config) => config,
        Err(code) => return code,
    };
    let mut out = Output::stdout();
    if let Some(name) = &config.output {
        match sys::open(name, OpenHow::CREATE) {
            Ok(fd) => out = Output::new(fd),
            Err(_) => {
                context.say(&[b"invalid filename '".as_slice(), name, b"'"].concat());
                return 1;
            }
        }
    }
    let mut lister = Lister::new(&config);
    let mut totals = Totals::default();
    match config.form {
        Form::Plain => plain::print(&config, &mut lister, &mut totals, &mut out),
        Form::Json | Form::Xml => markup::print(&config, &mut lister, &mut totals, &mut out),
    }
    let code = if lister.failed() { 2 } else { 0 };
    out.finish(&context, code)
}

/// The size in eleven columns, or for people in four, after a blank.
fn size_text(config: &Config, bytes: u64) -> String {
    let base: u64 = match (config.human, config.si) {
        (_, true) => 1000,
        (true, _) => 1024,
        _ => return format!(" {bytes:11}"),
    };
    if bytes < base {
        return format!(" {bytes:4}");
    }
    let letters: &[u8] = if config.si { b"kMGTPEZY" } else { b"KMGTPEZY" };
    let (mut size, mut power) = (bytes, 0);
    while size >= base * base {
        size /= base;
        power += 1;
    }
    let letter = char::from(letters[power]);
    let value = size as f64 / base as f64;
    if size / base >= 10 {
        format!(" {value:3.0}{letter}")
    } else {
        format!(" {value:3.1}{letter}")
    }
}
