//! The comparison against a naive one, path by path, and diffs that apply.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;
use std::process::{Command, Stdio};

use proptest::prelude::*;
use wardian_snapshot::{Changes, Limits, Store, TextLimits, diff};
use wardian_vfs::{Create, Cred, Ctx, Ino, NodeKind, Quota, Stat, Vfs};

use crate::trees::{apply, steps, tree};

/// Path, whether it was there and is there, and what is different: as a line.
type Lines = Vec<(Vec<u8>, String)>;

fn found(changes: &Changes) -> Lines {
    assert!(changes.too_long().is_empty());
    let line = |change: &wardian_snapshot::Change| {
        let wardian_snapshot::Change {
            before,
            after,
            what,
            ..
        } = change;
        format!("{} {} {what:?}", before.is_some(), after.is_some())
    };
    changes
        .iter()
        .map(|change| (changes.path(change), line(change)))
        .collect()
}

fn bytes(vfs: &Vfs, stat: &Stat) -> Vec<u8> {
    let mut bytes = vec![0; stat.size_bytes.min(400_000) as usize];
    vfs.read(stat.ino, 0, &mut bytes).unwrap();
    // The far end of sparse files.
    let mut end = vec![0; 200_000];
    let start = stat.size_bytes.saturating_sub(200_000);
    let count = vfs.read(stat.ino, start, &mut end).unwrap();
    bytes.extend_from_slice(&end[..count]);
    bytes
}

fn expected(before: &Vfs, after: &Vfs) -> Lines {
    type Paths = BTreeMap<Vec<Vec<u8>>, Stat>;
    let walk = |vfs: &Vfs| -> Paths {
        let steps = vfs.walk("/").unwrap().map(Result::unwrap);
        // Split, so that the order is that of a walk.
        let split = |path: &[u8]| {
            path.split(|byte| *byte == b'/')
                .map(<[u8]>::to_vec)
                .collect()
        };
        steps
            .map(|step| match step.path.is_empty() {
                true => (Vec::new(), step.stat),
                false => (split(&step.path), step.stat),
            })
            .collect()
    };
    let (old, new) = (walk(before), walk(after));
    let common: BTreeSet<_> = old.keys().filter(|path| new.contains_key(*path)).collect();
    let siblings = |paths: &Paths, ino: Ino| -> BTreeSet<Vec<Vec<u8>>> {
        let same = paths
            .iter()
            .filter(|(path, stat)| stat.ino == ino && common.contains(path));
        same.map(|(path, _)| path.clone()).collect()
    };
    let all: BTreeSet<_> = old.keys().chain(new.keys()).collect();
    let mut lines = Vec::new();
    for path in all {
        let mut what = wardian_snapshot::What::default();
        let sides = (old.get(path), new.get(path));
        if let (Some(a), Some(b)) = sides {
            what.kind = a.kind != b.kind;
            what.mode = a.mode != b.mode;
            what.owner = (a.uid, a.gid) != (b.uid, b.gid);
            what.modified = a.modified != b.modified;
            if !what.kind && a.kind == NodeKind::Regular {
                what.contents = a.size_bytes != b.size_bytes || bytes(before, a) != bytes(after, b);
            }
            if !what.kind && a.kind == NodeKind::Symlink {
                what.target = before.readlink(a.ino).unwrap() != after.readlink(b.ino).unwrap();
            }
            if !what.kind && a.kind != NodeKind::Directory {
                what.links = a.links != b.links || siblings(&old, a.ino) != siblings(&new, b.ino);
            }
            if !what.any() {
                continue;
            }
        }
        let line = format!("{} {} {what:?}", sides.0.is_some(), sides.1.is_some());
        lines.push((path.join(&b'/'), line));
    }
    lines
}

