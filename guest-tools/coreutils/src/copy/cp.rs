//! `cp`.

use super::place::{Backup, Existing, destination, within};
use crate::Args;
use crate::cli::{Context, Opt, Order, Output, parse};
use crate::text::quote;

const OPTIONS: &[Opt] = &[
    Opt::flag(b'a', "archive"),
    Opt::flag(0, "attributes-only"),
    Opt::optional(0, "backup"),
    Opt::flag(b'b', ""),
    Opt::flag(0, "copy-contents"),
    Opt::flag(b'L', "dereference"),
    Opt::flag(b'd', ""),
    Opt::flag(b'f', "force"),
    Opt::flag(b'H', ""),
    Opt::flag(b'i', "interactive"),
    Opt::flag(b'l', "link"),
    Opt::flag(b'n', "no-clobber"),
    Opt::flag(b'P', "no-dereference"),
    Opt::value(0, "no-preserve"),
    Opt::flag(b'T', "no-target-directory"),
    Opt::flag(b'x', "one-file-system"),
    Opt::flag(0, "parents"),
    Opt::flag(b'p', ""),
    Opt::optional(0, "preserve"),
    Opt::flag(b'r', "recursive"),
    Opt::flag(b'R', ""),
    Opt::flag(0, "remove-destination"),
    Opt::optional(0, "reflink"),
    Opt::value(0, "sparse"),
    Opt::flag(0, "strip-trailing-slashes"),
    Opt::value(b'S', "suffix"),
    Opt::flag(b's', "symbolic-link"),
    Opt::value(b't', "target-directory"),
    Opt::flag(b'u', "update"),
    Opt::flag(b'v', "verbose"),
    Opt::optional(b'Z', "context"),
];

/// Which symbolic links of the source are followed.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Follow {
    Never,
    Arguments,
    Always,
}

/// What of the source's status the copy keeps.
#[derive(Clone, Copy, Default)]
pub(super) struct Keep {
    pub(super) mode: bool,
    pub(super) owner: bool,
    pub(super) times: bool,
    pub(super) links: bool,
}

impl Keep {
    fn set(&mut self, list: &[u8], value: bool) -> bool {
        for word in list.split(|byte| *byte == b',') {
            match word {
                b"mode" => self.mode = value,
                b"ownership" => self.owner = value,
                b"timestamps" => self.times = value,
                b"links" => self.links = value,
                b"all" => {
                    *self = Keep {
                        mode: value,
                        owner: value,
                        times: value,
                        links: value,
                    }
                }
                b"context" | b"xattr" => {}
                _ => return false,
            }
        }
        true
    }
}

/// A copy in progress, with its options.
pub struct Cp<'a> {
    pub(super) context: &'a Context<'a>,
    pub(super) existing: Existing,
    pub(super) backup: Option<Backup>,
    pub(super) follow: Follow,
    pub(super) keep: Keep,
    /// Whether modes are made as if new, in spite of the source's.
    pub(super) fresh_modes: bool,
    pub(super) recursive: bool,
    pub(super) force: bool,
    pub(super) remove: bool,
    pub(super) attributes_only: bool,
    pub(super) hard: bool,
    pub(super) symbolic: bool,
    pub(super) verbose: bool,
    pub(super) umask: u32,
    /// Copies made of files with several links: source's identity, copy's path.
    pub(super) linked: Vec<((u64, u64), Vec<u8>)>,
    /// Directories made: not to be copied into themselves.
    pub(super) made: Vec<(u64, u64)>,
    pub(super) out: Output,
}

impl<'a> Cp<'a> {
    /// A copy of whole trees that keeps everything, as `mv` needs between
    /// filesystems.
    pub(super) fn keeping_all(context: &'a Context<'a>) -> Cp<'a> {
        let mut cp = Cp::new(context);
        cp.keep.set(b"mode,ownership,timestamps,links", true);
        cp.recursive = true;
        cp.follow = Follow::Never;
        cp
    }

    /// A copy as without options.
    fn new(context: &'a Context<'a>) -> Cp<'a> {
        Cp {
            context,
            existing: Existing::Replace,
            backup: None,
            follow: Follow::Arguments,
            keep: Keep::default(),
            fresh_modes: false,
            recursive: false,
            force: false,
            remove: false,
            attributes_only: false,
            hard: false,
            symbolic: false,
            verbose: false,
            umask: crate::meta::mkdir::umask(),
            linked: Vec::new(),
            made: Vec::new(),
            out: Output::stdout(),
        }
    }
}

