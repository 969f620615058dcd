//! A conversation as plain text, for the model that summarises it.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::models::{Message, Part, Role};
use crate::tools::{cut_at, first_characters};

/// Characters of a tool's result that the summary is made from.
const MAX_RESULT: usize = 2000;

/// The messages as text of at most so many bytes; when there is more, the middle
/// is missing.
pub(super) fn transcript(messages: &[Message], most: usize) -> String {
    let mut text = String::new();
    for message in messages {
        let speaker = match message.role {
            Role::User => "User",
            Role::Assistant => "Agent",
        };
        for part in &message.parts {
            match part {
                Part::Text { text: said } => text += &format!("{speaker}: {said}\n"),
                Part::Image { media_type, .. } => {
                    text += &format!("{speaker}: [image, {media_type}]\n");
                }
                // What led to an action shows in the action.
                Part::Thinking { .. } => {}
                Part::ToolCall {
                    name, arguments, ..
                } => {
                    let arguments = first_characters(&arguments.to_string(), MAX_RESULT);
                    text += &format!("Agent calls {name}: {arguments}\n");
                }
                Part::ToolResult {
                    content, is_error, ..
                } => {
                    let kind = if *is_error { "Error" } else { "Result" };
                    let result = first_characters(&Part::joined_text(content), MAX_RESULT);
                    text += &format!("{kind}: {result}\n");
                }
            }
        }
    }
    if text.len() <= most {
        return text;
    }
    let half = most / 2;
    let mut start = text.len() - half;
    while !text.is_char_boundary(start) {
        start += 1;
    }
    let end = text.get(start..).unwrap_or_default();
    format!("{}\n[...]\n{end}", cut_at(&text, half))
}

/// Which files the tools read and changed, as an end for the summary.
pub(super) fn touched_files(messages: &[Message]) -> String {
    let (mut read, mut changed) = (BTreeSet::new(), BTreeSet::new());
    for part in messages.iter().flat_map(|message| &message.parts) {
        let Part::ToolCall {
            name, arguments, ..
        } = part
        else {
            continue;
        };
        let path = arguments.get("path").and_then(Value::as_str);
        match (name.as_str(), path) {
            ("read", Some(path)) => drop(read.insert(path)),
            ("write" | "edit", Some(path)) => drop(changed.insert(path)),
            _ => {}
        }
    }
    let mut text = String::new();
    for (title, paths) in [("Files read", read), ("Files changed", changed)] {
        if !paths.is_empty() {
            let paths: Vec<&str> = paths.into_iter().collect();
            text += &format!("\n\n{title}: {}", paths.join(", "));
        }
    }
    text
}
