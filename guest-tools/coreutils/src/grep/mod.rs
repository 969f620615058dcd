//! `grep`, `egrep`, `fgrep`.

mod color;
mod matcher;
mod options;
mod perl;
mod print;
mod run;
mod search;
mod walk;

pub use run::{egrep, fgrep, grep};
