//! To be written.
use crate::exec::{Run, Shell};

pub fn alias(_: &mut Shell, _: &[Vec<u8>]) -> Run {
    Ok(0)
}

pub fn unalias(_: &mut Shell, _: &[Vec<u8>]) -> Run {
    Ok(0)
}
