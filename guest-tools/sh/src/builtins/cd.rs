//! To be written.
use crate::exec::{Run, Shell};

pub fn cd(_: &mut Shell, _: &[Vec<u8>]) -> Run {
    Ok(0)
}

pub fn pwd(_: &mut Shell, _: &[Vec<u8>]) -> Run {
    Ok(0)
}
