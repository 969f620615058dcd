//! `wardian session`.

use std::io::{IsTerminal, Write};

use clap::{Args, Subcommand};
use wardian::agent::store::SessionSummary;

use super::{files, find, open, short};
use crate::report::{collect, count, dollars};
use crate::terminal::{json_line, plain};

/// Lists, shows and removes sessions of agents. They are kept in the file
/// sessions.db in $WARDIAN_HOME, or in wardian's folder of your data directory,
/// which only you can read.
#[derive(Args)]
#[command(after_help = "\
Examples:
  wardian session ls
  wardian session show 3f2a
  wardian agent --session 3f2a -m 'And now the other file'
  wardian session rm 3f2a")]
pub struct SessionArguments {
    #[command(subcommand)]
    action: Action,
}

#[derive(Subcommand)]
enum Action {
    /// List sessions, the last used first
    Ls {
        /// Those of tasks too, which agents started for themselves
        #[arg(long)]
        all: bool,
        /// Print one JSON object a line
        #[arg(long)]
        json: bool,
    },
    /// Show what was said and done in a session
    Show {
        /// The session, or the start of its name
        session: String,
        /// Print the record as one JSON object
        #[arg(long)]
        json: bool,
    },
    /// Remove sessions, with those of their tasks and the files they left
    Rm {
        /// The sessions, or the starts of their names
        #[arg(required = true)]
        sessions: Vec<String>,
    },
}

/// Does it; gives the exit code.
pub async fn main(arguments: SessionArguments) -> anyhow::Result<i32> {
    let store = open()?;
    let mut out = std::io::stdout().lock();
    match arguments.action {
        Action::Ls { all, json } => {
            let mut sessions = store.list().await?;
            sessions.retain(|session| all || session.parent.is_none());
            for session in &sessions {
                if json {
                    writeln!(out, "{}", json_line(session))?;
                } else {
                    writeln!(out, "{}", line(session))?;
                }
            }
            if sessions.is_empty() && !json && out.is_terminal() {
                eprintln!("wardian: no sessions yet; `wardian agent --demo` makes one");
            }
        }
        Action::Show { session, json } => {
            let id = find(&*store, &session).await?;
            let record = collect(&*store, &id).await?;
            if json {
                writeln!(out, "{}", json_line(&record))?;
            } else {
                write!(out, "{}", super::show::text(&record))?;
            }
        }
        Action::Rm { sessions } => {
            // All are looked for before one is removed.
            let mut ids = Vec::new();
            for name in &sessions {
                ids.push(find(&*store, name).await?);
            }
            for id in ids {
                let below = format!("{id}/");
                let mut sessions = store.list().await?;
                sessions.retain(|session| session.id == id || session.id.starts_with(&below));
                for session in sessions {
                    store.delete(&session.id).await?;
                    files::forget(&session.id)?;
                }
            }
        }
    }
    Ok(0)
}

fn line(session: &SessionSummary) -> String {
    let tokens = session.usage.total_tokens();
    let cost = session
        .dollars
        .map(|amount| format!(", {}", dollars(amount)));
    plain(&format!(
        "{:<18} {:>3} turns {:>11} tokens{}  {}  {}",
        short(&session.id),
        session.turns,
        count(tokens),
        cost.unwrap_or_default(),
        session.model,
        session.first_prompt
    ))
}
