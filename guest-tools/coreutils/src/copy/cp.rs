//! `cp`.

use super::place::{Backup, Existing, destination, within};
use super::seen::Seen;
use crate::Args;
use crate::cli::{Context, Opt, Order, Output, choice, parse};
use crate::sys::{self, mode};
use std::collections::HashMap;

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
    Opt::flag(b'Z', ""),
    Opt::optional(0, "context"),
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
    /// All of it, or nothing.
    fn all(value: bool) -> Keep {
        Keep {
            mode: value,
            owner: value,
            times: value,
            links: value,
        }
    }

    /// What `cp -p` keeps.
    fn usual(self, value: bool) -> Keep {
        Keep {
            links: self.links,
            ..Keep::all(value)
        }
    }

    /// Reads the list of `--preserve` or `--no-preserve`.
    fn read(
        &mut self,
        context: &Context<'_>,
        list: &[u8],
        of: &str,
        value: bool,
    ) -> Result<(), i32> {
        const WORDS: &[&[&str]] = &[
            &["mode"],
            &["timestamps"],
            &["ownership"],
            &["links"],
            &["context"],
            &["xattr"],
            &["all"],
        ];
        for word in list.split(|byte| *byte == b',') {
            match choice(context, word, of, WORDS)? {
                0 => self.mode = value,
                1 => self.times = value,
                2 => self.owner = value,
                3 => self.links = value,
                6 => *self = Keep::all(value),
                _ => {}
            }
        }
        Ok(())
    }
}

/// A copy in progress, with its options.
pub struct Cp<'a> {
    pub(super) context: &'a Context<'a>,
    pub(super) existing: Existing,
    pub(super) backup: Option<Backup>,
    pub(super) follow: Follow,
    pub(super) keep: Keep,
    /// Whether modes that are not kept are made as if new, in spite of the source's.
    pub(super) fresh_modes: bool,
    pub(super) recursive: bool,
    pub(super) force: bool,
    pub(super) remove: bool,
    pub(super) attributes_only: bool,
    pub(super) hard: bool,
    pub(super) symbolic: bool,
    pub(super) verbose: bool,
    pub(super) umask: u32,
    /// Copies made of files with several links and of directories, and
    /// directories made first: identity, and path of the copy.
    pub(super) copied: HashMap<(u64, u64), Vec<u8>>,
    /// The operands, to tell those given twice.
    pub(super) sources: Seen,
    /// What the operands became, so that none replaces another's copy.
    pub(super) targets: Seen,
    /// Whether several operands go into one directory.
    pub(super) several: bool,
    /// The operand in work, and where it goes.
    pub(super) top: (Vec<u8>, Vec<u8>),
    /// Whether the operand in work was found to be copied into itself.
    pub(super) into_itself: bool,
    /// Whether a directory has been made for the operand in work.
    pub(super) made: bool,
    pub(super) out: Output,
}

impl<'a> Cp<'a> {
    /// A copy of whole trees that keeps everything, as `mv` needs between
    /// filesystems.
    pub(super) fn keeping_all(context: &'a Context<'a>) -> Cp<'a> {
        let mut cp = Cp::new(context);
        cp.keep = Keep::all(true);
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
            copied: HashMap::new(),
            sources: Seen::default(),
            targets: Seen::default(),
            several: false,
            top: Default::default(),
            into_itself: false,
            made: false,
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
    let (mut shared, mut whole) = (false, false);
    let (mut parents, mut strip) = (false, false);
    let (mut control, mut suffix) = (None, None);
    for (letter, long, value) in parsed.options {
        let text = value.clone().unwrap_or_default();
        match (letter, long) {
            (b'a', _) => {
                (cp.recursive, follow) = (true, Some(Follow::Never));
                cp.keep = Keep::all(true);
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
            (b'p', _) => cp.keep = cp.keep.usual(true),
            (b'r' | b'R', _) => cp.recursive = true,
            (b'S', _) => suffix = value,
            (b's', _) => cp.symbolic = true,
            (b't', _) => target = value,
            (b'u', _) => cp.existing = Existing::IfOlder,
            (b'v', _) => cp.verbose = true,
            (_, "attributes-only") => cp.attributes_only = true,
            (_, "backup") => control = Some(text),
            (_, "parents") => parents = true,
            (_, "reflink") if value.is_some() => {
                let words: &[&[&str]] = &[&["auto"], &["always"], &["never"]];
                if let Err(code) = choice(&context, &text, "'--reflink'", words) {
                    return code;
                }
            }
            (_, "remove-destination") => cp.remove = true,
            (_, "strip-trailing-slashes") => strip = true,
            (_, "reflink" | "sparse") => {
                // Holes and shared blocks are not told from others here.
                let (of, words): (_, &[&[&str]]) = match long {
                    "reflink" => ("'--reflink'", &[&["auto"], &["always"], &["never"]]),
                    _ => ("'--sparse'", &[&["never"], &["auto"], &["always"]]),
                };
                let index = match value {
                    None => 1,
                    Some(word) => match choice(&context, &word, of, words) {
                        Ok(index) => index,
                        Err(code) => return code,
                    },
                };
                match long {
                    "reflink" => shared = index == 1,
                    _ => whole = index != 1,
                }
            }
            (_, "preserve" | "no-preserve") => {
                let value_set = long == "preserve";
                let of = format!("'--{long}'");
                match &value {
                    None => cp.keep = cp.keep.usual(value_set),
                    Some(list) => {
                        if let Err(code) = cp.keep.read(&context, list, &of, value_set) {
                            return code;
                        }
                    }
                }
                if names_mode(&text) {
                    cp.fresh_modes = !value_set;
                }
            }
            _ => {}
        }
    }
    match Backup::chosen(&context, control, suffix) {
        Ok(backup) => cp.backup = backup,
        Err(code) => return code,
    }
    if cp.hard && cp.symbolic {
        return context.usage(b"cannot make both hard and symbolic links");
    }
    if shared && whole {
        return context.usage(b"--reflink can be used only with --sparse=auto");
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
    cp.several = sources.len() > 1;
    let mut fine = true;
    for source in &sources {
        let mut source = source.as_slice();
        if strip {
            while source.len() > 1 && source.ends_with(b"/") {
                source = &source[..source.len() - 1];
            }
        }
        if parents {
            fine &= cp.with_parents(&to, source);
            continue;
        }
        let path = match into {
            true => within(&to, source),
            false => to.clone(),
        };
        // With -f a backup of a file onto itself is a copy by the backup's name.
        let plain = || sys::stat(source, true).is_ok_and(|s| s.mode & mode::TYPE == mode::REGULAR);
        if cp.force
            && source == path
            && plain()
            && let Some(backup) = &cp.backup
        {
            let kept = backup.name(&path);
            let backup = cp.backup.take();
            fine &= cp.operand(source, &kept);
            cp.backup = backup;
            continue;
        }
        fine &= cp.operand(source, &path);
    }
    cp.out.finish(&context, i32::from(!fine))
}

/// Whether a list of `--preserve` or `--no-preserve` speaks of modes.
fn names_mode(list: &[u8]) -> bool {
    list.split(|byte| *byte == b',')
        .any(|word| b"mode".starts_with(word) || b"all".starts_with(word))
}
