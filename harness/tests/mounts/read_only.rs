//! Folders that are only shown, and what all mounts have in common.
use std::fs;
use std::os::unix::fs::PermissionsExt;

use wardian::{ErrorKind, Limits, MountMode, Sandbox};

use super::runtime::runtime;
use super::support::*;

#[test]
fn read_only_says_so() {
    let folder = repository();
    fs::set_permissions(
        folder.path().join("run.sh"),
        fs::Permissions::from_mode(0o755),
    )
    .unwrap();
    let before = image(folder.path());
    let sandbox = mounted(folder.path(), MountMode::ReadOnly);
    for script in [
        "touch new",
        "touch README.md",
        "mkdir new",
        "rm README.md",
        "rmdir old",
        "ln -s a b",
        "ln README.md b",
        "mv README.md b",
        "mv README.md /tmp/b",
        "chmod 600 README.md",
        "echo x >> README.md",
        "cp /etc/hostname README.md",
        "sed -i s/a/b/ README.md",
        "truncate -s 0 README.md",
        "mkfifo new",
    ] {
        let (_, errors, code) = run(&sandbox, script);
        assert!(
            code != 0 && errors.contains("Read-only file system"),
            "{script}: {errors}"
        );
    }
    check(
        &sandbox,
        "cat README.md | wc -l; ./run.sh; cp README.md /tmp; echo x >> /tmp/README.md",
        "3\nrun\n",
    );
    assert!(image(folder.path()) == before);
    let error = sandbox.overlay("/work").map(drop).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotFound);
}

#[test]
fn big_files_take_no_memory() {
    let folder = tempfile::tempdir().unwrap();
    let file = fs::File::create(folder.path().join("big")).unwrap();
    file.set_len(1 << 30).unwrap();
    let limits = Limits {
        fs_bytes: 64 << 20,
        wall_time: std::time::Duration::from_secs(120),
        ..Limits::default()
    };
    let sandbox = Sandbox::builder(runtime())
        .tools(&wardian::tools())
        .mount(folder.path(), "/work", MountMode::Overlay)
        .cwd("/work")
        .limits(limits)
        .build()
        .unwrap();
    check(
        &sandbox,
        "wc -c < big; cat big | head -c 100000000 | wc -c",
        "1073741824\n100000000\n",
    );
    // Written in the middle, it costs a chunk.
    check(
        &sandbox,
        "printf x | dd of=big bs=1 seek=500000000 conv=notrunc 2>/dev/null; tail -c +500000001 big | head -c 1",
        "x",
    );
    let (_, errors, code) = run(&sandbox, "cat big > copy");
    assert!(code != 0 && errors.contains("No space left"), "{errors}");
}

#[test]
fn files_that_change_while_they_are_read() {
    let folder = repository();
    let sandbox = mounted(folder.path(), MountMode::Overlay);
    check(&sandbox, "ls | wc -l", "6\n");
    let path = folder.path().join("README.md");
    fs::write(&path, "short\n").unwrap();
    let (output, errors, _) = run(&sandbox, "cat README.md");
    assert!(output.is_empty() && errors.contains("Stale"), "{errors}");
    fs::remove_file(&path).unwrap();
    let (_, errors, _) = run(&sandbox, "cat README.md");
    assert!(errors.contains("No such file"), "{errors}");
    // A new look at the folder mends it.
    sandbox.overlay("/work").unwrap().discard().unwrap();
    check(&sandbox, "ls | wc -l", "5\n");
}

#[test]
fn mounts_have_places_of_their_own() {
    let folder = repository();
    let build = |places: &[&str]| {
        let mut builder = Sandbox::builder(runtime()).tools(&wardian::tools());
        for place in places {
            builder = builder.mount(folder.path(), place, MountMode::Overlay);
        }
        builder.build().map(drop).map_err(|error| error.kind())
    };
    assert_eq!(build(&["/a", "/b/c", "/b/d"]), Ok(()));
    for places in [
        &["/"][..],
        &["relative"],
        &["/usr/bin"],
        &["/proc"],
        &["/a", "/a/b"],
        &["/a", "/a"],
        &["/a/.."],
    ] {
        assert!(build(places).is_err(), "{places:?}");
    }
    let missing = Sandbox::builder(runtime())
        .mount("/nowhere/at/all", "/a", MountMode::ReadOnly)
        .build();
    assert_eq!(missing.map(drop).unwrap_err().kind(), ErrorKind::HostFile);
}
