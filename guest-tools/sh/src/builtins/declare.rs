//! `declare`, `typeset`, `local`, `export`, `readonly`: attributes of variables
//! and functions.

mod function;
mod list;
mod name;

pub use list::list_all;

use crate::exec::{ExpandedAssign, Run, Shell};
use crate::vars::attr;

/// What the options ask for.
#[derive(Clone, Copy, Default)]
struct Request {
    /// Attributes to set.
    on: u16,
    /// Attributes to remove.
    off: u16,
    functions: bool,
    names_only: bool,
    global: bool,
    inherit: bool,
    print: bool,
    /// Whether names become local where a function runs.
    local: bool,
}

/// An argument, as an assignment where it was one in the source.
struct Item {
    text: Vec<u8>,
    assign: Option<ExpandedAssign>,
}

const DECLARE_LETTERS: &[(u8, u16)] = &[
    (b'a', attr::INDEXED),
    (b'A', attr::ASSOC),
    (b'c', attr::CAPITALIZE),
    (b'i', attr::INTEGER),
    (b'l', attr::LOWER),
    (b'n', attr::NAMEREF),
    (b'r', attr::READONLY),
    (b't', attr::TRACE),
    (b'u', attr::UPPER),
    (b'x', attr::EXPORT),
];

/// `declare` and `typeset`
pub fn declare(sh: &mut Shell, args: &[Vec<u8>]) -> Run {
    let local = sh.in_function();
    declare_as(sh, args, local)
}

/// `local`
pub fn local(sh: &mut Shell, args: &[Vec<u8>]) -> Run {
    if !sh.in_function() {
        return sh.fail(b"local", b"can only be used in a function", 1);
    }
    declare_as(sh, args, true)
}

fn declare_as(sh: &mut Shell, args: &[Vec<u8>], local: bool) -> Run {
    let declarations = std::mem::take(&mut sh.declarations);
    let name = args[0].clone();
    let mut request = Request {
        local,
        ..Request::default()
    };
    let mut at = 1;
    while let Some(arg) = args.get(at) {
        let (sign, letters) = match arg.as_slice() {
            b"--" => {
                at += 1;
                break;
            }
            [sign @ (b'-' | b'+'), letters @ ..] if !letters.is_empty() => (*sign, letters),
            _ => break,
        };
        for letter in letters {
            if !take_letter(&mut request, *letter, sign == b'-') {
                return sh.bad_option(&name, &[sign, *letter]);
            }
        }
        at += 1;
    }
    let case = attr::LOWER | attr::UPPER | attr::CAPITALIZE;
    match request.on & case {
        attr::LOWER | attr::UPPER | attr::CAPITALIZE => request.off |= case & !request.on,
        0 => {}
        _ => {
            request.on &= !case;
            request.off |= case;
        }
    }
    if request.global {
        request.local = false;
    }
    let items = items(&args[at..], at, declarations);
    if items.is_empty() {
        return list::list(sh, &request, name == b"local");
    }
    if request.functions {
        let others = !(attr::EXPORT | attr::READONLY | attr::TRACE);
        if let Some((letter, _)) = DECLARE_LETTERS
            .iter()
            .find(|(_, bit)| request.on & bit & others != 0)
        {
            let message = [b"-", &[*letter][..], b": invalid option"].concat();
            return sh.fail(&name, &message, 1);
        }
        return function::functions(sh, &name, &request, items);
    }
    if request.print {
        return list::print_named(sh, &name, &items);
    }
    name::declare_all(sh, &name, &request, items)
}

fn take_letter(request: &mut Request, letter: u8, on: bool) -> bool {
    match letter {
        b'f' if on => request.functions = true,
        b'F' => {
            request.functions = true;
            request.names_only = true;
        }
        b'f' => request.functions = true,
        b'g' => request.global = true,
        b'I' => request.inherit = true,
        b'p' => request.print = on,
        _ => {
            let Some((_, bit)) = DECLARE_LETTERS.iter().find(|(known, _)| *known == letter) else {
                return false;
            };
            if on {
                request.on |= bit;
            } else {
                request.off |= bit;
            }
        }
    }
    true
}

/// Joins the arguments from position `first` on with their assignments.
fn items(args: &[Vec<u8>], first: usize, declarations: Vec<Option<ExpandedAssign>>) -> Vec<Item> {
    let mut assigns = declarations.into_iter().skip(first);
    args.iter()
        .map(|text| Item {
            text: text.clone(),
            assign: assigns.next().flatten(),
        })
        .collect()
}

/// `export`
pub fn export(sh: &mut Shell, args: &[Vec<u8>]) -> Run {
    mark(sh, args, attr::EXPORT)
}

/// `readonly`
pub fn readonly(sh: &mut Shell, args: &[Vec<u8>]) -> Run {
    mark(sh, args, attr::READONLY)
}

fn mark(sh: &mut Shell, args: &[Vec<u8>], bit: u16) -> Run {
    let declarations = std::mem::take(&mut sh.declarations);
    let name = args[0].clone();
    let mut request = Request {
        on: bit,
        ..Request::default()
    };
    let export = bit == attr::EXPORT;
    let mut at = 1;
    while let Some(arg) = args.get(at) {
        if arg.as_slice() == b"--" {
            at += 1;
            break;
        }
        let [b'-', letters @ ..] = arg.as_slice() else {
            break;
        };
        if letters.is_empty() {
            break;
        }
        for letter in letters {
            match letter {
                b'f' => request.functions = true,
                b'p' => request.print = true,
                b'n' if export => {
                    request.on &= !bit;
                    request.off |= bit;
                }
                b'a' if !export => request.on |= attr::INDEXED,
                b'A' if !export => request.on |= attr::ASSOC,
                b'n' => {}
                letter => return sh.bad_option(&name, &[b'-', *letter]),
            }
        }
        at += 1;
    }
    let items = items(&args[at..], at, declarations);
    if items.is_empty() {
        request.print = true;
        return list::list_marked(sh, &request, bit);
    }
    if request.functions {
        return function::functions(sh, &name, &request, items);
    }
    name::declare_all(sh, &name, &request, items)
}
