//! Sandboxes over HTTP: the contract, kills, and a provider that fails.

mod sandbox_server;

use std::sync::Arc;
use std::time::{Duration, Instant};

use sandbox_server::{Fault, Server, TOKEN};
use wardian_agent::sandbox::remote::{HttpConnector, Remote, RemoteSandbox};
use wardian_agent::sandbox::{
    CancellationToken, ExecOptions, Local, Sandbox, SandboxError, SandboxFactory, contract_tests,
};

/// More than any step here takes on a busy machine.
const SOON: Duration = Duration::from_secs(20);

struct Setup {
    folder: tempfile::TempDir,
    server: Server,
    remote: Remote,
}

async fn setup() -> Setup {
    let folder = tempfile::tempdir().unwrap();
    let local = Local::without_isolation(folder.path()).unwrap();
    let server = Server::start(Arc::new(local)).await;
    let connector = HttpConnector::new(&server.address, TOKEN).unwrap();
    let remote = Remote::new(Arc::new(connector.answer_bytes(64 << 20)));
    Setup {
        folder,
        server,
        remote,
    }
}

async fn until(what: &str, mut condition: impl FnMut() -> bool) {
    let start = Instant::now();
    while !condition() {
        assert!(start.elapsed() < SOON, "{what} did not come about");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn keeps_the_contract() {
    let setup = setup().await;
    let sandbox = setup.remote.create("one").await.unwrap();
    let failures = contract_tests::failures(sandbox).await;
    assert!(failures.is_empty(), "{failures:#?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_cancel_kills_the_remote_command() {
    let Setup {
        folder: _folder,
        server,
        remote,
    } = setup().await;
    let sandbox = remote.open("one").await.unwrap();
    let cancel = CancellationToken::new();
    let options = ExecOptions {
        cancel: Some(cancel.clone()),
        ..ExecOptions::default()
    };
    let (result, ()) = tokio::join!(sandbox.exec("sleep 300", options), async {
        until("the command", || server.is_running_anything()).await;
        cancel.cancel();
    });
    assert_eq!(result, Err(SandboxError::Cancelled));
    until("the kill", || server.count("kill") == 1).await;
    until("the end", || !server.is_running_anything()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_dropped_future_kills_the_remote_command() {
    let Setup {
        folder: _folder,
        server,
        remote,
    } = setup().await;
    let sandbox = remote.open("one").await.unwrap();
    tokio::select! {
        result = sandbox.exec("sleep 300", ExecOptions::default()) => panic!("{result:?}"),
        () = until("the command", || server.is_running_anything()) => {}
    }
    until("the kill", || server.count("kill") == 1).await;
    until("the end", || !server.is_running_anything()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_finished_command_is_not_killed() {
    let Setup {
        folder: _folder,
        server,
        remote,
    } = setup().await;
    let sandbox = remote.open("one").await.unwrap();
    let output = sandbox
        .exec("exit 3", ExecOptions::default())
        .await
        .unwrap();
    assert_eq!(output.exit_code, 3);
    assert!(output.wall_time > Duration::ZERO);
    assert_eq!(server.count("kill"), 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn machines_are_found_again_and_end() {
    let Setup {
        folder: _folder,
        server: _server,
        remote,
    } = setup().await;
    let (one, same) = (
        remote.open("one").await.unwrap(),
        remote.open("one").await.unwrap(),
    );
    assert_eq!(one.handle(), same.handle());
    one.suspend().await.unwrap();
    one.resume().await.unwrap();
    one.destroy().await.unwrap();
    let error = same.exec("true", ExecOptions::default()).await.unwrap_err();
    assert!(matches!(error, SandboxError::Died(_)), "{error:?}");
    let error = same.read_file("x").await.unwrap_err();
    assert!(matches!(error, SandboxError::Died(_)), "{error:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn identities_may_hold_anything_an_address_cannot() {
    let Setup {
        folder: _folder,
        server: _server,
        remote,
    } = setup().await;
    let sandbox = remote.open("a/b?c#d e%ü").await.unwrap();
    sandbox.write_file("x", b"1").await.unwrap();
    assert_eq!(sandbox.read_file("x").await.unwrap(), b"1");
    let error = remote.open("..").await.err().unwrap();
    assert!(matches!(error, SandboxError::Setup(_)), "{error:?}");
}

/// An exec and a read of a sandbox whose server now fails in this way.
async fn failures(fault: Fault) -> (Vec<SandboxError>, Duration) {
    let Setup {
        folder: _folder,
        server,
        remote,
    } = setup().await;
    let remote = remote
        .answer_timeout(Duration::from_millis(200))
        .exec_margin(Duration::from_millis(200));
    let sandbox: RemoteSandbox = remote.open("one").await.unwrap();
    server.misbehave(fault);
    let start = Instant::now();
    let options = ExecOptions {
        timeout: Some(Duration::from_millis(300)),
        ..ExecOptions::default()
    };
    let errors = vec![
        sandbox.exec("true", options).await.unwrap_err(),
        sandbox.read_file("x").await.unwrap_err(),
        sandbox.write_file("x", b"y").await.unwrap_err(),
    ];
    assert!(!sandbox.exists("x").await);
    (errors, start.elapsed())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_failing_provider_is_told_of() {
    for (fault, died, word) in [
        (Fault::Silent, false, "no answer within"),
        (Fault::Gone, true, "gone"),
        (Fault::Broken, false, "500"),
        (Fault::Garbled, false, "protocol"),
        (Fault::Redirects, false, "302"),
        (Fault::Chatty, false, "[token]"),
    ] {
        let (errors, took) = failures(fault).await;
        for error in errors {
            let length = error.to_string().len();
            assert!(length < 5000, "{fault:?}: {length} bytes");
            assert!(
                !error.to_string().contains(sandbox_server::TOKEN),
                "{error}"
            );
            assert_eq!(
                matches!(error, SandboxError::Died(_)),
                died,
                "{fault:?}: {error:?}"
            );
            if !died {
                assert!(
                    matches!(error, SandboxError::Transport(_)),
                    "{fault:?}: {error:?}"
                );
            }
            assert!(error.to_string().contains(word), "{fault:?}: {error}");
        }
        assert!(took < SOON, "{fault:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_endless_answer_is_cut() {
    let Setup {
        folder: _folder,
        server,
        ..
    } = setup().await;
    let connector = HttpConnector::new(&server.address, TOKEN).unwrap();
    let remote = Remote::new(Arc::new(connector.answer_bytes(1 << 20)));
    server.misbehave(Fault::Endless);
    let error = remote.open("one").await.err().unwrap();
    assert!(error.to_string().contains("longer than 1048576"), "{error}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn names_with_a_way_out_are_refused() {
    let Setup {
        folder: _folder,
        server,
        remote,
    } = setup().await;
    let sandbox = remote.open("one").await.unwrap();
    server.misbehave(Fault::Strays);
    let error = sandbox.read_dir(".").await.unwrap_err();
    assert!(error.to_string().contains("\"../../etc\""), "{error}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_is_not_there_is_told_of() {
    let Setup {
        folder: _folder,
        server,
        remote,
    } = setup().await;
    let sandbox = remote.open("one").await.unwrap();
    let address = server.address.clone();
    drop(server);
    until("the end", || {
        std::net::TcpStream::connect(address.trim_start_matches("http://")).is_err()
    })
    .await;
    let remote = remote.answer_timeout(Duration::from_secs(5));
    let error = remote.open("two").await.err().unwrap();
    assert!(matches!(error, SandboxError::Transport(_)), "{error:?}");
    drop(sandbox);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_wrong_token_is_refused() {
    let Setup {
        folder: _folder,
        server,
        ..
    } = setup().await;
    let connector = HttpConnector::new(&server.address, "another").unwrap();
    assert!(!format!("{connector:?}").contains("another"));
    let error = Remote::new(Arc::new(connector))
        .open("one")
        .await
        .err()
        .unwrap();
    assert!(error.to_string().contains("token"), "{error}");
}

#[test]
fn tokens_cross_no_network_in_the_clear() {
    for (base, fine) in [
        ("http://127.0.0.1:9", true),
        ("http://[::1]:9/x", true),
        ("http://localhost", true),
        ("http://10.0.0.1", false),
        ("http://sandboxes.example", false),
        ("ftp://localhost", false),
        ("sandboxes", false),
        ("data:text/plain,x", false),
        ("https://me:secret@sandboxes.example", false),
        ("https://sandboxes.example/?key=secret", false),
        ("ftp://me:secret@localhost", false),
        ("https://me:secret@:x", false),
    ] {
        let made = HttpConnector::new(base, "t");
        assert_eq!(made.is_ok(), fine, "{base}");
        if let Err(error) = made {
            assert!(!error.to_string().contains("secret"), "{error}");
        }
    }
}
