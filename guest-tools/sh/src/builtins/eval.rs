//! `eval`, `source` and `.`.

use std::rc::Rc;

use crate::exec::{Flow, Frame, FrameKind, Run, Shell};
use crate::sys;

/// `eval`
pub fn eval(sh: &mut Shell, args: &[Vec<u8>]) -> Run {
    let words = match args.get(1).map(Vec::as_slice) {
        Some(b"--") => &args[2..],
        Some([b'-', letter, ..]) => return sh.bad_option(b"eval", &[b'-', *letter]),
        _ => &args[1..],
    };
    if words.is_empty() {
        return Ok(0);
    }
    let text = words.join(&b' ');
    let line = sh.line;
    sh.state.evaluating += 1;
    sh.state.trace_level += 1;
    let result = sh.run_text(text, line);
    sh.state.trace_level -= 1;
    sh.state.evaluating -= 1;
    result
}

/// `source` and `.`
pub fn source(sh: &mut Shell, args: &[Vec<u8>]) -> Run {
    let builtin = args[0].clone();
    let words = match args.get(1).map(Vec::as_slice) {
        Some(b"--") => &args[2..],
        Some([b'-', letter, ..]) => return sh.bad_option(&builtin, &[b'-', *letter]),
        _ => &args[1..],
    };
    let Some(name) = words.first() else {
        sh.complain(&[&builtin, &b": filename argument required"[..]].concat());
        return sh.usage(&builtin);
    };
    let path = find(sh, name);
    let Some(path) = path else {
        let message: &[&[u8]] = match sh.options.posix {
            true => &[&builtin, b": ", name, b": file not found"],
            false => &[name, b": No such file or directory"],
        };
        sh.complain(&message.concat());
        return if sh.options.posix {
            Err(sh.fatal(1))
        } else {
            Ok(1)
        };
    };
    if sys::stat(&path, true).is_ok_and(|stat| sys::is_dir(&stat)) {
        return sh.fail_on(&builtin, &path, "is a directory");
    }
    let text = match sh.read_file(&path) {
        Ok(text) => text,
        Err(errno) => {
            sh.complain(&[path.as_slice(), b": ", errno.message().as_bytes()].concat());
            return if sh.options.posix {
                Err(sh.fatal(1))
            } else {
                Ok(1)
            };
        }
    };
    if text[..text.len().min(80)].contains(&0) {
        return sh
            .fail_on(&builtin, &path, "cannot execute binary file")
            .map(|_| 126);
    }
    run_file(sh, &path, text, &words[1..])
}

/// The file that a name means: along PATH, then in the current directory.
fn find(sh: &mut Shell, name: &[u8]) -> Option<Vec<u8>> {
    if name.contains(&b'/') {
        return Some(name.to_vec());
    }
    let search = match sh.shopt.sourcepath {
        true => sh.get_text(b"PATH").unwrap_or_default(),
        false => Vec::new(),
    };
    for dir in search.split(|c| *c == b':') {
        let path = match dir {
            b"" => name.to_vec(),
            dir => [dir, name].join(&b'/'),
        };
        if sys::stat(&path, true).is_ok_and(|stat| !sys::is_dir(&stat)) {
            return Some(path);
        }
    }
    (!sh.options.posix && sys::stat(name, true).is_ok()).then(|| name.to_vec())
}

fn run_file(sh: &mut Shell, path: &[u8], text: Vec<u8>, args: &[Vec<u8>]) -> Run {
    let source: Rc<[u8]> = Rc::from(path);
    let caller = std::mem::replace(&mut sh.source, Rc::clone(&source));
    let line = sh.line;
    sh.frames.push(Frame {
        kind: FrameKind::Source,
        name: path.to_vec(),
        source,
        call_line: line,
        args: Some(match args.is_empty() {
            true => vec![path.to_vec()],
            false => args.to_vec(),
        }),
    });
    let given = (!args.is_empty()).then(|| args.to_vec());
    let saved = given
        .clone()
        .map(|args| std::mem::replace(&mut sh.positional, args));
    let evaluating = std::mem::take(&mut sh.state.evaluating);
    sh.state.trace_level += 1;
    let result = sh.run_text(text, 1);
    sh.state.trace_level -= 1;
    let result = match result {
        Err(Flow::Return(status)) => Ok(status),
        result => result,
    };
    sh.state.evaluating = evaluating;
    let result = match result {
        Ok(status) => {
            sh.status = status;
            sh.run_return_trap().map(|()| status)
        }
        other => other,
    };
    // `set --` in the file stays in force, even where there were arguments.
    if let (Some(saved), Some(given)) = (saved, given)
        && (sh.positional == given || given.ends_with(&sh.positional))
    {
        sh.positional = saved;
    }
    sh.frames.pop();
    sh.source = caller;
    sh.line = line;
    result
}
