//! `unset`: removes variables, elements, functions.

use crate::exec::{Flow, Key, Run, Shell};
use crate::text::is_name;
use crate::vars::{Indexed, Sym, Value, attr};

/// `unset`
pub fn unset(sh: &mut Shell, args: &[Vec<u8>]) -> Run {
    let (mut functions, mut variables, mut references) = (false, false, false);
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
                b'f' => functions = true,
                b'v' => variables = true,
                b'n' => references = true,
                letter => return sh.bad_option(b"unset", &[b'-', *letter]),
            }
        }
    }
    if functions && variables {
        return sh.fail(
            b"unset",
            b"cannot simultaneously unset a function and a variable",
            1,
        );
    }
    let mut status = 0;
    for name in &args[at..] {
        let done = if functions {
            unset_function(sh, name)
        } else {
            unset_name(sh, name, variables, references)?
        };
        if !done {
            status = 1;
        }
    }
    Ok(status)
}

fn unset_function(sh: &mut Shell, name: &[u8]) -> bool {
    if sh.readonly_functions.contains(name) {
        let _ = sh.fail_on(b"unset", name, "cannot unset: readonly function");
        return false;
    }
    sh.functions.remove(name);
    sh.function_sources.remove(name);
    if sh.exported_functions.remove(name) {
        sh.vars.environment_changed = true;
    }
    true
}

fn unset_name(
    sh: &mut Shell,
    name: &[u8],
    variables: bool,
    references: bool,
) -> Result<bool, Flow> {
    let Some((sym, subscript)) = sh.parse_reference(name) else {
        if variables || !sh.functions.contains_key(name) {
            if variables && !is_name(name) {
                sh.complain(&[b"unset: `", name, b"': not a valid identifier"].concat());
                return Ok(false);
            }
            return Ok(true);
        }
        return Ok(unset_function(sh, name));
    };
    if references && subscript.is_none() && !sh.vars.get(sym).has(attr::NAMEREF) {
        return Ok(true);
    }
    let (target, subscript) = match (references, subscript) {
        (true, None) if sh.vars.get(sym).has(attr::NAMEREF) => (sym, None),
        (_, Some(subscript)) => (sh.vars_target(sym), Some(subscript)),
        (_, None) => sh.reference(sym),
    };
    if !sh.vars.get(target).exists() && subscript.is_none() {
        if !variables && sh.functions.contains_key(name) {
            return Ok(unset_function(sh, name));
        }
        sh.vars.unset(target);
        return Ok(true);
    }
    let shown = sh.vars.names.name(target).to_vec();
    if sh.vars.get(target).has(attr::READONLY) || matches!(target, Sym::PPID | Sym::UID | Sym::EUID)
    {
        let _ = sh.fail_on(b"unset", &shown, "cannot unset: readonly variable");
        return Ok(false);
    }
    match subscript {
        Some(subscript) => unset_element(sh, target, &shown, &subscript),
        None => {
            sh.vars.unset(target);
            sh.assigned(target);
            Ok(true)
        }
    }
}

fn unset_element(sh: &mut Shell, sym: Sym, name: &[u8], subscript: &[u8]) -> Result<bool, Flow> {
    let attrs = sh.vars.get(sym).attrs;
    if attrs & attr::EXPORT != 0 {
        sh.vars.environment_changed = true;
    }
    if attrs & attr::ASSOC != 0 {
        let subscript = &sh.expand_key_text(subscript);
        if let Value::Assoc(array) = &mut sh.vars.get_mut(sym).value {
            array.remove(subscript);
        }
        return Ok(true);
    }
    if matches!(subscript, b"@" | b"*") {
        let compatible = sh.get_text(b"BASH_COMPAT");
        let whole = matches!(
            compatible.as_deref(),
            Some(b"51" | b"5.1" | b"50" | b"5.0" | b"44" | b"4.4")
        );
        if attrs & attr::INDEXED != 0 && !whole {
            sh.vars.get_mut(sym).value = Value::Indexed(Box::new(Indexed::from_vec(Vec::new())));
        } else {
            sh.vars.unset(sym);
        }
        return Ok(true);
    }
    if !sh.vars.get(sym).exists() {
        return Ok(true);
    }
    let index = match sh.key_from_text(sym, subscript) {
        Ok(Key::Index(index)) => index,
        Ok(Key::Text(_)) => return Ok(true),
        Err(error) => {
            sh.complain(&error.message);
            return Err(Flow::Discard(1));
        }
    };
    if attrs & attr::INDEXED == 0 {
        if index == 0 {
            sh.vars.unset(sym);
            return Ok(true);
        }
        let _ = sh.fail_on(b"unset", name, "not an array variable");
        return Ok(false);
    }
    sh.load_dynamic(sym);
    if let Value::Indexed(array) = &mut sh.vars.get_mut(sym).value {
        let index = match index {
            index if index < 0 => array.last_index().map_or(0, |last| last + 1) + index,
            index => index,
        };
        if index < 0 {
            let message = [b"[", subscript, b"]: bad array subscript"].concat();
            let _ = sh.fail(b"unset", &message, 1);
            return Ok(false);
        }
        array.remove(index);
    }
    Ok(true)
}
