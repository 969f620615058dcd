//! Damaged copies of inputs, out of a seeded generator of numbers.

/// Numbers out of a seed (SplitMix64): the same seed, the same run.
pub struct Random(u64);

impl Random {
    /// A generator.
    pub fn new(seed: u64) -> Random {
        Random(seed)
    }

    /// Any number.
    pub fn number(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ mixed >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ mixed >> 31
    }

    /// A number below `limit`, which is not 0.
    pub fn below(&mut self, limit: usize) -> usize {
        (self.number() % limit.max(1) as u64) as usize
    }

    fn bytes(&mut self, count: usize) -> Vec<u8> {
        (0..count).map(|_| self.number() as u8).collect()
    }
}

/// An input made of one of the corpus by a few changes, or of nothing.
pub fn input(
    random: &mut Random,
    corpus: &[Vec<u8>],
    pieces: &[&[u8]],
    most_bytes: usize,
) -> Vec<u8> {
    if corpus.is_empty() || random.below(20) == 0 {
        let count = random.below(most_bytes.min(600) + 1);
        return random.bytes(count);
    }
    // Late finds are changed more often than early ones.
    let from = match random.below(3) {
        0 => corpus.len().saturating_sub(1 + random.below(20)),
        _ => random.below(corpus.len()),
    };
    let mut input = corpus[from].clone();
    let scale = random.below(5);
    for _ in 0..1 << scale {
        change(random, &mut input, corpus, pieces);
    }
    input.truncate(most_bytes);
    input
}

fn change(random: &mut Random, input: &mut Vec<u8>, corpus: &[Vec<u8>], pieces: &[&[u8]]) {
    let at = random.below(input.len() + 1);
    let scale = random.below(9);
    let length = 1 + random.below(1 << scale);
    let end = (at + length).min(input.len());
    match random.below(11) {
        0 => flip(random, input, at),
        1 => {
            if let Some(byte) = input.get_mut(at) {
                *byte = random.number() as u8;
            }
        }
        2 => drop(input.drain(at..end)),
        3 => {
            let bytes = random.bytes(length.min(16));
            input.splice(at..at, bytes);
        }
        4 => {
            let copy = input[at..end].to_vec();
            let to = random.below(input.len() + 1);
            input.splice(to..to, copy);
        }
        5 => {
            let copy = input[at..end].to_vec();
            let to = random.below(input.len() + 1);
            let over = (to + copy.len()).min(input.len());
            input.splice(to..over, copy);
        }
        6 => {
            let other = &corpus[random.below(corpus.len())];
            let from = random.below(other.len() + 1);
            input.truncate(at);
            input.extend_from_slice(&other[from..]);
        }
        7 => {
            let other = &corpus[random.below(corpus.len())];
            let from = random.below(other.len() + 1);
            let to = (from + length).min(other.len());
            input.splice(at..at, other[from..to].iter().copied());
        }
        8 | 9 if !pieces.is_empty() => {
            let piece = pieces[random.below(pieces.len())];
            let over = if random.below(2) == 0 {
                at
            } else {
                (at + piece.len()).min(input.len())
            };
            input.splice(at..over, piece.iter().copied());
        }
        _ => step(random, input, at),
    }
}

fn flip(random: &mut Random, input: &mut [u8], at: usize) {
    if let Some(byte) = input.get_mut(at) {
        *byte ^= 1 << random.below(8);
    }
}

/// Adds a little to a number of one to eight bytes, or puts an edge in its place.
fn step(random: &mut Random, input: &mut [u8], at: usize) {
    let width = 1 << random.below(4);
    let Some(place) = input.get_mut(at..at + width) else {
        return;
    };
    let mut bytes = [0; 8];
    bytes[..width].copy_from_slice(place);
    let number = match random.below(4) {
        0 => u64::MAX >> random.below(64),
        1 => 1 << random.below(64),
        _ => {
            let by = random.below(33) as i64 - 16;
            u64::from_le_bytes(bytes).wrapping_add_signed(by)
        }
    };
    place.copy_from_slice(&number.to_le_bytes()[..width]);
}
