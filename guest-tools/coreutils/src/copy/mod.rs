//! `cp`, `mv`, `ln`, `dd`: applets that make one file from another.

mod change;
mod contents;
mod cp;
mod dd;
mod ln;
mod mv;
mod parents;
pub mod place;
mod records;
mod same;
mod seen;
mod sink;
mod tree;

pub use cp::cp;
pub use dd::dd;
pub use ln::ln;
pub use mv::mv;
