//! Folders of the host in a sandbox: what scripts see and change of them, and
//! what reaches the host.

use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};
use std::path::Path;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering};

use tempfile::TempDir;
use wardian::{
    Applied, Apply, CacheDirectory, ErrorKind, Limits, MountMode, OverlayChanges, Runtime, Sandbox,
};

fn runtime() -> &'static Runtime {
    static RUNTIME: OnceLock<Runtime> = OnceLock::new();
    RUNTIME.get_or_init(|| {
        Runtime::builder()
            .processes(200)
            .cache(CacheDirectory::of_user())
            .build()
            .expect("this host runs Wasmtime")
    })
}

fn mounted(host: &Path, mode: MountMode) -> Sandbox {
    Sandbox::builder(runtime())
        .tools(&wardian::tools())
        .mount(host, "/work", mode)
        .cwd("/work")
        .build()
        .expect("a sandbox")
}

/// Output and errors of a script, and its exit code.
fn run(sandbox: &Sandbox, script: &str) -> (String, String, i32) {
    let tokio = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .expect("threads");
    let result = tokio
        .block_on(sandbox.exec(script).run())
        .expect("it starts");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (text(&result.stdout), text(&result.stderr), result.exit_code)
}

#[track_caller]
fn check(sandbox: &Sandbox, script: &str, expected: &str) {
    let (output, errors, code) = run(sandbox, script);
    assert_eq!((output.as_str(), errors.as_str(), code), (expected, "", 0));
}

/// A folder like a small repository.
fn repository() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    for dir in ["src", "src/deep", "docs", "old"] {
        fs::create_dir(root.join(dir)).unwrap();
    }
    for number in 0..40 {
        let text = format!("fn f{number}() {{\n    call({number});\n}}\n").repeat(number + 1);
        fs::write(root.join(format!("src/m{number}.rs")), text).unwrap();
    }
    fs::write(root.join("src/deep/leaf.rs"), "leaf\n").unwrap();
    fs::write(root.join("README.md"), "# Title\n\nSome text.\n").unwrap();
    fs::write(root.join("docs/guide.md"), "guide\n").unwrap();
    fs::write(root.join("old/one"), "1\n").unwrap();
    fs::write(root.join("old/two"), "2\n").unwrap();
    fs::write(root.join("run.sh"), "echo run\n").unwrap();
    fs::set_permissions(root.join("run.sh"), fs::Permissions::from_mode(0o644)).unwrap();
    symlink("src/m1.rs", root.join("first")).unwrap();
    folder
}

/// Everything in a folder: path, kind and mode, contents or target.
fn image(root: &Path) -> Vec<(String, u32, Vec<u8>)> {
    let mut found = Vec::new();
    let mut pending = vec![root.to_owned()];
    while let Some(dir) = pending.pop() {
        for entry in fs::read_dir(&dir).unwrap() {
            let path = entry.unwrap().path();
            let metadata = fs::symlink_metadata(&path).unwrap();
            let contents = if metadata.is_symlink() {
                fs::read_link(&path)
                    .unwrap()
                    .into_os_string()
                    .into_encoded_bytes()
            } else if metadata.is_file() {
                fs::read(&path).unwrap()
            } else {
                Vec::new()
            };
            if metadata.is_dir() {
                pending.push(path.clone());
            }
            let name = path.strip_prefix(root).unwrap().display().to_string();
            found.push((name, metadata.mode(), contents));
        }
    }
    found.sort();
    found
}

fn list(changes: &OverlayChanges) -> Vec<String> {
    changes
        .iter()
        .map(|change| {
            let path = String::from_utf8_lossy(&change.path).into_owned();
            format!("{} {path}", change.kind.letter())
        })
        .collect()
}

/// What an agent might do.
const EDITS: &str = r#"
set -e
sed -i 's/Some text/Other text/' README.md
rm -r old
mv src/m2.rs src/deep/moved.rs
mkdir -p build/out
echo made > build/out/file
chmod +x run.sh
ln -s ../README.md build/readme
ln -sfn src/m3.rs first
printf 'tail\n' >> src/m39.rs
rm docs/guide.md; mkdir docs/guide.md; echo in > docs/guide.md/in
cp src/m5.rs src/m5.copy
touch src/m6.rs
cat src/m7.rs > /dev/null
mkfifo pipe
"#;

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
