//! `ed`: the line editor, as GNU's.

mod address;
mod buffer;
mod command;
mod cursor;
mod file;
mod global;
mod substitute;

use buffer::Buffer;
use cursor::{Cursor, Input};
use std::rc::Rc;
use substitute::Template;
use wardian_applet::Args;
use wardian_applet::cli::{Context, Opt, Order, Output, parse};
use wardian_applet::sys::{self, mode};

static OPTIONS: &[Opt] = &[
    Opt::flag(b'E', "extended-regexp"),
    Opt::flag(b'G', "traditional"),
    Opt::flag(b'V', "version"),
    Opt::flag(b'h', "help"),
    Opt::flag(b'l', "loose-exit-status"),
    Opt::value(b'p', "prompt"),
    Opt::flag(b'q', "quiet"),
    Opt::flag(b'q', "silent"),
    Opt::flag(b'r', "restricted"),
    Opt::flag(b's', "script"),
    Opt::flag(b'v', "verbose"),
    Opt::flag(0, "strip-trailing-cr"),
];

/// Exit code if the end comes while changes are not written.
const LOST_CHANGES: i32 = 2;

/// Why a command did not succeed.
enum Stop {
    /// An error, with its text.
    Error(Vec<u8>),
    /// Changes would be lost; asking again means it.
    Modified,
    /// The end.
    Quit,
}

type Done<T = ()> = Result<T, Stop>;

fn error<T>(text: &str) -> Done<T> {
    Err(Stop::Error(text.as_bytes().to_vec()))
}

fn bad_address<T>() -> Done<T> {
    error("Invalid address")
}

/// The whole state of an editor.
struct Editor {
    buffer: Buffer,
    input: Input,
    out: Output,
    extended: bool,
    traditional: bool,
    loose: bool,
    restricted: bool,
    scripted: bool,
    quiet: bool,
    verbose: bool,
    strip_cr: bool,
    prompt: Option<Vec<u8>>,
    prompt_text: Vec<u8>,
    /// The last error, for `h`.
    message: Vec<u8>,
    filename: Vec<u8>,
    /// Text with NUL bytes keeps a missing newline at its end.
    binary: bool,
    newline_missing: bool,
    shell_command: Vec<u8>,
    regex: Option<address::Shared>,
    template: Option<Rc<Template>>,
    substitution: substitute::Last,
    /// Lines that `z` shows.
    window: usize,
    global_command: Option<Vec<u8>>,
    /// Whether the last command only warned of changes.
    warned: bool,
}

/// Runs `ed`.
pub fn run(args: &Args) -> i32 {
    let context = Context::new(args, "ed", 1);
    let parsed = match parse(&context, args, OPTIONS, Order::Permute) {
        Ok(parsed) => parsed,
        Err(code) => return code,
    };
    let mut editor = Editor {
        buffer: Buffer::default(),
        input: Input::default(),
        out: Output::stdout(),
        extended: false,
        traditional: false,
        loose: false,
        restricted: args.first().is_some_and(|name| name.ends_with(b"red")),
        scripted: false,
        quiet: false,
        verbose: false,
        strip_cr: false,
        prompt: None,
        prompt_text: b"*".to_vec(),
        message: Vec::new(),
        filename: Vec::new(),
        binary: false,
        newline_missing: false,
        shell_command: Vec::new(),
        regex: None,
        template: None,
        substitution: substitute::Last::default(),
        window: 22,
        global_command: None,
        warned: false,
    };
    for (letter, _, value) in parsed.options {
        match letter {
            b'E' => editor.extended = true,
            b'G' => editor.traditional = true,
            b'V' => return context.version(),
            b'h' => return context.help(),
            b'l' => editor.loose = true,
            b'p' => {
                editor.prompt_text = value.unwrap_or_default();
                editor.prompt = Some(editor.prompt_text.clone());
            }
            b'q' => editor.quiet = true,
            b'r' => editor.restricted = true,
            b's' => editor.scripted = true,
            b'v' => editor.verbose = true,
            _ => editor.strip_cr = true,
        }
    }
    let code = editor.run(parsed.operands.first());
    editor.out.finish(&context, code)
}

impl Editor {
    fn run(&mut self, file: Option<&Vec<u8>>) -> i32 {
        let mut code = 0;
        if let Some(file) = file {
            match self.start(file) {
                Ok(()) => {}
                Err(Stop::Error(text)) => {
                    self.complain(text);
                    if self.is_file_input() {
                        return LOST_CHANGES;
                    }
                }
                Err(_) => return 1,
            }
        }
        loop {
            if let Some(prompt) = &self.prompt {
                self.out.put(prompt);
            }
            let Some(line) = self.input.line(&mut self.out) else {
                if !self.buffer.modified || self.warned {
                    return code;
                }
                self.complain(b"Warning: buffer modified".to_vec());
                return if self.loose { 0 } else { LOST_CHANGES };
            };
            let outcome = self.execute(&mut Cursor::new(line), None);
            self.warned = matches!(outcome, Err(Stop::Modified));
            let text = match outcome {
                Ok(()) => continue,
                Err(Stop::Quit) => return code,
                Err(Stop::Modified) => b"Warning: buffer modified".to_vec(),
                Err(Stop::Error(text)) => text,
            };
            self.complain(text);
            if self.is_file_input() {
                return 1;
            }
            if !self.loose {
                code = 1;
            }
        }
    }

    fn start(&mut self, file: &[u8]) -> Done {
        if !file.starts_with(b"!") {
            self.check_name(file)?;
            self.filename = file.to_vec();
        }
        let read = self.read_file(file, 0);
        self.buffer.modified = false;
        self.buffer.end_undo();
        match read {
            // A file that is yet to be written.
            Err(Stop::Error(text)) if text == b"Cannot open input file" => {
                self.message = text;
                Ok(())
            }
            other => other.map(drop),
        }
    }

    /// Shows that something is wrong, and what if that is wanted.
    fn complain(&mut self, text: Vec<u8>) {
        self.out.put(b"?\n");
        self.message = text;
        if self.verbose {
            if self.is_file_input() {
                let place = format!("script, line {}: ", self.input.count);
                self.out.put(place.as_bytes());
            }
            self.out.put(&self.message);
            self.out.put_byte(b'\n');
        }
    }

    /// Whether commands come from a file, which ends with the first error.
    fn is_file_input(&self) -> bool {
        sys::fstat(0).is_ok_and(|stat| stat.mode & mode::TYPE == mode::REGULAR)
    }
}
