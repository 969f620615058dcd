//! zip and unzip, as Info-ZIP has them.

mod archive;
mod extract;
mod update;

pub use extract::unzip;
pub use update::zip;
