//! What might lead out of a folder, and leads nowhere.
use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};

use wardian::{Apply, MountMode};

use super::support::*;

#[test]
fn nothing_leads_out_of_the_folder() {
    let outside = tempfile::tempdir().unwrap();
    fs::write(outside.path().join("secret"), "secret\n").unwrap();
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    let secret = outside.path().join("secret");
    symlink(&secret, root.join("absolute")).unwrap();
    symlink(outside.path(), root.join("folder")).unwrap();
    symlink("/etc/passwd", root.join("passwd")).unwrap();
    symlink("../../../../../../../../../etc/shadow", root.join("up")).unwrap();
    symlink("/proc/self/root/etc/shadow", root.join("proc")).unwrap();
    symlink("/proc/self/fd/3", root.join("descriptor")).unwrap();
    symlink("loop", root.join("loop")).unwrap();
    rustix_fifo(&root.join("fifo"));
    let _socket = std::os::unix::net::UnixListener::bind(root.join("socket")).unwrap();
    for mode in [
        MountMode::ReadOnly,
        MountMode::ReadWrite,
        MountMode::Overlay,
    ] {
        let sandbox = mounted(root, mode);
        check(
            &sandbox,
            "ls",
            "absolute\ndescriptor\nfolder\nloop\npasswd\nproc\nup\n",
        );
        check(
            &sandbox,
            "grep -c user:x passwd; readlink up",
            "1\n../../../../../../../../../etc/shadow\n",
        );
        for path in [
            "absolute",
            "folder/secret",
            "up",
            "proc",
            "loop",
            "fifo",
            "socket",
            "../../etc/shadow",
            "../../../../../../../../../etc/shadow",
            "folder/../secret",
        ] {
            let (output, _, code) = run(&sandbox, &format!("cat {path}"));
            assert!(code != 0 && output.is_empty(), "{path}: {output}");
        }
    }
}

fn rustix_fifo(path: &Path) {
    let status = std::process::Command::new("mkfifo").arg(path).status();
    assert!(status.unwrap().success());
}

/// While a thread of the host swaps a directory for a link, a script may fail to
/// read, but never reads what lies outside.
#[test]
fn a_race_of_the_host_leads_nowhere() {
    let outside = tempfile::tempdir().unwrap();
    fs::write(outside.path().join("f"), "secret\n").unwrap();
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    fs::create_dir(root.join("d")).unwrap();
    fs::write(root.join("d/f"), "public\n").unwrap();
    symlink(outside.path(), root.join("link")).unwrap();
    let stop = AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            while !stop.load(Ordering::Relaxed) {
                let _ = fs::rename(root.join("d"), root.join("t"));
                let _ = fs::rename(root.join("link"), root.join("d"));
                let _ = fs::rename(root.join("d"), root.join("link"));
                let _ = fs::rename(root.join("t"), root.join("d"));
            }
        });
        for round in 0..60 {
            let sandbox = mounted(root, MountMode::Overlay);
            let (output, ..) = run(
                &sandbox,
                "for i in 1 2 3 4 5 6 7 8 9; do cat d/f t/f; echo x >> d/g; done 2>/dev/null",
            );
            assert!(!output.contains("secret"), "round {round}");
            let _ = sandbox.overlay("/work").unwrap().apply(Apply::default());
        }
        stop.store(true, Ordering::Relaxed);
    });
    let names: Vec<_> = fs::read_dir(outside.path())
        .unwrap()
        .map(|entry| entry.unwrap().file_name())
        .collect();
    assert_eq!(names, ["f"], "nothing was written there");
}

/// As above, but the script also writes.
#[test]
fn a_race_of_the_host_writes_nowhere_else() {
    let outside = tempfile::tempdir().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    fs::write(outside.path().join("f"), "secret\n").unwrap();
    fs::create_dir(root.join("d")).unwrap();
    fs::write(root.join("d/f"), "public\n").unwrap();
    symlink(outside.path(), root.join("link")).unwrap();
    let stop = AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            while !stop.load(Ordering::Relaxed) {
                let _ = fs::rename(root.join("d"), root.join("t"));
                let _ = fs::rename(root.join("link"), root.join("d"));
                let _ = fs::rename(root.join("d"), root.join("link"));
                let _ = fs::rename(root.join("t"), root.join("d"));
            }
        });
        let sandbox = mounted(root, MountMode::ReadWrite);
        for round in 0..60 {
            let (output, ..) = run(
                &sandbox,
                "for i in 1 2 3 4 5 6 7 8 9; do cat d/f t/f; echo x >> d/g; echo public > d/f; rm d/g; mkdir d/h; mv d/h d/i; rmdir d/i; done 2>/dev/null",
            );
            assert!(!output.contains("secret"), "round {round}");
        }
        stop.store(true, Ordering::Relaxed);
    });
    let names: Vec<_> = fs::read_dir(outside.path())
        .unwrap()
        .map(|entry| entry.unwrap().file_name())
        .collect();
    assert_eq!(names, ["f"], "nothing was made there");
    assert_eq!(fs::read(outside.path().join("f")).unwrap(), b"secret\n");
}
