//! `sort`: everything in one arena, records with a comparable prefix, a stable
//! merge sort over those.

mod debug;
mod key;
mod merge;
mod number;
mod options;
mod run;

pub use run::run;
