//! Tools that look at processes.

mod columns;
pub mod lsof;
pub mod ps;
pub mod select;
pub mod table;
pub mod top;
