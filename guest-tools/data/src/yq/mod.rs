//! yq: jq's language over YAML documents.

mod cli;
mod read;
mod write;

pub use cli::run;
