//! To be written.
use crate::exec::{Run, Shell};

pub fn bg(_: &mut Shell, _: &[Vec<u8>]) -> Run {
    Ok(0)
}

pub fn disown(_: &mut Shell, _: &[Vec<u8>]) -> Run {
    Ok(0)
}

pub fn fg(_: &mut Shell, _: &[Vec<u8>]) -> Run {
    Ok(0)
}

pub fn jobs(_: &mut Shell, _: &[Vec<u8>]) -> Run {
    Ok(0)
}

pub fn suspend(_: &mut Shell, _: &[Vec<u8>]) -> Run {
    Ok(0)
}
