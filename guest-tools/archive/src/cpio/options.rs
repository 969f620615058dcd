//! The command line of `cpio`.

use super::Format;
use wardian_applet::Args;
use wardian_applet::cli::{Context, Opt, Order, parse};

#[rustfmt::skip]
static OPTIONS: &[Opt] = &[
    Opt::flag(b'o', "create"), Opt::flag(b'i', "extract"), Opt::flag(b'p', "pass-through"), Opt::flag(b't', "list"),
    Opt::flag(b'0', "null"), Opt::flag(b'A', "append"), Opt::flag(b'B', ""), Opt::value(b'C', "io-size"),
    Opt::value(b'D', "directory"), Opt::value(b'E', "pattern-file"), Opt::value(b'F', "file"), Opt::value(b'H', "format"),
    Opt::value(b'I', ""), Opt::flag(b'L', "dereference"), Opt::value(b'M', "message"), Opt::value(b'O', ""),
    Opt::value(b'R', "owner"), Opt::flag(b'S', "swap-halfwords"), Opt::flag(b'V', "dot"), Opt::value(b'W', "warning"),
    Opt::flag(b'a', "reset-access-time"), Opt::flag(b'b', "swap"), Opt::flag(b'c', ""), Opt::flag(b'd', "make-directories"),
    Opt::flag(b'f', "nonmatching"), Opt::flag(b'k', ""), Opt::flag(b'l', "link"), Opt::flag(b'm', "preserve-modification-time"),
    Opt::flag(b'n', "numeric-uid-gid"), Opt::flag(b'r', "rename"), Opt::flag(b's', "swap-bytes"),
    Opt::flag(b'u', "unconditional"), Opt::flag(b'v', "verbose"), Opt::flag(0, "quiet"), Opt::flag(0, "sparse"),
    Opt::flag(0, "absolute-filenames"), Opt::flag(0, "no-absolute-filenames"), Opt::flag(0, "force-local"),
    Opt::flag(0, "no-preserve-owner"), Opt::flag(0, "only-verify-crc"), Opt::flag(0, "reproducible"),
    Opt::flag(0, "device-independent"), Opt::flag(0, "ignore-devno"), Opt::flag(0, "renumber-inodes"),
    Opt::flag(0, "to-stdout"), Opt::value(0, "block-size"), Opt::value(0, "rsh-command"),
];

/// What is to be done.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Action {
    Create,
    Extract,
    List,
    Pass,
}

/// The options and operands.
pub struct Options {
    pub action: Action,
    pub archive: Option<Vec<u8>>,
    pub format: Option<Format>,
    pub null: bool,
    pub directory: Option<Vec<u8>>,
    pub dereference: bool,
    pub make_directories: bool,
    pub nonmatching: bool,
    pub link: bool,
    pub keep_times: bool,
    pub numeric: bool,
    pub unconditional: bool,
    pub verbose: bool,
    pub dots: bool,
    pub quiet: bool,
    pub absolute: bool,
    pub keep_owner: bool,
    pub reproducible: bool,
    pub to_stdout: bool,
    pub verify_only: bool,
    pub owner: Option<(Option<u32>, Option<u32>)>,
    /// Patterns, or the directory to pass files to.
    pub operands: Vec<Vec<u8>>,
}

