//! Variables come as they were set, `NAME=VALUE` each, sizes and strings agreeing.
//! The test sets three that are odd.

use crate::prelude::*;

pub fn run(_: &[OsString]) -> Outcome {
    let variables = environ_get()?;
    let (count, size) = environ_sizes_get()?;
    same(variables.len(), count as usize)?;
    let bytes: usize = variables.iter().map(|text| text.len() + 1).sum();
    same(bytes, size as usize)?;
    for expected in [&b"EMPTY="[..], b"EQUALS=a=b=", b"SPACE= two  words "] {
        let found = variables.iter().any(|text| text == expected);
        holds(found, &String::from_utf8_lossy(expected))?;
    }
    Ok(())
}
