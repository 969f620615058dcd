//! To be written.
use crate::exec::{Run, Shell};

pub fn source(_: &mut Shell, _: &[Vec<u8>]) -> Run {
    Ok(0)
}

pub fn eval(_: &mut Shell, _: &[Vec<u8>]) -> Run {
    Ok(0)
}
