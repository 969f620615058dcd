//! The algorithms, by GNU's names for them.

use super::legacy::{Crc, Sum};
use crate::fast::with_buffer;
use crate::sys::{Errno, File};
use digest::DynDigest;

/// An algorithm.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Algorithm {
    Bsd,
    Sysv,
    Crc,
    Md5,
    Sha1,
    Sha224,
    Sha256,
    Sha384,
    Sha512,
    Blake2b,
    Sm3,
}

/// Names of `cksum -a`, tags, and bits of the result.
pub const ALGORITHMS: [(Algorithm, &str, &str, usize); 11] = [
    (Algorithm::Bsd, "bsd", "", 16),
    (Algorithm::Sysv, "sysv", "", 16),
    (Algorithm::Crc, "crc", "", 32),
    (Algorithm::Md5, "md5", "MD5", 128),
    (Algorithm::Sha1, "sha1", "SHA1", 160),
    (Algorithm::Sha224, "sha224", "SHA224", 224),
    (Algorithm::Sha256, "sha256", "SHA256", 256),
    (Algorithm::Sha384, "sha384", "SHA384", 384),
    (Algorithm::Sha512, "sha512", "SHA512", 512),
    (Algorithm::Blake2b, "blake2b", "BLAKE2b", 512),
    (Algorithm::Sm3, "sm3", "SM3", 256),
];

/// What a file's contents come to.
pub enum Sums {
    /// A digest, in lower case hexadecimal.
    Hex(String),
    /// A number and the count of bytes.
    Number(u32, u64),
}

impl Algorithm {
    fn row(self) -> &'static (Algorithm, &'static str, &'static str, usize) {
        let row = ALGORITHMS.iter().find(|row| row.0 == self);
        row.unwrap_or(&ALGORITHMS[0])
    }

    /// What stands before the name in tagged output.
    pub fn tag(self) -> &'static str {
        self.row().2
    }

    /// Bits of the result, unless another length is asked for.
    pub fn bits(self) -> usize {
        self.row().3
    }

    /// Whether the result is a number, not a digest.
    pub fn is_legacy(self) -> bool {
        matches!(self, Algorithm::Bsd | Algorithm::Sysv | Algorithm::Crc)
    }

    /// Computes it over what is left of a file; `bits`: the digest's length.
    ///
    /// # Errors
    /// The read's.
    pub fn of(self, file: &File, bits: usize) -> Result<Sums, Errno> {
        let boxed: Box<dyn DynDigest> = match self {
            Algorithm::Crc => {
                let mut crc = Crc::default();
                let bytes = each_part(file, |part| crc.add(part))?;
                return Ok(Sums::Number(crc.finish(bytes), bytes));
            }
            Algorithm::Bsd | Algorithm::Sysv => {
                let mut sum = Sum::default();
                let bsd = self == Algorithm::Bsd;
                let bytes = each_part(file, |part| sum.add(part, bsd))?;
                return Ok(Sums::Number(sum.finish(bsd), bytes));
            }
            Algorithm::Blake2b => {
                let mut params = blake2b_simd::Params::new();
                let mut state = params.hash_length(bits / 8).to_state();
                each_part(file, |part| {
                    state.update(part);
                })?;
                return Ok(Sums::Hex(state.finalize().to_hex().to_string()));
            }
            Algorithm::Md5 => Box::new(md5::Md5::default()),
            Algorithm::Sha1 => Box::new(sha1::Sha1::default()),
            Algorithm::Sha224 => Box::new(sha2::Sha224::default()),
            Algorithm::Sha256 => Box::new(sha2::Sha256::default()),
            Algorithm::Sha384 => Box::new(sha2::Sha384::default()),
            Algorithm::Sha512 => Box::new(sha2::Sha512::default()),
            Algorithm::Sm3 => Box::new(sm3::Sm3::default()),
        };
        let mut digest = boxed;
        each_part(file, |part| digest.update(part))?;
        let mut hex = String::new();
        for byte in digest.finalize() {
            for digit in [byte >> 4, byte & 15] {
                hex.push(char::from(b"0123456789abcdef"[usize::from(digit)]));
            }
        }
        Ok(Sums::Hex(hex))
    }
}

fn each_part(file: &File, mut work: impl FnMut(&[u8])) -> Result<u64, Errno> {
    let mut total = 0;
    with_buffer(|buf| {
        loop {
            match file.read(buf) {
                Ok(0) => return Ok(total),
                Ok(got) => {
                    total += got as u64;
                    work(&buf[..got]);
                }
                Err(Errno::Intr) => {}
                Err(errno) => return Err(errno),
            }
        }
    })
}
