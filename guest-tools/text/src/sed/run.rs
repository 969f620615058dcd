//! Runs `sed`: from the command line to the exit code.

use super::execute::Machine;
use super::input::Input;
use super::options::{Options, say_failure};
use super::output::Outputs;
use super::parse;
use crate::Args;
use crate::cli::Context;

/// Exit code for a bad script or command line.
pub const BAD_USAGE: i32 = 1;
/// Exit code if an input could not be read.
pub const BAD_INPUT: i32 = 2;
/// Exit code for a failure at work.
pub const PANIC: i32 = 4;

/// Runs `sed`.
pub fn run(args: &Args) -> i32 {
    let mut context = Context::new(args, "sed", BAD_USAGE);
    context.usage_synopsis = true;
    let options = match Options::new(&context, args) {
        Ok(options) => options,
        Err(code) => return code,
    };
    let mut script = match parse::parse(&options) {
        Ok(script) => script,
        Err(failure) => return say_failure(&context, &failure),
    };
    let mut outputs = match Outputs::new(&context, &script.writes) {
        Ok(outputs) => outputs,
        Err(code) => return code,
    };
    let input = Input::new(&options);
    let mut commands = std::mem::take(&mut script.commands);
    let mut machine = Machine::new(&context, &options, script, input, &mut outputs);
    let code = match machine.run(&mut commands) {
        Ok(code) => code,
        Err(code) => {
            outputs.abandon();
            outputs.flush_main();
            return code;
        }
    };
    let failed = machine.finish();
    let code = match failed {
        Err(code) => code,
        Ok(true) if code == 0 => BAD_INPUT,
        Ok(_) => code,
    };
    outputs.finish(&context, code)
}
