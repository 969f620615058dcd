//! Overlays: what was changed, shown, kept, landed and discarded.
use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;

use wardian::{Applied, Apply, ErrorKind, MountMode, OverlayChanges};

use super::support::*;

const CHANGES: &[&str] = &[
    "M README.md",
    "A build",
    "A build/out",
    "A build/out/file",
    "A build/readme",
    "T docs/guide.md",
    "A docs/guide.md/in",
    "M first",
    "D old",
    "D old/one",
    "D old/two",
    "A pipe",
    "M run.sh",
    "A src/deep/moved.rs",
    "D src/m2.rs",
    "M src/m39.rs",
    "A src/m5.copy",
];

#[test]
fn an_overlay_shows_its_edits_and_lands_them() {
    let folder = repository();
    let before = image(folder.path());
    let sandbox = mounted(folder.path(), MountMode::Overlay);
    check(&sandbox, EDITS, "");
    check(
        &sandbox,
        "cat README.md build/readme | grep -c Other; cat first | head -1",
        "2\nfn f3() {\n",
    );
    let mut overlay = sandbox.overlay("/work").unwrap();
    let changes = overlay.changes();
    assert_eq!(list(&changes), CHANGES);
    assert!(image(folder.path()) == before, "the host is as it was");

    let dry = overlay.apply(Apply { dry_run: true }).unwrap();
    assert!(dry.conflicts.is_empty());
    assert!(image(folder.path()) == before);

    // What lands is what the sandbox shows, but for the named pipe.
    let report = overlay.apply(Apply::default()).unwrap();
    assert_eq!(report.changes, dry.changes);
    let left_out: Vec<_> = report
        .changes
        .iter()
        .filter(|(_, applied)| *applied != Applied::Done)
        .collect();
    assert_eq!(left_out.len(), 1);
    assert!(overlay.changes().is_empty(), "nothing is left to apply");
    let copy = tempfile::tempdir().unwrap();
    for (name, mode, contents) in &before {
        let path = copy.path().join(name);
        match mode & 0o170_000 {
            0o040_000 => fs::create_dir(&path).unwrap(),
            0o120_000 => symlink(String::from_utf8_lossy(contents).as_ref(), &path).unwrap(),
            _ => fs::write(&path, contents).unwrap(),
        }
    }
    let expected = {
        let place = copy.path().display();
        let script = EDITS.replace("mkfifo pipe", "");
        let status = std::process::Command::new("bash")
            .args(["-c", &format!("cd '{place}'; umask 022; {script}")])
            .status();
        assert!(status.unwrap().success());
        image(copy.path())
    };
    let names = |image: &[(String, u32, Vec<u8>)]| {
        image
            .iter()
            .map(|(name, mode, data)| (name.clone(), mode & 0o170_111, data.clone()))
            .collect::<Vec<_>>()
    };
    assert_eq!(names(&image(folder.path())), names(&expected));
    check(
        &sandbox,
        "cat build/out/file; ls old 2>/dev/null || echo none",
        "made\nnone\n",
    );
}

#[test]
fn a_diff_is_what_git_would_print() {
    let folder = repository();
    let sandbox = mounted(folder.path(), MountMode::Overlay);
    check(
        &sandbox,
        "sed -i s/Some/Any/ README.md; rm old/one; chmod +x run.sh",
        "",
    );
    let mut diff = Vec::new();
    sandbox.overlay("/work").unwrap().diff(&mut diff).unwrap();
    assert_eq!(
        String::from_utf8(diff).unwrap(),
        "diff --git a/README.md b/README.md\n--- a/README.md\n+++ b/README.md\n@@ -1,3 +1,3 @@\n # Title\n \n-Some text.\n+Any text.\n\
         diff --git a/old/one b/old/one\ndeleted file mode 100644\n--- a/old/one\n+++ /dev/null\n@@ -1 +0,0 @@\n-1\n\
         diff --git a/run.sh b/run.sh\nold mode 100644\nnew mode 100755\n"
    );
}

#[test]
fn discarding_leaves_no_trace() {
    let folder = repository();
    let before = image(folder.path());
    let sandbox = mounted(folder.path(), MountMode::Overlay);
    let fresh = run(&sandbox, "ls -lR").0;
    check(&sandbox, EDITS, "");
    let fork = sandbox.fork();
    sandbox.overlay("/work").unwrap().discard().unwrap();
    assert!(sandbox.overlay("/work").unwrap().changes().is_empty());
    assert_eq!(run(&sandbox, "ls -lR").0, fresh);
    assert!(image(folder.path()) == before);
    // A fork keeps what it had.
    assert_eq!(list(&fork.overlay("/work").unwrap().changes()), CHANGES);
}