proptest! {
    #![proptest_config(ProptestConfig {
        failure_persistence: None,
        cases: 40,
        ..ProptestConfig::default()
    })]
    #[test]
    fn equals_a_naive_comparison(
        first in steps(),
        left in steps(),
        right in prop::collection::vec(crate::trees::step(), 0..5),
        large in any::<bool>(),
    ) {
        let mut base = tree(&first);
        if large {
            // So that few changes are few.
            for number in 0..600 {
                base.write_file(format!("/x{}/{number}", number % 7), b"x", 0o644, 1).unwrap();
            }
        }
        let (mut one, mut two) = (base.fork(), base.fork());
        apply(&mut one, &left);
        apply(&mut two, &right);
        for (before, after) in [(&base, &two), (&one, &two), (&base, &base), (&two, &base)] {
            prop_assert_eq!(found(&diff(before, after)), expected(before, after));
        }
        // Filesystems that share nothing.
        let directory = tempfile::tempdir().unwrap();
        let store = Store::open_relaxed(directory.path()).unwrap();
        store.save(&two, "two").unwrap();
        let loaded = store.load("two", &Limits::default()).unwrap();
        prop_assert!(diff(&loaded, &two).is_empty());
        prop_assert_eq!(found(&diff(&one, &loaded)), expected(&one, &loaded));
    }
}

const ROOT: Ctx = Ctx {
    cred: Cred::ROOT,
    now: 9,
};

fn base() -> Vfs {
    let mut vfs = Vfs::new(Quota::default(), 0);
    for (path, text, mode) in [
        ("/project/same", "same\n", 0o644),
        (
            "/project/edited",
            "1\n2\n3\n4\n5\n6\n7\n8\n9\n10\n11\n12\n",
            0o644,
        ),
        ("/project/gone", "gone\nwithout newline", 0o644),
        ("/project/tool", "#!/bin/sh\n", 0o644),
        ("/project/with space", "a\nb\n", 0o644),
        ("/project/\"q\"\t\u{e4}", "a\nb\n", 0o644),
        ("/project/binary", "a\0b", 0o644),
        ("/project/empty", "", 0o644),
        ("/project/becomes link", "text\n", 0o644),
    ] {
        vfs.write_file(path, text.as_bytes(), mode, 1).unwrap();
    }
    let project = vfs.find("/project").unwrap();
    let ctx = Ctx { now: 1, ..ROOT };
    vfs.create(&ctx, project, b"link", Create::Symlink(b"same"), 0)
        .unwrap();
    vfs
}

fn edit(vfs: &mut Vfs) {
    let project = vfs.find("/project").unwrap();
    for (path, text) in [
        (
            "/project/edited",
            "1\n2\nthree\n4\n5\n6\n7\n8\n9\n10\n11\n12\nmore",
        ),
        ("/project/with space", "a\nc\n"),
        ("/project/\"q\"\t\u{e4}", "b\n"),
        ("/project/new/deep", "new\n"),
        ("/project/new/empty", ""),
    ] {
        vfs.write_file(path, text.as_bytes(), 0o644, 2).unwrap();
    }
    vfs.remove_all("/project/gone", 2).unwrap();
    vfs.remove_all("/project/empty", 2).unwrap();
    let tool = vfs.find("/project/tool").unwrap();
    vfs.chmod(&ROOT, tool, 0o755).unwrap();
    for (name, target) in [("link", "edited"), ("becomes link", "same")] {
        vfs.unlink(&ROOT, project, name.as_bytes()).unwrap();
        let kind = Create::Symlink(target.as_bytes());
        vfs.create(&ROOT, project, name.as_bytes(), kind, 0)
            .unwrap();
    }
}

fn unified(before: &Vfs, after: &Vfs, limits: &TextLimits) -> String {
    let mut out = Vec::new();
    let changes = diff(before, after);
    changes
        .write_unified(before, after, limits, &mut out)
        .unwrap();
    String::from_utf8(out).unwrap()
}

