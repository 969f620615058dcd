//! `enable`: which builtins are in force.

use super::TABLE;
use crate::exec::{Run, Shell};

/// `enable`
pub fn enable(sh: &mut Shell, args: &[Vec<u8>]) -> Run {
    let (mut all, mut disable, mut print, mut special, mut delete) =
        (false, false, false, false, false);
    let mut file = None;
    let mut at = 1;
    while let Some([b'-', letters @ ..]) = args.get(at).map(Vec::as_slice) {
        if letters.is_empty() {
            break;
        }
        at += 1;
        if letters == b"-" {
            break;
        }
        for letter in letters {
            match letter {
                b'a' => all = true,
                b'n' => disable = true,
                b'p' => print = true,
                b's' => special = true,
                b'd' => delete = true,
                b'f' => {
                    file = args.get(at).cloned();
                    at += 1;
                }
                letter => return sh.bad_option(b"enable", &[b'-', *letter]),
            }
        }
    }
    let names = args.get(at..).unwrap_or_default();
    if let Some(file) = file {
        let message = [
            b"cannot open shared object ",
            file.as_slice(),
            b": ",
            &file,
            b": cannot open shared object file: No such file or directory",
        ];
        return sh.fail(b"enable", &message.concat(), 1);
    }
    if names.is_empty() || print {
        for builtin in TABLE {
            let disabled = sh.state.is_disabled(builtin.name.as_bytes());
            if (special && !builtin.special) || (!all && disabled != disable) {
                continue;
            }
            let line = match disabled {
                true => format!("enable -n {}\n", builtin.name),
                false => format!("enable {}\n", builtin.name),
            };
            sh.print(line.as_bytes());
        }
        return Ok(0);
    }
    let mut status = 0;
    for name in names {
        if super::find(name).is_none() {
            status = sh.fail_on(b"enable", name, "not a shell builtin")?;
        } else if delete {
            status = sh.fail_on(b"enable", name, "not dynamically loaded")?;
        } else if disable {
            sh.state.disabled.insert(name.clone());
        } else {
            sh.state.disabled.remove(name);
        }
    }
    Ok(status)
}
