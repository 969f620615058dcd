//! Text forms that several applets share.

pub mod date;
pub mod glob;
mod locale;
pub mod pad;
pub mod quote;
pub mod size;
pub mod time;

pub use locale::{utf8_locale, width};
