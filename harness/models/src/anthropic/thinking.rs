//! How each family of Claude is told how hard to think, and how much it may
//! write.

use serde_json::{Value, json};

use crate::ThinkingLevel;

/// How a family thinks.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Mode {
    /// Not at all.
    Never,
    /// Within a number of tokens.
    Budget,
    /// As it sees fit, guided by an effort; `off` is what turns it off.
    Adaptive { off: Off },
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Off {
    /// It does not think unless asked.
    Omit,
    /// It is told not to.
    Say(&'static str),
    /// It cannot be turned off; the least effort is the next best.
    LeastEffort,
}

/// Families by how their names begin, the longer before the shorter. Whatever is
/// not here is taken for newer, and newer ones think as they see fit.
const FAMILIES: &[(&str, Mode)] = &[
    ("claude-2", Mode::Never),
    ("claude-instant", Mode::Never),
    ("claude-3-7", Mode::Budget),
    ("claude-3", Mode::Never),
    ("claude-opus-4-6", Mode::Adaptive { off: Off::Omit }),
    ("claude-opus-4-7", Mode::Adaptive { off: Off::Omit }),
    ("claude-opus-4-8", Mode::Adaptive { off: Off::Omit }),
    ("claude-opus-4", Mode::Budget),
    ("claude-sonnet-4-6", Mode::Adaptive { off: Off::Omit }),
    ("claude-sonnet-4", Mode::Budget),
    ("claude-haiku-4", Mode::Budget),
    (
        "claude-sonnet-5-5",
        Mode::Adaptive {
            off: Off::Say("between_tools"),
        },
    ),
    (
        "claude-sonnet-5",
        Mode::Adaptive {
            off: Off::Say("disabled"),
        },
    ),
    (
        "claude-opus-5-5",
        Mode::Adaptive {
            off: Off::LeastEffort,
        },
    ),
    (
        "claude-opus-5",
        Mode::Adaptive {
            off: Off::Say("disabled"),
        },
    ),
    (
        "claude-haiku-5",
        Mode::Adaptive {
            off: Off::Say("disabled"),
        },
    ),
];

fn mode(model: &str) -> Mode {
    let family = FAMILIES
        .iter()
        .find(|(prefix, _)| model.starts_with(prefix));
    match family {
        Some((_, mode)) => *mode,
        None => Mode::Adaptive {
            off: Off::LeastEffort,
        },
    }
}

/// The most tokens that the model writes when the caller sets no limit.
pub(super) fn max_tokens(model: &str) -> u32 {
    if model.starts_with("claude-3-5") {
        8_192
    } else if model.starts_with("claude-3-7") {
        64_000
    } else if model.starts_with("claude-3") || model.starts_with("claude-2") {
        4_096
    } else if model.starts_with("claude-opus-4-1")
        || model.starts_with("claude-opus-4-0")
        || model.starts_with("claude-opus-4-2025")
    {
        32_000
    } else {
        64_000
    }
}

/// The fields `thinking` and `output_config` of a request.
pub(super) fn fields(
    model: &str,
    level: ThinkingLevel,
    max_tokens: u32,
) -> (Option<Value>, Option<Value>) {
    // Newer models hide what they think unless asked for a summary.
    let adaptive = || Some(json!({"type": "adaptive", "display": "summarized"}));
    let effort = |effort: &str| Some(json!({ "effort": effort }));
    match (mode(model), level) {
        (Mode::Never, _) | (Mode::Budget, ThinkingLevel::Off) => (None, None),
        (Mode::Budget, level) => (budget(level, max_tokens), None),
        (Mode::Adaptive { off }, ThinkingLevel::Off) => match off {
            Off::Omit => (None, None),
            Off::Say(how) => (Some(json!({ "type": how })), None),
            Off::LeastEffort => (adaptive(), effort("low")),
        },
        (Mode::Adaptive { .. }, level) => {
            let name = match level {
                ThinkingLevel::Off | ThinkingLevel::Minimal | ThinkingLevel::Low => "low",
                ThinkingLevel::Medium => "medium",
                ThinkingLevel::High => "high",
                ThinkingLevel::Xhigh => "max",
            };
            (adaptive(), effort(name))
        }
    }
}

fn budget(level: ThinkingLevel, max_tokens: u32) -> Option<Value> {
    const LEAST: u32 = 1_024;
    let wanted = match level {
        ThinkingLevel::Off => return None,
        ThinkingLevel::Minimal => LEAST,
        ThinkingLevel::Low => 4_096,
        ThinkingLevel::Medium => 10_000,
        ThinkingLevel::High => 20_000,
        ThinkingLevel::Xhigh => 31_999,
    };
    // Thinking counts as writing, and something must be left to say.
    let budget = wanted.min(max_tokens.saturating_sub(LEAST));
    (budget >= LEAST).then(|| json!({"type": "enabled", "budget_tokens": budget}))
}

#[cfg(test)]
mod tests {
    use super::*;
    use ThinkingLevel::{High, Low, Medium, Minimal, Off, Xhigh};

    fn check(model: &str, level: ThinkingLevel, thinking: Value, effort: Option<&str>) {
        let (got, config) = fields(model, level, max_tokens(model));
        assert_eq!(got.unwrap_or(Value::Null), thinking, "{model} {level:?}");
        let want = effort.map(|effort| json!({ "effort": effort }));
        assert_eq!(config, want, "{model} {level:?}");
    }

    #[test]
    fn each_family_is_asked_in_its_way() {
        let adaptive = json!({"type": "adaptive", "display": "summarized"});
        let budget = |tokens: u32| json!({"type": "enabled", "budget_tokens": tokens});
        check("claude-3-5-haiku-latest", High, Value::Null, None);
        check("claude-sonnet-4-5", Off, Value::Null, None);
        check("claude-sonnet-4-5", Medium, budget(10_000), None);
        check("claude-opus-4-1", Xhigh, budget(30_976), None);
        check("claude-haiku-4-5-20251001", Minimal, budget(1_024), None);
        check("claude-opus-4-6", Xhigh, adaptive.clone(), Some("max"));
        check("claude-opus-4-8", Off, Value::Null, None);
        check("claude-opus-5", Off, json!({"type": "disabled"}), None);
        check(
            "claude-sonnet-5-5",
            Off,
            json!({"type": "between_tools"}),
            None,
        );
        check("claude-opus-5-5", Off, adaptive.clone(), Some("low"));
        check("claude-fable-5-1", High, adaptive.clone(), Some("high"));
        check("claude-not-yet-known-9", Low, adaptive, Some("low"));
    }

    #[test]
    fn a_small_limit_leaves_no_room_to_think() {
        assert_eq!(fields("claude-sonnet-4-5", High, 2_000), (None, None));
        let (thinking, _) = fields("claude-sonnet-4-5", High, 3_000);
        assert_eq!(thinking.unwrap()["budget_tokens"], 1_976);
    }
}
