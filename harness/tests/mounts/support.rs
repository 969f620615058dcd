//! Folders, sandboxes over them, and scripts in these.

use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};
use std::path::Path;

use crate::runtime::runtime;
use tempfile::TempDir;
use wardian::{MountMode, OverlayChanges, Sandbox};

pub(crate) fn mounted(host: &Path, mode: MountMode) -> Sandbox {
    Sandbox::builder(runtime())
        .tools(&wardian::tools())
        .mount(host, "/work", mode)
        .cwd("/work")
        .build()
        .expect("a sandbox")
}

/// Output and errors of a script, and its exit code.
pub(crate) fn run(sandbox: &Sandbox, script: &str) -> (String, String, i32) {
    let tokio = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .expect("threads");
    let result = tokio
        .block_on(sandbox.exec(script).run())
        .expect("it starts");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (text(&result.stdout), text(&result.stderr), result.exit_code)
}

#[track_caller]
pub(crate) fn check(sandbox: &Sandbox, script: &str, expected: &str) {
    let (output, errors, code) = run(sandbox, script);
    assert_eq!((output.as_str(), errors.as_str(), code), (expected, "", 0));
}

/// A folder like a small repository.
pub(crate) fn repository() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    for dir in ["src", "src/deep", "docs", "old"] {
        fs::create_dir(root.join(dir)).unwrap();
    }
    for number in 0..40 {
        let text = format!("fn f{number}() {{\n    call({number});\n}}\n").repeat(number + 1);
        fs::write(root.join(format!("src/m{number}.rs")), text).unwrap();
    }
    fs::write(root.join("src/deep/leaf.rs"), "leaf\n").unwrap();
    fs::write(root.join("README.md"), "# Title\n\nSome text.\n").unwrap();
    fs::write(root.join("docs/guide.md"), "guide\n").unwrap();
    fs::write(root.join("old/one"), "1\n").unwrap();
    fs::write(root.join("old/two"), "2\n").unwrap();
    fs::write(root.join("run.sh"), "echo run\n").unwrap();
    fs::set_permissions(root.join("run.sh"), fs::Permissions::from_mode(0o644)).unwrap();
    symlink("src/m1.rs", root.join("first")).unwrap();
    folder
}

/// Everything in a folder: path, kind and mode, contents or target.
pub(crate) fn image(root: &Path) -> Vec<(String, u32, Vec<u8>)> {
    let mut found = Vec::new();
    let mut pending = vec![root.to_owned()];
    while let Some(dir) = pending.pop() {
        for entry in fs::read_dir(&dir).unwrap() {
            let path = entry.unwrap().path();
            let metadata = fs::symlink_metadata(&path).unwrap();
            let contents = if metadata.is_symlink() {
                fs::read_link(&path)
                    .unwrap()
                    .into_os_string()
                    .into_encoded_bytes()
            } else if metadata.is_file() {
                fs::read(&path).unwrap()
            } else {
                Vec::new()
            };
            if metadata.is_dir() {
                pending.push(path.clone());
            }
            let name = path.strip_prefix(root).unwrap().display().to_string();
            found.push((name, metadata.mode(), contents));
        }
    }
    found.sort();
    found
}

pub(crate) fn list(changes: &OverlayChanges) -> Vec<String> {
    changes
        .iter()
        .map(|change| {
            let path = String::from_utf8_lossy(&change.path).into_owned();
            format!("{} {path}", change.kind.letter())
        })
        .collect()
}

/// What an agent might do.
pub(crate) const EDITS: &str = r#"
set -e
sed -i 's/Some text/Other text/' README.md
rm -r old
mv src/m2.rs src/deep/moved.rs
mkdir -p build/out
echo made > build/out/file
chmod +x run.sh
ln -s ../README.md build/readme
ln -sfn src/m3.rs first
printf 'tail\n' >> src/m39.rs
rm docs/guide.md; mkdir docs/guide.md; echo in > docs/guide.md/in
cp src/m5.rs src/m5.copy
touch src/m6.rs
cat src/m7.rs > /dev/null
mkfifo pipe
"#;
