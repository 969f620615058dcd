//! To be written.
use crate::exec::{Run, Shell};

pub fn bind(_: &mut Shell, _: &[Vec<u8>]) -> Run {
    Ok(0)
}

pub fn fc(_: &mut Shell, _: &[Vec<u8>]) -> Run {
    Ok(0)
}

pub fn history(_: &mut Shell, _: &[Vec<u8>]) -> Run {
    Ok(0)
}
