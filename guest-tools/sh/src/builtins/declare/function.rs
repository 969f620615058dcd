//! `declare -f`, `declare -F`, `export -f`, `readonly -f`.

use super::{Item, Request};
use crate::exec::{Run, Shell};
use crate::vars::attr;

/// Names of all functions, sorted.
pub fn names(sh: &Shell) -> Vec<Vec<u8>> {
    let mut names: Vec<Vec<u8>> = sh.functions.keys().cloned().collect();
    names.sort_unstable();
    names
}

/// A function's definition.
pub fn print_body(sh: &mut Shell, name: &[u8]) {
    if let Some(function) = sh.function(name) {
        let mut text = Vec::new();
        crate::ast::print_function(&function, &mut sh.vars, &mut text);
        text.push(b'\n');
        sh.print(&text);
    }
}

fn letters(sh: &Shell, name: &[u8]) -> Vec<u8> {
    let mut letters = b"-f".to_vec();
    if sh.readonly_functions.contains(name) {
        letters.push(b'r');
    }
    if sh.traced_functions.contains(name) {
        letters.push(b't');
    }
    if sh.exported_functions.contains(name) {
        letters.push(b'x');
    }
    letters
}

/// The definition and the line that declares its attributes.
pub fn print(sh: &mut Shell, name: &[u8], names_only: bool) {
    if !names_only {
        print_body(sh, name);
    }
    let letters = letters(sh, name);
    if names_only || letters != b"-f" {
        sh.print(&[b"declare ", letters.as_slice(), b" ", name, b"\n"].concat());
    }
}

/// All functions.
pub fn list(sh: &mut Shell, request: &Request) -> Run {
    for name in names(sh) {
        let exported = request.on & attr::EXPORT == 0 || sh.exported_functions.contains(&name);
        let readonly = request.on & attr::READONLY == 0 || sh.readonly_functions.contains(&name);
        if exported && readonly {
            print(sh, &name, request.names_only);
        }
    }
    Ok(0)
}

/// Prints functions, or changes their attributes.
pub fn functions(sh: &mut Shell, builtin: &[u8], request: &Request, items: Vec<Item>) -> Run {
    let mut status = 0;
    let marking = matches!(builtin, b"export" | b"readonly");
    for item in items {
        let name = item.text;
        if name.contains(&b'=') && item.assign.is_some() {
            status = sh.fail(builtin, b"cannot use `-f' to make functions", 1)?;
            continue;
        }
        if !sh.functions.contains_key(&name) {
            status = match marking {
                true => sh.fail_on(builtin, &name, "not a function")?,
                false => 1,
            };
            continue;
        }
        if request.on == 0 && request.off == 0 {
            if !request.names_only {
                print_body(sh, &name);
            } else {
                let mut line = name.clone();
                if sh.shopt.extdebug
                    && let Some(source) = sh.function_sources.get(&name)
                {
                    let line_number = sh.functions.get(&name).map_or(0, |function| function.line);
                    line.extend_from_slice(format!(" {line_number} ").as_bytes());
                    line.extend_from_slice(source);
                }
                line.push(b'\n');
                sh.print(&line);
            }
            continue;
        }
        if request.off & attr::READONLY != 0 && sh.readonly_functions.contains(&name) {
            status = sh.fail_on(builtin, &name, "readonly function")?;
            continue;
        }
        if request.on & attr::EXPORT != 0 {
            sh.exported_functions.insert(name.clone());
            sh.vars.environment_changed = true;
        }
        if request.off & attr::EXPORT != 0 {
            sh.exported_functions.remove(&name);
            sh.vars.environment_changed = true;
        }
        if request.on & attr::TRACE != 0 {
            sh.traced_functions.insert(name.clone());
        }
        if request.off & attr::TRACE != 0 {
            sh.traced_functions.remove(&name);
        }
        if request.on & attr::READONLY != 0 {
            sh.readonly_functions.insert(name);
        }
    }
    Ok(status)
}
