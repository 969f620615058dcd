//! Listings of variables and functions by `declare`, `export`, `readonly`.

use super::{Item, Request, function};
use crate::exec::{Run, Shell};
use crate::expand::{quote_double, quote_value};
use crate::vars::{Sym, Value, attr};

/// `declare` without names.
pub fn list(sh: &mut Shell, request: &Request, local: bool) -> Run {
    if request.functions {
        return function::list(sh, request);
    }
    if local {
        for sym in sh.vars.locals() {
            if sh.vars.get(sym).exists() {
                print_declaration(sh, sym, b"declare ");
            }
        }
        return Ok(0);
    }
    if request.on == 0 && !request.print {
        return list_all(sh, true);
    }
    for sym in sh.vars.sorted() {
        let attrs = sh.shown_attributes(sym);
        if request.on == 0 || attrs & request.on != 0 {
            print_listed(sh, sym, b"declare ");
        }
    }
    Ok(0)
}

/// `export -p`, `readonly -p`.
pub fn list_marked(sh: &mut Shell, request: &Request, bit: u16) -> Run {
    if request.functions {
        let names = function::names(sh);
        for name in names {
            let marked = match bit {
                attr::EXPORT => sh.exported_functions.contains(&name),
                _ => sh.readonly_functions.contains(&name),
            };
            if marked {
                function::print(sh, &name, false);
            }
        }
        return Ok(0);
    }
    let wanted = request.on | bit;
    for sym in sh.vars.sorted() {
        if !sh.vars.get(sym).has(wanted) {
            continue;
        }
        if !sh.options.posix {
            print_declaration(sh, sym, b"declare ");
        } else if bit == attr::EXPORT {
            print_posix(sh, sym, b"export ");
        } else {
            print_posix(sh, sym, b"readonly ");
        }
    }
    Ok(0)
}

/// `declare -p name…`
pub fn print_named(sh: &mut Shell, builtin: &[u8], items: &[Item]) -> Run {
    let mut status = 0;
    for item in items {
        let found = sh
            .vars
            .names
            .find(&item.text)
            .filter(|sym| (sym.0 as usize) < Sym::FIXED || sh.vars.get(*sym).exists());
        match found {
            Some(sym) if sh.vars.get(sym).exists() => print_declaration(sh, sym, b"declare "),
            _ => status = sh.fail_on(builtin, &item.text, "not found")?,
        }
    }
    Ok(status)
}

/// `declare -x name="value"`
pub fn print_declaration(sh: &mut Shell, sym: Sym, start: &[u8]) {
    sh.load_dynamic(sym);
    print_listed(sh, sym, start);
}

fn print_listed(sh: &mut Shell, sym: Sym, start: &[u8]) {
    sh.load_listed(sym);
    let mut out = start.to_vec();
    let letters = sh.attribute_letters(sym);
    out.push(b'-');
    if letters.is_empty() {
        out.push(b'-');
    }
    out.extend_from_slice(&letters);
    out.push(b' ');
    push_named_value(sh, sym, &mut out);
    sh.unload_listed(sym);
    sh.print(&out);
}

fn print_posix(sh: &mut Shell, sym: Sym, start: &[u8]) {
    sh.load_dynamic(sym);
    let mut out = start.to_vec();
    if let Some(letter) = match sh.vars.get(sym).attrs {
        attrs if attrs & attr::INDEXED != 0 => Some(b'a'),
        attrs if attrs & attr::ASSOC != 0 => Some(b'A'),
        _ => None,
    } {
        out.extend_from_slice(&[b'-', letter, b' ']);
    }
    push_named_value(sh, sym, &mut out);
    sh.unload_listed(sym);
    sh.print(&out);
}

fn push_named_value(sh: &mut Shell, sym: Sym, out: &mut Vec<u8>) {
    out.extend_from_slice(sh.vars.names.name(sym));
    match &sh.vars.get(sym).value {
        Value::Unset => {}
        Value::Indexed(_) | Value::Assoc(_) => {
            out.push(b'=');
            let text = sh.loaded_text(sym);
            out.extend_from_slice(&text);
        }
        value => {
            out.push(b'=');
            out.extend_from_slice(&quote_double(&value.text().unwrap_or_default()));
        }
    }
    out.push(b'\n');
}

/// Every variable with a value as `name=value`, then functions.
pub fn list_all(sh: &mut Shell, functions: bool) -> Run {
    for sym in sh.vars.sorted() {
        sh.load_listed(sym);
        let mut out = sh.vars.names.name(sym).to_vec();
        if !crate::text::is_name(&out) {
            continue;
        }
        out.push(b'=');
        match &sh.vars.get(sym).value {
            Value::Unset => continue,
            Value::Indexed(_) | Value::Assoc(_) => {
                let text = sh.loaded_text(sym);
                out.extend_from_slice(&text);
            }
            value => out.extend_from_slice(&quote_value(&value.text().unwrap_or_default())),
        }
        out.push(b'\n');
        sh.unload_listed(sym);
        sh.print(&out);
    }
    if functions {
        for name in function::names(sh) {
            function::print_body(sh, &name);
        }
    }
    Ok(0)
}
