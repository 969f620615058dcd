//! The whole page.

use std::fmt::Write as _;

use super::diff;
use super::html::escape;
use super::numbers::{count, dollars, duration, moment};
use super::record::{Record, What};
use super::step;

/// The session as one HTML document. It has no script, refuses to load anything,
/// and shows all that it was given as text.
pub fn page(record: &Record) -> String {
    let title = match record.title.trim() {
        "" => record.session.as_str(),
        title => title,
    };
    let title = escape(title);
    let mut out = String::new();
    // Writing to a string does not fail.
    let _ = write!(
        out,
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; \
         style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"color-scheme\" content=\"light dark\">\n\
         <title>{title}</title>\n<style>\n{}</style>\n</head>\n<body>\n<main>\n\
         <header>\n<h1>{title}</h1>\n{}{}</header>\n",
        include_str!("style.css"),
        facts(record),
        strip(record),
    );
    for each in &record.steps {
        out.push_str(&step::html(record, each));
    }
    out.push_str(&changes(record));
    let _ = write!(
        out,
        "<footer>Written by wardian {}</footer>\n</main>\n</body>\n</html>\n",
        env!("CARGO_PKG_VERSION")
    );
    out
}

fn facts(record: &Record) -> String {
    let tools = record
        .steps
        .iter()
        .filter(|step| matches!(step.what, What::Tool { .. }));
    let turns = record
        .steps
        .iter()
        .filter(|step| matches!(step.what, What::Turn { .. }));
    let took = record.ended_ms.saturating_sub(record.started_ms);
    let mut facts = vec![
        ("Agent", record.agent.clone()),
        ("Model", record.model.clone()),
        ("Session", record.session.clone()),
        ("Started", moment(record.started_ms)),
        ("Took", duration(took)),
        (
            "Turns",
            format!("{}, {} tool calls", turns.count(), tools.count()),
        ),
        ("Tokens", step::told(&record.tokens)),
    ];
    facts.extend(record.dollars.map(|amount| ("Cost", dollars(amount))));
    let mut out = String::from("<dl>\n");
    for (name, value) in facts {
        let _ = writeln!(out, "<div><dt>{name}</dt><dd>{}</dd></div>", escape(&value));
    }
    out.push_str("</dl>\n");
    out
}

/// Where the time went: a bar with a piece for each turn and each tool.
fn strip(record: &Record) -> String {
    let whole = record.ended_ms.saturating_sub(record.started_ms);
    if whole == 0 {
        return String::new();
    }
    let mut out =
        String::from("<div class=\"strip\" role=\"img\" aria-label=\"where the time went\">");
    let mut pieces = 0;
    for step in &record.steps {
        let (Some(at), Some(took)) = (step.at_ms, step.duration_ms) else {
            continue;
        };
        let (class, name) = match &step.what {
            What::Turn { number, .. } => ("model", format!("turn {number}")),
            What::Tool { name, .. } => ("tool", name.clone()),
            _ => continue,
        };
        let percent = |ms: u64| ms as f64 * 100.0 / whole as f64;
        let left = percent(at.saturating_sub(record.started_ms)).clamp(0.0, 100.0);
        let width = percent(took).min(100.0 - left);
        let _ = write!(
            out,
            "<i class=\"{class}\" style=\"left:{left:.3}%;width:{width:.3}%\" title=\"{} · {}\"></i>",
            escape(&name),
            duration(took)
        );
        pieces += 1;
    }
    out.push_str(
        "</div>\n<p class=\"legend\"><i class=\"model\"></i> model <i class=\"tool\"></i> tools</p>\n",
    );
    if pieces == 0 { String::new() } else { out }
}

fn changes(record: &Record) -> String {
    let files = diff::files(&record.changes);
    if files.is_empty() {
        return String::new();
    }
    let mut out = format!(
        "<h2 class=\"turn\" id=\"files\">Files changed · {}</h2>\n",
        count(files.len() as u64)
    );
    for file in files {
        let _ = writeln!(
            out,
            "<details class=\"file\" open><summary><code>{}</code> <small>\
             <b class=\"plus\">+{}</b> <b class=\"minus\">−{}</b></small></summary>{}</details>",
            escape(&file.name),
            count(file.added as u64),
            count(file.removed as u64),
            file.html()
        );
    }
    out
}

#[cfg(test)]
mod tests {
    use super::super::record::{CommandUsage, Step, Tokens};
    use super::*;

    /// What would do harm if any of it were not text.
    const EVIL: &str =
        "</pre></style><script>alert(1)</script>\" onload='x' <img src=http://evil/>";

    fn step(what: What) -> Step {
        Step {
            at_ms: Some(1_000_500),
            duration_ms: Some(250),
            what,
        }
    }

