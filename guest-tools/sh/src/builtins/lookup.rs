//! To be written.
use crate::exec::{Run, Shell};

pub fn builtin(_: &mut Shell, _: &[Vec<u8>]) -> Run {
    Ok(0)
}

pub fn command(_: &mut Shell, _: &[Vec<u8>]) -> Run {
    Ok(0)
}

pub fn hash(_: &mut Shell, _: &[Vec<u8>]) -> Run {
    Ok(0)
}

pub fn type_(_: &mut Shell, _: &[Vec<u8>]) -> Run {
    Ok(0)
}
