//! `wardian exec --mount HOST:GUEST:overlay`, `wardian diff` and `wardian apply`
//! as a person uses them, on a copy of this repository's own sources.

use std::path::Path;
use std::process::{Command, Output, Stdio};

fn wardian(dir: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_wardian"))
        .args(arguments)
        .current_dir(dir)
        .stdin(Stdio::null())
        .output()
        .unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[track_caller]
fn check(output: &Output, code: i32, expected: &str) {
    assert_eq!(text(&output.stderr), "");
    assert_eq!(text(&output.stdout), expected);
    assert_eq!(output.status.code(), Some(code));
}

fn sources() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let status = Command::new("cp")
        .arg("-r")
        .args([here.join("src"), here.join("Cargo.toml")])
        .arg(folder.path())
        .status();
    assert!(status.unwrap().success());
    folder
}

/// All files with their contents, to be compared.
fn image(dir: &Path) -> String {
    let output = Command::new("sh")
        .args([
            "-c",
            "ls -lR --time-style=full-iso; find . -type f | sort | xargs cksum",
        ])
        .current_dir(dir)
        .output();
    text(&output.unwrap().stdout)
}

const SCRIPT: &str = "sed -i 's/^name = .*/name = \"other\"/' Cargo.toml; rm src/run.rs; \
    mkdir new; echo 'fn main() {}' > new/main.rs; chmod +x src/main.rs";

const LIST: &str =
    "M Cargo.toml\nA new\nA new/main.rs\nM src/main.rs (mode 0644 -> 0755)\nD src/run.rs\n";

#[test]
fn edits_are_shown_kept_and_applied() {
    let folder = sources();
    let kept = tempfile::tempdir().unwrap();
    let file = kept.path().join("work.wardian");
    let file = file.to_str().unwrap();
    let before = image(folder.path());
    let mount = ["exec", "--mount", ".:/work:overlay", "--cwd", "/work"];

    let output = wardian(
        folder.path(),
        &[&mount[..], &["--save", file, SCRIPT]].concat(),
    );
    check(&output, 0, "");
    assert_eq!(image(folder.path()), before, "nothing outside changed");

    check(&wardian(kept.path(), &["diff", "--list", file]), 1, LIST);
    let diff = wardian(kept.path(), &["diff", file]);
    let shown = wardian(folder.path(), &[&mount[..], &["--diff", SCRIPT]].concat());
    assert_eq!(text(&diff.stdout), text(&shown.stdout));
    assert!(text(&diff.stdout).contains("-name = \"wardian-cli\"\n+name = \"other\"\n"));

    check(
        &wardian(kept.path(), &["apply", "--dry-run", file]),
        0,
        LIST,
    );
    assert_eq!(image(folder.path()), before);
    check(&wardian(kept.path(), &["apply", file]), 0, LIST);
    assert!(!folder.path().join("src/run.rs").exists());
    assert!(folder.path().join("new/main.rs").exists());
    check(&wardian(kept.path(), &["diff", file]), 0, "");
    check(&wardian(kept.path(), &["apply", file]), 0, "");
}

#[test]
fn a_change_of_the_host_is_not_overwritten() {
    let folder = sources();
    let file = tempfile::tempdir().unwrap();
    let file = file.path().join("work.wardian");
    let file = file.to_str().unwrap();
    let save = [
        "exec",
        "--mount",
        ".:/work:overlay",
        "--cwd",
        "/work",
        "--save",
        file,
        SCRIPT,
    ];
    check(&wardian(folder.path(), &save), 0, "");
    std::fs::write(folder.path().join("Cargo.toml"), "mine\n").unwrap();
    let before = image(folder.path());
    let output = wardian(folder.path(), &["apply", file]);
    assert_eq!(output.status.code(), Some(1));
    let errors = text(&output.stderr);
    assert!(
        errors.contains("Cargo.toml: the host changed it meanwhile"),
        "{errors}"
    );
    assert!(errors.contains("nothing was changed"), "{errors}");
    assert_eq!(image(folder.path()), before);
}

#[test]
fn mistakes_are_told_before_anything_runs() {
    let folder = tempfile::tempdir().unwrap();
    for (arguments, reason) in [
        (
            &["exec", "--diff", "true"][..],
            "need exactly one --mount HOST:GUEST:overlay; there is none",
        ),
        (
            &[
                "exec",
                "--mount",
                ".:/a:overlay",
                "--mount",
                ".:/b:overlay",
                "--save",
                "x",
                "true",
            ],
            "more than one",
        ),
        (
            &["exec", "--mount", ".:/usr/bin:ro", "true"],
            "there are files already",
        ),
        (&["exec", "--mount", "nowhere:/a:ro", "true"], "nowhere"),
        (&["diff", "nowhere"], "cannot read nowhere"),
    ] {
        let output = wardian(folder.path(), arguments);
        let errors = text(&output.stderr);
        assert!(errors.contains(reason), "{arguments:?}: {errors}");
        assert_eq!(output.status.code(), Some(125));
    }
}
