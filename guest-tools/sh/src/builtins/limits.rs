//! To be written.
use crate::exec::{Run, Shell};

pub fn times(_: &mut Shell, _: &[Vec<u8>]) -> Run {
    Ok(0)
}

pub fn ulimit(_: &mut Shell, _: &[Vec<u8>]) -> Run {
    Ok(0)
}

pub fn umask(_: &mut Shell, _: &[Vec<u8>]) -> Run {
    Ok(0)
}
