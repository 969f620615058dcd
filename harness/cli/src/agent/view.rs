//! What an agent does, as it does it: commands, what came back, tokens and time.

use std::io::Write;

use serde_json::Value;
use wardian::agent::events::{EventRecord, SessionEvent};
use wardian::agent::models::{StopReason, TokenUsage};

use super::terminal::{Style, styled};
use crate::report::{count, duration};

/// Lines shown of an output: its first and its last.
const OUTPUT_LINES: (usize, usize) = (8, 8);

/// Lines of each side of an edit that are shown.
const EDIT_LINES: (usize, usize) = (6, 0);

/// Characters of a line that are shown.
const LINE_CHARS: usize = 160;

/// Writes events as they come. The model's last words are not among what it
/// writes: they are the answer, and its caller's to print.
pub(super) struct View<W> {
    out: W,
    colours: bool,
    session: String,
    /// What the model says in this turn, until it is known whether it goes on.
    said: String,
    /// Calls under way, by identity.
    running: Vec<(String, String)>,
    asked_ms: u64,
}

impl<W: Write> View<W> {
    pub(super) fn new(out: W, colours: bool, session: &str) -> View<W> {
        View {
            out,
            colours,
            session: session.to_owned(),
            said: String::new(),
            running: Vec::new(),
            asked_ms: 0,
        }
    }

    /// A line of ours.
    pub(super) fn line(&mut self, text: &str, style: Style) {
        let text = styled(text, style, self.colours);
        // Who cannot be told does not want to know.
        let _ = writeln!(self.out, "{text}");
    }

    pub(super) fn event(&mut self, record: &EventRecord) {
        let own = record.session == self.session;
        match &record.event {
            SessionEvent::TurnStarted { .. } if own => {
                self.said.clear();
                self.asked_ms = record.at_ms;
            }
            SessionEvent::TextDelta { text } if own => self.said.push_str(text),
            SessionEvent::Retry { attempt, reason } => {
                self.said.clear();
                self.line(
                    &format!("attempt {attempt} failed, asking again: {reason}"),
                    Style::Bad,
                );
            }
            SessionEvent::TurnEnded {
                turn, stop, usage, ..
            } if own => {
                if *stop == StopReason::ToolCalls {
                    let said = std::mem::take(&mut self.said);
                    if !said.trim().is_empty() {
                        self.line(&format!("\n{}", said.trim()), Style::Plain);
                    }
                }
                let took = record.at_ms.saturating_sub(self.asked_ms);
                let facts = format!("turn {turn} · {} · {}", duration(took), tokens(usage));
                self.line(&facts, Style::Dim);
            }
            SessionEvent::ToolStarted {
                call_id,
                tool,
                arguments,
            } => self.call(call_id, tool, arguments, own),
            SessionEvent::ToolEnded {
                call_id,
                is_error,
                duration_ms,
                preview,
                ..
            } => self.result(call_id, *is_error, *duration_ms, preview),
            SessionEvent::CompactionStarted { tokens } => {
                let text = format!("summarising {} tokens of conversation", count(*tokens));
                self.line(&text, Style::Dim);
            }
            SessionEvent::TaskStarted { agent, prompt, .. } => {
                let first = prompt.lines().next().unwrap_or_default();
                self.line(&format!("task for {agent}: {}", cut(first)), Style::Bold);
            }
            SessionEvent::TaskEnded { error, usage, .. } => match error {
                Some(error) => self.line(&format!("the task failed: {error}"), Style::Bad),
                None => self.line(&format!("task done · {}", tokens(usage)), Style::Dim),
            },
            SessionEvent::Missed { count } => {
                self.line(
                    &format!("({count} events were too fast to show)"),
                    Style::Dim,
                );
            }
            _ => {}
        }
    }

    fn call(&mut self, call_id: &str, tool: &str, arguments: &Value, own: bool) {
        let indent = if own { "" } else { "  " };
        let line = call_line(tool, arguments);
        let first = cut(line.lines().next().unwrap_or_default());
        self.running.push((call_id.to_owned(), first));
        for line in line.lines() {
            self.line(&format!("{indent}{}", cut(line)), Style::Command);
        }
        if tool == "edit" {
            for (name, sign, style) in [("oldText", '-', Style::Bad), ("newText", '+', Style::Good)]
            {
                let text = arguments.get(name).and_then(Value::as_str);
                self.shown(
                    text.unwrap_or_default(),
                    EDIT_LINES,
                    &format!("{indent}  {sign} "),
                    style,
                );
            }
        }
    }

    fn result(&mut self, call_id: &str, is_error: bool, duration_ms: u64, preview: &str) {
        let at = self.running.iter().position(|(known, _)| known == call_id);
        let call = at.map(|at| self.running.remove(at).1).unwrap_or_default();
        // With others under way, the output has to say whose it is.
        if !self.running.is_empty() || at != Some(0) {
            self.line(&format!("  from {call}"), Style::Dim);
        }
        self.shown(preview, OUTPUT_LINES, "  ", Style::Plain);
        let (word, style) = match is_error {
            true => ("failed", Style::Bad),
            false => ("ok", Style::Dim),
        };
        self.line(&format!("  {word} · {}", duration(duration_ms)), style);
    }

