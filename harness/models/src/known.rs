//! What is known of well-known models: list prices and the size of the context.
//! A model that is not here works as well; its cost and context are unknown.

use crate::{Provider, TokenUsage};

/// A model, by how its name begins.
#[derive(PartialEq, Debug)]
pub(crate) struct Known {
    prefix: &'static str,
    pub(crate) context_tokens: u64,
    /// List prices for prompts of ordinary length.
    prices: Option<Prices>,
}

/// Dollars for a million tokens.
#[derive(PartialEq, Debug)]
struct Prices {
    input: f64,
    cache_read: f64,
    cache_write: f64,
    output: f64,
}

impl Known {
    /// What is known of `name`, if it is this model or a dated or preview
    /// version of it. A longer name such as `-mini` is another model.
    pub(crate) fn of(provider: Provider, name: &str) -> Option<&'static Known> {
        let table: &[Known] = match provider {
            Provider::Anthropic => ANTHROPIC,
            Provider::OpenAi => OPENAI,
            Provider::Google => GOOGLE,
            Provider::Ollama => &[],
        };
        table.iter().find(|known| {
            name.strip_prefix(known.prefix)
                .is_some_and(is_version_suffix)
        })
    }

    /// Dollars for this usage.
    pub(crate) fn cost(&self, usage: &TokenUsage) -> Option<f64> {
        let prices = self.prices.as_ref()?;
        let dollars = |tokens: u64, price: f64| tokens as f64 * price / 1e6;
        Some(
            dollars(usage.input_tokens, prices.input)
                + dollars(usage.cache_read_tokens, prices.cache_read)
                + dollars(usage.cache_write_tokens, prices.cache_write)
                + dollars(usage.output_tokens, prices.output),
        )
    }
}

/// Whether this follows the name of a model without making it another:
/// `-20250929`, `-2025-08-07`, `-001`, `-latest`, `-preview`, `-preview-09-2025`.
fn is_version_suffix(rest: &str) -> bool {
    let Some(rest) = rest.strip_prefix('-') else {
        return rest.is_empty();
    };
    let rest = match rest.strip_prefix("preview") {
        Some("") => return true,
        Some(dated) => dated.strip_prefix('-').unwrap_or("no"),
        None => rest,
    };
    let digits = rest.bytes().filter(u8::is_ascii_digit).count();
    let dated = rest.bytes().all(|b| b.is_ascii_digit() || b == b'-');
    rest == "latest" || (dated && digits >= 3)
}

/// Anthropic's cache: a tenth to read, a quarter more to write (five minutes).
const fn claude(prefix: &'static str, context: u64, input: f64, output: f64) -> Known {
    Known {
        prefix,
        context_tokens: context,
        prices: Some(Prices {
            input,
            cache_read: input / 10.0,
            cache_write: input * 1.25,
            output,
        }),
    }
}

/// The others write their caches for nothing.
const fn cached(
    prefix: &'static str,
    context: u64,
    input: f64,
    cache_read: f64,
    output: f64,
) -> Known {
    Known {
        prefix,
        context_tokens: context,
        prices: Some(Prices {
            input,
            cache_read,
            cache_write: input,
            output,
        }),
    }
}

const fn unpriced(prefix: &'static str, context_tokens: u64) -> Known {
    Known {
        prefix,
        context_tokens,
        prices: None,
    }
}

const MILLION: u64 = 1_000_000;

const ANTHROPIC: &[Known] = &[
    claude("claude-fable-5-1", MILLION, 10.0, 50.0),
    claude("claude-fable-5", MILLION, 10.0, 50.0),
    claude("claude-opus-5-5", MILLION, 4.0, 20.0),
    claude("claude-opus-5", MILLION, 5.0, 25.0),
    claude("claude-opus-4-8", MILLION, 5.0, 25.0),
    claude("claude-opus-4-7", MILLION, 5.0, 25.0),
    claude("claude-opus-4-6", MILLION, 5.0, 25.0),
    claude("claude-opus-4-5", 200_000, 5.0, 25.0),
    claude("claude-opus-4-1", 200_000, 15.0, 75.0),
    claude("claude-opus-4", 200_000, 15.0, 75.0),
    claude("claude-sonnet-5-5", MILLION, 2.0, 10.0),
    claude("claude-sonnet-5", MILLION, 2.0, 10.0),
    claude("claude-sonnet-4-6", MILLION, 3.0, 15.0),
    claude("claude-sonnet-4-5", 200_000, 3.0, 15.0),
    claude("claude-sonnet-4", 200_000, 3.0, 15.0),
    // No single price.
    unpriced("claude-haiku-5-5", MILLION),
    claude("claude-haiku-4-5", 200_000, 1.0, 5.0),
    claude("claude-3-7-sonnet", 200_000, 3.0, 15.0),
    claude("claude-3-5-haiku", 200_000, 0.8, 4.0),
];

