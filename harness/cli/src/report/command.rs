//! `wardian report`.

use std::io::Write;
use std::path::PathBuf;

use anyhow::Context;
use clap::Args;

use super::collect;
use super::page::page;
use crate::session;

/// Writes a session as a page for a browser: what was asked, each turn with its
/// commands, outputs, tokens and times, and the files that changed. The page is
/// one file that loads nothing and runs nothing.
#[derive(Args)]
#[command(after_help = "\
Examples:
  wardian report 3f2a --html report.html
  wardian report 3f2a --html - | gzip > report.html.gz")]
pub struct ReportArguments {
    /// The session, or the start of its name; `wardian session ls` lists them
    session: String,

    /// The page to write; `-` is standard output
    #[arg(long, value_name = "FILE")]
    html: PathBuf,
}

/// Does it; gives the exit code.
pub async fn main(arguments: ReportArguments) -> anyhow::Result<i32> {
    let store = session::open()?;
    let id = session::find(&*store, &arguments.session).await?;
    let page = page(&collect(&*store, &id).await?);
    if arguments.html.as_os_str() == "-" {
        // Nobody need read it all.
        std::io::stdout().lock().write_all(page.as_bytes())?;
    } else {
        std::fs::write(&arguments.html, page)
            .with_context(|| format!("cannot write {}", arguments.html.display()))?;
        eprintln!("wardian: wrote {}", arguments.html.display());
    }
    Ok(0)
}
