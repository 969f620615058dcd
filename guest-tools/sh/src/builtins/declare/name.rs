//! One name of a declaration: attributes and value.

use super::{Item, Request, function};
use crate::ast::AssignValue;
use crate::exec::{
    AssignError, ExpandedAssign, ExpandedValue, Flow, Key, OPTION_TABLE, Run, Shell,
};
use crate::lexer::Input;
use crate::parser::Parser;
use crate::text::is_name;
use crate::vars::{ScopeKind, Sym, Value, attr};

/// Declares every name; 1 if any failed.
pub fn declare_all(sh: &mut Shell, builtin: &[u8], request: &Request, items: Vec<Item>) -> Run {
    let mut status = 0;
    for item in items {
        if item.text == b"-" && builtin == b"local" {
            keep_options(sh);
            continue;
        }
        if item.assign.is_none() && request.functions {
            function::print_body(sh, &item.text);
            continue;
        }
        if !declare_one(sh, builtin, request, item)? {
            status = 1;
        }
    }
    Ok(status)
}

/// `local -`: notes the names of the options that are on where the end of the
/// function finds them, as the hidden value of a variable `-`.
fn keep_options(sh: &mut Shell) {
    let sym = sh.vars.sym(b"-");
    let names: Vec<&str> = OPTION_TABLE
        .iter()
        .filter_map(|(name, _, place)| place(&mut sh.options).then_some(*name))
        .collect();
    let kept = Value::Str(names.join(":").into_bytes());
    let old = std::mem::replace(&mut sh.vars.get_mut(sym).value, kept);
    sh.state.options_kept = true;
    if !sh.vars.hide(sym, ScopeKind::Function) {
        sh.vars.get_mut(sym).value = old;
    }
}

fn invalid(sh: &mut Shell, builtin: &[u8], text: &[u8]) -> Result<bool, Flow> {
    sh.complain(&[builtin, b": `", text, b"': not a valid identifier"].concat());
    Ok(false)
}

fn failed(sh: &mut Shell, builtin: &[u8], name: &[u8], message: &str) -> Result<bool, Flow> {
    sh.fail_on(builtin, name, message)?;
    Ok(false)
}

fn declare_one(
    sh: &mut Shell,
    builtin: &[u8],
    request: &Request,
    item: Item,
) -> Result<bool, Flow> {
    let text = item.text;
    let written = item.assign.is_some();
    // Elements are looked for in the text once more, as quotes are gone.
    let list = |value: &ExpandedValue| matches!(value, ExpandedValue::Scalar(text) if text.starts_with(b"(") && text.ends_with(b")"));
    let plain = |assign: &ExpandedAssign| {
        assign.index.is_none() && !list(&assign.value)
            || matches!(assign.value, ExpandedValue::Array(_))
    };
    let (assign, name, subscript) = match item.assign.filter(plain) {
        Some(assign) => {
            let sym = assign.name;
            let subscript = assign.index.is_some();
            (Some(assign), sym, subscript)
        }
        None => match split(sh, &text, request, written)? {
            Some(parts) => parts,
            None => return invalid(sh, builtin, &text),
        },
    };
    let name_text = sh.vars.names.name(name).to_vec();
    if (matches!(builtin, b"export") || (builtin == b"readonly" && assign.is_none())) && subscript {
        return invalid(sh, builtin, &text);
    }
    let reference = request.on & attr::NAMEREF != 0;
    if reference
        && assign.is_none()
        && let Value::Str(target) = &sh.vars.get(name).value
        && !target.is_empty()
        && !is_name(target.split(|c| *c == b'[').next().unwrap_or_default())
        && !request.local
    {
        let message = [
            builtin,
            b": `",
            target,
            b"': invalid variable name for name reference",
        ]
        .concat();
        sh.complain(&message);
        return Ok(false);
    }
    if reference {
        if assign
            .as_ref()
            .is_some_and(|assign| matches!(assign.value, ExpandedValue::Array(_)))
            || request.on & (attr::INDEXED | attr::ASSOC) != 0
        {
            return failed(
                sh,
                builtin,
                &name_text,
                "reference variable cannot be an array",
            );
        }
        if let Some(ExpandedValue::Scalar(target)) = assign.as_ref().map(|assign| &assign.value) {
            let base = target.split(|c| *c == b'[').next().unwrap_or_default();
            if !is_name(base) {
                sh.complain(
                    &[
                        builtin,
                        b": `",
                        target,
                        b"': invalid variable name for name reference",
                    ]
                    .concat(),
                );
                return Ok(false);
            }
            if *target == name_text && !request.local {
                return failed(
                    sh,
                    builtin,
                    &name_text,
                    "nameref variable self references not allowed",
                );
            }
        }
    }
    // Attributes belong to what a nameref stands for, unless they are about it.
    let mut target = name;
    let through = (request.on | request.off) & attr::NAMEREF == 0;
    if request.local {
        if !make_local(sh, builtin, name, request)? {
            return Ok(false);
        }
    } else if through {
        let (referred, element) = sh.reference(name);
        if element.is_some() && assign.is_none() {
            return Ok(true);
        }
        target = referred;
    }
    if request.global && sh.vars.hidden(target).is_some() {
        let global = std::mem::take(sh.vars.global_mut(target));
        let inner = std::mem::replace(sh.vars.get_mut(target), global);
        let done = apply(sh, builtin, request, target, assign, subscript);
        let global = std::mem::replace(sh.vars.get_mut(target), inner);
        *sh.vars.global_mut(target) = global;
        return done;
    }
    apply(sh, builtin, request, target, assign, subscript)
}

