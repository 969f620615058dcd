//! `xargs`, after findutils 4.9.

mod input;
mod options;
mod run;

use input::Input;
use options::Config;
use run::Runner;
use wardian_applet::Args;
use wardian_applet::cli::Context;
use wardian_applet::sys::{File, OpenHow};

/// Runs `xargs`.
pub fn run(args: &Args) -> i32 {
    let context = Context::new(args, "xargs", 1);
    let config = match options::read(&context, args) {
        Ok(config) => config,
        Err(code) => return code,
    };
    let file = match &config.input {
        None => File::stdin(),
        Some(path) => match File::open(path, OpenHow::READ) {
            Ok(file) => file,
            Err(errno) => {
                let name = crate::words::quoted(path);
                context.say_error(
                    &[b"Cannot open input file ".as_slice(), &name].concat(),
                    errno,
                );
                return 1;
            }
        },
    };
    let mut input = Input::new(file, &config);
    let mut runner = Runner::new(&context, &config);
    let result = match &config.replace {
        Some(pattern) => by_line(&mut input, &mut runner, pattern),
        None => by_item(&mut input, &mut runner, &config),
    };
    match result {
        Ok(()) => runner.finish(),
        Err(code) => runner.stop(code),
    }
}

/// Each line in place of the pattern in the command.
fn by_line(input: &mut Input<'_>, runner: &mut Runner<'_>, pattern: &[u8]) -> Result<(), i32> {
    let mut line = Vec::new();
    while next(input, runner, &mut line)? {
        if !line.is_empty() || !input.plain() {
            runner.run_with(pattern, &line)?;
        }
    }
    Ok(())
}

/// Items collected until a command is full.
fn by_item(input: &mut Input<'_>, runner: &mut Runner<'_>, config: &Config) -> Result<(), i32> {
    let mut item = Vec::new();
    while next(input, runner, &mut item)? {
        runner.add(&item)?;
        if config.max_lines.is_some_and(|most| input.lines() >= most) {
            runner.run_collected()?;
            input.forget_lines();
        }
    }
    if runner.has_items() || (!config.only_with_input && !runner.has_run()) {
        runner.run_collected()?;
    }
    Ok(())
}

/// The next item; bad input ends the work after what was collected has run.
fn next(input: &mut Input<'_>, runner: &mut Runner<'_>, item: &mut Vec<u8>) -> Result<bool, i32> {
    match input.next(item) {
        Ok(more) => {
            if input.take_nul() {
                runner.context().say(
                    b"WARNING: a NUL character occurred in the input.  It cannot be passed \
                      through in the argument list.  Did you mean to use the --null option?",
                );
            }
            Ok(more)
        }
        Err(message) => {
            runner.context().say(message.as_bytes());
            if runner.has_items() {
                runner.run_collected()?;
            }
            Err(1)
        }
    }
}
