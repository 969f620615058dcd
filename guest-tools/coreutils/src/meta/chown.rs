//! `chown`, `chgrp`.

use super::chmod::Tell;
use super::walk::{Links, Step, walk};
use crate::Args;
use crate::cli::{Context, Opt, Order, Output, parse};
use crate::identity::accounts;
use crate::sys::{self, Errno, ExtStat, is_link};
use crate::text::quote;

const OPTIONS: &[Opt] = &[
    Opt::flag(b'R', "recursive"),
    Opt::flag(b'c', "changes"),
    Opt::flag(0, "dereference"),
    Opt::value(0, "from"),
    Opt::flag(b'h', "no-dereference"),
    Opt::flag(0, "no-preserve-root"),
    Opt::flag(0, "preserve-root"),
    Opt::flag(b'f', "quiet"),
    Opt::flag(b'f', "silent"),
    Opt::value(0, "reference"),
    Opt::flag(b'v', "verbose"),
    Opt::flag(b'H', ""),
    Opt::flag(b'L', ""),
    Opt::flag(b'P', ""),
];

/// An owner, a group, or both; and their names as given.
#[derive(Clone, Default)]
struct Owners {
    uid: Option<u32>,
    gid: Option<u32>,
}

struct Chown<'a> {
    context: Context<'a>,
    wanted: Owners,
    from: Owners,
    tell: Tell,
    silent: bool,
    follow: bool,
    group_only: bool,
    out: Output,
    code: i32,
}

/// Runs `chown`.
pub fn chown(args: &Args) -> i32 {
    run(args, "chown")
}

/// Runs `chgrp`.
pub fn chgrp(args: &Args) -> i32 {
    run(args, "chgrp")
}

fn run(args: &Args, name: &'static str) -> i32 {
    let context = Context::new(args, name, 1);
    let parsed = match parse(&context, args, OPTIONS, Order::Permute) {
        Ok(parsed) => parsed,
        Err(code) => return code,
    };
    let group_only = name == "chgrp";
    let (mut tell, mut silent, mut recursive) = (Tell::Problems, false, false);
    let (mut links, mut follow) = (Links::Never, None);
    let (mut reference, mut preserve_root, mut from) = (None, false, Owners::default());
    for (letter, long, value) in parsed.options {
        match (letter, long) {
            (b'R', _) => recursive = true,
            (b'c', _) => tell = Tell::Changes,
            (b'f', _) => silent = true,
            (b'h', _) => follow = Some(false),
            (b'v', _) => tell = Tell::All,
            (b'H', _) => links = Links::Arguments,
            (b'L', _) => links = Links::Always,
            (b'P', _) => links = Links::Never,
            (_, "dereference") => follow = Some(true),
            (_, "reference") => reference = value,
            (_, "from") => match read_owners(&value.unwrap_or_default(), group_only) {
                Ok(owners) => from = owners,
                Err(text) => {
                    context.say(&text);
                    return 1;
                }
            },
            (_, long) => preserve_root = long == "preserve-root",
        }
    }
    if recursive && links == Links::Never && follow == Some(true) {
        context.say(b"-R --dereference requires either -H or -L");
        return 1;
    }
    let mut files = parsed.operands;
    let needed = if reference.is_some() { 1 } else { 2 };
    if files.len() < needed {
        return match files.first() {
            None => context.usage(b"missing operand"),
            Some(first) => {
                let text = [b"missing operand after ".as_slice(), &quote::always(first)];
                context.usage(&text.concat())
            }
        };
    }
    let wanted = match &reference {
        Some(path) => match sys::stat(path, true) {
            Ok(stat) => Owners {
                uid: (!group_only).then_some(stat.uid),
                gid: Some(stat.gid),
            },
            Err(errno) => {
                context.say_quoted("failed to get attributes of", path, errno);
                return 1;
            }
        },
        None => match read_owners(&files.remove(0), group_only) {
            Ok(owners) => owners,
            Err(text) => {
                context.say(&text);
                return 1;
            }
        },
    };
    let mut chown = Chown {
        context,
        wanted,
        from,
        tell,
        silent,
        follow: follow.unwrap_or(!recursive || links == Links::Always),
        group_only,
        out: Output::stdout(),
        code: 0,
    };
    for path in &files {
        if recursive && preserve_root && path == b"/" {
            chown
                .context
                .say(b"it is dangerous to operate recursively on '/'");
            chown
                .context
                .say(b"use --no-preserve-root to override this failsafe");
            chown.code = 1;
        } else if recursive {
            walk(path, links, |found, step| chown.step(found, step));
        } else {
            let step = sys::stat(path, false).map_or_else(Step::NoStatus, Step::File);
            chown.step(path, step);
        }
    }
    let code = chown.code;
    chown.out.finish(&chown.context, code)
}