    /// The first and the last lines of a text.
    fn shown(&mut self, text: &str, (first, last): (usize, usize), indent: &str, style: Style) {
        let text = text.trim_end();
        let hidden = text.lines().count().saturating_sub(first + last);
        for (at, line) in text.lines().enumerate() {
            // A note in place of one line would hide more than it saves.
            if hidden > 1 && at == first {
                self.line(&format!("{indent}({hidden} more lines)"), Style::Dim);
            }
            if hidden <= 1 || at < first || at >= first + hidden {
                self.line(&format!("{indent}{}", cut(line)), style);
            }
        }
    }
}

/// A call as one reads it: `$ COMMAND` for commands, else the tool and what it is
/// about.
pub fn call_line(tool: &str, arguments: &Value) -> String {
    let field = |name: &str| arguments.get(name).and_then(Value::as_str);
    match (tool, field("command"), field("path"), field("pattern")) {
        ("bash", Some(command), _, _) => {
            format!("$ {}", command.trim_end().replace('\n', "\n  "))
        }
        ("read" | "write" | "edit", _, Some(path), _) => format!("{tool} {path}"),
        ("grep" | "glob", _, path, Some(pattern)) => {
            format!("{tool} {pattern} {}", path.unwrap_or("."))
        }
        ("task", ..) => format!("task {}", field("agent").unwrap_or_default()),
        _ => format!("{tool} {arguments}"),
    }
}

/// Tokens in words.
pub(super) fn tokens(usage: &TokenUsage) -> String {
    format!(
        "{} tokens in, {} out",
        count(usage.read_tokens()),
        count(usage.output_tokens)
    )
}

fn cut(line: &str) -> String {
    if line.chars().count() <= LINE_CHARS {
        return line.to_owned();
    }
    let mut cut: String = line.chars().take(LINE_CHARS).collect();
    cut.push('…');
    cut
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn shown(events: Vec<SessionEvent>) -> String {
        let mut out = Vec::new();
        let mut view = View::new(&mut out, false, "s/main");
        for (at, event) in events.into_iter().enumerate() {
            view.event(&EventRecord {
                at_ms: at as u64 * 100,
                session: "s/main".into(),
                event,
            });
        }
        String::from_utf8(out).unwrap()
    }

    fn started(id: &str, tool: &str, arguments: Value) -> SessionEvent {
        SessionEvent::ToolStarted {
            call_id: id.into(),
            tool: tool.into(),
            arguments,
        }
    }

    fn ended(id: &str, is_error: bool, preview: &str) -> SessionEvent {
        SessionEvent::ToolEnded {
            call_id: id.into(),
            tool: "bash".into(),
            is_error,
            duration_ms: 12,
            preview: preview.into(),
        }
    }

    fn turn(stop: StopReason) -> SessionEvent {
        SessionEvent::TurnEnded {
            turn: 1,
            stop,
            usage: TokenUsage {
                input_tokens: 1200,
                output_tokens: 34,
                ..TokenUsage::default()
            },
            dollars: None,
        }
    }

    #[test]
    fn commands_and_their_outputs_are_shown() {
        let text = |text: &str| SessionEvent::TextDelta { text: text.into() };
        let seen = shown(vec![
            SessionEvent::TurnStarted { turn: 1 },
            text("I "),
            text("look."),
            turn(StopReason::ToolCalls),
            started("1", "bash", json!({"command": "ls\npwd"})),
            ended("1", false, "a\nb\x1b[2J\n"),
            started(
                "2",
                "edit",
                json!({"path": "a", "oldText": "x", "newText": "y"}),
            ),
            ended("2", true, "no x"),
        ]);
        assert_eq!(
            seen,
            "\nI look.\nturn 1 · 300 ms · 1,200 tokens in, 34 out\n$ ls\n  pwd\n  a\n  b\n  ok · 12 ms\n\
             edit a\n  - x\n  + y\n  no x\n  failed · 12 ms\n"
        );
    }

    #[test]
    fn the_last_words_are_left_to_the_caller() {
        let seen = shown(vec![
            SessionEvent::TextDelta {
                text: "The answer".into(),
            },
            turn(StopReason::EndTurn),
        ]);
        assert!(!seen.contains("The answer"), "{seen}");
    }

    #[test]
    fn outputs_of_calls_at_once_say_whose_they_are() {
        let seen = shown(vec![
            started("1", "bash", json!({"command": "one"})),
            started("2", "bash", json!({"command": "two"})),
            ended("2", false, "2"),
            ended("1", false, "1"),
        ]);
        assert!(seen.contains("  from $ two\n  2\n"), "{seen}");
    }

    #[test]
    fn long_things_are_cut() {
        let seen = shown(vec![
            started("1", "bash", json!({"command": "x".repeat(500)})),
            ended("1", false, &"line\n".repeat(100)),
        ]);
        assert!(seen.contains("(84 more lines)"), "{seen}");
        assert_eq!(seen.matches("  line\n").count(), 16);
        assert!(seen.lines().all(|line| line.chars().count() < 170));
    }
}
