//! Text laid out: `fmt`, `pr`, `ptx`.

pub mod fmt;
mod fmt_breaks;
pub mod pr;
pub mod ptx;
