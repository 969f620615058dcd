//! A sign of life on a terminal for work that takes more than a second.

use std::time::Duration;

use anyhow::Result;
use indicatif::{ProgressBar, ProgressStyle};

/// Shows what is being done to a guest until it is finished or dropped.
pub fn spinner(guest: &str) -> Result<ProgressBar> {
    let style = ProgressStyle::with_template("{spinner} {prefix} {elapsed} {wide_msg}")?;
    let spinner = ProgressBar::new_spinner()
        .with_style(style)
        .with_prefix(guest.to_owned());
    spinner.enable_steady_tick(Duration::from_millis(120));
    Ok(spinner)
}
