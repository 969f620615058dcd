//! yq: jq's language over YAML documents.

mod check;
mod cli;
mod edit;
mod flow;
mod reader;
mod render;
mod scalar;
mod shape;
mod tree;
mod write;

pub use cli::run;
