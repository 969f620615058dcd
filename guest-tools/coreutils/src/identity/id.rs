//! `id`, `groups`, `whoami`.

use super::accounts;
use crate::Args;
use crate::cli::{Context, Opt, Order, Output, parse};
use crate::sys;
use crate::text::quote;

const OPTIONS: &[Opt] = &[
    Opt::flag(b'Z', "context"),
    Opt::flag(b'g', "group"),
    Opt::flag(b'G', "groups"),
    Opt::flag(b'n', "name"),
    Opt::flag(b'r', "real"),
    Opt::flag(b'u', "user"),
    Opt::flag(b'z', "zero"),
    Opt::flag(b'a', ""),
];

/// Runs `id`.
pub fn id(args: &Args) -> i32 {
    let context = Context::new(args, "id", 1);
    let parsed = match parse(&context, args, OPTIONS, Order::Permute) {
        Ok(parsed) => parsed,
        Err(code) => return code,
    };
    let has = |letter| parsed.options.iter().any(|option| option.0 == letter);
    let (names, zero) = (has(b'n'), has(b'z'));
    let chosen: Vec<u8> = [b'u', b'g', b'G', b'Z']
        .into_iter()
        .filter(|l| has(*l))
        .collect();
    if chosen.len() > 1 {
        context.say(b"cannot print \"only\" of more than one choice");
        return 1;
    }
    let only = chosen.first().copied();
    if only.is_none() && (names || has(b'r')) {
        context.say(b"cannot print only names or real IDs in default format");
        return 1;
    }
    if only.is_none() && zero {
        context.say(b"option --zero not permitted in default format");
        return 1;
    }
    if only == Some(b'Z') {
        context.say(b"--context (-Z) works only on an SELinux-enabled kernel");
        return 1;
    }
    let mut out = Output::stdout();
    let mut code = 0;
    let subjects: Vec<Option<&Vec<u8>>> = match parsed.operands.as_slice() {
        [] => vec![None],
        operands => operands.iter().map(Some).collect(),
    };
    let many = subjects.len() > 1;
    for subject in subjects {
        let (uid, gid, name) = match subject {
            None => {
                let (uid, gid) = sys::identity();
                (uid, gid, accounts::user_name(uid).map(<[u8]>::to_vec))
            }
            Some(text) => match find_user(text) {
                Some(user) => (user.uid, user.gid, Some(user.name.clone())),
                None => {
                    out.flush();
                    context.say(&[&quote::always(text), b": no such user".as_slice()].concat());
                    code = 1;
                    continue;
                }
            },
        };
        let gids = accounts::groups_of(name.as_deref().unwrap_or_default(), gid);
        let mut missing = None;
        match only {
            None => put_all(&mut out, uid, gid, &gids),
            Some(b'u') => put_one(&mut out, uid, names, accounts::user_name, || {
                missing = Some(format!("cannot find name for user ID {uid}"));
            }),
            Some(b'g') => put_one(&mut out, gid, names, accounts::group_name, || {
                missing = Some(format!("cannot find name for group ID {gid}"));
            }),
            Some(_) => {
                for (index, gid) in gids.iter().enumerate() {
                    if index > 0 {
                        out.put_byte(if zero { 0 } else { b' ' });
                    }
                    put_one(&mut out, *gid, names, accounts::group_name, || {
                        missing = Some(format!("cannot find name for group ID {gid}"));
                    });
                }
            }
        }
        if let Some(text) = missing {
            context.say(text.as_bytes());
            code = 1;
        }
        out.put_byte(if zero { 0 } else { b'\n' });
        if zero && many && only == Some(b'G') {
            out.put_byte(0);
        }
    }
    out.finish(&context, code)
}

fn find_user(text: &[u8]) -> Option<&'static accounts::User> {
    accounts::user(text).or_else(|| {
        let digits = text.strip_prefix(b"+").unwrap_or(text);
        let uid: u32 = std::str::from_utf8(digits).ok()?.parse().ok()?;
        accounts::users().iter().find(|user| user.uid == uid)
    })
}

fn put_one(
    out: &mut Output,
    number: u32,
    names: bool,
    name_of: impl Fn(u32) -> Option<&'static [u8]>,
    mut missing: impl FnMut(),
) {
    match name_of(number).filter(|_| names) {
        Some(name) => out.put(name),
        None => {
            out.put_number(number.into());
            if names {
                missing();
            }
        }
    }
}

fn put_all(out: &mut Output, uid: u32, gid: u32, gids: &[u32]) {
    let item = |out: &mut Output, number: u32, name: Option<&[u8]>| {
        out.put_number(number.into());
        if let Some(name) = name {
            out.put(&[b"(", name, b")"].concat());
        }
    };
    out.put(b"uid=");
    item(out, uid, accounts::user_name(uid));
    out.put(b" gid=");
    item(out, gid, accounts::group_name(gid));
    for (index, gid) in gids.iter().enumerate() {
        out.put(if index == 0 { b" groups=" } else { b"," });
        item(out, *gid, accounts::group_name(*gid));
    }
}

/// Runs `groups`.
pub fn groups(args: &Args) -> i32 {
    let context = Context::new(args, "groups", 1);
    let parsed = match parse(&context, args, &[], Order::Permute) {
        Ok(parsed) => parsed,
        Err(code) => return code,
    };
    let (mut out, mut code) = (Output::stdout(), 0);
    let mut line = |prefix: Option<&[u8]>, name: &[u8], gid: u32| {
        if let Some(prefix) = prefix {
            out.put(&[prefix, b" : "].concat());
        }
        for (index, gid) in accounts::groups_of(name, gid).into_iter().enumerate() {
            if index > 0 {
                out.put_byte(b' ');
            }
            match accounts::group_name(gid) {
                Some(name) => out.put(name),
                None => {
                    context.say(format!("cannot find name for group ID {gid}").as_bytes());
                    code = 1;
                    out.put_number(gid.into());
                }
            }
        }
        out.put_byte(b'\n');
        out.flush();
    };
    if parsed.operands.is_empty() {
        let (uid, gid) = sys::identity();
        line(None, accounts::user_name(uid).unwrap_or_default(), gid);
    }
    let mut unknown = false;
    for name in &parsed.operands {
        match accounts::user(name) {
            Some(user) => line(Some(name), &user.name, user.gid),
            None => {
                context.say(&[&quote::always(name), b": no such user".as_slice()].concat());
                unknown = true;
            }
        }
    }
    out.finish(&context, if unknown { 1 } else { code })
}

/// Runs `whoami`.
pub fn whoami(args: &Args) -> i32 {
    let context = Context::new(args, "whoami", 1);
    let parsed = match parse(&context, args, &[], Order::Permute) {
        Ok(parsed) => parsed,
        Err(code) => return code,
    };
    if let Some(extra) = parsed.operands.first() {
        return context.usage(&[b"extra operand ".as_slice(), &quote::always(extra)].concat());
    }
    let uid = sys::identity().0;
    let Some(name) = accounts::user_name(uid) else {
        context.say(format!("cannot find name for user ID {uid}").as_bytes());
        return 1;
    };
    let mut out = Output::stdout();
    out.put(&[name, b"\n"].concat());
    out.finish(&context, 0)
}
