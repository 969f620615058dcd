//! Arguments come whole, sizes and strings agreeing. The test passes odd ones.

use crate::prelude::*;

pub fn run(args: &[OsString]) -> Outcome {
    let all = args_get()?;
    let (count, size) = args_sizes_get()?;
    same(all.len(), count as usize)?;
    let bytes: usize = all.iter().map(|text| text.len() + 1).sum();
    same(bytes, size as usize)?;
    let expected: [&[u8]; 4] = [b"first", b"", b"two words", "\u{fc}".as_bytes()];
    same(&all[1..], &expected[..])?;
    same(args.len(), expected.len())
}
