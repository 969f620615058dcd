//! Choices out of bytes. When the bytes run out, every choice is the first one.

use arbitrary::Unstructured;

/// Numbers at which checks like to be wrong.
const EDGES: &[u64] = &[
    0,
    1,
    2,
    7,
    8,
    255,
    256,
    4095,
    4096,
    65_535,
    65_536,
    65_537,
    1 << 20,
    i32::MAX as u64,
    1 << 31,
    u32::MAX as u64 - 7,
    u32::MAX as u64,
    1 << 32,
    1 << 40,
    i64::MAX as u64,
    1 << 63,
    u64::MAX - 1,
    u64::MAX,
];

/// Bytes, taken piece by piece as choices.
pub struct Draw<'a>(Unstructured<'a>);

impl<'a> Draw<'a> {
    /// Choices out of these bytes.
    #[must_use]
    pub fn new(bytes: &'a [u8]) -> Draw<'a> {
        Draw(Unstructured::new(bytes))
    }

    /// Whether the bytes have run out.
    #[must_use]
    pub fn is_done(&self) -> bool {
        self.0.is_empty()
    }

    /// A byte.
    pub fn byte(&mut self) -> u8 {
        self.0.arbitrary().unwrap_or(0)
    }

    /// A number below `limit`, which is not 0.
    pub fn below(&mut self, limit: usize) -> usize {
        self.0.int_in_range(0..=limit.max(1) - 1).unwrap_or(0)
    }

    /// One of these.
    pub fn pick<'b, T>(&mut self, of: &'b [T]) -> &'b T {
        &of[self.below(of.len())]
    }

    /// Once in so many times.
    pub fn one_in(&mut self, times: usize) -> bool {
        self.below(times) == times - 1
    }

    /// A number: mostly small, often at an edge, sometimes any.
    pub fn number(&mut self) -> u64 {
        match self.byte() % 8 {
            0..=3 => u64::from(self.byte() % 40),
            4 | 5 => {
                let edge = *self.pick(EDGES);
                edge.wrapping_add_signed(i64::from(self.byte() as i8) % 4)
            }
            6 => u64::from(self.0.arbitrary::<u32>().unwrap_or(0) % 300_000),
            _ => self.0.arbitrary().unwrap_or(0),
        }
    }

    /// Up to `most` bytes: often few, sometimes one byte many times.
    pub fn bytes(&mut self, most: usize) -> Vec<u8> {
        if self.one_in(6) {
            let byte = self.byte();
            return vec![byte; self.below(most + 1)];
        }
        let count = self.below(most.min(24) + 1).min(self.0.len());
        self.0.bytes(count).unwrap_or(&[]).to_vec()
    }

    /// All that is left.
    #[must_use]
    pub fn rest(self) -> &'a [u8] {
        self.0.take_rest()
    }

    /// The bytes themselves, for generators that take them so.
    pub fn unstructured(&mut self) -> &mut Unstructured<'a> {
        &mut self.0
    }
}
