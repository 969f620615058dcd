//! Path resolution and the operations on paths, with the host's kernel as the
//! oracle: the same operations below a temporary directory, kept there by
//! `openat2`, have to give the same answers, the same errors and the same tree.

mod host;
mod script;
mod world;

use std::fs;
use std::path::Path;

use wardian_vfs::{Cred, PathMode, Quota, Vfs};

use self::host::Host;
use self::script::Script;
use self::world::World;
use crate::{Draw, Target, Trace};

/// Absolute paths and `..` above the top stay in the tree (`RESOLVE_IN_ROOT`), or
/// are refused (`RESOLVE_BENEATH`).
pub(crate) static TARGET: Target = Target {
    name: "paths",
    run,
    seeds: Vec::new,
    pieces: &[],
    most_bytes: 600,
};

fn run(input: &[u8], trace: &mut Trace) {
    let mut draw = Draw::new(input);
    let mode = *draw.pick(&[PathMode::Posix, PathMode::Beneath]);
    let script = Script::draw(&mut draw, mode);

    let outside = tempfile::tempdir().expect("a temporary directory");
    let base = Path::new(match mode {
        PathMode::Posix => "",
        PathMode::Beneath => "w/x",
    });
    let top = outside.path().join(base);
    fs::create_dir_all(&top).expect("a directory");
    let host = Host::new(&top, mode);
    if !host.can_resolve() {
        // No `openat2`, no oracle.
        return;
    }
    let mut vfs = Vfs::new(Quota::default(), 0);
    let base = match mode {
        PathMode::Posix => vfs.root(),
        PathMode::Beneath => vfs.mkdir_all("/w/x", 0o755, Cred::ROOT, 0).expect("fits"),
    };
    let mut world = World::new(vfs, base, mode);
    for (step, op) in script.ops.iter().enumerate() {
        let answer = world.run(op);
        let expected = host.run(op);
        assert_eq!(answer, expected, "step {step} of {script:#?}");
        trace.note((
            mode == PathMode::Posix,
            op.kind(),
            answer.err().map(|errno| errno.raw()),
        ));
    }
    assert_eq!(world.tree(), host.tree(), "{script:#?}");
    world.check();
}
