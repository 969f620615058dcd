//! Pre-initialises a guest: runs its export `wizer-initialize` and writes a module
//! that begins with the memory it left, at its export `wizer-resume`.
//!
//! The start-up has no host: every import is a trap. What a module begins with can
//! hold nothing of the machine it was built on.
//!
//!     wardian-preinit MODULE.wasm PREPARED.wasm

use std::future::Future;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use wasmtime::error::Context as _;
use wasmtime::{Config, Engine, Instance, Linker, Module, Result, Store, Val, bail};
use wasmtime_wizer::{InstanceState, SnapshotVal, ValType, Wizer};

const INITIALIZE: &str = "wizer-initialize";
const RESUME: &str = "wizer-resume";

fn main() -> Result<()> {
    let mut arguments = std::env::args_os().skip(1);
    let (Some(from), Some(to), None) = (arguments.next(), arguments.next(), arguments.next())
    else {
        bail!("usage: wardian-preinit MODULE.wasm PREPARED.wasm");
    };
    let wasm = std::fs::read(&from).with_context(|| from.display().to_string())?;
    std::fs::write(&to, prepared(&wasm)?).with_context(|| to.display().to_string())
}

/// The module, started.
fn prepared(wasm: &[u8]) -> Result<Vec<u8>> {
    let mut wizer = Wizer::new();
    wizer.init_func(INITIALIZE).func_rename("_start", RESUME);
    let (context, instrumented) = wizer.instrument(wasm)?;
    let engine = Engine::new(Config::new().wasm_tail_call(true))?;
    let module = Module::new(&engine, instrumented)?;
    if module.get_export(RESUME).is_none() {
        bail!("it exports no function {RESUME}");
    }
    let mut store = Store::new(&engine, ());
    let mut linker = Linker::new(&engine);
    linker.define_unknown_imports_as_traps(&module)?;
    let instance = linker.instantiate(&mut store, &module)?;
    instance
        .get_typed_func::<(), ()>(&mut store, INITIALIZE)?
        .call(&mut store, ())
        .with_context(|| format!("{INITIALIZE} failed: it has no host to ask"))?;
    let mut state = State { store, instance };
    at_once(wizer.snapshot(&context, &mut state))?
}

/// The instance after its start-up.
struct State {
    store: Store<()>,
    instance: Instance,
}

impl InstanceState for State {
    async fn global_get(&mut self, name: &str, _: ValType) -> SnapshotVal {
        let global = self.instance.get_global(&mut self.store, name);
        match global.map(|global| global.get(&mut self.store)) {
            Some(Val::I32(value)) => SnapshotVal::I32(value),
            Some(Val::I64(value)) => SnapshotVal::I64(value),
            Some(Val::F32(bits)) => SnapshotVal::F32(bits),
            Some(Val::F64(bits)) => SnapshotVal::F64(bits),
            Some(Val::V128(bits)) => SnapshotVal::V128(bits.as_u128()),
            other => panic!("global {name} is {other:?}, which cannot be kept"),
        }
    }

    async fn memory_contents(&mut self, name: &str, contents: impl FnOnce(&[u8]) + Send) {
        match self.instance.get_memory(&mut self.store, name) {
            Some(memory) => contents(memory.data(&self.store)),
            None => panic!("no memory {name}"),
        }
    }
}

/// What a future gives that waits for nothing.
fn at_once<T>(future: impl Future<Output = T>) -> Result<T> {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(value) => Ok(value),
        Poll::Pending => bail!("the snapshot waits for something"),
    }
}
