//! The additive feedback generator of BSD's `random`, with 63 words of state:
//! scripts that never call `srand` then see the numbers that gawk gives them.

const DEGREE: usize = 63;

/// One more than the greatest value.
pub const DIVISOR: f64 = 2_147_483_648.0;

/// Values kept back for the shuffle.
const SHUFFLED: usize = 512;

/// The generator.
pub struct Random {
    state: [u32; DEGREE],
    front: usize,
    rear: usize,
    /// Values kept back; the last one given picks the next.
    kept: Vec<u32>,
    last: u32,
}

impl Random {
    /// From a seed.
    pub fn new(seed: u32) -> Random {
        let mut state = [seed; DEGREE];
        for index in 1..DEGREE {
            state[index] = park_miller(state[index - 1]);
        }
        let mut random = Random {
            state,
            front: 1,
            rear: 0,
            kept: Vec::with_capacity(SHUFFLED),
            last: 0,
        };
        for _ in 0..SHUFFLED {
            let value = random.raw();
            random.kept.push(value);
        }
        random.last = random.raw();
        for _ in 0..10 * DEGREE {
            random.next();
        }
        random
    }

    /// The next value, below [`DIVISOR`]: that of the additive generator,
    /// shuffled after Bays and Durham.
    pub fn next(&mut self) -> f64 {
        let new = self.raw();
        let place = self.last as usize % SHUFFLED;
        self.last = std::mem::replace(&mut self.kept[place], new);
        f64::from(self.last)
    }

    fn raw(&mut self) -> u32 {
        let sum = self.state[self.front].wrapping_add(self.state[self.rear]);
        self.state[self.front] = sum;
        self.front = (self.front + 1) % DEGREE;
        self.rear = (self.rear + 1) % DEGREE;
        sum >> 1
    }
}

/// `16807 x mod (2^31 - 1)`, in 32 signed bits without overflow.
fn park_miller(x: u32) -> u32 {
    let x = if x == 0 { 123_459_876 } else { x as i32 };
    let (high, low) = (x / 127_773, x % 127_773);
    let next = low
        .wrapping_mul(16_807)
        .wrapping_sub(high.wrapping_mul(2_836));
    if next < 0 {
        next.wrapping_add(0x7fff_ffff) as u32
    } else {
        next as u32
    }
}
