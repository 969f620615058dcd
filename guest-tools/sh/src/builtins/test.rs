//! To be written.
use crate::exec::{Run, Shell};

pub fn bracket(_: &mut Shell, _: &[Vec<u8>]) -> Run {
    Ok(0)
}

pub fn test(_: &mut Shell, _: &[Vec<u8>]) -> Run {
    Ok(0)
}

pub fn test_unary(_: &mut Shell, _: u8, _: &[u8]) -> Option<bool> { None }
pub fn test_binary(_: &[u8], _: &[u8], _: &[u8]) -> Option<bool> { None }
pub fn compare_numbers(_: &[u8], _: i64, _: i64) -> bool { false }
