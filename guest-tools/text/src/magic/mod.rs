//! `file`: what kind of data a file holds, for the kinds that matter here.

mod binary;
mod text;

use wardian_applet::Args;
use wardian_applet::cli::{Context, Opt, Order, Output, parse};
use wardian_applet::sys::{self, File, OpenHow, mode};

/// Bytes looked at.
const PROBE_BYTES: usize = 1 << 20;

static OPTIONS: &[Opt] = &[
    Opt::flag(b'b', "brief"),
    Opt::flag(b'i', "mime"),
    Opt::flag(0, "mime-type"),
    Opt::flag(0, "mime-encoding"),
    Opt::flag(b'L', "dereference"),
    Opt::flag(b'h', "no-dereference"),
    Opt::flag(b'N', "no-pad"),
    Opt::flag(b'0', "print0"),
    Opt::value(b'F', "separator"),
    Opt::value(b'f', "files-from"),
    Opt::flag(b'E', ""),
    Opt::flag(b'k', "keep-going"),
    Opt::flag(b'n', "no-buffer"),
    Opt::flag(b'p', "preserve-date"),
    Opt::flag(b'r', "raw"),
    Opt::flag(b's', "special-files"),
    Opt::flag(b'z', "uncompress"),
    Opt::flag(b'v', "version"),
    Opt::value(b'm', "magic-file"),
    Opt::value(b'e', "exclude"),
    Opt::value(b'P', "parameter"),
];

/// What a file is: in words, as a media type, and its character set.
pub struct Verdict {
    pub words: String,
    pub media: &'static str,
    pub charset: &'static str,
}

impl Verdict {
    /// Something that is not text.
    pub fn binary(words: impl Into<String>, media: &'static str) -> Verdict {
        Verdict {
            words: words.into(),
            media,
            charset: "binary",
        }
    }
}

/// Runs `file`.
pub fn run(args: &Args) -> i32 {
    let context = Context::new(args, "file", 1);
    let parsed = match parse(&context, args, OPTIONS, Order::Permute) {
        Ok(parsed) => parsed,
        Err(code) => return code,
    };
    let (mut brief, mut media, mut charset, mut follow, mut pad) =
        (false, false, false, false, true);
    let (mut separator, mut zero, mut errors) = (b":".to_vec(), false, false);
    let mut names = Vec::new();
    for (letter, long, value) in parsed.options {
        match (letter, long) {
            (b'b', _) => brief = true,
            (b'i', _) => (media, charset) = (true, true),
            (_, "mime-type") => media = true,
            (_, "mime-encoding") => charset = true,
            (b'L', _) => follow = true,
            (b'h', _) => follow = false,
            (b'N', _) => pad = false,
            (b'0', _) => zero = true,
            (b'E', _) => errors = true,
            (b'F', _) => separator = value.unwrap_or_default(),
            (b'v', _) => return context.version(),
            (b'f', _) => {
                let list = value.unwrap_or_default();
                match sys::read_file(&list) {
                    Ok(text) => {
                        let lines = text
                            .split(|byte| *byte == b'\n')
                            .filter(|line| !line.is_empty());
                        names.extend(lines.map(<[u8]>::to_vec));
                    }
                    Err(errno) => {
                        context.say_error(&list, errno);
                        return 1;
                    }
                }
            }
            _ => {}
        }
    }
    names.extend(parsed.operands);
    if names.is_empty() {
        return context.usage(b"");
    }
    let widest = names
        .iter()
        .map(|name| wardian_applet::text::width(name))
        .max()
        .unwrap_or(0);
    let mut out = Output::stdout();
    let mut code = 0;
    for name in &names {
        let verdict = judge(name, follow).unwrap_or_else(|errno| {
            code = i32::from(errors);
            let name = String::from_utf8_lossy(name);
            let words = format!("cannot open `{name}' ({})", errno.message());
            Verdict::binary(words, "")
        });
        if !brief {
            out.put(if name == b"-" { b"/dev/stdin" } else { name });
            if zero {
                out.put_byte(0);
            }
            out.put(&separator);
            out.put(b" ");
            if pad {
                let width = wardian_applet::text::width(name);
                (width..widest).for_each(|_| out.put_byte(b' '));
            }
        }
        let text = match (media, charset) {
            _ if verdict.media.is_empty() => verdict.words,
            (true, true) if verdict.charset.is_empty() => verdict.media.to_owned(),
            (true, true) => format!("{}; charset={}", verdict.media, verdict.charset),
            (true, false) => verdict.media.to_owned(),
            (false, true) => verdict.charset.to_owned(),
            _ => verdict.words,
        };
        out.put(text.as_bytes());
        out.put(b"\n");
    }
    out.finish(&context, code)
}

fn judge(name: &[u8], follow: bool) -> Result<Verdict, sys::Errno> {
    if name == b"-" {
        let mut bytes = Vec::new();
        read_start(&File::stdin(), &mut bytes)?;
        return Ok(contents(&bytes));
    }
    let stat = sys::stat(name, follow)?;
    let (words, media) = match stat.mode & mode::TYPE {
        mode::DIRECTORY => ("directory".to_owned(), "inode/directory"),
        mode::FIFO => ("fifo (named pipe)".to_owned(), "inode/fifo"),
        mode::SOCKET => ("socket".to_owned(), "inode/socket"),
        mode::CHARACTER => ("character special".to_owned(), "inode/chardevice"),
        mode::BLOCK => ("block special".to_owned(), "inode/blockdevice"),
        mode::LINK => {
            let target = sys::read_link(name)?;
            let target = String::from_utf8_lossy(&target).into_owned();
            if sys::stat(name, true).is_err() {
                return Ok(Verdict {
                    charset: "",
                    ..Verdict::binary(format!("broken symbolic link to {target}"), "inode/symlink")
                });
            }
            (format!("symbolic link to {target}"), "inode/symlink")
        }
        _ => {
            let mut bytes = Vec::new();
            read_start(&File::open(name, OpenHow::READ)?, &mut bytes)?;
            return Ok(contents(&bytes));
        }
    };
    let sticky = stat.mode & mode::STICKY != 0 && stat.mode & mode::TYPE == mode::DIRECTORY;
    let words = if sticky {
        format!("sticky, {words}")
    } else {
        words
    };
    Ok(Verdict::binary(words, media))
}

fn read_start(file: &File, bytes: &mut Vec<u8>) -> Result<(), sys::Errno> {
    let mut block = vec![0; 64 * 1024];
    while bytes.len() < PROBE_BYTES {
        match file.read(&mut block)? {
            0 => break,
            n => bytes.extend_from_slice(&block[..n]),
        }
    }
    bytes.truncate(PROBE_BYTES);
    Ok(())
}

fn contents(bytes: &[u8]) -> Verdict {
    match bytes.len() {
        0 => return Verdict::binary("empty", "inode/x-empty"),
        1 => return Verdict::binary("very short file (no magic)", "application/octet-stream"),
        _ => {}
    }
    if let Some(verdict) = binary::judge(bytes) {
        return verdict;
    }
    text::judge(bytes).unwrap_or_else(|| Verdict::binary("data", "application/octet-stream"))
}
