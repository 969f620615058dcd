//! The virtual sandbox: the engine with the prebuilt tools.

#[cfg(feature = "agent")]
mod factory;
#[cfg(feature = "agent")]
mod virtual_sandbox;

use std::sync::OnceLock;

use wardian_engine::{ModuleBytes, Tool, Tools};

#[cfg(feature = "agent")]
pub use factory::Virtual;
#[cfg(feature = "agent")]
pub use virtual_sandbox::VirtualSandbox;

/// The shell that runs scripts.
const SHELL: &str = "bash";

/// Wardian's prebuilt tools, bash among them. Every call gives the same set, so
/// that sandboxes share one image of it.
#[must_use]
pub fn tools() -> Tools {
    static TOOLS: OnceLock<Tools> = OnceLock::new();
    TOOLS
        .get_or_init(|| {
            let tools = wardian_tools::modules().iter().map(|module| Tool {
                name: module.name.into(),
                bytes: bytes_of(module),
                applets: module.applets.iter().map(|name| (*name).into()).collect(),
            });
            Tools::new(tools.collect(), Some(SHELL))
        })
        .clone()
}

#[cfg(not(feature = "precompiled"))]
fn bytes_of(module: &wardian_tools::GuestModule) -> ModuleBytes {
    ModuleBytes::Lazy {
        digest: module.sha256,
        make: decompress,
    }
}

/// Machine code made by the build script.
#[cfg(feature = "precompiled")]
fn bytes_of(module: &wardian_tools::GuestModule) -> ModuleBytes {
    const CODE: &[(&str, &[u8])] = include!(concat!(env!("OUT_DIR"), "/precompiled.rs"));
    match CODE.iter().find(|(name, _)| *name == module.name) {
        Some((_, code)) => ModuleBytes::Embedded {
            digest: module.sha256,
            code,
            make: decompress,
        },
        None => ModuleBytes::Lazy {
            digest: module.sha256,
            make: decompress,
        },
    }
}

fn decompress(module: &str) -> Result<Vec<u8>, String> {
    wardian_tools::find_module(module)
        .ok_or_else(|| "no such module in this build".to_owned())?
        .wasm()
        .map_err(|error| error.to_string())
}
