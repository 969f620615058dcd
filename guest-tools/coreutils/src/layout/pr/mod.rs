//! `pr`: files in pages, with headers and columns.

mod columns;
mod options;
mod page;

use crate::Args;
use crate::cli::{Context, Output};
use crate::sys::{self, File, OpenHow};
use crate::text::{quote, time};
use columns::Source;
use options::Settings;
use page::Pages;

/// Runs `pr`.
pub fn run(args: &Args) -> i32 {
    let context = Context::new(args, "pr", 1);
    let (settings, names) = match options::read(&context, args) {
        Ok(read) => read,
        Err(code) => return code,
    };
    let mut out = Output::stdout();
    let mut printer = Printer {
        context: &context,
        settings,
        failed: false,
    };
    let result = match names.as_slice() {
        [] => printer.print(&[], &mut out),
        names if printer.settings.parallel => printer.print(names, &mut out),
        names => names
            .iter()
            .try_for_each(|name| printer.print(std::slice::from_ref(name), &mut out)),
    };
    let failed = printer.failed;
    match result {
        Ok(()) => out.finish(&context, i32::from(failed)),
        Err(code) => out.finish(&context, code),
    }
}

struct Printer<'a> {
    context: &'a Context<'a>,
    settings: Settings,
    /// An input could not be read.
    failed: bool,
}

impl Printer<'_> {
    /// Prints one input, or several side by side.
    fn print(&mut self, names: &[Vec<u8>], out: &mut Output) -> Result<(), i32> {
        let mut settings = self.settings.clone();
        settings.parallel &= !names.is_empty();
        let mut sources = Vec::new();
        let (mut date, mut title) = (None, Vec::new());
        for name in names {
            let file = match name.as_slice() {
                b"-" => Ok(File::stdin()),
                path => File::open(path, OpenHow::READ),
            };
            let mut text = Vec::new();
            let read = file.and_then(|file| {
                if !settings.parallel && name != b"-" {
                    date = sys::fstat(file.fd()).ok().map(|stat| stat.modified_ns);
                    title = name.clone();
                }
                file.read_to_end(&mut text)
            });
            match read {
                Ok(()) => sources.push(Source::new(text)),
                Err(errno) => {
                    self.failed = true;
                    if !settings.quiet {
                        out.flush();
                        self.context.say_error(&quote::if_needed(name), errno);
                    }
                    if !settings.parallel {
                        return Ok(());
                    }
                }
            }
        }
        if names.is_empty() {
            let mut text = Vec::new();
            if let Err(errno) = File::stdin().read_to_end(&mut text) {
                self.failed = true;
                out.flush();
                self.context.say_error(b"standard input", errno);
            }
            sources.push(Source::new(text));
        }
        if sources.is_empty() {
            return Ok(());
        }
        if settings.parallel {
            settings.columns = sources.len();
        }
        let date = time::local(date.unwrap_or_else(sys::now_ns)).format(&settings.date_format);
        let title = settings.header.clone().unwrap_or(title);
        let number = settings.first_number.unwrap_or(1);
        let mut pages = Pages::new(self.context, settings, sources, (date, title), number, out)?;
        pages.print()
    }
}
