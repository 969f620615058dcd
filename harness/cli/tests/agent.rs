//! The demonstration of an agent from its start to its report, and what is kept
//! of it in between.

use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Command, Output};

/// Runs the program with its data in this folder.
fn wardian(home: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_wardian"))
        .args(arguments)
        .env("WARDIAN_HOME", home)
        .env_remove("WARDIAN_MODEL")
        .output()
        .expect("the program runs")
}

fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).expect("text")
}

#[track_caller]
fn fine(output: &Output) -> &str {
    assert!(output.status.success(), "{}", text(&output.stderr));
    text(&output.stdout)
}

#[test]
fn the_demonstration_works_and_is_kept() {
    let folder = tempfile::tempdir().expect("a folder");
    let home = folder.path().join("home");

    let output = wardian(&home, &["agent", "--demo", "--json"]);
    let answer: serde_json::Value = serde_json::from_str(fine(&output)).expect("JSON");
    let said = answer["text"].as_str().expect("text");
    assert!(said.contains("4,036.50"), "{said}");
    let seen = text(&output.stderr);
    for part in [
        "$ ls -l",
        "294.00",
        "edit totals.sh",
        "| north | 1669.00 |",
        "turn 6",
    ] {
        assert!(seen.contains(part), "{part} in {seen}");
    }
    assert!(!seen.contains('\x1b'), "colours are for terminals");
    let mode = home.metadata().expect("made").permissions().mode();
    assert_eq!(mode & 0o777, 0o700);

    let session = answer["session"].as_str().expect("a session");
    let listed = wardian(&home, &["session", "ls"]);
    assert!(fine(&listed).starts_with(session));
    let shown = wardian(&home, &["session", "show", &session[..6]]);
    assert!(
        fine(&shown).contains("+    tolower($2) == region {"),
        "{}",
        fine(&shown)
    );

    let page = folder.path().join("report.html");
    let written = wardian(
        &home,
        &["report", session, "--html", page.to_str().expect("text")],
    );
    fine(&written);
    let page = std::fs::read_to_string(page).expect("a page");
    for part in [
        "<!doctype html>",
        "Turn 6",
        "Files changed",
        "workspace/report.md",
    ] {
        assert!(page.contains(part), "{part}");
    }

    fine(&wardian(&home, &["session", "rm", session]));
    assert_eq!(fine(&wardian(&home, &["session", "ls"])), "");
    let gone = wardian(&home, &["report", session, "--html", "-"]);
    assert!(text(&gone.stderr).contains("no session"), "{gone:?}");
    assert!(!gone.status.success());
}

#[test]
fn a_session_goes_on_with_its_files() {
    let folder = tempfile::tempdir().expect("a folder");
    let script = folder.path().join("script.jsonl");
    let lines = [
        r#"{"tool_calls": [{"name": "bash", "arguments": {"command": "echo kept > note"}}]}"#,
        r#"{"text": "written"}"#,
        r#"{"tool_calls": [{"name": "bash", "arguments": {"command": "cat note"}}]}"#,
        r#"{"expect": "kept", "text": "read"}"#,
    ];
    std::fs::write(&script, lines.join("\n")).expect("a script");
    let model = format!("scripted/{}", script.display());
    let home = folder.path().join("home");

    let arguments = ["agent", "--model", &model, "--json", "-q", "-m", "Write"];
    let output = wardian(&home, &arguments);
    let first: serde_json::Value = serde_json::from_str(fine(&output)).expect("JSON");
    assert_eq!(first["text"], "written");
    assert_eq!(text(&output.stderr), "");

    let session = first["session"].as_str().expect("a session");
    // The model is the one that it had.
    let arguments = ["agent", "--session", session, "-q", "-m", "Read"];
    assert_eq!(fine(&wardian(&home, &arguments)), "read\n");
}

#[test]
fn what_is_missing_is_told() {
    let folder = tempfile::tempdir().expect("a folder");
    for (arguments, words) in [
        (&["agent", "-m", "x"][..], "--model"),
        (
            &["agent", "--session", "none", "-m", "x"],
            "no session none",
        ),
        (&["agent", "--model", "nobody/x", "-m", "x"], "nobody"),
        (&["session", "show", "none"], "no session none"),
    ] {
        let output = wardian(folder.path(), arguments);
        assert!(!output.status.success());
        let said = text(&output.stderr);
        assert!(said.contains(words), "{words} in {said}");
    }
}
