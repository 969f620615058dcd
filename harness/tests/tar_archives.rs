//! Archives in and out of a sandbox, byte for byte and to the nanosecond.

use std::sync::OnceLock;

use wardian::{CacheDirectory, Runtime, Sandbox};

fn sandbox() -> Sandbox {
    static RUNTIME: OnceLock<Runtime> = OnceLock::new();
    let runtime = RUNTIME.get_or_init(|| {
        let builder = Runtime::builder().cache(CacheDirectory::of_user());
        builder.build().expect("this host runs Wasmtime")
    });
    let builder = Sandbox::builder(runtime).tools(&wardian::tools());
    builder.build().expect("a sandbox")
}

fn run(sandbox: &Sandbox, script: &str) -> String {
    let tokio = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .expect("threads");
    let result = tokio
        .block_on(sandbox.exec(script).run())
        .expect("it starts");
    assert_eq!(String::from_utf8_lossy(&result.stderr), "", "{script}");
    String::from_utf8_lossy(&result.stdout).into_owned()
}

const LISTING: &str = "cd $1; find . -printf '%p %y %m %s %l %T@\\n' | sort; cat f d/hole | cksum";

#[test]
fn what_goes_out_comes_in_again() {
    let one = sandbox();
    let long = "n".repeat(150);
    run(
        &one,
        &format!(
            "mkdir -p t/d/{long}; cd t; echo text > f; ln f d/again; ln -s ./a//../b/ odd; \
             ln -s {long}/{long}/{long} far; echo x > d/{long}/{long}; truncate -s 50M d/hole; \
             mkfifo pipe; chmod 4750 f; touch -d '2001-02-03 04:05:06.789012345' f d/hole; \
             touch -hd '2001-02-03 04:05:06.5' odd; touch -d '2002-02-02 02:02:02.25' d"
        ),
    );
    let mut archive = Vec::new();
    one.fs().export_tar("t", &mut archive).unwrap();
    let two = sandbox();
    two.fs().import_tar(&*archive, "/home/user/t").unwrap();
    let listing = |sandbox: &Sandbox| {
        let listing = run(sandbox, &format!("set t; {LISTING}"));
        // The top itself is not in the archive.
        listing
            .lines()
            .filter(|line| !line.starts_with(". "))
            .map(str::to_owned)
            .collect::<Vec<_>>()
    };
    assert_eq!(listing(&two), listing(&one));
    assert_eq!(
        run(&two, "stat -c %h t/f; du -k t/d/hole | cut -f1"),
        "2\n0\n"
    );
    // GNU tar reads it too.
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("a.tar"), &archive).unwrap();
    let output = std::process::Command::new("tar")
        .args(["-xf", "a.tar"])
        .current_dir(folder.path())
        .output()
        .unwrap();
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
    let target = std::fs::read_link(folder.path().join("odd")).unwrap();
    assert_eq!(target.as_os_str(), "./a//../b/");
}

/// A member with a header in the old form.
fn member(name: &str, kind: u8, target: &str, contents: &[u8], size: u64) -> Vec<u8> {
    let mut header = tar_header(name, kind, target, size);
    header.extend_from_slice(contents);
    header.resize(header.len().div_ceil(512) * 512, 0);
    header
}

fn tar_header(name: &str, kind: u8, target: &str, size: u64) -> Vec<u8> {
    let mut header = vec![0; 512];
    header[..name.len()].copy_from_slice(name.as_bytes());
    header[100..108].copy_from_slice(b"0000644\0");
    header[124..136].copy_from_slice(format!("{size:011o}\0").as_bytes());
    header[136..148].copy_from_slice(b"00000000007\0");
    header[156] = kind;
    header[157..157 + target.len()].copy_from_slice(target.as_bytes());
    header[257..265].copy_from_slice(b"ustar\x0000");
    header[148..156].copy_from_slice(b"        ");
    let sum: u64 = header.iter().map(|byte| u64::from(*byte)).sum();
    header[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
    header
}

#[test]
fn strange_archives() {
    let sandbox = sandbox();
    let archive = [
        member("/abs/f", b'0', "", b"one", 3),
        member("/abs/f", b'1', "abs/f", b"", 0),
        member("g", b'1', "/abs/f", b"", 0),
    ]
    .concat();
    sandbox.fs().import_tar(&*archive, "/home/user/t").unwrap();
    assert_eq!(
        run(&sandbox, "cat t/abs/f t/g; stat -c %h t/g"),
        "oneone2\n"
    );

    for name in ["../f", "a/../../f", "/../f"] {
        let archive = member(name, b'0', "", b"x", 1);
        let result = sandbox.fs().import_tar(&*archive, "/home/user/t");
        assert!(
            result.is_err() && !sandbox.fs().exists("/home/user/f"),
            "{name}"
        );
    }
    // Gigabytes of attributes, a member of none before them.
    for first in [Vec::new(), member("f", b'0', "", b"x", 1)] {
        for kind in *b"xgLK" {
            let endless = [first.clone(), tar_header("long", kind, "", 5 << 30)].concat();
            let archive = std::io::Read::chain(&*endless, std::io::repeat(b'x'));
            let error = sandbox
                .fs()
                .import_tar(archive, "/home/user/t")
                .unwrap_err();
            assert!(error.to_string().contains("describe one member"), "{error}");
        }
    }
}
