//! The embedded modules are what the manifest says, and the tables agree.

use sha2::{Digest as _, Sha256};

#[test]
fn each_module_has_its_hash_and_size() {
    for module in wardian_tools::modules() {
        let wasm = module.wasm().unwrap();
        assert_eq!(wasm.len(), module.size_bytes, "{}", module.name);
        assert_eq!(Sha256::digest(&wasm)[..], module.sha256, "{}", module.name);
    }
}

#[test]
fn each_applet_is_found_in_its_module() {
    for module in wardian_tools::modules() {
        for applet in module.applets {
            let found = wardian_tools::find_applet(applet).unwrap();
            assert_eq!(found.name, module.name, "{applet}");
        }
    }
    let count: usize = wardian_tools::modules()
        .iter()
        .map(|module| module.applets.len())
        .sum();
    assert_eq!(wardian_tools::applets().len(), count);
    assert!(wardian_tools::applets().is_sorted_by_key(|(name, _)| name));
}

#[test]
fn unknown_names_find_nothing() {
    assert!(wardian_tools::find_applet("no-such-tool").is_none());
    assert!(wardian_tools::find_applet(b"\xff").is_none());
    assert!(wardian_tools::find_applet("").is_none());
    assert!(wardian_tools::find_module("no-such-module").is_none());
}

#[cfg(feature = "probes")]
#[test]
fn the_probes_are_no_tools_and_have_their_hash() {
    for module in wardian_tools::probes() {
        assert!(wardian_tools::find_module(module.name).is_none());
        let wasm = module.wasm().unwrap();
        assert_eq!(Sha256::digest(&wasm)[..], module.sha256, "{}", module.name);
        assert!(module.applets.contains(&"args"));
    }
}
