//! To be written.
use crate::exec::{Run, Shell};

pub fn declare(_: &mut Shell, _: &[Vec<u8>]) -> Run {
    Ok(0)
}

pub fn export(_: &mut Shell, _: &[Vec<u8>]) -> Run {
    Ok(0)
}

pub fn local(_: &mut Shell, _: &[Vec<u8>]) -> Run {
    Ok(0)
}

pub fn readonly(_: &mut Shell, _: &[Vec<u8>]) -> Run {
    Ok(0)
}
