//! `cargo xtask`: the project's chores. Guest builds, house rules, licences.

mod arguments;
mod checkout;
mod guests;
mod licences;
mod tidy;

use std::process::ExitCode;

use anyhow::Result;
use clap::Parser as _;

use arguments::{Arguments, Chore};
use checkout::Checkout;

fn main() -> ExitCode {
    match run(&Arguments::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("xtask: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &Arguments) -> Result<()> {
    let checkout = Checkout::find()?;
    match &arguments.chore {
        Chore::Guests(options) => guests::run(&checkout, options),
        Chore::Tidy => tidy::run(&checkout),
        Chore::Licences => licences::run(&checkout),
    }
}
