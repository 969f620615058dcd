//! The commands that compress or decompress files one by one.

mod bulk;
mod gzip;

pub use bulk::{
    bunzip2, bzcat, bzip2, lzcat, lzma, unlzma, unxz, unzstd, xz, xzcat, zstd, zstdcat,
};
pub use gzip::{gunzip, gzip, zcat};