/// Makes a name local to the running function.
fn make_local(sh: &mut Shell, builtin: &[u8], sym: Sym, request: &Request) -> Result<bool, Flow> {
    if sh.vars.is_local(sym) {
        return Ok(true);
    }
    let old = sh.vars.get(sym).clone();
    if old.has(attr::READONLY) && sh.vars.hidden(sym).is_none() {
        let name = sh.vars.names.name(sym).to_vec();
        return failed(sh, builtin, &name, "readonly variable");
    }
    let given = sh.vars.is_temporary(sym);
    sh.vars.hide(sym, ScopeKind::Function);
    if given {
        let var = sh.vars.get_mut(sym);
        var.value = old.value.clone();
        var.attrs |= attr::EXPORT;
    }
    if request.inherit || sh.shopt.localvar_inherit {
        let var = sh.vars.get_mut(sym);
        *var = old;
        var.attrs &= !attr::NAMEREF;
    }
    if matches!(sym, Sym::IFS | Sym::LC_ALL | Sym::LC_CTYPE | Sym::LANG) {
        sh.assigned(sym);
    }
    Ok(true)
}

fn apply(
    sh: &mut Shell,
    builtin: &[u8],
    request: &Request,
    sym: Sym,
    assign: Option<ExpandedAssign>,
    subscript: bool,
) -> Result<bool, Flow> {
    let name = sh.vars.names.name(sym).to_vec();
    let attrs = sh.vars.get(sym).attrs;
    if attrs & attr::READONLY != 0
        && (request.off & attr::READONLY != 0 || (request.off & !attr::EXPORT) & attrs != 0)
    {
        return failed(sh, builtin, &name, "readonly variable");
    }
    if request.off & (attr::INDEXED | attr::ASSOC) & attrs != 0 {
        return failed(
            sh,
            builtin,
            &name,
            "cannot destroy array variables in this way",
        );
    }
    if request.on & attr::ASSOC != 0 && attrs & attr::INDEXED != 0 {
        return failed(
            sh,
            builtin,
            &name,
            "cannot convert indexed to associative array",
        );
    }
    if request.on & attr::INDEXED != 0 && attrs & attr::ASSOC != 0 {
        return failed(
            sh,
            builtin,
            &name,
            "cannot convert associative to indexed array",
        );
    }
    let array = request.on & (attr::INDEXED | attr::ASSOC);
    if array == attr::INDEXED | attr::ASSOC {
        sh.vars.get_mut(sym).attrs |= attr::ASSOC | attr::DECLARED;
        return failed(
            sh,
            builtin,
            &name,
            "cannot convert associative to indexed array",
        );
    }
    let list = assign
        .as_ref()
        .is_some_and(|assign| matches!(assign.value, ExpandedValue::Array(_)));
    if attrs & attr::READONLY == 0
        && (array != 0 || ((list || subscript) && attrs & (attr::INDEXED | attr::ASSOC) == 0))
    {
        let had_value = !matches!(sh.vars.get(sym).value, Value::Unset);
        let assoc = array & attr::ASSOC != 0;
        if had_value || assign.is_some() {
            sh.make_array(sym, assoc);
        } else {
            sh.vars.get_mut(sym).attrs |= if assoc { attr::ASSOC } else { attr::INDEXED };
        }
    }
    change_attributes(sh, sym, request.on & !attr::READONLY, request.off);
    if let Some(mut assign) = assign {
        assign.name = sym;
        // The argument's text is evaluated once more.
        if let Some(index) = &assign.index
            && sh.vars.get(sym).has(attr::ASSOC)
            && !sh.shopt.assoc_expand_once
        {
            assign.index = Some(sh.expand_key_text(&index.clone()));
        }
        let result = if request.on & attr::NAMEREF != 0 {
            assign_reference(sh, sym, assign)
        } else if assign.index.is_none()
            && matches!(assign.value, ExpandedValue::Scalar(_))
            && array != 0
        {
            scalar_to_element(sh, sym, assign)
        } else {
            sh.apply_assign(assign)
        };
        if let Err(error) = result {
            let quiet = error.readonly && matches!(builtin, b"export" | b"readonly");
            match quiet {
                true => sh.complain(&error.message),
                false => sh.complain(&[builtin, b": ", &error.message].concat()),
            }
            return Ok(false);
        }
    }
    if request.on & attr::READONLY != 0 {
        sh.vars.get_mut(sym).attrs |= attr::READONLY;
    }
    Ok(true)
}

