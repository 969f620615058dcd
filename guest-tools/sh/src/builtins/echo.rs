//! To be written.
use crate::exec::{Run, Shell};

pub fn yes(_: &mut Shell, _: &[Vec<u8>]) -> Run {
    Ok(0)
}

pub fn echo(_: &mut Shell, _: &[Vec<u8>]) -> Run {
    Ok(0)
}

pub fn no(_: &mut Shell, _: &[Vec<u8>]) -> Run {
    Ok(0)
}
