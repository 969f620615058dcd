//! `cp`, `mv`, `ln`: applets that make one name from another.

mod contents;
mod cp;
mod ln;
mod mv;
mod place;

pub use cp::cp;
pub use ln::ln;
pub use mv::mv;
