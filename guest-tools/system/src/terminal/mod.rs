//! Terminals: `clear`, `reset`, `tput`, `stty`.

pub mod stty;
pub mod tput;
