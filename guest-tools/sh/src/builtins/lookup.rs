//! `type`, `command`, `builtin`: what a name stands for.

mod hash;

pub use hash::hash;

use super::getopts::letters::Letters;
use crate::ast::print_function;
use crate::exec::{Flow, Run, Shell};
use crate::text::push_single_quoted;
use crate::vars::{ScopeKind, Sym, Value, attr};

/// Where `command -p` looks.
const STANDARD_PATH: &[u8] = b"/bin:/usr/bin";

/// Words of the grammar.
const KEYWORDS: &[&[u8]] = &[
    b"if",
    b"then",
    b"else",
    b"elif",
    b"fi",
    b"case",
    b"esac",
    b"for",
    b"select",
    b"while",
    b"until",
    b"do",
    b"done",
    b"in",
    b"function",
    b"time",
    b"{",
    b"}",
    b"!",
    b"[[",
    b"]]",
    b"coproc",
];

/// What a name stands for.
enum Meaning {
    Alias(Vec<u8>),
    Keyword,
    Function,
    Builtin { special: bool },
    File { path: Vec<u8>, hashed: bool },
}

/// How to look a name up.
#[derive(Clone, Copy, Default)]
struct Search {
    all: bool,
    no_functions: bool,
    files_only: bool,
    standard_path: bool,
}

fn meanings(sh: &mut Shell, name: &[u8], search: Search) -> Vec<Meaning> {
    let mut found = Vec::new();
    if !search.files_only {
        if sh.shopt.expand_aliases
            && let Some(text) = sh.aliases.get(name)
        {
            found.push(Meaning::Alias(text.clone()));
        }
        if KEYWORDS.contains(&name) {
            found.push(Meaning::Keyword);
        }
        if !search.no_functions && sh.functions.contains_key(name) {
            found.push(Meaning::Function);
        }
        if let Some(builtin) = sh.builtin(name) {
            found.push(Meaning::Builtin {
                special: builtin.special,
            });
        }
    }
    if !search.all && !found.is_empty() {
        found.truncate(1);
        return found;
    }
    if !search.all
        && !search.standard_path
        && let Some((path, _)) = sh.hash.get(name)
    {
        found.push(Meaning::File {
            path: path.clone(),
            hashed: true,
        });
        return found;
    }
    let path = search.standard_path.then_some(STANDARD_PATH);
    for path in sh.find_programs(name, path) {
        found.push(Meaning::File {
            path,
            hashed: false,
        });
        if !search.all {
            break;
        }
    }
    found
}

/// `type`.
pub fn type_(sh: &mut Shell, args: &[Vec<u8>]) -> Run {
    let mut letters = Letters::new(args, b"afptP");
    let mut search = Search::default();
    let (mut kinds, mut paths) = (false, false);
    loop {
        match letters.next(sh) {
            Ok(Some((letter, _))) => match letter {
                b'a' => search.all = true,
                b'f' => search.no_functions = true,
                b't' => (kinds, paths) = (true, false),
                b'p' => (paths, kinds) = (true, false),
                _ => (paths, kinds, search.files_only) = (true, false, true),
            },
            Ok(None) => break,
            Err(failed) => return failed,
        }
    }
    let mut status = 0;
    for name in letters.rest() {
        let found = meanings(sh, name, search);
        if found.is_empty() {
            if !kinds && !paths {
                sh.complain(&[b"type: ", name.as_slice(), b": not found"].concat());
            }
            status = 1;
        }
        for meaning in &found {
            match (kinds, paths) {
                (true, _) => sh.print(kind(meaning)),
                (_, true) => {
                    if let Meaning::File { path, .. } = meaning {
                        sh.print(&[path.as_slice(), b"\n"].concat());
                    }
                }
                _ => describe(sh, name, meaning),
            }
        }
    }
    Ok(status)
}

fn kind(meaning: &Meaning) -> &'static [u8] {
    match meaning {
        Meaning::Alias(_) => b"alias\n",
        Meaning::Keyword => b"keyword\n",
        Meaning::Function => b"function\n",
        Meaning::Builtin { .. } => b"builtin\n",
        Meaning::File { .. } => b"file\n",
    }
}

