//! To be written.
use crate::exec::{Run, Shell};

pub fn dirs(_: &mut Shell, _: &[Vec<u8>]) -> Run {
    Ok(0)
}

pub fn popd(_: &mut Shell, _: &[Vec<u8>]) -> Run {
    Ok(0)
}

pub fn pushd(_: &mut Shell, _: &[Vec<u8>]) -> Run {
    Ok(0)
}

impl Shell {
    /// `DIRSTACK`: the current directory, then the stack.
    pub fn directory_stack(&mut self) -> Vec<Vec<u8>> { Vec::new() }
}
