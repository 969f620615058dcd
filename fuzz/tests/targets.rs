//! Each target on mutated inputs for a moment; see CONTRIBUTING.md for longer.

use wardian_fuzz::{ALL, drive};

fn drive_named(name: &str) {
    let target = ALL.iter().copied().find(|target| target.name == name);
    drive(target.expect("a target of this name"));
}

macro_rules! targets {
    ($($name:ident)*) => {
        $(#[test]
        fn $name() {
            drive_named(stringify!($name));
        })*

        #[test]
        fn every_target_has_a_test() {
            let tested = [$(stringify!($name)),*];
            for target in ALL {
                assert!(tested.contains(&target.name), "{}", target.name);
            }
        }
    };
}

targets! { archives buffers calls descriptors modules overlays paths scripts snapshots trees }
