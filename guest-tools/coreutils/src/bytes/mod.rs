//! Tools that see bytes, not lines.

pub mod base;
pub mod tr;
mod tr_set;
