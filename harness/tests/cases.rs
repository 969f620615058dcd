//! Scripts run by Wardian and by the machine's own bash and tools: standard
//! output and exit code must be the same.
//!
//! A case file holds `### name` lines, each followed by a script. What is known
//! to differ is named in `differences.txt` beside the cases, a name a line with
//! the reason; the test names those that agree after all. Where the machine has
//! no bash 5.2 and coreutils 9.1, the versions that the cases are about, nothing
//! is compared; nor is a case that uses a tool which the machine lacks, or a
//! folder whose main tool is of another version.

#[path = "support/runtime.rs"]
mod runtime;

use std::collections::BTreeSet;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use runtime::runtime;
use wardian::Sandbox;

struct Case {
    name: String,
    script: String,
}

fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../guest-tools")
        .join(name)
        .join("cases")
}

fn cases(folder: &Path) -> Vec<Case> {
    let mut files: Vec<PathBuf> = std::fs::read_dir(folder)
        .expect("cases")
        .map(|entry| entry.expect("entry").path())
        .filter(|path| path.extension().is_some_and(|ending| ending == "txt"))
        .filter(|path| !path.ends_with("differences.txt"))
        .collect();
    files.sort();
    let mut cases: Vec<Case> = Vec::new();
    for file in files {
        let stem = file
            .file_stem()
            .expect("name")
            .to_string_lossy()
            .into_owned();
        for line in std::fs::read_to_string(&file).expect("text").lines() {
            if let Some(name) = line.strip_prefix("### ") {
                cases.push(Case {
                    name: format!("{stem}/{name}"),
                    script: String::new(),
                });
            } else if let Some(case) = cases.last_mut() {
                case.script.push_str(line);
                case.script.push('\n');
            }
        }
    }
    assert!(!cases.is_empty(), "no cases in {}", folder.display());
    cases
}

fn differences(folder: &Path) -> BTreeSet<String> {
    std::fs::read_to_string(folder.join("differences.txt"))
        .unwrap_or_default()
        .lines()
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
        .map(|line| {
            line.split(" -- ")
                .next()
                .unwrap_or_default()
                .trim()
                .to_owned()
        })
        .collect()
}

fn sandbox() -> Sandbox {
    Sandbox::builder(runtime())
        .tools(&wardian::tools())
        .cwd("/work")
        .env("LC_ALL", "C")
        .build()
        .expect("sandbox")
}

type Outcome = (Vec<u8>, i32);

async fn ours(script: &str) -> Outcome {
    let exec = sandbox().exec(script).timeout(Duration::from_secs(20));
    let result = exec.run().await.expect("exec");
    (result.stdout, result.exit_code)
}

/// The same script by the machine's bash, as an ordinary user: some cases ask
/// for things that only root could do. Signals do what they do by default: whoever
/// runs the tests may ignore some (`nohup`), which a shell could not undo.
fn native(script: &str, directory: &Path) -> Option<Outcome> {
    std::fs::create_dir(directory).ok()?;
    let root = std::fs::metadata("/proc/self").ok()?.uid() == 0;
    let mut command = if root {
        std::os::unix::fs::chown(directory, Some(1000), Some(1000)).ok()?;
        let mut command = Command::new("setpriv");
        command.args(["--reuid=1000", "--regid=1000", "--clear-groups", "env"]);
        command
    } else {
        Command::new("env")
    };
    let output = command
        .args(["--default-signal", "bash"])
        .args(["-c", script])
        .current_dir(directory)
        .env_clear()
        .envs([
            ("HOME", "/home/user"),
            ("LANG", "C.UTF-8"),
            ("LC_ALL", "C"),
            ("LOGNAME", "user"),
            ("PATH", "/usr/local/bin:/usr/bin:/bin"),
            ("SHELL", "/bin/bash"),
            ("TERM", "dumb"),
            ("USER", "user"),
        ])
        .stdin(Stdio::null())
        .output()
        .ok()?;
    let code = output.status.code()?;
    Some((output.stdout, code))
}

/// Whether a command of the machine says that it is of this version.
fn has_version(command: &str, version: &str) -> bool {
    Command::new(command)
        .arg("--version")
        .output()
        .is_ok_and(|output| {
            let text = String::from_utf8_lossy(&output.stdout).into_owned();
            text.lines()
                .next()
                .is_some_and(|line| line.contains(version))
        })
}

/// Whether the machine has each tool of ours that the script mentions.
fn has_tools_of(script: &str) -> bool {
    let tools = wardian::tools();
    let ours: BTreeSet<&str> = tools.commands().collect();
    let word = |c: char| !(c.is_ascii_alphanumeric() || "_.-[".contains(c));
    let mut used = script.split(word).filter(|word| ours.contains(word));
    used.all(|name| {
        ["/usr/bin", "/bin"]
            .iter()
            .any(|at| Path::new(at).join(name).exists())
    })
}

/// Compares the cases of a guest, if the machine's tools are of these versions.
async fn compare(name: &str, versions: &[(&str, &str)]) {
    let base = [("bash", "version 5.2"), ("ls", "9.1")];
    for (command, version) in base.iter().chain(versions) {
        if !has_version(command, version) {
            println!("{name}: no {command} of {version} to compare with");
            return;
        }
    }
    let folder = folder(name);
    let known = differences(&folder);
    let scratch = std::env::temp_dir().join(format!("wardian-cases-{name}-{}", std::process::id()));
    std::fs::create_dir_all(&scratch).expect("scratch directory");
    let mut permissions = std::fs::metadata(&scratch).expect("scratch").permissions();
    std::os::unix::fs::PermissionsExt::set_mode(&mut permissions, 0o755);
    std::fs::set_permissions(&scratch, permissions).expect("scratch");
    let mut failed = Vec::new();
    let mut compared = 0;
    for (index, case) in cases(&folder).iter().enumerate() {
        if !has_tools_of(&case.script) {
            continue;
        }
        let ours = ours(&case.script).await;
        let Some(theirs) = native(&case.script, &scratch.join(index.to_string())) else {
            continue;
        };
        compared += 1;
        if known.contains(&case.name) {
            if ours == theirs {
                println!("{}: agrees, though listed", case.name);
            }
        } else if ours != theirs {
            failed.push(format!(
                "{} differs\n  ours   {} {:?}\n  native {} {:?}",
                case.name,
                ours.1,
                String::from_utf8_lossy(&ours.0),
                theirs.1,
                String::from_utf8_lossy(&theirs.0),
            ));
        }
    }
    let _ = std::fs::remove_dir_all(&scratch);
    println!("{name}: {compared} cases compared");
    assert!(failed.is_empty(), "{}", failed.join("\n"));
}

macro_rules! compared {
    ($($test:ident: $folder:literal, $versions:expr;)*) => {
        $(#[tokio::test(flavor = "multi_thread")]
        async fn $test() {
            compare($folder, &$versions).await;
        })*
    };
}

compared! {
    the_shell_agrees_with_bash: "sh", [];
    the_core_tools_agree_with_gnu: "coreutils", [];
    text_tools_agree_with_gnu: "text", [("sed", "4.9"), ("diff", "3.8")];
    find_agrees_with_gnu: "find", [("find", "4.9")];
    awk_agrees_with_gawk: "awk", [("awk", "GNU Awk 5.2")];
    archives_agree_with_gnu: "archive", [("tar", "1.34"), ("gzip", "1.12")];
}
