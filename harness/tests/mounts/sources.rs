//! An overlay over sources of this project, edited as an agent might.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use tempfile::TempDir;
use wardian::{Apply, MountMode, OverlayChanges};

use super::support::*;

/// The crate whose copy is edited.
const SOURCES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../engine/vfs");

const SCRIPT: &str = r#"
set -e
grep -rl Errno src > /tmp/files
xargs sed -i 's/Errno/ErrorNumber/g' < /tmp/files
mv src/lib.rs src/library.rs
rm -r tests
mkdir -p docs/notes
printf 'one\ntwo\n' > docs/notes/names.md
printf '\n[lib]\npath = "src/library.rs"\n' >> Cargo.toml
chmod 755 Cargo.toml
# What comes to nothing.
cp Cargo.toml /tmp; touch src/vfs.rs; echo x > scratch; rm scratch
find . -name '*.rs' | xargs cat | wc -l > /tmp/lines
"#;

fn copy() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let mut pending = vec![(Path::new(SOURCES).to_owned(), folder.path().to_owned())];
    while let Some((from, to)) = pending.pop() {
        for entry in fs::read_dir(from).unwrap() {
            let entry = entry.unwrap();
            let place = to.join(entry.file_name());
            if entry.file_type().unwrap().is_dir() {
                fs::create_dir(&place).unwrap();
                set_mode(&place, 0o755);
                pending.push((entry.path(), place));
            } else {
                fs::copy(entry.path(), &place).unwrap();
                set_mode(&place, 0o644);
            }
        }
    }
    folder
}

fn set_mode(path: &Path, mode: u32) {
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
}

/// What the script does, done without it.
fn edit(root: &Path) {
    for (name, mode, contents) in image(&root.join("src")) {
        let text = String::from_utf8_lossy(&contents);
        if mode & 0o170_000 == 0o100_000 && text.contains("Errno") {
            let path = root.join("src").join(name);
            fs::write(path, text.replace("Errno", "ErrorNumber")).unwrap();
        }
    }
    fs::rename(root.join("src/lib.rs"), root.join("src/library.rs")).unwrap();
    fs::remove_dir_all(root.join("tests")).unwrap();
    for dir in ["docs", "docs/notes"] {
        fs::create_dir(root.join(dir)).unwrap();
        set_mode(&root.join(dir), 0o755);
    }
    let notes = root.join("docs/notes/names.md");
    fs::write(&notes, "one\ntwo\n").unwrap();
    set_mode(&notes, 0o644);
    let manifest = root.join("Cargo.toml");
    let text = fs::read_to_string(&manifest).unwrap();
    fs::write(&manifest, text + "\n[lib]\npath = \"src/library.rs\"\n").unwrap();
    set_mode(&manifest, 0o755);
}

type Image = Vec<(String, u32, Vec<u8>)>;

/// Lines as of [`list`], sorted.
fn differences(before: &Image, after: &Image) -> Vec<String> {
    let find = |image: &Image, name: &str| image.iter().position(|entry| entry.0 == name);
    let mut lines = Vec::new();
    for entry in before {
        match find(after, &entry.0) {
            None => lines.push(format!("D {}", entry.0)),
            Some(at) if after.get(at) != Some(entry) => lines.push(format!("M {}", entry.0)),
            Some(_) => {}
        }
    }
    let new = after
        .iter()
        .filter(|entry| find(before, &entry.0).is_none());
    lines.extend(new.map(|entry| format!("A {}", entry.0)));
    lines.sort();
    lines
}

#[test]
fn edits_of_sources_are_shown_landed_and_thrown_away() {
    let (folder, other) = (copy(), copy());
    let before = image(folder.path());
    assert!(before.len() > 30, "this project's own sources");
    edit(other.path());
    let expected = image(other.path());

    let sandbox = mounted(folder.path(), MountMode::Overlay);
    let fresh = run(&sandbox, "ls -lR; find . -type f | sort | xargs cksum").0;
    check(&sandbox, SCRIPT, "");
    let fork = sandbox.fork();
    let mut overlay = sandbox.overlay("/work").unwrap();
    assert!(image(folder.path()) == before, "nothing reached the host");

    // The list and the diff say what was edited, and nothing else.
    let mut lines = list(&overlay.changes());
    lines.sort();
    assert_eq!(lines, differences(&before, &expected));
    let mut diff = Vec::new();
    overlay.diff(&mut diff).unwrap();
    let patched = copy();
    {
        let sandbox = mounted(patched.path(), MountMode::ReadWrite);
        sandbox.fs().write("/tmp/diff", &diff).unwrap();
        let (output, errors, code) = run(&sandbox, "patch -s -p1 < /tmp/diff");
        assert_eq!((output.as_str(), errors.as_str(), code), ("", "", 0));
    }
    let files = |image: &Image| -> Vec<(String, Vec<u8>)> {
        let files = image
            .iter()
            .filter(|entry| entry.1 & 0o170_000 == 0o100_000);
        files
            .map(|entry| (entry.0.clone(), entry.2.clone()))
            .collect()
    };
    assert!(files(&image(patched.path())) == files(&expected));

    // Thrown away, it leaves no trace, neither here nor there.
    overlay.discard().unwrap();
    assert!(overlay.changes().is_empty());
    assert_eq!(
        run(&sandbox, "ls -lR; find . -type f | sort | xargs cksum").0,
        fresh
    );
    assert!(image(folder.path()) == before);

    // Saved and loaded as well as applied at once, it lands whole.
    let mut overlay = fork.overlay("/work").unwrap();
    let mut saved = Vec::new();
    overlay.save(&mut saved).unwrap();
    let loaded = OverlayChanges::load(&*saved).unwrap();
    let dry = loaded.apply(Apply { dry_run: true }).unwrap();
    assert!(image(folder.path()) == before);
    let report = overlay.apply(Apply::default()).unwrap();
    assert_eq!(
        (report.conflicts, report.changes),
        (Vec::new(), dry.changes)
    );
    assert_eq!(
        differences(&image(folder.path()), &expected),
        Vec::<String>::new()
    );
    assert!(overlay.changes().is_empty());
}
