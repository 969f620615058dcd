//! The virtual sandbox behind the contract of all reaches.
#![cfg(feature = "agent")]

use std::sync::Arc;
use std::time::{Duration, Instant};

use wardian::agent::sandbox::{
    CancellationToken, ExecOptions, Sandbox, SandboxError, SandboxFactory, contract_tests,
};
use wardian::{MountMode, Virtual};

async fn sandbox() -> Arc<dyn Sandbox> {
    Virtual::new().create("one").await.unwrap()
}

async fn stdout(sandbox: &dyn Sandbox, command: &str) -> String {
    let output = sandbox.exec(command, ExecOptions::default()).await.unwrap();
    assert_eq!(
        output.exit_code,
        0,
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8(output.stdout).unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn keeps_the_contract() {
    let failures = contract_tests::failures(sandbox().await).await;
    assert!(failures.is_empty(), "{failures:#?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn it_is_empty_and_knows_nothing_of_the_host() {
    let sandbox = sandbox().await;
    assert_eq!((sandbox.reach(), sandbox.cwd()), ("virtual", "/workspace"));
    assert_eq!(
        stdout(&*sandbox, "pwd; ls -A; echo $CARGO_PKG_NAME").await,
        "/workspace\n\n"
    );
    let error = sandbox
        .read_file(env!("CARGO_MANIFEST_DIR"))
        .await
        .unwrap_err();
    assert!(matches!(
        error,
        SandboxError::File {
            not_found: true,
            ..
        }
    ));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_cancel_amid_a_busy_loop_is_heard_within_50_ms() {
    let sandbox = sandbox().await;
    // What is compiled at its first use is not what is measured.
    stdout(&*sandbox, "true").await;
    for command in ["while :; do :; done", "sleep 60", "yes > /dev/null"] {
        let mut waits = Vec::new();
        for _ in 0..5 {
            let cancel = CancellationToken::new();
            let options = ExecOptions {
                cancel: Some(cancel.clone()),
                ..ExecOptions::default()
            };
            let command = format!("rm -f going; echo > going; {command}");
            let (result, waited) = tokio::join!(sandbox.exec(&command, options), async {
                while !sandbox.exists("going").await {
                    tokio::time::sleep(Duration::from_millis(1)).await;
                }
                cancel.cancel();
                Instant::now()
            });
            waits.push(waited.elapsed());
            assert_eq!(result, Err(SandboxError::Cancelled));
        }
        // Most may have met a machine that was busy elsewhere.
        waits.sort();
        assert!(waits[0] < Duration::from_millis(50), "{command}: {waits:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_identity_keeps_its_sandbox() {
    let factory = Virtual::new();
    let one = factory.create("one").await.unwrap();
    one.write_file("mine", b"1").await.unwrap();
    let (again, other) = tokio::join!(factory.create("one"), factory.create("two"));
    assert!(again.unwrap().exists("mine").await);
    assert!(!other.unwrap().exists("mine").await);
    assert!(
        factory
            .clone()
            .create("one")
            .await
            .unwrap()
            .exists("mine")
            .await
    );
    factory.forget("one");
    assert!(!factory.create("one").await.unwrap().exists("mine").await);
    assert!(
        !Virtual::new()
            .create("one")
            .await
            .unwrap()
            .exists("mine")
            .await
    );
    assert!(one.exists("mine").await, "whoever holds it keeps it");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sandboxes_are_adjusted_before_they_are_made() {
    let factory = Virtual::new()
        .cwd("/home/user/work")
        .with(|builder| builder.file("/data/in.txt", "text\n"))
        .with(|builder| builder.env("KIND", "adjusted"));
    let sandbox = factory.create("one").await.unwrap();
    let said = stdout(&*sandbox, "pwd; cat /data/in.txt; echo $KIND").await;
    assert_eq!(said, "/home/user/work\ntext\nadjusted\n");
    let error = Virtual::new()
        .cwd("relative")
        .create("one")
        .await
        .err()
        .unwrap();
    assert!(matches!(error, SandboxError::Setup(_)), "{error:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_fork_goes_its_own_way() {
    let sandbox = sandbox().await;
    sandbox.write_file("file", b"before\n").await.unwrap();
    let fork = sandbox.fork().await.unwrap();
    stdout(&*fork, "echo after > file; echo > new").await;
    assert_eq!(sandbox.read_file("file").await.unwrap(), b"before\n");
    assert!(!sandbox.exists("new").await);
    assert_eq!(fork.cwd(), sandbox.cwd());
    assert_eq!(fork.reach(), "virtual");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn changes_are_told_as_a_patch() {
    let factory = Virtual::new().with(|builder| builder.file("/workspace/a.txt", "one\ntwo\n"));
    let sandbox = factory.create("one").await.unwrap();
    assert_eq!(sandbox.changes().await.unwrap(), "");
    stdout(&*sandbox, "sed -i s/two/three/ a.txt; echo new > b.txt").await;
    let changes = sandbox.changes().await.unwrap();
    for line in ["-two", "+three", "+new", "+++ b/workspace/b.txt"] {
        assert!(
            changes.lines().any(|found| found == line),
            "{line} in {changes}"
        );
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_command_too_long_is_a_result() {
    let command = format!("true {}", "x".repeat(4 << 20));
    let output = sandbox()
        .await
        .exec(&command, ExecOptions::default())
        .await
        .unwrap();
    assert_eq!(output.exit_code, 126);
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(said.contains("argument_bytes"), "{said}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_timeout_is_too_long() {
    let options = ExecOptions {
        timeout: Some(Duration::MAX),
        ..ExecOptions::default()
    };
    let output = sandbox().await.exec("echo fine", options).await.unwrap();
    assert_eq!((output.exit_code, &*output.stdout), (0, &b"fine\n"[..]));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn mounted_folders_widen_the_reach() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("file"), "before\n").unwrap();
    for (mode, reach, forks, after) in [
        (MountMode::ReadOnly, "mount", true, "before\n"),
        (MountMode::Overlay, "overlay", true, "before\n"),
        (MountMode::ReadWrite, "mount", false, "after\n"),
    ] {
        let factory = Virtual::new().mount(folder.path(), "/workspace/host", mode);
        let sandbox = factory.create("one").await.unwrap();
        assert_eq!(sandbox.reach(), reach, "{mode:?}");
        assert_eq!(sandbox.fork().await.is_ok(), forks, "{mode:?}");
        let change = "cat host/file; echo after > host/file";
        let output = sandbox.exec(change, ExecOptions::default()).await.unwrap();
        assert_eq!(output.stdout, b"before\n");
        let file = std::fs::read_to_string(folder.path().join("file")).unwrap();
        assert_eq!(file, after, "{mode:?}");
    }
    let host = folder.path().to_owned();
    let unknown = Virtual::new()
        .with(move |builder| builder.mount(&host, "/workspace/host", MountMode::Overlay));
    let sandbox = unknown.create("one").await.unwrap();
    assert_eq!(sandbox.reach(), "mount");
}