#[test]
fn a_list_says_what_changed() {
    let before = base();
    let mut after = before.fork();
    edit(&mut after);
    let edited = after.find("/project/edited").unwrap();
    after.chown(&ROOT, edited, Some(5), None).unwrap();
    after.link(&ROOT, edited, after.root(), b"linked").unwrap();
    let mut list = Vec::new();
    diff(&before, &after).write_list(&mut list).unwrap();
    assert_eq!(
        String::from_utf8(list).unwrap(),
        "M  (time)\n\
         A linked\n\
         M project (time)\n\
         M \"project/\\\"q\\\"\\t\\303\\244\" (contents, time)\n\
         T project/becomes link (file -> symbolic link, mode 0644 -> 0777, time)\n\
         M project/edited (contents, links, owner 0:0 -> 5:0, time)\n\
         D project/empty\n\
         D project/gone\n\
         M project/link (target, time)\n\
         A project/new\n\
         A project/new/deep\n\
         A project/new/empty\n\
         M project/tool (mode 0644 -> 0755)\n\
         M project/with space (contents, time)\n"
    );
}

#[test]
fn unified_diffs_read_as_git_writes_them() {
    let before = base();
    let mut after = before.fork();
    edit(&mut after);
    after
        .write_file("/project/binary", b"a\0c", 0o644, 2)
        .unwrap();
    let text = unified(&before, &after, &TextLimits::default());
    let expected = "diff --git \"a/project/\\\"q\\\"\\t\\303\\244\" \"b/project/\\\"q\\\"\\t\\303\\244\"\n\
         --- \"a/project/\\\"q\\\"\\t\\303\\244\"\n\
         +++ \"b/project/\\\"q\\\"\\t\\303\\244\"\n\
         @@ -1,2 +1 @@\n-a\n b\n\
         diff --git a/project/becomes link b/project/becomes link\n\
         deleted file mode 100644\n\
         --- a/project/becomes link\t\n+++ /dev/null\n@@ -1 +0,0 @@\n-text\n\
         diff --git a/project/becomes link b/project/becomes link\n\
         new file mode 120000\n\
         --- /dev/null\n+++ b/project/becomes link\t\n@@ -0,0 +1 @@\n+same\n\\ No newline at end of file\n\
         diff --git a/project/binary b/project/binary\n\
         Binary files a/project/binary and b/project/binary differ\n\
         diff --git a/project/edited b/project/edited\n\
         --- a/project/edited\n+++ b/project/edited\n\
         @@ -1,6 +1,6 @@\n 1\n 2\n-3\n+three\n 4\n 5\n 6\n\
         @@ -10,3 +10,4 @@\n 10\n 11\n 12\n+more\n\\ No newline at end of file\n\
         diff --git a/project/empty b/project/empty\n\
         deleted file mode 100644\n";
    assert!(text.starts_with(expected), "{text}");
    let short = TextLimits {
        file_bytes: 10,
        ..TextLimits::default()
    };
    let text = unified(&before, &after, &short);
    let long = "Files a/project/edited and b/project/edited differ: too long to be compared line by line\n";
    assert!(text.contains(long), "{text}");
}

/// Files and links of `/project` in a directory of the host.
#[cfg(unix)]
fn export(vfs: &Vfs, directory: &std::path::Path) {
    use std::os::unix::ffi::OsStrExt;
    use std::os::unix::fs::{PermissionsExt, symlink};
    for step in vfs.walk("/project").unwrap().map(Result::unwrap) {
        let path = directory
            .join("project")
            .join(std::ffi::OsStr::from_bytes(&step.path));
        match step.stat.kind {
            NodeKind::Directory => std::fs::create_dir_all(&path).unwrap(),
            NodeKind::Symlink => {
                let target = vfs.readlink(step.stat.ino).unwrap();
                symlink(std::ffi::OsStr::from_bytes(target), path).unwrap();
            }
            _ => {
                let mut bytes = vec![0; step.stat.size_bytes as usize];
                vfs.read(step.stat.ino, 0, &mut bytes).unwrap();
                std::fs::write(&path, bytes).unwrap();
                let mode = std::fs::Permissions::from_mode(u32::from(step.stat.mode));
                std::fs::set_permissions(path, mode).unwrap();
            }
        }
    }
}

