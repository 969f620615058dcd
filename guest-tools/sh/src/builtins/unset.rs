//! To be written.
use crate::exec::{Run, Shell};

pub fn unset(_: &mut Shell, _: &[Vec<u8>]) -> Run {
    Ok(0)
}
