//! The host as a sandbox: the contract, and what is the host's own.

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use wardian_agent::sandbox::{
    CancellationToken, ExecOptions, ExecOutput, Local, Sandbox, SandboxError, SandboxFactory,
    contract_tests,
};

fn local() -> (tempfile::TempDir, Local) {
    let folder = tempfile::tempdir().unwrap();
    let local = Local::without_isolation(folder.path()).unwrap();
    (folder, local)
}

async fn run(sandbox: &dyn Sandbox, command: &str) -> ExecOutput {
    sandbox.exec(command, ExecOptions::default()).await.unwrap()
}

fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn keeps_the_contract() {
    let (_folder, local) = local();
    let failures = contract_tests::failures(Arc::new(local)).await;
    assert!(failures.is_empty(), "{failures:#?}");
}

#[tokio::test]
async fn only_listed_and_named_variables_are_seen() {
    let (_folder, local) = local();
    let local = local
        .pass_env("CARGO_PKG_NAME")
        .env("GIVEN", "by name")
        .unwrap()
        .without_env("HOME");
    let output = run(&local, "env | cut -d= -f1").await;
    let names: Vec<&str> = text(&output.stdout).lines().collect();
    for (name, seen) in [
        ("PATH", true),
        ("GIVEN", true),
        ("CARGO_PKG_NAME", true),
        ("HOME", false),
        ("CARGO_MANIFEST_DIR", false),
        ("CARGO", false),
    ] {
        assert_eq!(names.contains(&name), seen, "{name} in {names:?}");
    }
    assert!(local.env("A=B", "").is_err());
}

#[tokio::test]
async fn variables_no_process_can_receive_are_refused() {
    let (_folder, local) = local();
    let options = ExecOptions {
        env: vec![("A=B".into(), "x".into())],
        ..ExecOptions::default()
    };
    let error = local.exec("true", options).await.unwrap_err();
    assert!(matches!(error, SandboxError::Unsupported(_)), "{error:?}");
}

#[tokio::test]
async fn the_shell_is_bash() {
    let (_folder, local) = local();
    let output = run(&local, "a=(x y); echo ${a[1]}").await;
    assert_eq!(text(&output.stdout), "y\n");
}

#[tokio::test]
async fn long_outputs_keep_both_ends() {
    let (_folder, local) = local();
    let local = local.output_bytes(20);
    let output = run(&local, "seq 1000; seq 5 >&2").await;
    assert_eq!(text(&output.stdout), "1\n2\n3\n4\n5\n\n999\n1000\n");
    assert_eq!(output.dropped_bytes, 3893 - 20);
    assert_eq!(text(&output.stderr), "1\n2\n3\n4\n5\n");
    assert_eq!(output.exit_code, 0);
}

#[tokio::test]
async fn a_group_that_ignores_sigterm_is_killed() {
    let (folder, local) = local();
    let options = ExecOptions {
        timeout: Some(Duration::from_secs(1)),
        ..ExecOptions::default()
    };
    let start = Instant::now();
    let script = "trap '' TERM; echo $$ > pid; while :; do sleep 0.05; done";
    let output = local.exec(script, options).await.unwrap();
    assert_eq!((output.exit_code, output.timed_out), (124, true));
    assert!(
        start.elapsed() >= Duration::from_secs(3),
        "it had its grace"
    );
    gone(folder.path()).await;
}

#[tokio::test]
async fn a_cancelled_group_that_ignores_sigterm_is_killed_later() {
    let (folder, local) = local();
    let cancel = CancellationToken::new();
    let options = ExecOptions {
        cancel: Some(cancel.clone()),
        ..ExecOptions::default()
    };
    let script = "trap '' TERM; echo $$ > pid.new; mv pid.new pid; while :; do sleep 0.05; done";
    let (result, at) = tokio::join!(local.exec(script, options), async {
        while !folder.path().join("pid").exists() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        cancel.cancel();
        Instant::now()
    });
    assert_eq!(result, Err(SandboxError::Cancelled));
    assert!(
        at.elapsed() < Duration::from_secs(1),
        "the cancel is heard at once"
    );
    gone(folder.path()).await;
}