/// Reads the arguments.
///
/// # Errors
/// The exit code, after a message or help.
pub fn read(context: &Context<'_>, args: &Args) -> Result<Options, i32> {
    let parsed = parse(context, args, OPTIONS, Order::Permute)?;
    let mut action = None;
    let mut list = false;
    let mut options = Options {
        action: Action::List,
        archive: None,
        format: None,
        null: false,
        directory: None,
        dereference: false,
        make_directories: false,
        nonmatching: false,
        link: false,
        keep_times: false,
        numeric: false,
        unconditional: false,
        verbose: false,
        dots: false,
        quiet: false,
        absolute: false,
        keep_owner: wardian_applet::sys::identity().0 == 0,
        reproducible: false,
        to_stdout: false,
        verify_only: false,
        owner: None,
        operands: parsed.operands,
    };
    for (letter, long, value) in parsed.options {
        let value = value.unwrap_or_default();
        let new = match letter {
            b'o' => Some(Action::Create),
            b'i' => Some(Action::Extract),
            b'p' => Some(Action::Pass),
            _ => None,
        };
        if new.is_some() {
            if action.is_some() && action != new {
                return Err(context.usage(b"Mode already defined"));
            }
            action = new;
            continue;
        }
        match (letter, long) {
            (b't', _) => list = true,
            (b'0', _) => options.null = true,
            (b'A', _) => {
                context.say(b"--append is not supported");
                return Err(super::TROUBLE);
            }
            (b'D', _) => options.directory = Some(value),
            (b'E', _) => match wardian_applet::sys::read_file(&value) {
                Ok(text) => {
                    let lines = text.split(|byte| *byte == b'\n');
                    let lines = lines.filter(|line| !line.is_empty());
                    options.operands.extend(lines.map(<[u8]>::to_vec));
                }
                Err(errno) => {
                    context.say_error(&value, errno);
                    return Err(super::TROUBLE);
                }
            },
            (b'F' | b'I' | b'O', _) => options.archive = Some(value).filter(|name| name != b"-"),
            (b'H', _) => match Format::named(&value) {
                Some(format) => options.format = Some(format),
                None => {
                    let text = [
                        b"invalid archive format '".as_slice(),
                        &value,
                        b"'; valid formats are: crc newc odc bin ustar tar (all-caps also recognized)",
                    ];
                    return Err(context.usage(&text.concat()));
                }
            },
            (b'L', _) => options.dereference = true,
            (b'R', _) => options.owner = Some(owner(&value)),
            (b'V', _) => options.dots = true,
            (b'c', _) => options.format = Some(Format::Newc),
            (b'd', _) => options.make_directories = true,
            (b'f', _) => options.nonmatching = true,
            (b'l', _) => options.link = true,
            (b'm', _) => options.keep_times = true,
            (b'n', _) => options.numeric = true,
            (b'r', _) => {
                context.say(b"--rename asks for names on a terminal, which there is not");
                return Err(super::TROUBLE);
            }
            (b'u', _) => options.unconditional = true,
            (b'v', _) => options.verbose = true,
            (_, "quiet") => options.quiet = true,
            (_, "absolute-filenames") => options.absolute = true,
            (_, "no-absolute-filenames") => options.absolute = false,
            (_, "no-preserve-owner") => options.keep_owner = false,
            (_, "reproducible" | "device-independent") => options.reproducible = true,
            (_, "to-stdout") => options.to_stdout = true,
            (_, "only-verify-crc") => options.verify_only = true,
            _ => {}
        }
    }
    options.action = match (action, list) {
        (Some(Action::Extract) | None, true) => Action::List,
        (Some(action), _) => action,
        (None, false) => {
            return Err(context.usage(b"You must specify one of -oipt options."));
        }
    };
    if options.action == Action::Pass && options.operands.len() != 1 {
        return Err(context.usage(b"You must specify a single directory to pass to"));
    }
    if options.action == Action::Create && !options.operands.is_empty() {
        return Err(context.usage(b"Too many arguments"));
    }
    Ok(options)
}

/// `USER`, `USER:GROUP` or `:GROUP`, as names or numbers.
fn owner(text: &[u8]) -> (Option<u32>, Option<u32>) {
    let mut parts = text.splitn(2, |byte| matches!(byte, b':' | b'.'));
    let mut id = |file: &[u8]| {
        let name = parts.next().filter(|name| !name.is_empty())?;
        let number = std::str::from_utf8(name).ok().and_then(|n| n.parse().ok());
        number.or_else(|| crate::tar::find_id(file, name))
    };
    (id(b"/etc/passwd"), id(b"/etc/group"))
}
