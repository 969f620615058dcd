//! The `wardian` command: arguments, output, exit codes. What it does is in the
//! library.

mod agent;
mod apply;
mod audit;
mod data_directory;
mod exec;
mod interrupt;
mod mount;
mod output;
mod overlay_diff;
mod progress;
mod replay;
mod report;
mod run;
mod session;
mod setup;
mod shell;
mod snapshot;
mod terminal;
mod tool_file;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Runs untrusted commands as WebAssembly over a filesystem in memory.
#[derive(Parser)]
#[command(name = "wardian", version, max_term_width = 100)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Run a bash script in a fresh sandbox
    Exec(exec::ExecArguments),
    /// Show what a script changed in an overlay that `exec --save` kept
    Diff(overlay_diff::DiffArguments),
    /// Repeat a run that `exec --record` took down, and compare
    Replay(replay::ReplayArguments),
    /// Bring what a script changed in an overlay to the host
    Apply(apply::ApplyArguments),
    /// Run a WASI preview 1 module in a fresh sandbox
    Run(run::RunArguments),
    /// Have a model work in a sandbox
    Agent(Box<agent::AgentArguments>),
    /// List, show and remove sessions of agents
    Session(session::SessionArguments),
    /// Write a session as a page for a browser
    Report(report::ReportArguments),
    /// Save, show and compare files of sandboxes
    Snapshot(snapshot::SnapshotArguments),
    /// Open a prompt on a fresh sandbox
    Shell(shell::ShellArguments),
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let result = setup::tokio_runtime().and_then(|runtime| {
        runtime.block_on(async {
            match arguments.command {
                Command::Exec(arguments) => exec::main(arguments).await,
                Command::Diff(arguments) => overlay_diff::main(arguments),
                Command::Replay(arguments) => replay::main(arguments).await,
                Command::Apply(arguments) => apply::main(arguments),
                Command::Run(arguments) => run::main(arguments).await,
                Command::Agent(arguments) => agent::main(*arguments).await,
                Command::Session(arguments) => session::main(arguments).await,
                Command::Report(arguments) => report::main(arguments).await,
                Command::Snapshot(arguments) => snapshot::main(arguments),
                Command::Shell(arguments) => shell::main(arguments).await,
            }
        })
    });
    match result {
        // At once: a thread may be waiting for standard input still.
        Ok(code) => std::process::exit(code),
        Err(error) => {
            eprintln!("wardian: {}", terminal::plain(&format!("{error:#}")));
            ExitCode::from(setup::code_of(&error))
        }
    }
}