    fn record(text: &str) -> Record {
        let text = || text.to_owned();
        Record {
            title: text(),
            session: text(),
            agent: text(),
            model: text(),
            started_ms: 1_000_000,
            ended_ms: 1_002_000,
            tokens: Tokens {
                input: 1200,
                output: 34,
                cache_read: 5,
                cache_write: 0,
            },
            dollars: Some(0.01),
            steps: vec![
                step(What::Instructions { text: text() }),
                step(What::Prompt { text: text() }),
                step(What::Turn {
                    number: 1,
                    tokens: Some(Tokens::default()),
                }),
                step(What::Thinking { text: text() }),
                step(What::Reply { text: text() }),
                step(What::Tool {
                    name: text(),
                    arguments: serde_json::json!({ text(): [text()] }),
                    result: Some(text()),
                    is_error: true,
                    usage: None,
                }),
                step(What::Tool {
                    name: "bash".into(),
                    arguments: serde_json::json!({ "command": text() }),
                    result: Some(text().repeat(100)),
                    is_error: false,
                    usage: Some(CommandUsage {
                        exit_code: 3,
                        cpu_ms: Some(12),
                        peak_memory_bytes: Some(3 << 20),
                    }),
                }),
                step(What::Tool {
                    name: "edit".into(),
                    arguments: serde_json::json!({
                        "path": text(), "oldText": text(), "newText": text()
                    }),
                    result: None,
                    is_error: false,
                    usage: None,
                }),
                step(What::Tool {
                    name: "write".into(),
                    arguments: serde_json::json!({ "path": text(), "content": text() }),
                    result: Some(String::new()),
                    is_error: false,
                    usage: None,
                }),
                step(What::Image {
                    media_type: text(),
                    data: text(),
                }),
                step(What::Image {
                    media_type: "image/png".into(),
                    data: text(),
                }),
                step(What::Note {
                    text: text(),
                    is_error: true,
                }),
            ],
            changes: format!(
                "diff --git a/{0} b/{0}\n--- a/{0}\n+++ b/{0}\n@@ -1 +1 @@\n-{0}\n+{0}\n",
                text()
            ),
        }
    }

    #[test]
    fn nothing_a_session_holds_is_more_than_text() {
        let page = page(&record(EVIL));
        for harm in [
            "<script",
            "<img src",
            "onload='",
            "</pre></style>",
            "javascript:",
        ] {
            assert!(!page.contains(harm), "{harm}");
        }
        assert!(page.contains("&lt;script&gt;alert(1)&lt;/script&gt;"));
        // Every tag in it is one of ours.
        let tags: std::collections::BTreeSet<&str> = page
            .split('<')
            .skip(1)
            .filter_map(|rest| rest.split([' ', '>', '\n']).next())
            .map(|tag| tag.trim_start_matches('/'))
            .collect();
        let known = [
            "!doctype", "b", "body", "code", "dd", "details", "div", "dl", "dt", "footer", "h1",
            "h2", "h3", "head", "header", "html", "i", "img", "main", "meta", "p", "pre",
            "section", "small", "span", "style", "summary", "title",
        ];
        for tag in tags {
            assert!(known.contains(&tag), "{tag}");
        }
    }

    #[test]
    fn nothing_is_loaded() {
        let page = page(&record("fine"));
        for outside in ["http://", "https://", "url(", "@import", "<link", "src=\"/"] {
            assert!(!page.contains(outside), "{outside}");
        }
        assert!(page.contains("default-src 'none'"));
    }

    #[test]
    fn it_tells_what_happened() {
        let mut record = record("Sort the list");
        record.steps.push(step(What::Image {
            media_type: "image/png".into(),
            data: "aGk=".into(),
        }));
        let page = page(&record);
        for part in [
            "<title>Sort the list</title>",
            "1,205 tokens in, 34 out",
            "1970-01-01 00:16:40 UTC",
            "2.0 s",
            "$0.0100",
            "Turn 1 · 250 ms",
            "+500 ms",
            "exit code 3 · 250 ms · 12 ms of processor time · 3.0 MiB of memory",
            "prefers-color-scheme: dark",
            "src=\"data:image/png;base64,aGk=\"",
            "Files changed · 1",
            "no result: the session ended before it",
        ] {
            assert!(page.contains(part), "{part}");
        }
    }

    #[test]
    fn an_empty_session_is_a_page() {
        let page = page(&Record::default());
        assert!(page.starts_with("<!doctype html>") && page.ends_with("</html>\n"));
    }

    #[test]
    fn a_record_survives_being_stored() {
        let record = record("text");
        let json = serde_json::to_string(&record).unwrap();
        assert_eq!(serde_json::from_str::<Record>(&json).unwrap(), record);
    }
}