#[test]
fn changes_are_kept_in_a_file() {
    let folder = repository();
    let sandbox = mounted(folder.path(), MountMode::Overlay);
    check(&sandbox, EDITS, "");
    let mut saved = Vec::new();
    let overlay = sandbox.overlay("/work").unwrap();
    overlay.save(&mut saved).unwrap();
    let mut diff = Vec::new();
    overlay.diff(&mut diff).unwrap();
    drop(sandbox.fork());

    let loaded = OverlayChanges::load(&*saved).unwrap();
    let without_pipe: Vec<_> = CHANGES.iter().filter(|line| **line != "A pipe").collect();
    assert_eq!(
        list(&loaded),
        without_pipe.into_iter().copied().collect::<Vec<_>>()
    );
    let mut again = Vec::new();
    loaded.diff(&mut again).unwrap();
    assert_eq!(String::from_utf8(again), String::from_utf8(diff));
    assert!(loaded.apply(Apply::default()).unwrap().conflicts.is_empty());
    // Applied once more, everything is there already.
    let report = OverlayChanges::load(&*saved)
        .unwrap()
        .apply(Apply::default())
        .unwrap();
    assert!(report.conflicts.is_empty(), "{report:?}");

    // Damaged files are refused, whatever is wrong with them.
    for cut in (0..saved.len()).step_by(97) {
        let error = OverlayChanges::load(saved.get(..cut).unwrap())
            .map(drop)
            .unwrap_err();
        assert_eq!(error.kind(), ErrorKind::HostFile);
    }
}

#[test]
fn changes_of_the_host_are_conflicts() {
    type Change = fn(&Path);
    let cases: &[(&str, &str, Change, &str)] = &[
        (
            "an edited file",
            "sed -i s/1/9/ old/one",
            |root| fs::write(root.join("old/one"), "other\n").unwrap(),
            "the host changed it meanwhile",
        ),
        (
            "a removed file",
            "sed -i s/1/9/ old/one",
            |root| fs::remove_file(root.join("old/one")).unwrap(),
            "the host removed it meanwhile",
        ),
        (
            "a file that is gone in the sandbox",
            "rm old/one",
            |root| fs::write(root.join("old/one"), "other\n").unwrap(),
            "the host changed it meanwhile",
        ),
        (
            "a name that is taken",
            "echo a > new",
            |root| fs::write(root.join("new"), "b\n").unwrap(),
            "the host has something there already",
        ),
        (
            "a link over a file",
            "sed -i s/1/9/ old/one",
            |root| {
                fs::remove_file(root.join("old/one")).unwrap();
                symlink("/etc/passwd", root.join("old/one")).unwrap();
            },
            "the host changed it meanwhile",
        ),
        (
            "a directory that grew",
            "rm -r old",
            |root| fs::write(root.join("old/three"), "3\n").unwrap(),
            "the host has entries in it that the sandbox never saw",
        ),
        (
            "a directory that is a link now",
            "echo a > old/new",
            |root| {
                fs::rename(root.join("old"), root.join("older")).unwrap();
                symlink("/tmp", root.join("old")).unwrap();
            },
            "the host has no such directory above it any more",
        ),
        (
            "a mode",
            "chmod 700 run.sh",
            |root| {
                fs::set_permissions(root.join("run.sh"), fs::Permissions::from_mode(0o600)).unwrap()
            },
            "the host changed it meanwhile",
        ),
    ];
    for (what, script, change, reason) in cases {
        let folder = repository();
        let sandbox = mounted(folder.path(), MountMode::Overlay);
        check(
            &sandbox,
            &format!("{script}; sed -i s/Title/Other/ README.md"),
            "",
        );
        change(folder.path());
        let before = image(folder.path());
        let report = sandbox
            .overlay("/work")
            .unwrap()
            .apply(Apply::default())
            .unwrap();
        let reasons: Vec<_> = report
            .conflicts
            .iter()
            .map(|conflict| conflict.reason)
            .collect();
        assert_eq!(reasons, [*reason], "{what}");
        assert!(image(folder.path()) == before, "{what}: nothing is applied");
    }
}

#[test]
fn moved_and_swapped_files_land_whole() {
    let folder = repository();
    let sandbox = mounted(folder.path(), MountMode::Overlay);
    let (one, two) = (
        fs::read(folder.path().join("src/m1.rs")).unwrap(),
        fs::read(folder.path().join("src/m2.rs")).unwrap(),
    );
    check(
        &sandbox,
        "mv src/m1.rs t; mv src/m2.rs src/m1.rs; mv t src/m2.rs; mv src/deep src/low; mv docs/guide.md old; rmdir docs; mv old docs",
        "",
    );
    let report = sandbox
        .overlay("/work")
        .unwrap()
        .apply(Apply::default())
        .unwrap();
    assert_eq!(report.conflicts, []);
    let read = |name: &str| fs::read(folder.path().join(name)).unwrap();
    assert!(read("src/m1.rs") == two && read("src/m2.rs") == one);
    assert_eq!(read("src/low/leaf.rs"), b"leaf\n");
    assert_eq!(read("docs/guide.md"), b"guide\n");
    assert!(!folder.path().join("old").exists() && !folder.path().join("src/deep").exists());
}

#[test]
fn nothing_is_left_behind_when_the_host_refuses() {
    let folder = repository();
    let sandbox = mounted(folder.path(), MountMode::Overlay);
    check(
        &sandbox,
        "echo x >> src/m1.rs; echo y >> src/m2.rs; mv src/m30.rs src/n",
        "",
    );
    // What the sandbox shows of this file is gone: it was never read.
    fs::write(folder.path().join("src/m30.rs"), "other").unwrap();
    let before = image(folder.path());
    let overlay = sandbox.overlay("/work").unwrap().changes();
    assert_eq!(overlay.apply(Apply::default()).unwrap().conflicts.len(), 1);
    assert!(image(folder.path()) == before);
}
