//! What holds of files.

use std::time::{Duration, SystemTime};

use super::super::{ExecOptions, FileKind, Sandbox, SandboxError};
use super::{Checked, equal, holds, told};

async fn shell(sandbox: &dyn Sandbox, command: &str) -> Result<Vec<u8>, String> {
    let output = told(command, sandbox.exec(command, ExecOptions::default()).await)?;
    let errors = String::from_utf8_lossy(&output.stderr).into_owned();
    equal(command, (output.exit_code, errors.as_str()), (0, ""))?;
    Ok(output.stdout)
}

fn not_found(error: Option<SandboxError>) -> bool {
    matches!(
        error,
        Some(SandboxError::File {
            not_found: true,
            ..
        })
    )
}

pub(super) async fn files_hold_any_bytes(sandbox: &dyn Sandbox) -> Checked {
    let all: Vec<u8> = (0..=255).collect();
    let big: Vec<u8> = (0..3_000_000_u32).map(|n| (n % 253) as u8).collect();
    for (name, contents) in [
        ("empty", &[][..]),
        ("all", &all),
        ("big", &big),
        ("with space and ü 'quote'", b"x"),
    ] {
        let path = format!("contract/{name}");
        told("write", sandbox.write_file(&path, contents).await)?;
        let read = told("read", sandbox.read_file(&path).await)?;
        holds(&format!("{name} comes back"), read == contents)?;
        let full = sandbox.resolve_path(&path);
        let read = told("read", sandbox.read_file(&full).await)?;
        holds(&format!("{full} is the same"), read == contents)?;
    }
    Ok(())
}

pub(super) async fn writing_makes_directories(sandbox: &dyn Sandbox) -> Checked {
    let path = "contract/new/deep/er/file";
    told("write", sandbox.write_file(path, b"x").await)?;
    let read = told("read", sandbox.read_file(path).await)?;
    equal("contents", read, b"x".to_vec())?;
    let below_a_file = format!("{path}/child");
    holds(
        "a file is no directory",
        sandbox.write_file(&below_a_file, b"y").await.is_err(),
    )?;
    holds(
        "a directory is no file",
        sandbox.write_file("contract/new/deep", b"y").await.is_err(),
    )
}

pub(super) async fn writing_replaces(sandbox: &dyn Sandbox) -> Checked {
    let path = "contract/replaced";
    told("write", sandbox.write_file(path, b"long contents").await)?;
    told("write", sandbox.write_file(path, b"short").await)?;
    let read = told("read", sandbox.read_file(path).await)?;
    equal("contents", read, b"short".to_vec())
}

pub(super) async fn missing_files_are_told_as_such(sandbox: &dyn Sandbox) -> Checked {
    let path = "contract/none/such";
    holds("read", not_found(sandbox.read_file(path).await.err()))?;
    holds("stat", not_found(sandbox.stat(path).await.err()))?;
    holds("read_dir", not_found(sandbox.read_dir(path).await.err()))?;
    holds("rm", not_found(sandbox.rm(path, false, false).await.err()))?;
    holds("mkdir", not_found(sandbox.mkdir(path, false).await.err()))?;
    let error = sandbox.read_file(path).await.err();
    let text = error.map(|error| error.to_string()).unwrap_or_default();
    holds("the message names the path", text.contains(path))?;
    let error = sandbox.read_file("contract").await.err();
    holds("a directory is not a missing file", {
        error.is_some() && !not_found(error)
    })
}

pub(super) async fn stat_follows_links(sandbox: &dyn Sandbox) -> Checked {
    told(
        "write",
        sandbox.write_file("contract/s/file", b"12345").await,
    )?;
    shell(
        sandbox,
        "cd contract/s && ln -s file link && ln -s link second && ln -s . dir && ln -s nowhere dangling && ln -s loop loop",
    )
    .await?;
    for (name, kind, size, link) in [
        ("file", FileKind::File, Some(5), false),
        ("link", FileKind::File, Some(5), true),
        ("second", FileKind::File, Some(5), true),
        ("dir", FileKind::Directory, None, true),
        ("", FileKind::Directory, None, false),
        ("dir/link", FileKind::File, Some(5), true),
    ] {
        let stat = told(name, sandbox.stat(&format!("contract/s/{name}")).await)?;
        equal(name, stat.kind, kind)?;
        if let (Some(size), Some(found)) = (size, stat.size_bytes) {
            equal(name, found, size)?;
        }
        if let Some(found) = stat.is_symlink {
            equal(name, found, link)?;
        }
        if let Some(modified) = stat.modified {
            let day = Duration::from_secs(86_400);
            let now = SystemTime::now();
            holds("it was changed just now", {
                modified < now + day && modified + day > now
            })?;
        }
    }
    holds("a link to nothing is not found", {
        not_found(sandbox.stat("contract/s/dangling").await.err())
    })?;
    holds(
        "a loop is an error",
        sandbox.stat("contract/s/loop").await.is_err(),
    )
}

