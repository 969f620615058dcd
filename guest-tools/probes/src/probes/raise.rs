//! `proc_raise`: 0 is nobody's signal, what is ignored by default does nothing, and
//! numbers beyond the signals are refused.

use crate::prelude::*;

pub fn run(_: &[OsString]) -> Outcome {
    const CHLD: u32 = 16;
    proc_raise(0)?;
    proc_raise(CHLD)?;
    refused(proc_raise(31), &[INVAL])?;
    refused(proc_raise(u32::MAX), &[INVAL])
}
