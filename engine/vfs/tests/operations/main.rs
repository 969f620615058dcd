//! What each operation answers, module by module, as tables.

mod attributes;
mod contents;
mod embedding;
mod entries;
mod fixture;
mod importing;
mod limits;
mod listing;
mod open_files;
mod rights;
