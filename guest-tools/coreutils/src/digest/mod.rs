//! Checksums: `md5sum` and its kin, `cksum`, `sum`.

mod algorithm;
mod check;
mod legacy;
mod run;

pub use run::{b2sum, cksum, md5sum, sha1sum, sha224sum, sha256sum, sha384sum, sha512sum, sum};
