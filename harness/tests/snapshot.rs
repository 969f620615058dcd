//! Going back: snapshots, forks of forks, and what is different between them.

use std::sync::OnceLock;

use wardian::snapshot::{Limits, Store, TextLimits, diff};
use wardian::{CacheDirectory, ErrorKind, Runtime, Sandbox, Snapshot};

fn sandbox() -> Sandbox {
    static RUNTIME: OnceLock<Runtime> = OnceLock::new();
    let runtime = RUNTIME.get_or_init(|| {
        Runtime::builder()
            .cache(CacheDirectory::of_user())
            .build()
            .expect("this host runs Wasmtime")
    });
    Sandbox::builder(runtime)
        .tools(&wardian::tools())
        .build()
        .expect("a sandbox")
}

async fn out(sandbox: &Sandbox, script: &str) -> String {
    let result = sandbox.exec(script).await.expect("it starts");
    format!("{}{}", result.stdout_text(), result.stderr_text())
}

#[tokio::test]
async fn a_sandbox_goes_back() {
    let sandbox = sandbox();
    out(&sandbox, "echo one >f; mkdir d; ln -s f l; chmod 640 f").await;
    let before = sandbox.snapshot();
    out(
        &sandbox,
        "echo two >>f; rm -r d l; sudo rm /usr/bin/sort; touch new",
    )
    .await;
    let after = sandbox.snapshot();
    sandbox.restore(&before).expect("nothing runs");
    assert_eq!(
        out(&sandbox, "stat -c '%a %n' *; cat l").await,
        "755 d\n640 f\n777 l\none\n"
    );
    // And forward again.
    sandbox.restore(&after).expect("nothing runs");
    assert_eq!(out(&sandbox, "ls; cat f").await, "f\nnew\none\ntwo\n");
}

#[tokio::test]
async fn a_running_command_keeps_its_files() {
    let sandbox = sandbox();
    let before = sandbox.snapshot();
    let running = sandbox.exec("echo x >f; cat; cat f").stream();
    let (input, output, errors, result) = running.split();
    let result = tokio::spawn(result);
    assert!(input.write_all(b"ready\n").await);
    let mut buffer = [0; 64];
    assert_eq!(output.read(&mut buffer).await, 6);
    let error = sandbox.restore(&before).expect_err("a command runs");
    assert_eq!(error.kind(), ErrorKind::Usage);
    drop(input);
    assert_eq!(output.read(&mut buffer).await, 2);
    drop((output, errors));
    result.await.expect("no panic").expect("it ran");
    sandbox.restore(&before).expect("nothing runs any more");
    assert!(!sandbox.fs().exists("f"));
}

#[tokio::test]
async fn saved_and_loaded_elsewhere() {
    let directory = tempfile::tempdir().expect("a directory");
    let store = Store::open(directory.path()).expect("a store");
    let sandbox = sandbox();
    out(&sandbox, "seq 3 >f; mkdir d; echo x >d/y; touch -d @5 d/y").await;
    store.save(sandbox.snapshot().tree(), "a").expect("saved");
    out(&sandbox, "sed -i s/2/two/ f; rm d/y").await;
    store.save(sandbox.snapshot().tree(), "b").expect("saved");

    let load = |name: &str| {
        let tree = store.load(name, &Limits::default()).expect("loaded");
        Snapshot::from_tree(tree)
    };
    let (a, b) = (load("a"), load("b"));
    sandbox.restore(&a).expect("nothing runs");
    assert_eq!(
        out(&sandbox, "cat f d/y; stat -c %Y d/y").await,
        "1\n2\n3\nx\n5\n"
    );
    let mut text = Vec::new();
    diff(a.tree(), b.tree())
        .write_unified(a.tree(), b.tree(), &TextLimits::default(), &mut text)
        .expect("memory");
    let text = String::from_utf8(text).expect("text");
    for line in ["-2\n", "+two\n", "-x\n", "home/user/d/y"] {
        assert!(text.contains(line), "{line:?} in {text}");
    }
}

#[tokio::test]
async fn a_tree_of_a_thousand_forks() {
    let root = sandbox();
    root.fs().write("base", vec![7; 1 << 20]).expect("room");
    let mut forks = vec![root];
    for number in 1..1000 {
        let fork = forks[number / 2].fork();
        fork.fs()
            .write("mine", number.to_string())
            .expect("room for a number");
        forks.push(fork);
    }
    for number in [1, 2, 499, 500, 999] {
        let text = out(&forks[number], "cat mine; wc -c <base").await;
        assert_eq!(text, format!("{number}1048576\n"));
    }
    assert!(!forks[0].fs().exists("mine"));
}

#[tokio::test]
async fn what_is_the_hosts_is_not_saved() {
    let folder = tempfile::tempdir().expect("a directory");
    let plain = sandbox();
    let before = plain.snapshot();
    let runtime = Runtime::builder().build().expect("this host runs Wasmtime");
    let mounted = Sandbox::builder(&runtime)
        .mount(
            folder.path(),
            "/home/user/folder",
            wardian::MountMode::Overlay,
        )
        .build()
        .expect("a sandbox");
    let error = mounted.restore(&before).expect_err("another's tree");
    assert_eq!(error.kind(), ErrorKind::Usage);
    let own = mounted.snapshot();
    mounted
        .fs()
        .write("/home/user/folder/new", "x")
        .expect("in memory");
    mounted.restore(&own).expect("its own");
    assert!(!mounted.fs().exists("/home/user/folder/new"));

    let store = Store::open(folder.path().join("store")).expect("a store");
    let error = store.save(own.tree(), "mounted").expect_err("not its own");
    assert!(error.to_string().contains("mounted"), "{error}");
}