/// Runs `cp`.
pub fn cp(args: &Args) -> i32 {
    let context = Context::new(args, "cp", 1);
    let parsed = match parse(&context, args, OPTIONS, Order::Permute) {
        Ok(parsed) => parsed,
        Err(code) => return code,
    };
    let mut cp = Cp::new(&context);
    let (mut follow, mut target, mut no_target) = (None, None, false);
    let (mut parents, mut strip) = (false, false);
    let (mut control, mut suffix) = (None, b"~".to_vec());
    for (letter, long, value) in parsed.options {
        let text = value.clone().unwrap_or_default();
        match (letter, long) {
            (b'a', _) => {
                (cp.recursive, follow) = (true, Some(Follow::Never));
                cp.keep.set(b"all", true);
            }
            (b'b', _) => control = Some(Vec::new()),
            (b'L', _) => follow = Some(Follow::Always),
            (b'd', _) => {
                follow = Some(Follow::Never);
                cp.keep.links = true;
            }
            (b'f', _) => cp.force = true,
            (b'H', _) => follow = Some(Follow::Arguments),
            (b'i', _) => cp.existing = Existing::Ask,
            (b'l', _) => cp.hard = true,
            (b'n', _) => cp.existing = Existing::Keep,
            (b'P', _) => follow = Some(Follow::Never),
            (b'T', _) => no_target = true,
            (b'p', _) => {
                cp.keep.set(b"mode,ownership,timestamps", true);
            }
            (b'r' | b'R', _) => cp.recursive = true,
            (b'S', _) => {
                suffix = text;
                control.get_or_insert_default();
            }
            (b's', _) => cp.symbolic = true,
            (b't', _) => target = value,
            (b'u', _) => cp.existing = Existing::IfOlder,
            (b'v', _) => cp.verbose = true,
            (_, "attributes-only") => cp.attributes_only = true,
            (_, "backup") => control = Some(text),
            (_, "parents") => parents = true,
            (_, "remove-destination") => cp.remove = true,
            (_, "strip-trailing-slashes") => strip = true,
            (_, "preserve" | "no-preserve") => {
                let list = match value {
                    Some(_) => text.clone(),
                    None => b"mode,ownership,timestamps".to_vec(),
                };
                cp.fresh_modes = long == "no-preserve" && list.windows(4).any(|w| w == b"mode");
                if !cp.keep.set(&list, long == "preserve") {
                    let valid = format!(
                        " for '--{long}'\nValid arguments are:\n  - 'mode'\n  - 'timestamps'\n  - 'ownership'\n  - 'links'\n  - 'context'\n  - 'xattr'\n  - 'all'"
                    );
                    let text = [
                        b"invalid argument ".as_slice(),
                        &quote::always(&list),
                        valid.as_bytes(),
                    ];
                    return context.usage(&text.concat());
                }
            }
            _ => {}
        }
    }
    if let Some(word) = control {
        match Backup::named(&word, suffix) {
            Ok(backup) => cp.backup = backup,
            Err(()) => {
                let text = [b"invalid argument ".as_slice(), &quote::always(&word), b" for 'backup type'\nValid arguments are:\n  - 'none', 'off'\n  - 'simple', 'never'\n  - 'existing', 'nil'\n  - 'numbered', 't'"];
                return context.usage(&text.concat());
            }
        }
    }
    if cp.hard && cp.symbolic {
        return context.usage(b"cannot make both hard and symbolic links");
    }
    cp.follow = follow.unwrap_or(match cp.recursive && !cp.hard {
        true => Follow::Never,
        false => Follow::Always,
    });
    let (sources, to, into) = match destination(&context, parsed.operands, target, no_target) {
        Ok(found) => found,
        Err(code) => return code,
    };
    if parents && !into {
        context.say(b"with --parents, the destination must be a directory");
        return context.usage(b"");
    }
    let mut fine = true;
    for source in &sources {
        let mut source = source.as_slice();
        if strip {
            while source.len() > 1 && source.ends_with(b"/") {
                source = &source[..source.len() - 1];
            }
        }
        let path = match (parents, into) {
            (true, _) => {
                let path = [&to, b"/".as_slice(), source].concat();
                fine &= cp.make_parents(&to, source);
                path
            }
            (false, true) => within(&to, source),
            (false, false) => to.clone(),
        };
        fine &= cp.copy(source, &path, true, None);
    }
    cp.out.finish(&context, i32::from(!fine))
}
