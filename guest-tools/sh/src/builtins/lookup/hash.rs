//! `hash`: where commands were found.

use crate::builtins::getopts::letters::Letters;
use crate::exec::{Run, Shell};

/// `hash`.
pub fn hash(sh: &mut Shell, args: &[Vec<u8>]) -> Run {
    let mut letters = Letters::new(args, b"dlp:rt");
    let (mut delete, mut long, mut clear, mut paths) = (false, false, false, false);
    let mut given = None;
    loop {
        match letters.next(sh) {
            Ok(Some((letter, value))) => match letter {
                b'd' => delete = true,
                b'l' => long = true,
                b'p' => given = Some(value),
                b'r' => clear = true,
                _ => paths = true,
            },
            Ok(None) => break,
            Err(failed) => return failed,
        }
    }
    if !sh.options.hashall {
        return sh.fail(b"hash", b"hashing disabled", 1);
    }
    let names = letters.rest();
    if clear {
        sh.hash.clear();
    }
    if names.is_empty() {
        if delete || paths {
            let option: &[u8] = if delete { b"-d" } else { b"-t" };
            let message = [option, b": option requires an argument"].concat();
            return sh.fail(b"hash", &message, 1);
        }
        if !clear {
            list(sh, long);
        }
        return Ok(0);
    }
    let mut status = 0;
    for name in names {
        let done = if paths {
            show(sh, name, names.len() > 1, long)
        } else if delete {
            sh.hash.remove(name).is_some()
        } else if let Some(path) = given {
            sh.hash.insert(name.clone(), (path.to_vec(), 0));
            true
        } else {
            remember(sh, name)
        };
        if !done {
            sh.complain(&[b"hash: ", name.as_slice(), b": not found"].concat());
            status = 1;
        }
    }
    Ok(status)
}

fn remember(sh: &mut Shell, name: &[u8]) -> bool {
    if name.contains(&b'/') || sh.functions.contains_key(name) || sh.builtin(name).is_some() {
        return true;
    }
    match sh.find_program(name, None) {
        Some(path) => {
            sh.hash.insert(name.to_vec(), (path, 0));
            true
        }
        None => {
            sh.hash.remove(name);
            false
        }
    }
}

fn show(sh: &mut Shell, name: &[u8], several: bool, long: bool) -> bool {
    let Some((path, _)) = sh.hash.get(name).cloned() else {
        return false;
    };
    let text = match (long, several) {
        (true, _) => [b"builtin hash -p ", path.as_slice(), b" ", name, b"\n"].concat(),
        (false, true) => [name, b"\t", &path, b"\n"].concat(),
        (false, false) => [path.as_slice(), b"\n"].concat(),
    };
    sh.print(&text);
    true
}

fn list(sh: &mut Shell, long: bool) {
    if sh.hash.is_empty() {
        if !sh.options.posix {
            sh.print(b"hash: hash table empty\n");
        }
        return;
    }
    let mut entries: Vec<_> = sh
        .hash
        .iter()
        .map(|(name, entry)| (name.clone(), entry.clone()))
        .collect();
    // The order of bash's table.
    entries.sort_by_key(|(name, _)| crate::vars::bucket_hash(name) & 255);
    if !long {
        sh.print(b"hits\tcommand\n");
    }
    for (name, (path, hits)) in entries {
        let text = match long {
            true => [b"builtin hash -p ", path.as_slice(), b" ", &name, b"\n"].concat(),
            false => [format!("{hits:4}\t").as_bytes(), &path, b"\n"].concat(),
        };
        sh.print(&text);
    }
}
