//! Tools that change the order of lines: `shuf`, `tac`, `tsort`.

pub mod random;
pub mod shuf;
pub mod tac;
pub mod tsort;