/// A sentence, as `type` and `command -V` print it.
fn describe(sh: &mut Shell, name: &[u8], meaning: &Meaning) {
    let mut out = name.to_vec();
    match meaning {
        Meaning::Alias(text) => {
            out.extend_from_slice(b" is aliased to `");
            out.extend_from_slice(text);
            out.push(b'\'');
        }
        Meaning::Keyword => out.extend_from_slice(b" is a shell keyword"),
        Meaning::Builtin { special: true } if sh.options.posix => {
            out.extend_from_slice(b" is a special shell builtin");
        }
        Meaning::Builtin { .. } => out.extend_from_slice(b" is a shell builtin"),
        Meaning::File { path, hashed: true } => {
            out.extend_from_slice(b" is hashed (");
            out.extend_from_slice(path);
            out.push(b')');
        }
        Meaning::File { path, .. } => {
            out.extend_from_slice(b" is ");
            out.extend_from_slice(path);
        }
        Meaning::Function => {
            out.extend_from_slice(b" is a function\n");
            if let Some(function) = sh.function(name) {
                print_function(&function, &mut sh.vars, &mut out);
            }
            if out.last() == Some(&b'\n') {
                out.pop();
            }
        }
    }
    out.push(b'\n');
    sh.print(&out);
}

/// `command`.
pub fn command(sh: &mut Shell, args: &[Vec<u8>]) -> Run {
    let mut letters = Letters::new(args, b"pvV");
    let (mut short, mut long) = (false, false);
    let mut search = Search::default();
    loop {
        match letters.next(sh) {
            Ok(Some((b'v', _))) => (short, long) = (true, false),
            Ok(Some((b'V', _))) => (short, long) = (false, true),
            Ok(Some(_)) => search.standard_path = true,
            Ok(None) => break,
            Err(failed) => return failed,
        }
    }
    let words = letters.rest();
    if words.is_empty() {
        return Ok(0);
    }
    if !short && !long {
        shift_declarations(sh, letters.taken());
        if !search.standard_path {
            let excused = sh.options.posix && sh.builtin(&words[0]).is_some();
            let outer = std::mem::replace(&mut sh.excused, excused.then_some(0));
            let result = sh.run_words(words, false);
            return match (std::mem::replace(&mut sh.excused, outer), result) {
                (Some(status), Err(Flow::Discard(_))) if status > 0 => Ok(status),
                (_, result) => result,
            };
        }
        sh.vars.push_scope(ScopeKind::Temporary);
        sh.vars.hide(Sym::PATH, ScopeKind::Temporary);
        let var = sh.vars.get_mut(Sym::PATH);
        var.attrs = attr::EXPORT | attr::DECLARED;
        var.value = Value::Str(STANDARD_PATH.to_vec());
        sh.hash.clear();
        let result = sh.run_words(words, false);
        sh.end_scope();
        return result;
    }
    let mut found_any = false;
    for name in words {
        let found = meanings(sh, name, search);
        match found.first() {
            None if long => sh.complain(&[b"command: ", name.as_slice(), b": not found"].concat()),
            None => {}
            Some(meaning) => {
                found_any = true;
                if long {
                    describe(sh, name, meaning);
                } else {
                    mention(sh, name, meaning);
                }
            }
        }
    }
    Ok(i32::from(!found_any))
}

/// What `command -v` prints.
fn mention(sh: &mut Shell, name: &[u8], meaning: &Meaning) {
    let mut out = Vec::new();
    match meaning {
        Meaning::Alias(text) => {
            out.extend_from_slice(b"alias ");
            out.extend_from_slice(name);
            out.push(b'=');
            push_single_quoted(&mut out, text);
        }
        Meaning::File { path, .. } => out.extend_from_slice(path),
        _ => out.extend_from_slice(name),
    }
    out.push(b'\n');
    sh.print(&out);
}

/// `builtin`.
pub fn builtin(sh: &mut Shell, args: &[Vec<u8>]) -> Run {
    let mut letters = Letters::new(args, b"");
    if let Err(failed) = letters.next(sh) {
        return failed;
    }
    let words = letters.rest();
    let Some(name) = words.first() else {
        return Ok(0);
    };
    match sh.builtin(name) {
        None => sh.fail_on(b"builtin", name, "not a shell builtin"),
        Some(_) => {
            shift_declarations(sh, letters.taken());
            sh.run_words(words, false)
        }
    }
}

/// Assignments belong to arguments by position: some words have gone.
fn shift_declarations(sh: &mut Shell, count: usize) {
    let count = count.min(sh.declarations.len());
    sh.declarations.drain(..count);
}