const OPENAI: &[Known] = &[
    cached("gpt-5.4-mini", 400_000, 0.75, 0.075, 4.5),
    cached("gpt-5.4", 1_050_000, 2.5, 0.25, 15.0),
    cached("gpt-5.2", 400_000, 1.75, 0.175, 14.0),
    cached("gpt-5.1", 400_000, 1.25, 0.125, 10.0),
    cached("gpt-5-mini", 400_000, 0.25, 0.025, 2.0),
    cached("gpt-5-nano", 400_000, 0.05, 0.005, 0.4),
    cached("gpt-5", 400_000, 1.25, 0.125, 10.0),
    cached("gpt-4.1-mini", 1_047_576, 0.4, 0.1, 1.6),
    cached("gpt-4.1-nano", 1_047_576, 0.1, 0.025, 0.4),
    cached("gpt-4.1", 1_047_576, 2.0, 0.5, 8.0),
    cached("gpt-4o-mini", 128_000, 0.15, 0.075, 0.6),
    cached("gpt-4o", 128_000, 2.5, 1.25, 10.0),
    cached("o4-mini", 200_000, 1.1, 0.275, 4.4),
    cached("o3", 200_000, 2.0, 0.5, 8.0),
];

const GOOGLE: &[Known] = &[
    cached("gemini-3.5-flash", 1_048_576, 1.5, 0.15, 9.0),
    cached("gemini-3-flash", 1_048_576, 0.5, 0.05, 3.0),
    cached("gemini-3.1-pro", 1_048_576, 2.0, 0.2, 12.0),
    cached("gemini-3-pro", 1_048_576, 2.0, 0.2, 12.0),
    cached("gemini-2.5-pro", 1_048_576, 1.25, 0.125, 10.0),
    cached("gemini-2.5-flash-lite", 1_048_576, 0.1, 0.01, 0.4),
    cached("gemini-2.5-flash", 1_048_576, 0.3, 0.03, 2.5),
];

#[cfg(test)]
mod tests {
    use super::*;

    fn check(provider: Provider, name: &str, prefix: Option<&str>) {
        let known = Known::of(provider, name).map(|known| known.prefix);
        assert_eq!(known, prefix, "{provider:?}/{name}");
    }

    #[test]
    fn versions_are_the_same_model_and_longer_names_are_not() {
        check(
            Provider::Anthropic,
            "claude-opus-4-8",
            Some("claude-opus-4-8"),
        );
        check(
            Provider::Anthropic,
            "claude-opus-4-20250514",
            Some("claude-opus-4"),
        );
        check(
            Provider::Anthropic,
            "claude-opus-4-5-20251101",
            Some("claude-opus-4-5"),
        );
        check(Provider::Anthropic, "claude-opus-4-9", None);
        check(
            Provider::Anthropic,
            "claude-3-5-haiku-latest",
            Some("claude-3-5-haiku"),
        );
        check(Provider::OpenAi, "gpt-5", Some("gpt-5"));
        check(Provider::OpenAi, "gpt-5-2025-08-07", Some("gpt-5"));
        check(Provider::OpenAi, "gpt-5-mini", Some("gpt-5-mini"));
        check(Provider::OpenAi, "gpt-5-pro", None);
        check(Provider::OpenAi, "gpt-5.9", None);
        check(Provider::OpenAi, "claude-opus-4-8", None);
        check(
            Provider::Google,
            "gemini-3-pro-preview",
            Some("gemini-3-pro"),
        );
        check(
            Provider::Google,
            "gemini-2.5-flash-preview-09-2025",
            Some("gemini-2.5-flash"),
        );
        check(
            Provider::Google,
            "gemini-2.5-flash-001",
            Some("gemini-2.5-flash"),
        );
        check(Provider::Google, "gemini-2.5-flash-image", None);
        check(Provider::Ollama, "gpt-5", None);
    }

    #[test]
    fn a_cost_counts_every_kind_of_token() {
        let usage = TokenUsage {
            input_tokens: 1_000_000,
            output_tokens: 100_000,
            cache_read_tokens: 2_000_000,
            cache_write_tokens: 400_000,
        };
        let known = Known::of(Provider::Anthropic, "claude-sonnet-4-5").unwrap();
        let cost = known.cost(&usage).unwrap();
        assert!((cost - (3.0 + 1.5 + 0.6 + 1.5)).abs() < 1e-9, "{cost}");
        let unpriced = Known::of(Provider::Anthropic, "claude-haiku-5-5").unwrap();
        assert_eq!(unpriced.cost(&usage), None);
    }
}
