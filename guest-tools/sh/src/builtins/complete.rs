//! To be written.
use crate::exec::{Run, Shell};

pub fn compgen(_: &mut Shell, _: &[Vec<u8>]) -> Run {
    Ok(0)
}

pub fn complete(_: &mut Shell, _: &[Vec<u8>]) -> Run {
    Ok(0)
}

pub fn compopt(_: &mut Shell, _: &[Vec<u8>]) -> Run {
    Ok(0)
}
