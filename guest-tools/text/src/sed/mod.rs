//! `sed`, as GNU sed 4.9: a script is compiled to a flat list of commands that
//! runs once for each line; where a script leaves most lines alone, whole
//! blocks of lines are searched at once.

mod address;
mod bulk;
mod command;
mod debug;
mod escape;
mod execute;
mod input;
mod list;
mod options;
mod output;
mod parse;
mod replacement;
mod run;
mod source;
mod substitute;

pub use run::run;
