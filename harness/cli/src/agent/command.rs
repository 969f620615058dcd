//! Arguments of `wardian agent`, and its course.

use std::io::{IsTerminal, Read, Write};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, bail};
use clap::Args;
use serde_json::json;
use wardian::agent::events::SessionEvent;
use wardian::agent::models::{Model, ThinkingLevel, connect};
use wardian::agent::sandbox::{CancellationToken, Sandbox as _};
use wardian::agent::store::ConversationStore;
use wardian::agent::{Agent, AgentError, Budgets, Outcome, Session};
use wardian::{Snapshot, Virtual};

use super::demo;
use super::kept::{Resumed, left_behind};
use super::terminal::{Style, wants_colours};
use super::view::{View, tokens};
use crate::interrupt::Interrupts;
use crate::mount::Mount;
use crate::overlay_diff::Outcome as Overlay;
use crate::report::{dollars, duration};
use crate::session::{self, files};
use crate::setup::{parse_duration, wardian_runtime};
use crate::terminal::{json_line, plain};

/// Where an agent works in its sandbox.
const WORKSPACE: &str = "/workspace";

/// What an agent is told that was not told anything else.
const INSTRUCTIONS: &str = "\
You work in a sandbox with bash and the usual command line tools, and no network. \
Do what you are asked with the tools you have, look at what came of it before you \
say that it is done, and end with a short report.";

/// Has a model work in a sandbox: in memory, without network, without anything
/// of the host but what --mount grants. What it does is shown on standard
/// error, its answer is on standard output. Without -m, the message is read from
/// standard input. The conversation and the files are kept: --session goes on.
#[derive(Args)]
#[command(after_help = "\
Examples:
  wardian agent --demo
  export ANTHROPIC_API_KEY=...
  wardian agent --model anthropic/claude-sonnet-4-5 --mount ./src:/workspace/src:copy \\
      -m 'Which of these functions is never called?'
  wardian agent --model openai/gpt-5 --mount .:/workspace:overlay --save work.wardian \\
      -m 'Mend the failing test'
      then: wardian diff work.wardian, and wardian apply work.wardian
  wardian agent --session 3f2a -m 'Remove it and show me the diff'
  wardian report 3f2a --html report.html")]
pub struct AgentArguments {
    /// What it is to do
    #[arg(long, short, value_name = "TEXT", conflicts_with = "demo")]
    message: Option<String>,

    /// The model, as PROVIDER/NAME: anthropic, openai, google, ollama, or
    /// scripted/FILE. Keys are read from the environment
    #[arg(
        long,
        value_name = "MODEL",
        env = "WARDIAN_MODEL",
        conflicts_with = "demo"
    )]
    model: Option<String>,

    /// Show an agent at work without a model or a key: a script plays the model,
    /// the commands and files are real
    #[arg(long)]
    demo: bool,

    /// Give the sandbox a folder of the host, as HOST:GUEST:MODE (or
    /// HOST::GUEST:MODE). MODE is `ro` (read in place, never written), `rw` (read and
    /// written in place), `overlay` (read in place, changes stay in memory) or
    /// `copy` (folders and files; the default). Only `rw` lets the agent change the
    /// host
    #[arg(long, value_name = "HOST:GUEST[:MODE]")]
    mount: Vec<Mount>,

    /// Afterwards, keep what the agent changed in the overlay in this file, for
    /// `wardian diff` and `wardian apply`; deleting the file discards it
    #[arg(long, value_name = "FILE")]
    save: Option<PathBuf>,

    /// Go on with this session, and with the files it left. Files are kept where
    /// nothing of the host is mounted but copies; of an overlay, --save keeps the
    /// changes
    #[arg(long, value_name = "SESSION", conflicts_with = "demo")]
    session: Option<String>,

    /// Instructions in place of the usual ones
    #[arg(long, value_name = "TEXT")]
    instructions: Option<String>,

    /// How hard the model thinks: off, minimal, low, medium, high or xhigh
    #[arg(long, value_name = "LEVEL", value_parser = parse_thinking, default_value = "medium")]
    thinking: ThinkingLevel,

    /// End it after so many replies of the model
    #[arg(long, value_name = "COUNT", default_value_t = Budgets::default().turns)]
    turns: u32,

    /// End it when it has cost so much, where the model's prices are known
    #[arg(long, value_name = "DOLLARS", default_value_t = Budgets::default().dollars)]
    dollars: f64,

    /// End it after this time, as in 90, 10m or 1.5
    #[arg(long, value_name = "TIME", value_parser = parse_duration, default_value = "60m")]
    timeout: Duration,

    /// Show nothing while it works
    #[arg(long, short)]
    quiet: bool,

    /// Print one JSON object with the answer, the session and what it took
    #[arg(long)]
    json: bool,
}

