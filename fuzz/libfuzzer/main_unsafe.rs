//! A target as a program of libFuzzer, which finds its way by coverage. Which
//! one, `WARDIAN_FUZZ_TARGET` says.
#![no_main]
#![allow(unsafe_code, reason = "libFuzzer's macro exports functions")]

use std::sync::OnceLock;

use wardian_fuzz::{ALL, Target, Trace};

fn target() -> &'static Target {
    static TARGET: OnceLock<&Target> = OnceLock::new();
    TARGET.get_or_init(|| {
        let name = std::env::var("WARDIAN_FUZZ_TARGET").unwrap_or_default();
        let names: Vec<&str> = ALL.iter().map(|target| target.name).collect();
        ALL.iter()
            .copied()
            .find(|target| target.name == name)
            .unwrap_or_else(|| panic!("WARDIAN_FUZZ_TARGET={name}: there are {names:?}"))
    })
}

libfuzzer_sys::fuzz_target!(|input: &[u8]| (target().run)(input, &mut Trace::default()));
