//! Random numbers from a file or the system, drawn as GNU's tools draw them:
//! the same file gives the same choices.

use crate::cli::Context;
use crate::sys::{self, Errno, File, OpenHow};
use crate::text::quote;

/// Bytes read from a file at once.
const BLOCK_BYTES: usize = 4096;

/// Where random bytes come from.
pub struct Source {
    file: Option<(File, Vec<u8>)>,
    block: Vec<u8>,
    used: usize,
    state: u64,
    /// What is left of earlier draws: a number, and the largest it could be.
    left: (u64, u64),
}

impl Source {
    /// Bytes of a file, or the system's.
    ///
    /// # Errors
    /// The exit code, after a message.
    pub fn open(context: &Context<'_>, name: Option<Vec<u8>>) -> Result<Source, i32> {
        let mut state = 0;
        let file = match name {
            Some(name) => match File::open(&name, OpenHow::READ) {
                Ok(file) => Some((file, name)),
                Err(errno) => {
                    context.say_error(&quote::if_needed(&name), errno);
                    return Err(1);
                }
            },
            None => {
                use std::hash::{BuildHasher, Hasher};
                let mut hasher = std::hash::RandomState::new().build_hasher();
                hasher.write_u64(sys::monotonic_ns());
                state = hasher.finish();
                None
            }
        };
        Ok(Source {
            file,
            block: Vec::new(),
            used: 0,
            state,
            left: (0, 0),
        })
    }

    /// Fills a buffer.
    ///
    /// # Errors
    /// The exit code, after a message: the file has ended.
    pub fn fill(&mut self, context: &Context<'_>, buf: &mut [u8]) -> Result<(), i32> {
        for byte in buf {
            *byte = self.byte(context)?;
        }
        Ok(())
    }

    fn byte(&mut self, context: &Context<'_>) -> Result<u8, i32> {
        if self.used == self.block.len() {
            self.used = 0;
            self.block.resize(BLOCK_BYTES, 0);
            match &self.file {
                None => {
                    // Steps of a generator whose seed the system chose.
                    for chunk in self.block.chunks_exact_mut(8) {
                        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
                        let mut mixed = self.state;
                        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
                        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
                        chunk.copy_from_slice(&(mixed ^ (mixed >> 31)).to_le_bytes());
                    }
                }
                Some((file, name)) => loop {
                    match file.read(&mut self.block) {
                        Ok(0) => {
                            let quoted = quote::if_needed(name);
                            context.say(&[&quoted, b": end of file".as_slice()].concat());
                            return Err(1);
                        }
                        Ok(count) => {
                            self.block.truncate(count);
                            break;
                        }
                        Err(Errno::Intr) => {}
                        Err(errno) => {
                            let quoted = quote::if_needed(name);
                            context
                                .say_error(&[&quoted, b": read error".as_slice()].concat(), errno);
                            return Err(1);
                        }
                    }
                },
            }
        }
        self.used += 1;
        Ok(self.block[self.used - 1])
    }

    /// A number below `choices`, each as likely. What a draw leaves over goes
    /// into the next.
    ///
    /// # Errors
    /// The exit code, after a message.
    pub fn below(&mut self, context: &Context<'_>, choices: u64) -> Result<u64, i32> {
        let most = choices.saturating_sub(1);
        let (mut number, mut largest) = self.left;
        loop {
            if largest < most {
                // All the bytes that are needed are read before any is used.
                let (mut count, mut reach) = (0, largest);
                while reach < most {
                    reach = reach << 8 | 0xff;
                    count += 1;
                }
                let mut bytes = [0; 8];
                self.fill(context, &mut bytes[..count])?;
                for byte in &bytes[..count] {
                    number = number << 8 | u64::from(*byte);
                    largest = largest << 8 | 0xff;
                }
            }
            if largest == most {
                self.left = (0, 0);
                return Ok(number);
            }
            let excess = largest - most;
            let unusable = excess % choices;
            let drawn = number % choices;
            if number <= largest - unusable {
                self.left = (number / choices, excess / choices);
                return Ok(drawn);
            }
            (number, largest) = (drawn, unusable - 1);
        }
    }
}
