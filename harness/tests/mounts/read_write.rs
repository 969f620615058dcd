//! Folders read and written in place.
use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt};

use wardian::MountMode;

use super::support::*;

#[test]
fn read_write_changes_the_host_at_once() {
    let folder = repository();
    let sandbox = mounted(folder.path(), MountMode::ReadWrite);
    check(&sandbox, &EDITS.replace("mkfifo pipe", ""), "");
    let copy = repository();
    let script = EDITS.replace("mkfifo pipe", "");
    let status = std::process::Command::new("bash")
        .args([
            "-c",
            &format!("cd '{}'; umask 022; {script}", copy.path().display()),
        ])
        .status();
    assert!(status.unwrap().success());
    let names = |image: Vec<(String, u32, Vec<u8>)>| -> Vec<_> {
        image
            .into_iter()
            .map(|(name, mode, data)| (name, mode & 0o170_111, data))
            .collect()
    };
    assert_eq!(names(image(folder.path())), names(image(copy.path())));
    let listing = "find . | sort; cat README.md src/m39.rs first | cksum; ls -F src | head -3";
    let inside = run(&sandbox, listing);
    let outside = std::process::Command::new("bash")
        .args([
            "-c",
            &format!(
                "cd '{}'; export LC_ALL=C; {listing}",
                folder.path().display()
            ),
        ])
        .output()
        .unwrap();
    assert_eq!(inside.0, String::from_utf8_lossy(&outside.stdout));
}

#[test]
fn what_the_host_changes_is_seen() {
    for mode in [MountMode::ReadOnly, MountMode::ReadWrite] {
        let folder = repository();
        let root = folder.path();
        let sandbox = mounted(root, mode);
        check(&sandbox, "cat README.md | wc -l; ls old", "3\none\ntwo\n");
        fs::write(root.join("README.md"), "longer\n".repeat(9)).unwrap();
        fs::remove_file(root.join("old/one")).unwrap();
        fs::write(root.join("old/three"), "3\n").unwrap();
        check(
            &sandbox,
            "cat README.md | wc -l; ls old; cat old/three",
            "9\nthree\ntwo\n3\n",
        );
        fs::remove_dir_all(root.join("old")).unwrap();
        fs::write(root.join("old"), "now a file\n").unwrap();
        check(
            &sandbox,
            "cat old; stat -c %s README.md",
            "now a file\n63\n",
        );
        fs::set_permissions(root.join("run.sh"), fs::Permissions::from_mode(0o755)).unwrap();
        check(&sandbox, "./run.sh", "run\n");
        assert_eq!(sandbox.fs().read("old").unwrap(), b"now a file\n");
        fs::write(root.join("new"), "x").unwrap();
        assert!(
            sandbox
                .fs()
                .list("/work")
                .unwrap()
                .iter()
                .any(|entry| entry.name == b"new")
        );
    }
}

#[test]
fn read_write_in_detail() {
    let folder = repository();
    let root = folder.path();
    let sandbox = mounted(root, MountMode::ReadWrite);
    // Removed while open, it is read and written on; then it is gone.
    check(
        &sandbox,
        "exec 3<> README.md; rm README.md; echo new >&3; exec 4< /dev/fd/3; ls README.md 2>/dev/null; exec 3>&- 4>&-; echo end",
        "end\n",
    );
    assert!(!root.join("README.md").exists());
    // Names of the same file, and moves between directories.
    check(
        &sandbox,
        "ln old/one old/uno; echo more >> old/one; cat old/uno; mv old src/older; cat src/older/uno",
        "1\nmore\n1\nmore\n",
    );
    assert_eq!(fs::metadata(root.join("src/older/one")).unwrap().nlink(), 2);
    // Out of it and into it: a copy, as between any two filesystems.
    check(
        &sandbox,
        "cp src/m1.rs /tmp/; rm src/m1.rs; cp /tmp/m1.rs back; cmp back /tmp/m1.rs; ln back /tmp/link 2>/dev/null || echo no",
        "no\n",
    );
    assert!(root.join("back").exists() && !root.join("src/m1.rs").exists());
    check(
        &sandbox,
        "touch -d @1000000 back; stat -c %Y back; truncate -s 3 back; wc -c < back; chmod 750 back; stat -c %a back",
        "1000000\n3\n750\n",
    );
    assert_eq!(
        fs::metadata(root.join("back")).unwrap().mode() & 0o777,
        0o750
    );
    let (_, errors, code) = run(&sandbox, "mkfifo pipe");
    assert!(code != 0 && errors.contains("not permitted"), "{errors}");
    let (_, errors, _) = run(&sandbox, "rmdir src");
    assert!(errors.contains("not empty"), "{errors}");
    check(
        &sandbox,
        "rm -r src docs; ls; for i in 1 2 3; do echo $i >> log; done; cat log",
        "back\nfirst\nrun.sh\n1\n2\n3\n",
    );
    sandbox.fs().write("api/deep", "x").unwrap();
    assert_eq!(fs::read(root.join("api/deep")).unwrap(), b"x");
    sandbox.fs().remove_all("api").unwrap();
    assert!(!root.join("api").exists());
}
