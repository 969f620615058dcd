//! `grep`, `egrep`, `fgrep`.

mod bracket;
mod color;
mod matcher;
mod options;
mod print;
mod run;
mod search;
mod translate;
mod walk;

pub use run::{egrep, fgrep, grep};
