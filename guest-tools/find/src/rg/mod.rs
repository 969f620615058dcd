//! `rg`, on ripgrep's libraries, one thread.

mod files;
mod flags;
mod matcher;
mod options;
mod search;

use options::{Config, Mode};
use wardian_applet::Args;
use wardian_applet::cli::{Context, Output};

/// Runs `rg`.
pub fn run(args: &Args) -> i32 {
    let context = Context::new(args, "rg", 2);
    let config = match options::read(&context, args) {
        Ok(config) => config,
        Err(code) => return code,
    };
    match config.mode {
        Mode::Types => types(&context, &config),
        Mode::Files => files::list(&context, &config),
        _ => search::run(&context, &config),
    }
}

fn types(context: &Context<'_>, config: &Config) -> i32 {
    let mut out = Output::stdout();
    match config.types_builder() {
        Ok(builder) => {
            for definition in builder.definitions() {
                out.put(definition.name().as_bytes());
                out.put(b": ");
                out.put(definition.globs().join(", ").as_bytes());
                out.put(b"\n");
            }
            out.finish_or(context, 0, 2)
        }
        Err(message) => say(&message),
    }
}

/// Prints a message without the program's name; gives the exit code for errors.
fn say(text: &str) -> i32 {
    let line = format!("{text}\n");
    let _ = wardian_applet::sys::write(2, line.as_bytes());
    2
}
