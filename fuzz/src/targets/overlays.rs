//! Saved changes of an overlay, damaged: what is loaded is saved to the same bytes
//! again, and applying it changes nothing outside the folder.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::symlink;
use std::path::Path;

use wardian_engine::{Apply, ErrorKind, MountMode, OverlayChanges, Sandbox};

use super::guest::runtime;
use crate::{Target, Trace};

pub(crate) static TARGET: Target = Target {
    name: "overlays",
    run,
    seeds,
    pieces: PIECES,
    most_bytes: 3000,
};

/// What stands before the path of the folder.
const MAGIC: &[u8] = b"wardian overlay1";

fn run(input: &[u8], trace: &mut Trace) {
    let directory = tempfile::tempdir().expect("a temporary directory");
    let folder = make_folder(directory.path());
    let path = folder.as_os_str().as_bytes();
    let length = (path.len() as u32).to_le_bytes();
    let file = [MAGIC, &length, path, input].concat();
    let outside = listing(directory.path(), &folder);

    match OverlayChanges::load(&file[..]) {
        Ok(changes) => {
            let count = changes.iter().count();
            trace.note(("good", count.min(20)));
            for change in changes.iter() {
                trace.note(change.kind.letter());
            }
            let mut text = Vec::new();
            changes.diff(&mut text).expect("into memory");
            let saved = save(&changes);
            let again = OverlayChanges::load(&saved[..]);
            let again = again.unwrap_or_else(|error| panic!("its own file: {error}"));
            assert!(save(&again) == saved, "saved again it is another file");
            let tried = changes.apply(Apply { dry_run: true });
            let done = changes.apply(Apply { dry_run: false });
            trace.note((tried.is_ok(), done.is_ok()));
            if let (Ok(tried), Ok(done)) = (tried, done) {
                assert_eq!(tried.conflicts, done.conflicts);
                trace.note(done.conflicts.len().min(5));
            }
        }
        Err(error) => {
            assert_eq!(error.kind(), ErrorKind::HostFile, "{error}");
            trace.note(error.to_string());
        }
    }
    assert_eq!(listing(directory.path(), &folder), outside);
}

fn save(changes: &OverlayChanges) -> Vec<u8> {
    let mut saved = Vec::new();
    changes.save(&mut saved).expect("into memory");
    saved
}

/// A folder with files, and links that lead out of it.
fn make_folder(top: &Path) -> std::path::PathBuf {
    let folder = top.join("folder");
    let made = || -> std::io::Result<()> {
        fs::create_dir_all(folder.join("dir/below"))?;
        fs::create_dir(top.join("outside"))?;
        fs::write(top.join("outside/canary"), "untouched")?;
        fs::write(folder.join("file"), "one\ntwo\n")?;
        fs::write(folder.join("dir/file"), "three\n")?;
        symlink("../outside", folder.join("out"))?;
        symlink("../../outside/canary", folder.join("dir/link"))
    };
    made().expect("a folder");
    folder
}

/// All below `top` that is not below `folder`, with contents.
fn listing(top: &Path, folder: &Path) -> BTreeMap<std::path::PathBuf, Vec<u8>> {
    let mut found = BTreeMap::new();
    let mut pending = vec![top.to_owned()];
    while let Some(at) = pending.pop() {
        for entry in fs::read_dir(at).expect("a directory").flatten() {
            let path = entry.path();
            let is_directory = entry.file_type().is_ok_and(|kind| kind.is_dir());
            let contents = fs::read(&path).unwrap_or_default();
            if is_directory && path != folder {
                pending.push(path.clone());
            }
            found.insert(path, contents);
        }
    }
    found
}

fn seeds() -> Vec<Vec<u8>> {
    let directory = tempfile::tempdir().expect("a temporary directory");
    let folder = make_folder(directory.path());
    let sandbox = Sandbox::builder(runtime())
        .mount(&folder, "/m", MountMode::Overlay)
        .build()
        .expect("a sandbox");
    let files = sandbox.fs();
    let prefix = MAGIC.len() + 4 + folder.as_os_str().len();
    let mut seeds = vec![b"\0\0\0\0".to_vec()];
    let mut keep = || {
        let mut saved = Vec::new();
        let overlay = sandbox.overlay("/m").expect("an overlay");
        overlay.save(&mut saved).expect("into memory");
        seeds.push(saved.split_off(prefix));
    };
    files.write("/m/file", "one\n2\n").expect("fits");
    keep();
    files.write("/m/new/deep/er", "new\n").expect("fits");
    keep();
    files.remove_all("/m/dir").expect("a directory");
    keep();
    files.rename("/m/out", "/m/new/out").expect("a link");
    keep();
    files.write("/m/dir", "a file now").expect("fits");
    keep();
    seeds
}

const PIECES: &[&[u8]] = &[
    b"\x01\0\0\0a",
    b"\x04\0\0\0file",
    b"\x03\0\0\0out",
    b"\x0a\0\0\0out/canary",
    b"\x0e\0\0\0../outside/new",
    b"\x08\0\0\0dir/file",
    b"\x01\0\0\0/",
    b"\x02\0\0\0..",
    b"\x09\0\0\0dir/../..",
    b"\0\0\0\0",
    b"\0\x01\xa4\x01\0\0\0\0\0\0",
    b"\0\x02\xed\x01\0\0\0\0\0\0",
    b"\0\x03\xff\x01\0\0\0\0\0\0\x0a\0\0\0../outside",
    b"\0\0",
    b"\x05\0\0\0\0\0\0\0hello",
    b"\xff\xff\xff\xff\xff\xff\xff\xff",
];