/// `git apply` turns the one tree into the other, where there is a git.
#[cfg(unix)]
#[test]
fn git_applies_it() {
    let before = base();
    let mut after = before.fork();
    edit(&mut after);
    let [from, to] = [(); 2].map(|()| tempfile::tempdir().unwrap());
    export(&before, from.path());
    export(&after, to.path());
    let patch = unified(&before, &after, &TextLimits::default());
    let git = Command::new("git")
        .args(["apply", "--unsafe-paths", "-p1", "-"])
        .current_dir(from.path())
        .env("GIT_CEILING_DIRECTORIES", "/")
        .stdin(Stdio::piped())
        .spawn();
    let Ok(mut git) = git else { return };
    git.stdin
        .take()
        .unwrap()
        .write_all(patch.as_bytes())
        .unwrap();
    assert!(git.wait().unwrap().success(), "{patch}");
    let compared = Command::new("diff")
        .args(["-r", "--no-dereference"])
        .args([from.path(), to.path()])
        .output()
        .unwrap();
    assert!(
        compared.status.success(),
        "{}",
        String::from_utf8_lossy(&compared.stdout)
    );
}

proptest! {
    #![proptest_config(ProptestConfig {
        failure_persistence: None,
        ..ProptestConfig::default()
    })]
    #[test]
    fn hunks_lead_from_the_old_text_to_the_new(
        old in "([abc]{0,1}\n){0,40}[abc]{0,1}",
        new in "([abc]{0,1}\n){0,40}[abc]{0,1}",
        context in 0..4_u32,
    ) {
        let mut before = Vfs::new(Quota::default(), 0);
        before.write_file("/f", old.as_bytes(), 0o644, 1).unwrap();
        let mut after = before.fork();
        after.write_file("/f", new.as_bytes(), 0o644, 2).unwrap();
        let limits = TextLimits { context, ..TextLimits::default() };
        let text = unified(&before, &after, &limits);
        prop_assert_eq!(patched(&old, &text), new);
    }
}

/// Applies hunks, checking all they say of the old text.
fn patched(old: &str, diff: &str) -> String {
    let old: Vec<&str> = old.split_inclusive('\n').collect();
    let mut new: Vec<String> = Vec::new();
    let mut at = 0;
    let mut left = (0, 0);
    let mut last_sign = "";
    for line in diff.lines().skip(3) {
        if let Some(head) = line.strip_prefix("@@ -") {
            assert_eq!(left, (0, 0), "{diff}");
            let (from, to) = head.strip_suffix(" @@").unwrap().split_once(" +").unwrap();
            let span = |text: &str| {
                let (start, count) = text.split_once(',').unwrap_or((text, "1"));
                let (start, count): (usize, usize) =
                    (start.parse().unwrap(), count.parse().unwrap());
                (if count == 0 { start } else { start - 1 }, count)
            };
            let ((start, gone), (begin, come)) = (span(from), span(to));
            new.extend(old[at..start].iter().map(|line| line.to_string()));
            at = start;
            assert_eq!(new.len(), begin, "{diff}");
            left = (gone, come);
        } else if line.starts_with('\\') {
            if let Some(last) = new.last_mut().filter(|_| last_sign != "-") {
                *last = last.trim_end_matches('\n').to_owned();
            }
        } else {
            let (sign, rest) = line.split_at(1);
            last_sign = sign;
            if sign != "+" {
                assert_eq!(old[at].trim_end_matches('\n'), rest, "{diff}");
                at += 1;
                left.0 -= 1;
            }
            if sign != "-" {
                new.push(format!("{rest}\n"));
                left.1 -= 1;
            }
        }
    }
    new.extend(old[at..].iter().map(|line| line.to_string()));
    new.concat()
}