/// Reads `OWNER`, `OWNER:GROUP`, `OWNER:`, `:GROUP`; for `chgrp`, `GROUP`.
fn read_owners(text: &[u8], group_only: bool) -> Result<Owners, Vec<u8>> {
    let invalid = |what: &str| {
        let text = quote::always(text);
        [b"invalid ", what.as_bytes(), b": ", &text].concat()
    };
    let group = |name: &[u8]| match accounts::group(name) {
        Some(group) => Ok(Some(group.gid)),
        None => number(name).map(Some).ok_or_else(|| invalid("group")),
    };
    if group_only {
        let gid = if text.is_empty() { None } else { group(text)? };
        return Ok(Owners { uid: None, gid });
    }
    let at = text.iter().position(|byte| *byte == b':');
    let (owner, after) = match at {
        Some(at) => (&text[..at], Some(&text[at + 1..])),
        None => (text, None),
    };
    let user = accounts::user(owner);
    let uid = match (user, owner) {
        (Some(user), _) => Some(user.uid),
        (None, b"") => None,
        (None, owner) => Some(number(owner).ok_or_else(|| invalid("user"))?),
    };
    let gid = match after {
        None => None,
        // A colon alone stands for the owner's first group.
        Some(b"") => match (user, uid) {
            (Some(user), _) => Some(user.gid),
            (None, Some(_)) => return Err(invalid("spec")),
            _ => None,
        },
        Some(name) => group(name)?,
    };
    Ok(Owners { uid, gid })
}

fn number(text: &[u8]) -> Option<u32> {
    let digits = text.strip_prefix(b"+").unwrap_or(text);
    let text = std::str::from_utf8(digits).ok()?;
    text.parse().ok().filter(|number| *number != u32::MAX)
}

fn user_name(uid: u32) -> String {
    match accounts::user_name(uid) {
        Some(name) => String::from_utf8_lossy(name).into_owned(),
        None => uid.to_string(),
    }
}

fn group_name(gid: u32) -> String {
    match accounts::group_name(gid) {
        Some(name) => String::from_utf8_lossy(name).into_owned(),
        None => gid.to_string(),
    }
}

impl Chown<'_> {
    fn problem(&mut self, what: &str, path: &[u8], errno: Errno) {
        self.code = 1;
        if !self.silent {
            self.out.flush();
            self.context.say_quoted(what, path, errno);
        }
    }

    fn step(&mut self, path: &[u8], step: Step) {
        let stat = match step {
            Step::File(stat) if is_link(&stat) && self.follow => match sys::stat(path, true) {
                Ok(stat) => stat,
                Err(errno) => return self.problem("cannot dereference", path, errno),
            },
            Step::File(stat) => stat,
            Step::NoStatus(errno) => return self.problem("cannot access", path, errno),
            Step::Unreadable(errno) => return self.problem("cannot read directory", path, errno),
        };
        let applies = self.from.uid.is_none_or(|uid| uid == stat.uid)
            && self.from.gid.is_none_or(|gid| gid == stat.gid);
        let changes = self.wanted.uid.is_some_and(|uid| uid != stat.uid)
            || self.wanted.gid.is_some_and(|gid| gid != stat.gid);
        if applies {
            let uid = self.wanted.uid.unwrap_or(u32::MAX);
            let gid = self.wanted.gid.unwrap_or(u32::MAX);
            if let Err(errno) = sys::chown(path, uid, gid, self.follow) {
                let what = match self.wanted.uid {
                    None => "changing group of",
                    Some(_) => "changing ownership of",
                };
                return self.problem(what, path, errno);
            }
        }
        self.tell(path, &stat, applies && changes);
    }

    fn tell(&mut self, path: &[u8], stat: &ExtStat, changed: bool) {
        if self.tell == Tell::Problems || (self.tell == Tell::Changes && !changed) {
            return;
        }
        let both = self.wanted.uid.is_some() || !self.group_only;
        let show = |uid: Option<u32>, gid: Option<u32>| {
            let user = uid.map(user_name).unwrap_or_default();
            match gid.map(group_name) {
                Some(group) if both => format!("{user}:{group}"),
                Some(group) => group,
                None => user,
            }
        };
        let with_group = self.wanted.gid.map(|_| stat.gid);
        let with_user =
            (both && (self.wanted.uid.is_some() || with_group.is_some())).then_some(stat.uid);
        let old = show(with_user, with_group);
        let what = if self.group_only {
            "group"
        } else {
            "ownership"
        };
        let quoted = quote::always(path);
        let text = if changed {
            let new = show(self.wanted.uid, self.wanted.gid);
            let tail = format!(" from {old} to {new}\n");
            let lead = format!("changed {what} of ");
            [lead.as_bytes(), &quoted, tail.as_bytes()].concat()
        } else {
            let tail = match old.as_str() {
                "" => " retained\n".to_owned(),
                old => format!(" retained as {old}\n"),
            };
            [format!("{what} of ").as_bytes(), &quoted, tail.as_bytes()].concat()
        };
        self.out.put(&text);
    }
}
