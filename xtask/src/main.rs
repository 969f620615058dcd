//! `cargo xtask`: the project's chores. Guest builds, house rules, licences.

mod arguments;
mod checkout;
mod guests;
mod licences;
mod tidy;

use anyhow::Result;
use clap::Parser as _;

use arguments::{Arguments, Chore};
use checkout::Checkout;

fn main() -> Result<()> {
    let checkout = Checkout::find()?;
    match Arguments::parse().chore {
        Chore::Guests(options) => guests::run(&checkout, &options),
        Chore::Tidy => tidy::run(&checkout),
        Chore::Licences => licences::run(&checkout),
    }
}