pub(super) async fn exists_never_fails(sandbox: &dyn Sandbox) -> Checked {
    told("write", sandbox.write_file("contract/here", b"").await)?;
    let long = format!("contract/{}", "x".repeat(10_000));
    for (path, wanted) in [
        ("contract/here", true),
        ("contract", true),
        ("/", true),
        ("contract/nowhere", false),
        ("contract/here/below", false),
        ("contract/zero\0byte", false),
        (&long, false),
    ] {
        equal(&format!("{path:?}"), sandbox.exists(path).await, wanted)?;
    }
    Ok(())
}

pub(super) async fn directories_are_listed_sorted(sandbox: &dyn Sandbox) -> Checked {
    for name in ["b", "a/inner", "Z", "10", "9", ".hidden", "ä"] {
        let path = format!("contract/list/{name}");
        told("write", sandbox.write_file(&path, b"").await)?;
    }
    let entries = told("read_dir", sandbox.read_dir("contract/list").await)?;
    let names: Vec<&str> = entries.iter().map(|entry| entry.name.as_str()).collect();
    equal(
        "names",
        names,
        vec![".hidden", "10", "9", "Z", "a", "b", "ä"],
    )?;
    let error = sandbox.read_dir("contract/list/b").await.err();
    holds(
        "a file has no entries",
        error.is_some() && !not_found(error),
    )
}

pub(super) async fn directories_are_made(sandbox: &dyn Sandbox) -> Checked {
    told("mkdir", sandbox.mkdir("contract/made", false).await)?;
    let again = sandbox.mkdir("contract/made", false).await;
    holds("making it twice is an error", again.is_err())?;
    told("recursive", sandbox.mkdir("contract/made", true).await)?;
    told(
        "recursive",
        sandbox.mkdir("contract/made/a/b/c", true).await,
    )?;
    let stat = told("stat", sandbox.stat("contract/made/a/b/c").await)?;
    equal("kind", stat.kind, FileKind::Directory)?;
    told("write", sandbox.write_file("contract/made/file", b"").await)?;
    let over = sandbox.mkdir("contract/made/file", true).await;
    holds("a file is not made a directory", over.is_err())
}

pub(super) async fn removal_keeps_to_its_options(sandbox: &dyn Sandbox) -> Checked {
    told("write", sandbox.write_file("contract/rm/a/b", b"").await)?;
    told("write", sandbox.write_file("contract/rm/c", b"").await)?;
    told("mkdir", sandbox.mkdir("contract/rm/empty", false).await)?;
    for path in ["contract/rm/a", "contract/rm/empty"] {
        for force in [false, true] {
            let error = sandbox.rm(path, false, force).await.err();
            holds("a directory stays without `recursive`", error.is_some())?;
            holds("it is still there", sandbox.exists(path).await)?;
        }
    }
    told("file", sandbox.rm("contract/rm/c", false, false).await)?;
    let again = sandbox.rm("contract/rm/c", true, false).await.err();
    holds("a missing file is an error", not_found(again))?;
    told("force", sandbox.rm("contract/rm/c", false, true).await)?;
    told(
        "force",
        sandbox.rm("contract/rm/none/such", true, true).await,
    )?;
    told("recursive", sandbox.rm("contract/rm", true, false).await)?;
    holds("all is gone", !sandbox.exists("contract/rm").await)
}

pub(super) async fn links_are_removed_not_followed(sandbox: &dyn Sandbox) -> Checked {
    told(
        "write",
        sandbox.write_file("contract/l/target/kept", b"").await,
    )?;
    shell(
        sandbox,
        "cd contract/l && mkdir links && ln -s ../target links/one && ln -s target two && ln -s none three",
    )
    .await?;
    told("a link", sandbox.rm("contract/l/two", true, false).await)?;
    told(
        "a dangling link",
        sandbox.rm("contract/l/three", false, false).await,
    )?;
    told(
        "a folder with a link",
        sandbox.rm("contract/l/links", true, false).await,
    )?;
    let left = shell(sandbox, "cd contract/l && ls -A . target").await?;
    equal(
        "what is left",
        left,
        b".:\ntarget\n\ntarget:\nkept\n".to_vec(),
    )
}

pub(super) async fn paths_resolve_by_their_text(sandbox: &dyn Sandbox) -> Checked {
    let cwd = sandbox.cwd();
    let below = |name: &str| format!("{}/{name}", cwd.trim_end_matches('/'));
    for (path, wanted) in [
        ("/a/./b//../c", "/a/c".to_owned()),
        ("x/../y", below("y")),
        ("", cwd.to_owned()),
        ("/../..", "/".to_owned()),
    ] {
        equal(path, sandbox.resolve_path(path), wanted)?;
    }
    Ok(())
}

pub(super) async fn commands_and_files_see_each_other(sandbox: &dyn Sandbox) -> Checked {
    told(
        "write",
        sandbox.write_file("contract/both", b"from outside\n").await,
    )?;
    let seen = shell(
        sandbox,
        "cat contract/both && echo from inside > contract/both",
    )
    .await?;
    equal("inside", seen, b"from outside\n".to_vec())?;
    let read = told("read", sandbox.read_file("contract/both").await)?;
    equal("outside", read, b"from inside\n".to_vec())
}
