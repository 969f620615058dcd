//! Arrays, kept so that a walk meets their elements in the order in which
//! gawk's does: dense whole numbers apart from sparse ones, and from texts.

#[expect(
    clippy::module_inception,
    reason = "the folder is about the type in it"
)]
mod array;
mod dense;
mod key;
mod sparse;
mod texts;

pub use array::{Array, ArrayRef};
pub use key::Key;

/// Sizes of the hash tables; the order of a walk follows from them.
const SIZES: [u32; 21] = [
    13,
    127,
    1021,
    8191,
    16381,
    32749,
    65497,
    131_101,
    262_147,
    524_309,
    1_048_583,
    2_097_169,
    4_194_319,
    8_388_617,
    16_777_259,
    33_554_467,
    67_108_879,
    134_217_757,
    268_435_459,
    536_870_923,
    1_073_741_827,
];

/// Mean length of a chain beyond which a table grows.
const CHAIN_MAX: usize = 2;

/// The size after this one.
fn next_size(size: usize) -> usize {
    let sizes = SIZES.iter().map(|size| *size as usize);
    sizes.into_iter().find(|next| *next > size).unwrap_or(size)
}
