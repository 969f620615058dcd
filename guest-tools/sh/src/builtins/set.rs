//! To be written.
use crate::exec::{Run, Shell};

pub fn set(_: &mut Shell, _: &[Vec<u8>]) -> Run {
    Ok(0)
}

pub fn shift(_: &mut Shell, _: &[Vec<u8>]) -> Run {
    Ok(0)
}

pub fn shopt(_: &mut Shell, _: &[Vec<u8>]) -> Run {
    Ok(0)
}