/// Runs it; gives the exit code.
pub async fn main(mut arguments: AgentArguments) -> anyhow::Result<i32> {
    let overlay = Overlay::of(&arguments.mount, false, arguments.save.take())?;
    let store = session::open()?;
    let message = match arguments.message.take() {
        Some(message) => message,
        None if arguments.demo => demo::MESSAGE.to_owned(),
        None => message_from_stdin()?,
    };
    let resumed = match &arguments.session {
        Some(name) => Some(Resumed::find(&*store, name).await?),
        None => None,
    };
    let factory = sandbox(
        &arguments,
        resumed.as_ref().and_then(|it| it.files.as_ref()),
    )?;
    let known = resumed.as_ref().map(|it| it.summary.model.as_str());
    let model = model(&arguments, known)?;
    let agent = agent(&arguments, model, &factory, &store)?;
    let harness = match &resumed {
        Some(resumed) => agent.init_with(&resumed.instance).await?,
        None => agent.init().await?,
    };
    let session = harness.session().await?;
    if !arguments.quiet && resumed.is_some_and(|resumed| resumed.files.is_none()) {
        eprintln!("wardian: no files of this session were kept; it goes on with its conversation");
    }
    let sandbox = factory.open(harness.id()).await?;
    let mut saving = files::Saving::new(&session, sandbox.clone());
    let reach = sandbox.reach();
    let interrupts = Interrupts::listen()?;
    let result = work(
        &arguments,
        &session,
        reach,
        &message,
        interrupts,
        &mut saving,
    )
    .await;
    saving.end().await;
    // Whatever the end, what was done to files is done.
    let is_saved = files::save(&session, &sandbox).await?;
    if let Some(overlay) = &overlay {
        overlay.keep(sandbox.engine())?;
    }
    if !arguments.quiet && !is_saved {
        for line in left_behind(&arguments.mount, overlay.is_some(), &sandbox) {
            eprintln!("wardian: {line}");
        }
    }
    let outcome = match result {
        Ok(outcome) => outcome,
        Err(AgentError::Cancelled) => {
            eprintln!(
                "wardian: cancelled; `wardian agent --session {}` goes on",
                session::short(session.id())
            );
            return Ok(130);
        }
        Err(error) => {
            // A model may have chosen its words.
            let error = plain(&error.to_string());
            eprintln!("wardian: session {}: {error}", session::short(session.id()));
            return Ok(1);
        }
    };
    print_answer(&arguments, &session, &outcome)?;
    Ok(0)
}

/// Has the agent work while its events are shown.
async fn work(
    arguments: &AgentArguments,
    session: &Session,
    reach: &str,
    message: &str,
    mut interrupts: Interrupts,
    saving: &mut files::Saving,
) -> Result<Outcome, AgentError> {
    let cancel = CancellationToken::new();
    let interrupted = cancel.clone();
    let listening = tokio::spawn(async move {
        interrupts.next().await;
        interrupted.cancel();
    });
    let name = session::short(session.id());
    let mut view = View::new(std::io::stderr(), wants_colours(), session.id());
    let start = std::time::Instant::now();
    let (mut running, mut events) = session.prompt(message).cancel_on(cancel).start_streaming();
    if !arguments.quiet {
        let model = session.summary().model;
        let model = if arguments.demo { "a script" } else { &model };
        view.line(
            &format!("session {name} · {model} · {reach} sandbox"),
            Style::Dim,
        );
        view.line(&format!("> {message}"), Style::Bold);
    }
    let result = loop {
        tokio::select! {
            biased;
            Some(event) = events.next() => {
                let is_own = event.session == session.id();
                match &event.event {
                    // The commands of the turn before have ended.
                    SessionEvent::TurnStarted { turn } if is_own && *turn > 1 => saving.save(),
                    _ => {}
                }
                if !arguments.quiet {
                    view.event(&event);
                }
            }
            result = &mut running => break result,
        }
    };
    listening.abort();
    if !arguments.quiet {
        while let Some(event) = events.try_next() {
            view.event(&event);
        }
        if let Ok(outcome) = &result {
            let took = u64::try_from(start.elapsed().as_millis()).unwrap_or(u64::MAX);
            let mut facts = format!(
                "{} turns · {} · {}",
                outcome.turns,
                tokens(&outcome.usage),
                duration(took)
            );
            if let Some(amount) = outcome.dollars {
                facts.push_str(&format!(" · {}", dollars(amount)));
            }
            view.line(&format!("{facts} · session {name}\n"), Style::Dim);
        }
    }
    result
}

