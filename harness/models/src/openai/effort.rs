//! How each family of OpenAI's models is told how hard to think.

use crate::ThinkingLevel;

/// The effort to ask for; none for a model that takes none, as far as we know.
pub(super) fn effort(model: &str, level: ThinkingLevel, tools: bool) -> Option<&'static str> {
    // Routers put the maker in front.
    let name = model.rsplit('/').next().unwrap_or(model);
    let low_medium_high = match level {
        ThinkingLevel::Off | ThinkingLevel::Minimal | ThinkingLevel::Low => "low",
        ThinkingLevel::Medium => "medium",
        ThinkingLevel::High | ThinkingLevel::Xhigh => "high",
    };
    if ["o1", "o3", "o4", "gpt-oss"]
        .iter()
        .any(|family| name.starts_with(family))
    {
        return Some(low_medium_high);
    }
    let version = version(name)?;
    if version < (5, 0) || name.contains("-chat") {
        return None;
    }
    if version == (5, 0) {
        return Some(match level {
            _ if name.contains("-pro") => "high",
            ThinkingLevel::Off | ThinkingLevel::Minimal if !name.contains("-codex") => "minimal",
            _ => low_medium_high,
        });
    }
    // From here on chat completions refuse tools to a model that thinks, even
    // to one that is told nothing.
    if version >= (5, 4) && tools {
        return Some("none");
    }
    let knows_more = version >= (5, 2) || name.contains("-codex-max");
    Some(match level {
        ThinkingLevel::Off => "none",
        ThinkingLevel::Xhigh if knows_more => "xhigh",
        _ => low_medium_high,
    })
}

/// Whether OpenAI takes the model with tools and thoughts, or at all, by
/// responses only.
pub(super) fn needs_responses(model: &str) -> bool {
    version(model).is_some_and(|version| {
        let only = model.contains("-pro") || model.contains("-codex");
        version >= (5, 4) || (version >= (5, 0) && only)
    }) || model.starts_with("o1-pro")
        || model.starts_with("o3-pro")
}

/// The version in `gpt-5`, `gpt-5.2-codex`.
fn version(name: &str) -> Option<(u32, u32)> {
    let rest = name.strip_prefix("gpt-")?;
    let number = rest.split('-').next()?;
    match number.split_once('.') {
        Some((major, minor)) => Some((major.parse().ok()?, minor.parse().ok()?)),
        None => Some((number.parse().ok()?, 0)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ThinkingLevel::{High, Low, Medium, Minimal, Off, Xhigh};

    #[test]
    fn each_family_is_asked_in_its_way() {
        let check = |model, level, want| assert_eq!(effort(model, level, true), want, "{model}");
        check("gpt-4.1", High, None);
        check("gpt-4o-mini", High, None);
        check("llama-3.3-70b", High, None);
        check("o4-mini", Off, Some("low"));
        check("openai/gpt-oss-120b", Xhigh, Some("high"));
        check("gpt-5", Off, Some("minimal"));
        check("gpt-5-codex", Minimal, Some("low"));
        check("gpt-5-chat-latest", High, None);
        check("gpt-5-mini-2025-08-07", Medium, Some("medium"));
        check("gpt-5.1", Off, Some("none"));
        check("gpt-5.1", Xhigh, Some("high"));
        check("gpt-5.2", Xhigh, Some("xhigh"));
        check("gpt-5.4", High, Some("none"));
        check("gpt-6", Low, Some("none"));
        assert_eq!(effort("gpt-5.4", High, false), Some("high"));
    }
}
