//! `wardian shell`: a prompt on a sandbox.

mod editor;
mod history;
mod prompt;
mod running;
mod source;
mod word;

use std::io::IsTerminal;
use std::sync::Arc;
use std::time::Duration;

use anyhow::bail;
use clap::Args;
use wardian::{Sandbox, Shell};

use crate::setup::{Profile, SandboxOptions, builder, wardian_runtime};
use source::{Read, Source};

/// What a person waits for one command, who can press Ctrl-C.
const PATIENCE: Duration = Duration::from_secs(600);

/// What a shell begins with: aliases work as at any prompt.
const BEGIN: &str = r"shopt -s expand_aliases; PS1='\u@\h:\w\$ '";

/// Opens a prompt on a fresh sandbox: in memory, without network, without
/// anything of the host but what --mount copies in. Variables, functions,
/// options and the working directory stay from command to command. The exit
/// code is that of `exit`, or of the last command.
///
/// Tab completes commands, variables and paths of the sandbox; Ctrl-R searches
/// the history, which is kept in the user's data directory, not in the sandbox.
/// Ctrl-C interrupts the running command, which then leaves variables as they
/// were before it; at the prompt it clears the line. Ctrl-D or `exit` ends.
///
/// Commands get what is typed while they run as their standard input, but find
/// no terminal: `test -t 0` is false, nothing is edited full-screen. Background
/// jobs end with the line that started them. Commands may also come through a
/// pipe: then there is no prompt, lines that arrive together run together, and
/// their own standard input is empty.
#[derive(Args)]
#[command(
    mut_arg("json", |it| it.hide(true)),
    mut_arg("stdin", |it| it.hide(true)),
    mut_arg("deterministic", |it| it.hide(true)),
    mut_arg("timeout", |it| it.help(
        "End a command after this time, as in 10, 1.5, 500ms or 5m (exit code 124)
         [default: 10m, or that of --limits hardened]"
    )),
    after_help = "\
Examples:
  wardian shell
  wardian shell --mount ./src:/work:copy --cwd /work
  wardian shell --env EDITOR=ed --timeout 30 --limits hardened
  printf 'x=41\\necho $((x + 1))\\n' | wardian shell"
)]
pub struct ShellArguments {
    #[command(flatten)]
    options: SandboxOptions,
}

/// A sandbox with the shell that stands in it.
pub struct Place {
    /// The sandbox.
    pub sandbox: Sandbox,
    /// Its shell.
    pub shell: Shell,
}

/// Runs it; gives the exit code.
pub async fn main(arguments: ShellArguments) -> anyhow::Result<i32> {
    let mut options = arguments.options;
    if options.json {
        bail!("--json: a shell prints no JSON; `wardian exec --json` does");
    }
    if options.deterministic.is_some() {
        bail!("--deterministic: what is typed comes when it comes; `wardian exec` can be repeated");
    }
    let limited = options
        .limit
        .iter()
        .any(|limit| limit.starts_with("wall_time="));
    if !limited && matches!(options.limits, Profile::Default) {
        options.timeout.get_or_insert(PATIENCE);
    }
    let runtime = wardian_runtime(400)?;
    let sandbox = builder(&runtime, &options)?.build()?;
    let shell = sandbox.shell();
    shell.exec(BEGIN).await?;
    let place = Arc::new(Place { sandbox, shell });
    let typed = std::io::stdin().is_terminal() && std::io::stdout().is_terminal();
    let mut source = match typed {
        true => Source::Terminal(Box::new(editor::LineEditor::new(place.clone())?)),
        false => Source::pipe(),
    };
    loop {
        let (script, last) = match source.read(&place).await? {
            Read::Script(script) => (script, false),
            Read::Nothing => continue,
            Read::End => (b"exit".to_vec(), true),
            Read::GivenUp => return Ok(130),
        };
        if last && typed {
            eprintln!("exit");
        }
        let result = match running::run(place.shell.exec(script), typed).await {
            Ok(result) => result,
            Err(error) if last || !typed => return Err(error),
            // It could not be started: too long, or too many processes.
            Err(error) => {
                eprintln!("wardian: {error:#}");
                continue;
            }
        };
        let code = result.exit_code;
        if last || result.shell_exited || result.cancelled && !typed {
            return Ok(code);
        }
        if result.cancelled || result.timed_out || result.signal.is_some() {
            // The shell is as it was before; only the exit code is news.
            let _ = place.shell.exec(format!("(exit {code})")).await;
        }
    }
}
