//! Small text tools: each reads its input, changes it and writes it.

mod column;
mod dos2unix;
mod envsubst;
mod files;
mod getopt;
mod iconv;
mod look;
mod pager;
mod rev;
mod sponge;

pub use column::run as column;
pub use dos2unix::{dos2unix, unix2dos};
pub use envsubst::run as envsubst;
pub use getopt::run as getopt;
pub use iconv::run as iconv;
pub use look::run as look;
pub use pager::{less, more, pg};
pub use rev::run as rev;
pub use sponge::run as sponge;
