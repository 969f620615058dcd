//! A script starts where the tree leads now, whatever the last one found there.

#[path = "support/runtime.rs"]
mod runtime;

use runtime::runtime;
use wardian::{Error, ErrorKind, ExecResult, Sandbox};

fn sandbox() -> Sandbox {
    Sandbox::builder(runtime())
        .tools(&wardian::tools())
        .build()
        .expect("a sandbox")
}

fn run(sandbox: &Sandbox, script: &str) -> Result<ExecResult, Error> {
    let tokio = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a thread");
    tokio.block_on(sandbox.exec(script).run())
}

fn output(sandbox: &Sandbox, script: &str) -> String {
    let result = run(sandbox, script).expect("it starts");
    assert_eq!(result.exit_code, 0, "{}", result.stderr_text());
    result.stdout_text().into_owned()
}

/// Begins twice in the same place, so that the second start is the first again.
fn begun(sandbox: &Sandbox) {
    for _ in 0..2 {
        assert_eq!(output(sandbox, "pwd"), "/home/user\n");
    }
}

#[test]
fn in_a_directory_that_took_the_place_of_another() {
    let sandbox = sandbox();
    begun(&sandbox);
    sandbox.fs().rename("/home/user", "/home/old").unwrap();
    let refused = run(&sandbox, "pwd").expect_err("there is no such directory");
    assert_eq!(refused.kind(), ErrorKind::File);
    sandbox.fs().create_dir_all("/home/user").unwrap();
    sandbox.fs().write("/home/user/new", "").unwrap();
    assert_eq!(output(&sandbox, "ls"), "new\n");
    assert_eq!(output(&sandbox, "mkdir b; ls"), "b\nnew\n");
    assert_eq!(output(&sandbox, "ls"), "b\nnew\n");
}

#[test]
fn with_what_is_the_shell_now() {
    let sandbox = sandbox();
    begun(&sandbox);
    let shell = ["/bin/bash", "/usr/bin/bash", "/bin/sh", "/usr/bin/sh"];
    let kept = sandbox.snapshot();
    for path in shell {
        let _ = sandbox.fs().write(path, "not a program\n");
    }
    run(&sandbox, "pwd").expect_err("the shell is no program");
    sandbox.restore(&kept).unwrap();
    begun(&sandbox);
}

#[test]
fn in_the_tree_that_was_restored() {
    let sandbox = sandbox();
    let empty = sandbox.snapshot();
    sandbox.fs().write("a", "").unwrap();
    let one = sandbox.snapshot();
    assert_eq!(output(&sandbox, "echo *"), "a\n");
    sandbox.restore(&empty).unwrap();
    sandbox.fs().remove_all("/home/user").unwrap();
    run(&sandbox, "pwd").expect_err("there is no such directory");
    sandbox.restore(&one).unwrap();
    assert_eq!(output(&sandbox, "echo *"), "a\n");
    sandbox.restore(&empty).unwrap();
    assert_eq!(output(&sandbox, "echo *"), "*\n");
}

#[test]
fn elsewhere_when_it_is_told_to() {
    let sandbox = sandbox();
    begun(&sandbox);
    let tokio = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a thread");
    let there = tokio.block_on(sandbox.exec("pwd").cwd("/tmp").run());
    assert_eq!(there.unwrap().stdout_text(), "/tmp\n");
    begun(&sandbox);
}

#[test]
fn with_the_environment_that_the_shell_is_prepared_for() {
    let sandbox = sandbox();
    let tokio = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a thread");
    let result = tokio
        .block_on(sandbox.command(["env"]).run())
        .expect("it starts");
    let given: Vec<_> = result.stdout_text().lines().map(str::to_owned).collect();
    let source = "../guest-tools/sh/src/exec/environment.rs";
    let source = std::fs::read_to_string(source).expect("the shell's source");
    let usual = format!("b\"{}\\0\";", given.join("\\0"));
    // Its literal goes over two lines.
    let joined = source.replace("\\\n", "");
    assert!(joined.contains(&usual), "{usual} is not in {source}");
}
