//! `random_get`, from a generator of the process's own: seeded sandboxes repeat.

use rand_chacha::ChaCha12Rng;
use rand_chacha::rand_core::{RngCore, SeedableRng};
use wardian_abi::Errno;
use wasmtime::{Caller, Linker};

use super::guest::memory;
use super::{Ctx, MODULE};

pub(super) fn add<P: Send + 'static>(linker: &mut Linker<Ctx<P>>) -> wasmtime::Result<()> {
    linker.func_wrap(
        MODULE,
        "random_get",
        |caller: Caller<'_, Ctx<P>>, buffer: u32, length: u32| {
            memory(caller, |memory, ctx| {
                let bytes = memory.bytes_mut(buffer, length)?;
                if length > ctx.limits.random_bytes {
                    return Err(Errno::Inval);
                }
                ctx.fill_random(bytes);
                Ok(())
            })
        },
    )?;
    Ok(())
}

impl<P> Ctx<P> {
    /// Fills `bytes` from the process's generator.
    pub(crate) fn fill_random(&mut self, bytes: &mut [u8]) {
        self.random
            .get_or_insert_with(|| Box::new(ChaCha12Rng::from_seed(self.random_seed)))
            .fill_bytes(bytes);
    }
}
