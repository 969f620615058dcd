//! The stored format, byte by byte; `FORMAT.md` describes it.

pub(crate) mod pack;
pub(crate) mod page;
pub(crate) mod record;
pub(crate) mod reference;
pub(crate) mod root;
pub(crate) mod wire;
