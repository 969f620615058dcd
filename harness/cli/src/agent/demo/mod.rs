//! The demonstration: a script plays the model, all else is as always.

use std::sync::Arc;

use anyhow::Context;
use wardian::agent::models::{Model, Scripted, Turn};

/// What is asked.
pub(super) const MESSAGE: &str = "The totals that totals.sh prints are too low. Find out why, \
    repair it, and write the corrected table to report.md.";

/// What the workspace holds.
pub(super) const FILES: &[(&str, &str)] = &[
    ("orders.csv", include_str!("orders.csv")),
    ("totals.sh", include_str!("totals.sh")),
];

/// The script. Its turns expect what the tools really say: where that is not so,
/// the demonstration fails.
///
/// # Errors
/// The script is none.
pub(super) fn model() -> anyhow::Result<Arc<dyn Model>> {
    Ok(Arc::new(Scripted::from_turns(turns()?)))
}

fn turns() -> anyhow::Result<Vec<Turn>> {
    include_str!("script.jsonl")
        .lines()
        .map(|line| serde_json::from_str(line).with_context(|| format!("in the script: {line}")))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_script_is_one() {
        assert!(turns().unwrap().len() > 4);
    }
}
