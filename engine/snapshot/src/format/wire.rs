//! Numbers and bytes in a row. Each number has one encoding only.

use crate::hash::{HASH_BYTES, Hash};

/// Why bytes are not what they should be.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Malformed(pub(crate) &'static str);

/// Appends a number: seven bits a byte, the lowest first, the top bit set in all
/// bytes but the last.
pub(crate) fn put_number(out: &mut Vec<u8>, mut number: u64) {
    while number >= 0x80 {
        out.push(number as u8 | 0x80);
        number >>= 7;
    }
    out.push(number as u8);
}

/// Appends `number` by its signed distance from `base`: near ones are short.
pub(crate) fn put_near(out: &mut Vec<u8>, base: u64, number: u64) {
    let distance = number.wrapping_sub(base) as i64;
    put_number(out, (distance << 1 ^ distance >> 63) as u64);
}

/// Takes bytes off the front.
pub(crate) struct Reader<'a> {
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    pub(crate) fn new(bytes: &'a [u8]) -> Reader<'a> {
        Reader { rest: bytes }
    }

    pub(crate) fn bytes(&mut self, count: usize) -> Result<&'a [u8], Malformed> {
        let (taken, rest) = self
            .rest
            .split_at_checked(count)
            .ok_or(Malformed("ends early"))?;
        self.rest = rest;
        Ok(taken)
    }

    pub(crate) fn array<const N: usize>(&mut self) -> Result<[u8; N], Malformed> {
        let (taken, rest) = self
            .rest
            .split_first_chunk()
            .ok_or(Malformed("ends early"))?;
        self.rest = rest;
        Ok(*taken)
    }

    pub(crate) fn byte(&mut self) -> Result<u8, Malformed> {
        let [byte] = self.array()?;
        Ok(byte)
    }

    pub(crate) fn hash(&mut self) -> Result<Hash, Malformed> {
        Ok(Hash::from_bytes(self.array::<HASH_BYTES>()?))
    }

    pub(crate) fn number(&mut self) -> Result<u64, Malformed> {
        let mut number = 0;
        for shift in (0..u64::BITS).step_by(7) {
            let byte = self.byte()?;
            let bits = u64::from(byte & 0x7f);
            if bits << shift >> shift != bits {
                return Err(Malformed("a number is too great"));
            }
            number |= bits << shift;
            if byte & 0x80 == 0 {
                if byte == 0 && shift > 0 {
                    return Err(Malformed("a number is longer than needed"));
                }
                return Ok(number);
            }
        }
        Err(Malformed("a number is too great"))
    }

    pub(crate) fn near(&mut self, base: u64) -> Result<u64, Malformed> {
        let coded = self.number()?;
        let distance = (coded >> 1) ^ (coded & 1).wrapping_neg();
        Ok(base.wrapping_add(distance))
    }

    /// A number of at most 32 bits.
    pub(crate) fn number_32(&mut self) -> Result<u32, Malformed> {
        u32::try_from(self.number()?).map_err(|_| Malformed("a number is too great"))
    }

    /// Refuses bytes that are left.
    pub(crate) fn finish(&self) -> Result<(), Malformed> {
        if self.rest.is_empty() {
            Ok(())
        } else {
            Err(Malformed("goes on after its end"))
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Malformed, Reader, put_near, put_number};

    proptest! {
        #![proptest_config(ProptestConfig {
            failure_persistence: None,
            ..ProptestConfig::default()
        })]
        #[test]
        fn numbers_come_back(
            number in prop_oneof![any::<u64>(), 0..300_u64, Just(u64::MAX)],
            base in any::<u64>(),
        ) {
            let mut bytes = Vec::new();
            put_number(&mut bytes, number);
            put_near(&mut bytes, base, number);
            let mut reader = Reader::new(&bytes);
            prop_assert_eq!(reader.number(), Ok(number));
            prop_assert_eq!(reader.near(base), Ok(number));
            prop_assert_eq!(reader.finish(), Ok(()));
        }

        #[test]
        fn a_number_has_one_encoding(bytes in prop::collection::vec(any::<u8>(), 0..12)) {
            let mut reader = Reader::new(&bytes);
            if let Ok(number) = reader.number() {
                let mut again = Vec::new();
                put_number(&mut again, number);
                prop_assert_eq!(&again[..], &bytes[..bytes.len() - reader.rest.len()]);
            }
        }
    }

    #[test]
    fn near_numbers_are_short() {
        let mut bytes = Vec::new();
        put_near(&mut bytes, 1_000_000_000, 1_000_000_000);
        put_near(&mut bytes, 1_000_000_000, 1_000_000_000 - 64);
        assert_eq!(bytes, [0, 127]);
    }

    #[test]
    fn refuses_what_no_writer_makes() {
        for (bytes, reason) in [
            (&[][..], "ends early"),
            (&[0x80], "ends early"),
            (&[0x80, 0], "a number is longer than needed"),
            (&[0xff; 11], "a number is too great"),
            (
                &[0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 2],
                "a number is too great",
            ),
        ] {
            assert_eq!(Reader::new(bytes).number(), Err(Malformed(reason)));
        }
    }
}
