//! `mktemp`.

use crate::Args;
use crate::cli::{Context, Opt, Order, Output, parse};
use crate::sys::{self, Errno, File, OpenHow};
use crate::text::quote;

#[rustfmt::skip]
const OPTIONS: &[Opt] = &[
    Opt::flag(b'd', "directory"),
    Opt::flag(b'q', "quiet"),
    Opt::flag(b'u', "dry-run"),
    Opt::value(b'p', ""),
    Opt::flag(b't', ""),
    Opt::optional(1, "tmpdir"),
    Opt::value(2, "suffix"),
];

/// Names tried before giving up.
const TRIES: u32 = 1000;

/// Runs `mktemp`.
pub fn run(args: &Args) -> i32 {
    let context = Context::new(args, "mktemp", 1);
    match work(&context, args) {
        Ok(code) | Err(code) => code,
    }
}

fn work(context: &Context<'_>, args: &Args) -> Result<i32, i32> {
    let parsed = parse(context, args, OPTIONS, Order::Permute)?;
    let (mut directory, mut quiet, mut dry, mut old, mut below) =
        (false, false, false, false, None);
    let mut suffix = None;
    for (letter, _, value) in parsed.options {
        match letter {
            b'd' => directory = true,
            b'q' => quiet = true,
            b'u' => dry = true,
            b't' => old = true,
            2 => suffix = value,
            _ => below = Some(value.unwrap_or_default()),
        }
    }
    let fail = |text: &[&[u8]]| {
        context.say(&text.concat());
        Err(1)
    };
    let environment = || {
        std::env::var_os("TMPDIR")
            .map(std::ffi::OsString::into_encoded_bytes)
            .filter(|dir| !dir.is_empty())
    };
    if parsed.operands.len() > 1 {
        return Err(context.usage(b"too many templates"));
    }
    let template = match parsed.operands.first() {
        Some(template) => template.clone(),
        None => {
            below.get_or_insert_default();
            b"tmp.XXXXXXXXXX".to_vec()
        }
    };
    let quoted = quote::always(&template);
    let (stem, suffix) = match suffix {
        Some(suffix) => {
            if !template.ends_with(b"X") {
                return fail(&[b"with --suffix, template ", &quoted, b" must end in X"]);
            }
            (template.clone(), suffix)
        }
        None => {
            let end = template
                .iter()
                .rposition(|byte| *byte == b'X')
                .map_or(0, |at| at + 1);
            (template[..end].to_vec(), template[end..].to_vec())
        }
    };
    if suffix.contains(&b'/') {
        return fail(&[
            b"invalid suffix ",
            &quote::always(&suffix),
            b", contains directory separator",
        ]);
    }
    let count = stem.iter().rev().take_while(|byte| **byte == b'X').count();
    if count < 3 {
        return fail(&[b"too few X's in template ", &quoted]);
    }
    let stem = &stem[..stem.len() - count];
    let mut prefix = Vec::new();
    if old {
        if template.contains(&b'/') {
            return fail(&[
                b"invalid template, ",
                &quoted,
                b", contains directory separator",
            ]);
        }
        prefix = environment()
            .or(below)
            .filter(|dir| !dir.is_empty())
            .unwrap_or_else(|| b"/tmp".to_vec());
    } else if let Some(dir) = below {
        if template.starts_with(b"/") {
            return fail(&[
                b"invalid template, ",
                &quoted,
                b"; with --tmpdir, it may not be absolute",
            ]);
        }
        prefix = Some(dir)
            .filter(|dir| !dir.is_empty())
            .or_else(environment)
            .unwrap_or_else(|| b"/tmp".to_vec());
    }
    if !prefix.is_empty() && !prefix.ends_with(b"/") {
        prefix.push(b'/');
    }
    let mut seed = sys::now_ns() ^ sys::monotonic_ns().rotate_left(24);
    if let Some(random) = random() {
        seed ^= random;
    }
    let mut errno = Errno::Exist;
    for _ in 0..TRIES {
        let name: Vec<u8> = (0..count).map(|_| letter(&mut seed)).collect();
        let path = [&prefix, stem, &name, &suffix].concat();
        let made = if dry {
            match sys::stat(&path, false) {
                Err(Errno::Noent) => Ok(()),
                Ok(_) => Err(Errno::Exist),
                Err(errno) => Err(errno),
            }
        } else if directory {
            sys::mkdir(&path).and_then(|()| sys::chmod(&path, 0o700))
        } else {
            let how = OpenHow {
                exclusive: true,
                truncate: false,
                ..OpenHow::CREATE
            };
            File::open(&path, how).and_then(|_| sys::chmod(&path, 0o600))
        };
        match made {
            Ok(()) => {
                let mut out = Output::stdout();
                out.put(&path);
                out.put_byte(b'\n');
                return Ok(out.finish(context, 0));
            }
            Err(Errno::Exist) => {}
            Err(other) => {
                errno = other;
                break;
            }
        }
    }
    if !quiet {
        let kind = if directory {
            "failed to create directory via template"
        } else {
            "failed to create file via template"
        };
        let shown = [&prefix, stem, &vec![b'X'; count], &suffix].concat();
        context.say_quoted(kind, &shown, errno);
    }
    Err(1)
}

fn random() -> Option<u64> {
    let mut bytes = [0; 8];
    let file = File::open(b"/dev/urandom", OpenHow::READ).ok()?;
    file.read(&mut bytes).ok()?;
    Some(u64::from_le_bytes(bytes))
}

fn letter(seed: &mut u64) -> u8 {
    const LETTERS: &[u8; 62] = b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
    *seed = seed
        .wrapping_mul(6_364_136_223_846_793_005)
        .wrapping_add(1_442_695_040_888_963_407);
    LETTERS[(*seed >> 33) as usize % LETTERS.len()]
}
