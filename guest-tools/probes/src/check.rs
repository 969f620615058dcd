//! How a probe says what differs from what it expects, and where.

use std::fmt::Debug;
use std::panic::Location;

use crate::errno::Errno;

/// What a probe gives: nothing to say, or the first difference.
pub type Outcome = Result<(), Difference>;

/// What differed, and where the probe asked.
#[derive(Debug)]
pub struct Difference {
    pub at: &'static Location<'static>,
    pub what: String,
}

impl From<Errno> for Difference {
    #[track_caller]
    fn from(errno: Errno) -> Difference {
        differs(format!("failed with {errno:?}"))
    }
}

impl From<std::io::Error> for Difference {
    #[track_caller]
    fn from(error: std::io::Error) -> Difference {
        differs(format!("failed: {error}"))
    }
}

#[track_caller]
pub fn differs(what: String) -> Difference {
    Difference {
        at: Location::caller(),
        what,
    }
}

/// The value is the expected one.
#[track_caller]
pub fn same<T: PartialEq<E> + Debug, E: Debug>(value: T, expected: E) -> Outcome {
    if value == expected {
        return Ok(());
    }
    Err(differs(format!("{value:?}, expected {expected:?}")))
}

/// The condition holds.
#[track_caller]
pub fn holds(condition: bool, what: &str) -> Outcome {
    if condition {
        return Ok(());
    }
    Err(differs(format!("not so: {what}")))
}

/// The call fails with one of these.
#[track_caller]
pub fn refused<T: Debug>(result: Result<T, Errno>, expected: &[Errno]) -> Outcome {
    match result {
        Err(errno) if expected.contains(&errno) => Ok(()),
        other => Err(differs(format!("{other:?}, expected one of {expected:?}"))),
    }
}
