//! What the project promises to show, through the `wardian` command as a user
//! runs it. These are tests of the package `wardian-cli`.

use std::io::Write as _;
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

fn wardian(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_wardian"));
    command.args(arguments).stdin(Stdio::null());
    command
}

fn exec(script: &str) -> Output {
    wardian(&["exec", script]).output().unwrap()
}

/// Runs a script that has to print `expected`, say nothing else and end well.
#[track_caller]
fn check(script: &str, expected: &str) {
    let output = exec(script);
    let errors = String::from_utf8_lossy(&output.stderr);
    assert_eq!(
        String::from_utf8_lossy(&output.stdout),
        expected,
        "{errors}"
    );
    assert_eq!(errors, "");
    assert_eq!(output.status.code(), Some(0));
}

#[test]
fn the_main_job() {
    check(
        r#"printf "pear\nfig\napple\n" > fruit; sort fruit | tee sorted | wc -l; cat sorted"#,
        "3\napple\nfig\npear\n",
    );
}

#[test]
fn a_writer_without_end_stops_with_its_reader() {
    check("yes | head -n 3", "y\ny\ny\n");
}

#[test]
fn two_million_lines_through_a_pipe() {
    check("seq 1 2000000 | wc -l", "2000000\n");
}

#[test]
fn three_hundred_megabytes_through_a_pipe() {
    check("head -c 300000000 /dev/zero | wc -c", "300000000\n");
}

#[test]
fn a_copy_and_its_hash_agree() {
    check(
        "seq 1 100000 > big; cat big | tee copy | sha256sum > sum; \
         test \"$(sha256sum < copy)\" = \"$(cat sum)\" && echo same",
        "same\n",
    );
}

#[test]
fn the_process_ends_with_the_commands_code() {
    assert_eq!(exec("exit 7").status.code(), Some(7));
    assert_eq!(exec("false").status.code(), Some(1));
    assert_eq!(exec("true").status.code(), Some(0));
}

#[test]
fn a_script_is_no_option_of_the_shell() {
    for script in ["-n echo", "+x", "--version"] {
        let output = wardian(&["exec", "--", script]).output().unwrap();
        let word = script.split(' ').next().unwrap_or_default();
        assert_eq!(output.status.code(), Some(127), "{script}");
        let errors = String::from_utf8_lossy(&output.stderr).into_owned();
        let expected = format!("bash: line 1: {word}: command not found");
        assert_eq!(errors.lines().next(), Some(expected.as_str()));
    }
}

#[test]
fn an_unknown_command_is_127_and_is_named() {
    let output = exec("no-such-command");
    assert_eq!(output.status.code(), Some(127));
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(errors.contains("no-such-command"), "{errors}");
}

#[test]
fn what_is_there_is_offered_to_whoever_reads_the_errors() {
    let offered = |script: &str| String::from_utf8_lossy(&exec(script).stderr).into_owned();
    let similar = "bash: line 1: grpe: command not found\n\
        wardian: like it there is grep; `ls /bin` lists all\n";
    assert_eq!(offered("grpe x"), similar);
    assert_eq!(offered("x=$(grpe x)"), similar);
    assert!(offered("python3 x").ends_with("`ls /bin` lists the commands that there are\n"));
    // A script that looks at its own messages sees what bash writes.
    check(
        "grpe 2>&1; x=$(grpe 2>&1); echo \"$x\"; { grpe; } 2>f; cat f",
        &"bash: line 1: grpe: command not found\n".repeat(3),
    );
}

#[test]
fn a_file_that_is_no_program_is_126_and_is_named() {
    let output =
        exec("printf '\\0\\1\\2' > junk; chmod +x junk; ./junk; code=$?; echo usable; exit $code");
    assert_eq!(output.status.code(), Some(126));
    assert_eq!(output.stdout, b"usable\n");
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(errors.contains("junk"), "{errors}");
}

#[test]
fn a_loop_ends_at_its_timeout() {
    let started = Instant::now();
    let output = wardian(&["exec", "--timeout", "1", "while true; do true; done"])
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(124));
    assert!(started.elapsed() < Duration::from_secs(30));
}

#[test]
fn each_exec_starts_from_nothing() {
    let script = "ls -A /tmp; echo x > /tmp/left";
    check(script, "");
    check(script, "");
}

#[test]
fn nothing_of_the_host_is_visible() {
    let here = std::env::current_dir().unwrap();
    let script = format!(
        "test -e '{}' && echo visible; echo \"$HOST_SECRET\"",
        here.display()
    );
    let output = wardian(&["exec", &script])
        .env("HOST_SECRET", "secret")
        .output()
        .unwrap();
    assert_eq!(output.stdout, b"\n");
}

#[test]
fn a_pipe_streams_both_ways() {
    let mut child = wardian(&["exec", "--stdin", "cat"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut input = child.stdin.take().unwrap();
    let mut output = std::io::BufReader::new(child.stdout.take().unwrap());
    for word in ["one\n", "two\n"] {
        // The answer has to come before the next word is sent.
        input.write_all(word.as_bytes()).unwrap();
        let mut line = String::new();
        std::io::BufRead::read_line(&mut output, &mut line).unwrap();
        assert_eq!(line, word);
    }
    drop(input);
    assert!(child.wait().unwrap().success());
}
