//! The command line of `sed`.

use super::source::{Failure, Piece};
use crate::Args;
use crate::cli::{Context, Opt, Order, parse};
use crate::sys::{self, File};

const OPTIONS: &[Opt] = &[
    Opt::flag(b'n', "quiet"),
    Opt::flag(b'n', "silent"),
    Opt::flag(b'D', "debug"),
    Opt::value(b'e', "expression"),
    Opt::value(b'f', "file"),
    Opt::flag(b'F', "follow-symlinks"),
    Opt::optional(b'i', "in-place"),
    Opt::value(b'l', "line-length"),
    Opt::flag(b'p', "posix"),
    Opt::flag(b'E', "regexp-extended"),
    Opt::flag(b'r', ""),
    Opt::flag(b'S', "sandbox"),
    Opt::flag(b's', "separate"),
    Opt::flag(b'u', "unbuffered"),
    Opt::flag(b'z', "null-data"),
    Opt::flag(b'z', "zero-terminated"),
    Opt::flag(b'b', "binary"),
    Opt::flag(b'V', "version"),
];

/// What the command line says.
pub struct Options {
    pub pieces: Vec<Piece>,
    pub files: Vec<Vec<u8>>,
    pub quiet: bool,
    pub extended: bool,
    /// `--posix`: without GNU's commands and flags.
    pub posix: bool,
    /// What `POSIXLY_CORRECT` asks for too: at the end of the input, and of
    /// backslashes in brackets and a `)` that closes nothing.
    pub posix_rules: bool,
    pub separate: bool,
    pub sandbox: bool,
    /// Show the script and each step.
    pub debug: bool,
    pub unbuffered: bool,
    pub follow_symlinks: bool,
    /// Edit in place, with this suffix or pattern for the backup.
    pub in_place: Option<Vec<u8>>,
    pub line_length: u64,
    /// What ends a line.
    pub end: u8,
    pub unicode: bool,
}

/// Columns of `l` unless told.
const LINE_LENGTH: u64 = 70;

impl Options {
    /// Reads the command line.
    ///
    /// # Errors
    /// The exit code, after a message.
    pub fn new(context: &Context<'_>, args: &Args) -> Result<Options, i32> {
        let parsed = parse(context, args, OPTIONS, Order::Permute)?;
        let mut options = Options {
            pieces: Vec::new(),
            files: parsed.operands,
            quiet: false,
            extended: false,
            posix: false,
            posix_rules: std::env::var_os("POSIXLY_CORRECT").is_some(),
            separate: false,
            sandbox: false,
            debug: false,
            unbuffered: false,
            follow_symlinks: false,
            in_place: None,
            line_length: LINE_LENGTH,
            end: b'\n',
            unicode: crate::text::utf8_locale(),
        };
        for (letter, _, value) in parsed.options {
            let value = value.unwrap_or_default();
            match letter {
                b'n' => options.quiet = true,
                b'e' => options.pieces.push(Piece {
                    text: value,
                    file: None,
                }),
                b'f' => {
                    let text = read_script(context, &value)?;
                    let file = Some(value);
                    options.pieces.push(Piece { text, file });
                }
                b'F' => options.follow_symlinks = true,
                b'i' => {
                    options.separate = true;
                    options.in_place = Some(value);
                }
                b'l' => {
                    let text = String::from_utf8_lossy(&value).into_owned();
                    options.line_length = text.trim().parse().unwrap_or(0);
                }
                b'p' => (options.posix, options.posix_rules) = (true, true),
                b'E' | b'r' => options.extended = true,
                b's' => options.separate = true,
                b'S' => options.sandbox = true,
                b'D' => options.debug = true,
                b'u' => options.unbuffered = true,
                b'z' => options.end = 0,
                b'V' => return Err(version()),
                // `--binary` changes nothing here.
                _ => {}
            }
        }
        if options.pieces.is_empty() {
            if options.files.is_empty() {
                return Err(context.usage(b""));
            }
            options.pieces.push(Piece {
                text: options.files.remove(0),
                file: None,
            });
        }
        if options.in_place.is_some() && options.files.is_empty() {
            context.say(b"no input files");
            return Err(super::run::PANIC);
        }
        Ok(options)
    }
}

/// Scripts ask the version whether this is GNU's `sed`; it behaves as that one.
fn version() -> i32 {
    let text = concat!(
        "sed (GNU sed) 4.9\nBehaviour of that version, by Wardian ",
        env!("CARGO_PKG_VERSION"),
        "\n"
    );
    let mut out = crate::cli::Output::stdout();
    out.put(text.as_bytes());
    out.flush();
    0
}

fn read_script(context: &Context<'_>, name: &[u8]) -> Result<Vec<u8>, i32> {
    let mut text = Vec::new();
    let read = match name {
        b"-" | b"/dev/stdin" => File::stdin().read_to_end(&mut text),
        path => sys::read_file(path).map(|read| text = read),
    };
    match read {
        Ok(()) => Ok(text),
        Err(errno) => {
            let subject = [b"couldn't open file ", name].concat();
            context.say_error(&subject, errno);
            Err(super::run::PANIC)
        }
    }
}

/// Says what is wrong with the script; gives the exit code.
pub fn say_failure(context: &Context<'_>, failure: &Failure) -> i32 {
    context.say(&failure.0);
    failure.1
}
