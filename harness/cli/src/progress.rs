//! Shows that a module is being compiled, on a terminal.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};
use wardian::Observer;

/// A spinner per module that is being compiled. Without a terminal: nothing.
#[derive(Default)]
pub struct Progress(Mutex<HashMap<String, ProgressBar>>);

impl Observer for Progress {
    fn compile_started(&self, module: &str, size_bytes: usize) {
        let style = ProgressStyle::with_template("{spinner} {msg} {elapsed}")
            .unwrap_or_else(|_| ProgressStyle::default_spinner());
        let bar = ProgressBar::new_spinner().with_style(style);
        let megabytes = size_bytes as f64 / 1e6;
        bar.set_message(format!(
            "compiling {module} ({megabytes:.1} MB of wasm, once on this machine)"
        ));
        bar.enable_steady_tick(Duration::from_millis(100));
        let mut bars = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        bars.insert(module.to_owned(), bar);
    }

    fn compile_finished(&self, module: &str) {
        let mut bars = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(bar) = bars.remove(module) {
            bar.finish_and_clear();
        }
    }
}