fn print_answer(
    arguments: &AgentArguments,
    session: &Session,
    outcome: &Outcome,
) -> anyhow::Result<()> {
    let name = session::short(session.id());
    let mut out = std::io::stdout().lock();
    if arguments.json {
        let answer = json!({
            "text": outcome.text,
            "stop": outcome.stop,
            "session": name,
            "model": outcome.model,
            "turns": outcome.turns,
            "usage": outcome.usage,
            "dollars": outcome.dollars,
        });
        writeln!(out, "{}", json_line(&answer))?;
        return Ok(());
    }
    let text = outcome.text.trim_end();
    if out.is_terminal() {
        writeln!(out, "{}", plain(text))?;
    } else {
        writeln!(out, "{text}")?;
    }
    if arguments.demo && !arguments.quiet {
        eprintln!(
            "\nThe commands were real; a script played the model. See it all with\n  \
             wardian report {name} --html report.html"
        );
    }
    Ok(())
}

fn sandbox(arguments: &AgentArguments, before: Option<&Snapshot>) -> anyhow::Result<Virtual> {
    let runtime = wardian_runtime(64)?;
    let before = before.cloned();
    let demo = arguments.demo;
    let mut factory = Virtual::new().runtime(&runtime).cwd(WORKSPACE);
    let mut copies = Vec::new();
    for mount in &arguments.mount {
        match mount.mode {
            Some(mode) => factory = factory.mount(&mount.host, &mount.guest, mode),
            None => copies.push(mount.clone()),
        }
    }
    Ok(factory.with(move |mut builder| {
        if let Some(before) = &before {
            builder = builder.snapshot(before);
        }
        for copy in &copies {
            builder = builder.copy_from_host(&copy.host, copy.guest.as_bytes());
        }
        for (name, contents) in demo::FILES.iter().filter(|_| demo) {
            builder = builder.file(format!("{WORKSPACE}/{name}"), *contents);
        }
        builder
    }))
}

/// The model that was asked for, or else the one that the session had.
fn model(arguments: &AgentArguments, before: Option<&str>) -> anyhow::Result<Arc<dyn Model>> {
    if arguments.demo {
        return demo::model();
    }
    let name = arguments.model.as_deref().or(before).context(
        "no model: name one with --model PROVIDER/NAME or in WARDIAN_MODEL; \
         `wardian agent --demo` needs none",
    )?;
    Ok(connect(name)?)
}

fn agent(
    arguments: &AgentArguments,
    model: Arc<dyn Model>,
    factory: &Virtual,
    store: &Arc<dyn ConversationStore>,
) -> anyhow::Result<Agent> {
    let instructions = arguments.instructions.as_deref().unwrap_or(INSTRUCTIONS);
    let agent = Agent::builder()
        .name(if arguments.demo { "demo" } else { "wardian" })
        .model(model)
        .sandbox(Arc::new(factory.clone()))
        .cwd(WORKSPACE)
        .instructions(instructions)
        .thinking(arguments.thinking)
        .budgets(Budgets {
            turns: arguments.turns,
            dollars: arguments.dollars,
            wall_time: arguments.timeout,
            ..Budgets::default()
        })
        .store(store.clone());
    Ok(agent.build()?)
}

fn message_from_stdin() -> anyhow::Result<String> {
    let mut stdin = std::io::stdin().lock();
    if stdin.is_terminal() {
        bail!("say what to do with -m TEXT, or watch `wardian agent --demo`");
    }
    let mut message = String::new();
    stdin
        .read_to_string(&mut message)
        .context("cannot read the message from standard input")?;
    if message.trim().is_empty() {
        bail!("the message on standard input is empty");
    }
    Ok(message)
}

fn parse_thinking(text: &str) -> Result<ThinkingLevel, String> {
    serde_json::from_value(text.into())
        .map_err(|_| "expected off, minimal, low, medium, high or xhigh".to_owned())
}
