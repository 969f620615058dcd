//! The sums that came before digests: POSIX's CRC, BSD's and System V's.

/// Tables for eight bytes at a time, most significant bit first.
const TABLES: [[u32; 256]; 8] = {
    let mut tables = [[0; 256]; 8];
    let mut byte = 0;
    while byte < 256 {
        let mut crc = (byte as u32) << 24;
        let mut bit = 0;
        while bit < 8 {
            crc = if crc >> 31 == 1 {
                crc << 1 ^ 0x04c1_1db7
            } else {
                crc << 1
            };
            bit += 1;
        }
        tables[0][byte] = crc;
        byte += 1;
    }
    let mut row = 1;
    while row < 8 {
        let mut byte = 0;
        while byte < 256 {
            let before = tables[row - 1][byte];
            tables[row][byte] = before << 8 ^ tables[0][(before >> 24) as usize];
            byte += 1;
        }
        row += 1;
    }
    tables
};

/// POSIX's `cksum`.
#[derive(Default)]
pub struct Crc(u32);

impl Crc {
    /// Adds bytes.
    pub fn add(&mut self, part: &[u8]) {
        let mut chunks = part.chunks_exact(8);
        for eight in &mut chunks {
            let high = self.0 ^ u32::from_be_bytes([eight[0], eight[1], eight[2], eight[3]]);
            let at = |row: usize, index: u32| TABLES[row][(index & 255) as usize];
            self.0 = at(7, high >> 24)
                ^ at(6, high >> 16)
                ^ at(5, high >> 8)
                ^ at(4, high)
                ^ at(3, eight[4].into())
                ^ at(2, eight[5].into())
                ^ at(1, eight[6].into())
                ^ at(0, eight[7].into());
        }
        for byte in chunks.remainder() {
            self.step(*byte);
        }
    }

    fn step(&mut self, byte: u8) {
        let index = self.0 >> 24 ^ u32::from(byte);
        self.0 = self.0 << 8 ^ TABLES[0][index as usize];
    }

    /// The sum of so many bytes.
    pub fn finish(mut self, bytes: u64) -> u32 {
        let mut left = bytes;
        while left > 0 {
            self.step(left as u8);
            left >>= 8;
        }
        !self.0
    }
}

/// BSD's and System V's `sum`.
#[derive(Default)]
pub struct Sum(u32);

impl Sum {
    /// Adds bytes.
    pub fn add(&mut self, part: &[u8], bsd: bool) {
        if bsd {
            for byte in part {
                let turned = self.0 >> 1 | (self.0 & 1) << 15;
                self.0 = turned.wrapping_add((*byte).into()) & 0xffff;
            }
        } else {
            let add = |sum: u32, byte: &u8| sum.wrapping_add((*byte).into());
            self.0 = part.iter().fold(self.0, add);
        }
    }

    /// The sum.
    pub fn finish(&self, bsd: bool) -> u32 {
        if bsd {
            return self.0;
        }
        let folded = (self.0 & 0xffff) + (self.0 >> 16);
        (folded & 0xffff) + (folded >> 16)
    }
}
