//! Names of files and what they lead to: `realpath`, `readlink`, `mktemp`,
//! `truncate`, `shred`.

pub mod canonical;
pub mod mktemp;
pub mod pathchk;
pub mod shred;
pub mod truncate;
