//! `--deterministic`, `--record` and `wardian replay`, as a person uses them.

use std::process::{Command, Output};

const SCRIPT: &str = "echo $RANDOM; for n in 1 2 3; do (sleep 0.$RANDOM; echo $n) & done; wait; \
                      sleep 100; date +%s.%N; ps; cat; echo kept > file; exit 5";

fn wardian(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_wardian"))
        .args(arguments)
        .output()
        .unwrap()
}

fn text(bytes: &[u8]) -> std::borrow::Cow<'_, str> {
    String::from_utf8_lossy(bytes)
}

#[test]
fn json_is_the_same_each_time() {
    let run = |seed| wardian(&["exec", seed, "--json", SCRIPT]);
    let first = run("--deterministic=7");
    assert_eq!(first.status.code(), Some(5), "{}", text(&first.stderr));
    assert!(
        text(&first.stdout).contains("946684900."),
        "{}",
        text(&first.stdout)
    );
    assert_eq!(run("--deterministic=7").stdout, first.stdout);
    assert_ne!(run("--deterministic").stdout, first.stdout);
}

#[test]
fn a_recording_is_replayed_and_compared() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("run.wardian");
    let file = file.to_str().unwrap();
    let recorded = wardian(&["exec", "--record", file, SCRIPT]);
    assert_eq!(
        recorded.status.code(),
        Some(5),
        "{}",
        text(&recorded.stderr)
    );

    let replayed = wardian(&["replay", file]);
    assert_eq!(
        replayed.status.code(),
        Some(0),
        "{}",
        text(&replayed.stdout)
    );
    assert!(text(&replayed.stdout).starts_with("the same: exit code 5, "));
    let shown = wardian(&["replay", "--show", file]);
    assert_eq!(shown.stdout, recorded.stdout);

    let mut bytes = std::fs::read(file).unwrap();
    let at = bytes.windows(6).position(|part| part == b"exit 5").unwrap();
    bytes[at + 5] = b'6';
    std::fs::write(file, bytes).unwrap();
    let tampered = wardian(&["replay", file]);
    assert_eq!(tampered.status.code(), Some(125));
    assert!(
        text(&tampered.stderr).contains("it was changed"),
        "{}",
        text(&tampered.stderr)
    );
}

#[test]
fn wide_limits_of_a_recording_are_asked_about() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("run.wardian");
    let file = file.to_str().unwrap();
    wardian(&["exec", "--record", file, "--timeout", "99", "echo ok"]);
    let refused = wardian(&["replay", file]);
    assert_eq!(refused.status.code(), Some(125));
    assert!(
        text(&refused.stderr).contains("wall_time (99s)"),
        "{}",
        text(&refused.stderr)
    );
    assert_eq!(wardian(&["replay", "--trust", file]).status.code(), Some(0));
}
