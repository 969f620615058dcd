//! To be written.
use crate::exec::{Run, Shell};

pub fn break_(_: &mut Shell, _: &[Vec<u8>]) -> Run {
    Ok(0)
}

pub fn continue_(_: &mut Shell, _: &[Vec<u8>]) -> Run {
    Ok(0)
}

pub fn exec(_: &mut Shell, _: &[Vec<u8>]) -> Run {
    Ok(0)
}

pub fn exit(_: &mut Shell, _: &[Vec<u8>]) -> Run {
    Ok(0)
}

pub fn logout(_: &mut Shell, _: &[Vec<u8>]) -> Run {
    Ok(0)
}

pub fn return_(_: &mut Shell, _: &[Vec<u8>]) -> Run {
    Ok(0)
}
