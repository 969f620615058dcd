//! `numfmt`: numbers with units, exactly.

mod number;
mod options;
mod run;

pub use run::run;
