//! What probes name all the time.

pub use std::ffi::OsString;

pub use crate::check::{Outcome, differs, holds, refused, same};
pub use crate::errno::*;
pub use crate::layout::*;
pub use crate::preview1::*;
pub(crate) use crate::scratch;