fn change_attributes(sh: &mut Shell, sym: Sym, on: u16, off: u16) {
    let var = sh.vars.get_mut(sym);
    let case = attr::LOWER | attr::UPPER | attr::CAPITALIZE;
    if on & case != 0 {
        var.attrs &= !case;
    }
    var.attrs |= attr::DECLARED | (on & !(attr::INDEXED | attr::ASSOC));
    var.attrs &= !(off & !(attr::READONLY | attr::INDEXED | attr::ASSOC));
    if (on | off) & attr::EXPORT != 0 {
        sh.vars.environment_changed = true;
    }
    if off & attr::INTEGER != 0
        && let Value::Int(number) = sh.vars.get(sym).value
    {
        sh.vars.get_mut(sym).value = Value::Str(crate::text::int_text(number));
    }
}

/// What a nameref refers to is its own value.
fn assign_reference(sh: &mut Shell, sym: Sym, assign: ExpandedAssign) -> Result<(), AssignError> {
    let name = sh.vars.names.name(sym).to_vec();
    if sh.vars.get(sym).has(attr::READONLY) {
        return Err(AssignError {
            message: [&name, &b": readonly variable"[..]].concat(),
            readonly: true,
        });
    }
    if let ExpandedValue::Scalar(target) = assign.value {
        if target == name {
            let message = [&b"warning: "[..], &name, b": circular name reference"].concat();
            sh.complain(&[b"local: ", message.as_slice()].concat());
        }
        sh.vars.get_mut(sym).value = Value::Str(target);
    }
    Ok(())
}

fn scalar_to_element(sh: &mut Shell, sym: Sym, assign: ExpandedAssign) -> Result<(), AssignError> {
    let ExpandedValue::Scalar(value) = assign.value else {
        return Ok(());
    };
    let key = match sh.vars.get(sym).has(attr::ASSOC) {
        true => Key::Text(b"0".to_vec()),
        false => Key::Index(0),
    };
    sh.assign_element(sym, key, value, assign.append)
}

type Parts = (Option<ExpandedAssign>, Sym, bool);

/// An argument that was no assignment in the source: `name`, `name[i]`,
/// `name=value`, `name+=value`, and with an array attribute `name=(…)`.
/// `written`: it was one before its words were expanded.
fn split(
    sh: &mut Shell,
    text: &[u8],
    request: &Request,
    written: bool,
) -> Result<Option<Parts>, Flow> {
    let mut end = 0;
    while text.get(end).is_some_and(|c| crate::text::is_name_byte(*c)) {
        end += 1;
    }
    let (name, mut rest) = text.split_at(end);
    if !is_name(name) {
        return Ok(None);
    }
    let mut index = None;
    if rest.first() == Some(&b'[') {
        let end = match sh.shopt.assoc_expand_once && written {
            true => rest.iter().position(|c| *c == b']'),
            false => crate::subscript::subscript_end(rest, 0),
        };
        let Some(close) = end else {
            return Ok(None);
        };
        index = Some(rest[1..close].to_vec());
        rest = &rest[close + 1..];
    }
    let (append, value) = match rest {
        [] => (false, None),
        [b'=', value @ ..] => (false, Some(value)),
        [b'+', b'=', value @ ..] => (true, Some(value)),
        _ => return Ok(None),
    };
    let sym = sh.vars.sym(name);
    let subscript = index.is_some();
    let Some(value) = value else {
        return Ok(Some((None, sym, subscript)));
    };
    let current = if request.global {
        sh.vars.hidden(sym).unwrap_or(sh.vars.get(sym)).is_array()
    } else {
        (!request.local || sh.vars.is_local(sym)) && sh.vars.get(sym).is_array()
    };
    let arrays = request.on & (attr::INDEXED | attr::ASSOC) != 0 || current;
    let value = match arrays && index.is_none() && value.starts_with(b"(") && value.ends_with(b")")
    {
        true => match compound(sh, text)? {
            Some(value) => value,
            None => ExpandedValue::Scalar(value.to_vec()),
        },
        false => ExpandedValue::Scalar(value.to_vec()),
    };
    let assign = ExpandedAssign {
        name: sym,
        index,
        append,
        value,
    };
    Ok(Some((Some(assign), sym, subscript)))
}

/// Parses `name=(…)` anew.
fn compound(sh: &mut Shell, text: &[u8]) -> Result<Option<ExpandedValue>, Flow> {
    let options = sh.parse_options();
    let mut input = Input::new([text, b"\n"].concat(), sh.line);
    let parsed = Parser::new(&mut input, &mut sh.vars, &sh.aliases, options).parse_line();
    let Ok(Some(list)) = parsed else {
        return Ok(None);
    };
    let Some(crate::ast::Command::Simple(simple)) = first_command(&list) else {
        return Ok(None);
    };
    let Some(assign) = simple.assigns.first() else {
        return Ok(None);
    };
    match assign.value {
        AssignValue::Array(_) => Ok(Some(sh.expand_assign(assign)?.value)),
        AssignValue::Scalar(_) => Ok(None),
    }
}

fn first_command(list: &crate::ast::List) -> Option<&crate::ast::Command> {
    list.items.first()?.first.commands.first()
}
