//! Line editing at a terminal. What is known of shells here comes from the one
//! in the sandbox: whether a line has an end, and what could complete a word.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use rustyline::completion::{Completer, Pair};
use rustyline::error::ReadlineError;
use rustyline::highlight::Highlighter;
use rustyline::hint::Hinter;
use rustyline::history::{FileHistory, History as _};
use rustyline::validate::{ValidationContext, ValidationResult, Validator};
use rustyline::{CompletionType, Config, Context, Editor, Helper};
use tokio::runtime::Handle;
use wardian::Syntax;

use super::source::Read;
use super::word::Word;
use super::{Place, history};

/// Entries that the history keeps.
const HISTORY_ENTRIES: usize = 10_000;

/// How long a key press may wait for the sandbox.
const PATIENCE: Duration = Duration::from_secs(2);

/// Prints what could stand in a word's place: a line each, directories with a
/// slash. No alias, option or function of the user's changes what it does.
const COMPLETE: &str = r#"\builtin unalias -a
\builtin set +eufv +x
files() {
    builtin compgen -f -- "$WARDIAN_WORD" | while IFS= builtin read -r name; do
        place=$name
        [[ $name == "~/"* ]] && place=$HOME/${name#"~/"}
        [[ -d $place ]] && name+=/
        builtin printf '%s\n' "$name"
    done
}
case $WARDIAN_KIND in
variable) builtin compgen -v -- "$WARDIAN_WORD" ;;
command) builtin compgen -c -- "$WARDIAN_WORD" ;;
*) files ;;
esac"#;

/// More are no help.
const CANDIDATES_MAX: usize = 2000;

/// A line editor on a sandbox.
pub struct LineEditor {
    editor: Editor<Guest, FileHistory>,
    history: Option<PathBuf>,
}

/// What the shell makes of a script; none if it does not say in time.
pub async fn syntax(place: &Place, script: &[u8]) -> Option<Syntax> {
    let asked = tokio::time::timeout(PATIENCE, place.shell.check(script));
    asked.await.ok()?.ok()
}

impl LineEditor {
    /// An editor with the user's history.
    ///
    /// # Errors
    /// The terminal cannot be used.
    pub fn new(place: Arc<Place>) -> anyhow::Result<LineEditor> {
        let config = Config::builder()
            .completion_type(CompletionType::List)
            .history_ignore_space(true)
            .history_ignore_dups(true)?
            .max_history_size(HISTORY_ENTRIES)?
            .build();
        let history = FileHistory::with_config(&config);
        let mut editor = Editor::with_history(config, history)?;
        editor.set_helper(Some(Guest(place)));
        let history = history::file();
        if let Some(path) = &history {
            let _ = editor.load_history(path);
        }
        Ok(LineEditor { editor, history })
    }

    /// Reads a command, however many lines it takes.
    ///
    /// # Errors
    /// The terminal cannot be read.
    pub fn read(&mut self, prompt: &(String, String)) -> anyhow::Result<Read> {
        let line = match self.editor.readline(prompt) {
            Ok(line) => line,
            Err(ReadlineError::Interrupted) => return Ok(Read::Nothing),
            Err(ReadlineError::Eof) => return Ok(Read::End),
            Err(error) => return Err(error.into()),
        };
        if line.trim().is_empty() {
            return Ok(Read::Nothing);
        }
        // At once, so that a terminal that is closed loses nothing.
        if self.editor.history_mut().add(&line)?
            && let Some(path) = &self.history
        {
            let _ = self.editor.append_history(path);
        }
        Ok(Read::Script(line.into_bytes()))
    }
}

/// The shell in the sandbox, as the editor asks it.
struct Guest(Arc<Place>);

impl Guest {
    fn candidates(&self, word: &Word) -> Vec<String> {
        let (kind, text) = match word.text.strip_prefix('$') {
            Some(name) if word.quote != Some('\'') => {
                ("variable", name.strip_prefix('{').unwrap_or(name))
            }
            _ if word.command && !word.text.contains('/') => ("command", word.text.as_str()),
            _ => ("path", word.text.as_str()),
        };
        let place = &self.0;
        let exec = place.shell.fork(&place.sandbox).exec(COMPLETE);
        let exec = exec.env("WARDIAN_KIND", kind).env("WARDIAN_WORD", text);
        let Ok(result) = Handle::current().block_on(exec.timeout(PATIENCE).run()) else {
            return Vec::new();
        };
        let found = result.stdout_text();
        let mut names: Vec<String> = found
            .lines()
            .filter(|name| !name.starts_with("WARDIAN_"))
            // Names of files may hold what would steer the terminal.
            .filter(|name| !name.contains(char::is_control))
            .map(str::to_owned)
            .collect();
        names.sort_unstable();
        names.dedup();
        names.truncate(CANDIDATES_MAX);
        names
    }
}

impl Completer for Guest {
    type Candidate = Pair;

    fn complete(
        &self,
        line: &str,
        pos: usize,
        _: &Context<'_>,
    ) -> rustyline::Result<(usize, Vec<Pair>)> {
        let word = Word::before_cursor(line.get(..pos).unwrap_or(line));
        let names = self.candidates(&word);
        let only = names.len() == 1;
        let pairs = names.iter().map(|name| {
            let shown = name.trim_end_matches('/').rsplit('/').next();
            let mut replacement = match word.text.starts_with('$') && word.quote != Some('\'') {
                true => format!("{}${name}", word.quote.map_or("", |_| "\"")),
                false => word.replacement(name),
            };
            if only && !name.ends_with('/') {
                replacement.extend(word.quote);
                replacement.push(' ');
            }
            Pair {
                display: shown.unwrap_or(name).to_owned(),
                replacement,
            }
        });
        Ok((word.start, pairs.collect()))
    }
}

impl Validator for Guest {
    fn validate(&self, context: &mut ValidationContext<'_>) -> rustyline::Result<ValidationResult> {
        let asked = syntax(&self.0, context.input().as_bytes());
        Ok(match Handle::current().block_on(asked) {
            Some(Syntax::Incomplete) => ValidationResult::Incomplete,
            // The shell itself says what is wrong when it is run.
            _ => ValidationResult::Valid(None),
        })
    }
}

impl Highlighter for Guest {}

impl Hinter for Guest {
    type Hint = String;
}

impl Helper for Guest {}