#[tokio::test]
async fn a_command_may_tidy_up_after_sigterm() {
    let (_folder, local) = local();
    let options = ExecOptions {
        timeout: Some(Duration::from_secs(1)),
        ..ExecOptions::default()
    };
    let script = "trap 'echo tidy; exit 1' TERM; while :; do sleep 0.05; done";
    let output = local.exec(script, options).await.unwrap();
    assert_eq!(output.exit_code, 124);
    assert_eq!(text(&output.stdout), "tidy\n");
}

#[tokio::test]
async fn what_is_left_in_the_background_lives_on() {
    let (folder, local) = local();
    let script = "(until [ -e go ]; do sleep 0.02; done; echo > done) > /dev/null 2>&1 &";
    assert_eq!(run(&local, script).await.exit_code, 0);
    local.write_file("go", b"").await.unwrap();
    let start = Instant::now();
    while !folder.path().join("done").exists() {
        assert!(start.elapsed() < Duration::from_secs(20));
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

#[tokio::test]
async fn commands_that_cannot_start_say_why() {
    let (_folder, local) = local();
    for (command, word) in [
        ("echo \0".to_owned(), "zero byte"),
        (format!("true {}", "x".repeat(4 << 20)), "too long"),
    ] {
        let output = run(&local, &command).await;
        assert_eq!(output.exit_code, 126);
        assert!(
            text(&output.stderr).contains(word),
            "{}",
            text(&output.stderr)
        );
    }
}

#[tokio::test]
async fn pipes_and_devices_are_not_read_as_files() {
    let (_folder, local) = local();
    run(&local, "mkfifo pipe").await;
    for path in ["pipe", "/dev/zero"] {
        let error = local.read_file(path).await.unwrap_err();
        assert!(error.to_string().contains("not a regular file"), "{error}");
    }
    assert!(local.write_file("pipe", b"x").await.is_err());
    local.write_file("/dev/null", b"x").await.unwrap();
    // One that somebody reads is a pipe still.
    let reading = run(&local, "sleep 5 <>pipe >/dev/null 2>&1 &").await;
    assert_eq!(reading.exit_code, 0);
    let error = local.write_file("pipe", b"x").await.unwrap_err();
    assert!(error.to_string().contains("not a regular file"), "{error}");
}

#[tokio::test]
async fn a_file_too_long_is_not_read() {
    let (folder, local) = local();
    let local = local.file_bytes(1000);
    let file = std::fs::File::create(folder.path().join("long")).unwrap();
    for (length, fine) in [(1000, true), (1001, false), (1 << 40, false)] {
        file.set_len(length).unwrap();
        match local.read_file("long").await {
            Ok(bytes) => assert!(fine && bytes.len() as u64 == length),
            Err(error) => {
                assert!(!fine, "{error}");
                assert!(
                    error.to_string().contains("longer than 1000 bytes"),
                    "{error}"
                );
            }
        }
    }
    // Its length says nothing.
    assert!(!local.read_file("/proc/self/stat").await.unwrap().is_empty());
}

#[tokio::test]
async fn the_root_is_never_removed() {
    let (_folder, local) = local();
    for path in ["/", "/tmp/..", "//"] {
        let error = local.rm(path, true, true).await.unwrap_err();
        assert!(matches!(error, SandboxError::Unsupported(_)));
    }
}

#[tokio::test]
async fn a_folder_must_be_there() {
    let (folder, _local) = local();
    std::fs::write(folder.path().join("file"), "").unwrap();
    for name in ["none", "file"] {
        let error = Local::without_isolation(folder.path().join(name)).unwrap_err();
        assert!(error.to_string().contains(name), "{error}");
    }
}

#[tokio::test]
async fn instances_share_the_folder() {
    let (_folder, local) = local();
    let (one, two) = (
        local.create("1").await.unwrap(),
        local.create("2").await.unwrap(),
    );
    one.write_file("shared", b"x").await.unwrap();
    assert!(two.exists("shared").await);
    assert_eq!(one.reach(), "local");
    assert!(one.fork().await.is_err());
}

/// Waits until the process that wrote its number to `pid` is no more.
async fn gone(folder: &Path) {
    let pid = std::fs::read_to_string(folder.join("pid")).unwrap();
    let pid = rustix::process::Pid::from_raw(pid.trim().parse().unwrap()).unwrap();
    let start = Instant::now();
    while rustix::process::test_kill_process_group(pid).is_ok() {
        assert!(start.elapsed() < Duration::from_secs(20), "{pid:?} lives");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}
