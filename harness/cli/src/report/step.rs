//! One step of a session as a piece of the page.

use std::fmt::Write as _;

use serde_json::Value;

use super::html::{escape, without_colours};
use super::numbers::{count, duration, size};
use super::record::{CommandUsage, Record, Step, Tokens, What};

/// Outputs of more lines are folded.
const SHOWN_LINES: usize = 16;

/// Outputs of more bytes are folded too.
const SHOWN_BYTES: usize = 4000;

/// The step, with the time since the session's start.
pub(super) fn html(record: &Record, step: &Step) -> String {
    match &step.what {
        What::Instructions { text } => format!(
            "<details class=\"thinking\"><summary>Instructions</summary><div class=\"text\">{}</div></details>\n",
            escape(text)
        ),
        What::Prompt { text } => format!(
            "<section class=\"prompt\">{}<h3>Asked</h3><div class=\"text\">{}</div></section>\n",
            since(record, step),
            escape(text)
        ),
        What::Turn { number, tokens } => {
            let mut facts = vec![format!("Turn {number}")];
            facts.extend(step.duration_ms.map(duration));
            facts.extend(tokens.map(|tokens| told(&tokens)));
            format!(
                "<h2 class=\"turn\" id=\"turn-{number}\">{}{}</h2>\n",
                since(record, step),
                facts.join(" · ")
            )
        }
        What::Thinking { text } if text.is_empty() => String::new(),
        What::Thinking { text } => format!(
            "<details class=\"thinking\"><summary>Thinking</summary><div class=\"text\">{}</div></details>\n",
            escape(text)
        ),
        What::Reply { text } => {
            format!("<div class=\"reply text\">{}</div>\n", escape(text))
        }
        What::Tool {
            name,
            arguments,
            result,
            is_error,
            usage,
        } => {
            let facts = facts(step, *is_error, usage.as_ref());
            let title = format!("{}<h3><b>{}</b>", since(record, step), escape(name));
            tool(
                &title,
                &facts,
                name,
                arguments,
                (result.as_deref(), *is_error),
            )
        }
        What::Image { media_type, data } => image(media_type, data),
        What::Note { text, is_error } => format!(
            "<p class=\"note{}\">{}{}</p>\n",
            if *is_error { " bad" } else { "" },
            since(record, step),
            escape(text)
        ),
    }
}

/// Tokens in words.
pub(super) fn told(tokens: &Tokens) -> String {
    let mut out = format!(
        "{} tokens in, {} out",
        count(tokens.read()),
        count(tokens.output)
    );
    if tokens.cache_read > 0 {
        let _ = write!(out, " ({} from cache)", count(tokens.cache_read));
    }
    out
}

fn since(record: &Record, step: &Step) -> String {
    match step.at_ms {
        Some(at) => format!(
            "<span class=\"since\">+{}</span>",
            duration(at.saturating_sub(record.started_ms))
        ),
        None => String::new(),
    }
}

/// How a call went, and what it took.
fn facts(step: &Step, is_error: bool, usage: Option<&CommandUsage>) -> String {
    let mut facts = Vec::new();
    if is_error {
        facts.push("<b class=\"bad\">failed</b>".to_owned());
    }
    facts.extend(usage.map(|usage| format!("exit code {}", usage.exit_code)));
    facts.extend(step.duration_ms.map(duration));
    let cpu = usage.and_then(|usage| usage.cpu_ms);
    facts.extend(cpu.map(|ms| format!("{} of processor time", duration(ms))));
    let memory = usage.and_then(|usage| usage.peak_memory_bytes);
    facts.extend(memory.map(|peak| format!("{} of memory", size(peak))));
    facts.join(" · ")
}

fn tool(
    head: &str,
    facts: &str,
    name: &str,
    arguments: &Value,
    (result, is_error): (Option<&str>, bool),
) -> String {
    let field = |name: &str| arguments.get(name).and_then(Value::as_str);
    let (title, body) = match (name, field("command"), field("path")) {
        ("bash", Some(command), _) => (
            String::new(),
            format!("<pre class=\"command\">{}</pre>", escape(command)),
        ),
        ("edit", _, Some(path)) => (
            path.to_owned(),
            replaced(
                field("oldText").unwrap_or_default(),
                field("newText").unwrap_or_default(),
            ),
        ),
        ("write", _, Some(path)) => (
            path.to_owned(),
            folded("pre", "output", field("content").unwrap_or_default()),
        ),
        ("read", _, Some(path)) => (path.to_owned(), String::new()),
        _ => {
            let text = serde_json::to_string_pretty(arguments).unwrap_or_default();
            (String::new(), folded("pre", "arguments", &text))
        }
    };
    let result = match result {
        Some("") => String::new(),
        Some(text) => folded(
            "pre",
            if is_error { "output bad" } else { "output" },
            &without_colours(text),
        ),
        None => "<p class=\"note bad\">no result: the session ended before it</p>".to_owned(),
    };
    format!(
        "<section class=\"tool\">{head} {} <small>{facts}</small></h3>{body}{result}</section>\n",
        escape(&title),
    )
}

/// Both sides of an edit.
fn replaced(old: &str, new: &str) -> String {
    let mut out = String::from("<pre class=\"diff\">");
    for (class, sign, text) in [("del", '-', old), ("add", '+', new)] {
        for line in text.lines() {
            let _ = writeln!(out, "<span class=\"{class}\">{sign}{}</span>", escape(line));
        }
    }
    out.push_str("</pre>");
    out
}

/// The text, behind its first lines when there are many.
fn folded(tag: &str, class: &str, text: &str) -> String {
    let text = text.trim_end();
    let all = format!("<{tag} class=\"{class}\">{}</{tag}>", escape(text));
    let lines = text.lines().count();
    if lines <= SHOWN_LINES && text.len() <= SHOWN_BYTES {
        return all;
    }
    let first = text.lines().find(|line| !line.trim().is_empty());
    let first: String = first.unwrap_or_default().chars().take(80).collect();
    format!(
        "<details><summary><code>{}</code> <small>{} lines, {} bytes</small></summary>{all}</details>",
        escape(&first),
        count(lines as u64),
        count(text.len() as u64)
    )
}

/// The image itself, if it is of a kind that can hold nothing but one.
fn image(media_type: &str, data: &str) -> String {
    let kind = matches!(
        media_type,
        "image/png" | "image/jpeg" | "image/gif" | "image/webp"
    );
    let is_base64 = data
        .bytes()
        .all(|byte| byte.is_ascii_alphanumeric() || b"+/=".contains(&byte));
    if kind && is_base64 {
        format!("<img alt=\"image\" src=\"data:{media_type};base64,{data}\">\n")
    } else {
        format!(
            "<p class=\"note\">an image of type {} is not shown</p>\n",
            escape(media_type)
        )
    }
}
