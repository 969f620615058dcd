//! What a server's tool gives back, as a result for a model.

use rmcp::model::{CallToolResult, RawContent, ResourceContents};

use crate::models::Part;
use crate::tools::ToolOutput;

pub(super) fn output_of(result: CallToolResult) -> ToolOutput {
    let mut content: Vec<Part> = result
        .content
        .into_iter()
        .map(|content| part_of(content.raw))
        .collect();
    // Servers repeat structured content as text, for models. Some forget.
    if let (true, Some(structured)) = (content.is_empty(), result.structured_content) {
        content.push(Part::text(structured.to_string()));
    }
    ToolOutput {
        content,
        is_error: result.is_error.unwrap_or(false),
    }
}

fn part_of(content: RawContent) -> Part {
    match content {
        RawContent::Text(text) => Part::text(text.text),
        RawContent::Image(image) => Part::Image {
            media_type: image.mime_type,
            data: image.data,
        },
        RawContent::Resource(resource) => match resource.resource {
            ResourceContents::TextResourceContents { uri, text, .. } => {
                Part::text(format!("[{uri}]\n{text}"))
            }
            ResourceContents::BlobResourceContents { uri, blob, .. } => {
                Part::text(format!("[{uri}: {} characters of base64]", blob.len()))
            }
        },
        RawContent::ResourceLink(link) => {
            Part::text(format!("[link to {}: {}]", link.uri, link.name))
        }
        RawContent::Audio(audio) => Part::text(format!(
            "[audio, {}, {} characters of base64]",
            audio.mime_type,
            audio.data.len()
        )),
    }
}
