//! `random_get` fills small and large buffers, none of them twice alike.

use crate::prelude::*;

pub fn run(_: &[OsString]) -> Outcome {
    random_get(&mut [])?;
    let mut first = vec![0; 1 << 20];
    random_get(&mut first)?;
    let mut second = vec![0; 1 << 20];
    random_get(&mut second)?;
    holds(first != second, "two buffers differ")?;
    for part in first.chunks(64) {
        holds(part.iter().any(|byte| *byte != 0), "no part stays zero")?;
    }
    Ok(())
}
