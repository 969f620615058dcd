//! The command line.

use clap::{Args, Parser, Subcommand, ValueEnum};

/// The project's chores.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
pub struct Arguments {
    /// What to do.
    #[command(subcommand)]
    pub chore: Chore,
}

/// One chore for each subcommand.
#[derive(Subcommand)]
pub enum Chore {
    /// Build the guest modules, or check the ones that are committed
    #[command(after_help = "\
Examples:
  cargo xtask guests                    build every guest
  cargo xtask guests --only sh          build one of them
  cargo xtask guests --check            are the committed modules up to date?
  cargo xtask guests --prove probes     does the source give the committed bytes?")]
    Guests(GuestOptions),
    /// Check the house rules
    #[command(after_help = "\
Example:
  cargo xtask tidy                      lists what breaks a rule, with the file and line")]
    Tidy,
    /// Check each dependency's licence against deny.toml
    #[command(after_help = "\
Example:
  cargo xtask licences                  both workspaces, every dependency")]
    Licences,
}

/// Options of `cargo xtask guests`.
#[derive(Args)]
pub struct GuestOptions {
    /// Build only the named modules; may be given several times
    #[arg(long, value_name = "NAME", num_args = 1..)]
    pub only: Vec<String>,
    /// Compare the committed modules with the sources; builds nothing
    #[arg(long, conflicts_with_all = ["only", "prove"])]
    pub check: bool,
    /// Build one module and compare it with the committed one; changes nothing
    #[arg(long, value_name = "NAME", conflicts_with = "only")]
    pub prove: Option<String>,
    /// Where the wasm32-wasip1 target comes from
    #[arg(long, value_enum, default_value_t = ToolchainChoice::Auto)]
    pub toolchain: ToolchainChoice,
}

/// Which of the two ways to have a wasm32-wasip1 target.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ToolchainChoice {
    /// The one rustc already has, else the Debian recipe
    Auto,
    /// rustc's own (`rustup target add wasm32-wasip1`)
    Rustc,
    /// guest-tools/toolchain/debian-wasip1.sh, as the committed modules are built
    Debian,
}
