//! The command: options, program texts, start.

mod options;
mod program;
mod usage;

use crate::run::{Machine, Options};
use crate::{compile, parse};
use wardian_applet::Args;
use wardian_applet::text::utf8_locale;

/// Runs awk; gives the exit code.
pub fn run(args: &Args) -> i32 {
    match start(args) {
        Ok(code) | Err(code) => code,
    }
}

fn start(args: &Args) -> Result<i32, i32> {
    let full = args.first().map_or(b"awk".as_slice(), Vec::as_slice);
    let name = full.rsplit(|byte| *byte == b'/').next().unwrap_or(full);
    let settings = options::parse(name, args)?;
    let utf8 = utf8_locale() && !settings.bytes;
    let sources = program::collect(name, &settings.sources)?;
    let options = Options {
        name: name.to_vec(),
        sources: sources.starts,
        argv: args.clone(),
        csv: settings.csv,
        inplace: settings.inplace,
    };
    let fail = |line: u32, message: &str, code: i32| -> i32 {
        let place = options.place(line);
        let name = String::from_utf8_lossy(name);
        program::say(format!("{name}: {place}: {message}\n").as_bytes());
        code
    };
    let tree = match parse::parse(&sources.text) {
        Ok(tree) => tree,
        Err(error) => {
            let plain = matches!(error.message.as_str(), "syntax error")
                || error.message.starts_with("unexpected newline")
                || error.message.starts_with("unterminated")
                || error.message.starts_with("invalid char");
            if plain {
                let (line, column) = &error.context;
                fail(error.line, &String::from_utf8_lossy(line), 1);
                let pointer = format!("{:column$}^ {}", "", error.message);
                return Err(fail(error.line, &pointer, 1));
            }
            return Err(fail(error.line, &format!("error: {}", error.message), 1));
        }
    };
    let code = match compile::compile(&tree, utf8) {
        Ok(code) => code,
        Err((line, message)) => {
            return Err(match message.strip_prefix("fatal: ") {
                Some(_) => fail(line, &message, 2),
                None if message.starts_with("error: ") => fail(line, &message, 1),
                None => fail(line, &format!("error: {message}"), 1),
            });
        }
    };
    drop(tree);
    let mut operands = vec![name.to_vec()];
    operands.extend(settings.operands);
    let mut machine = Machine::new(code, options, &operands, utf8);
    if let Some(separator) = settings.separator {
        machine.assign_option(&[b"FS=".as_slice(), &separator].concat())?;
    }
    for assignment in &settings.assignments {
        machine.assign_option(assignment)?;
    }
    Ok(machine.run_program())
}
