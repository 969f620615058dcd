//! Scripts with the output that is expected of them, for tools that the machine
//! may lack or have in another version (gawk, jq, rg, tree).
//!
//! A case file, `guest-tools/NAME/cases/expected/*.txt`, holds `### name` lines,
//! each followed by a script, a line `--- CODE` with the exit code, and the
//! standard output up to the next `###`.

use std::path::{Path, PathBuf};
use std::time::Duration;

use wardian::{CacheDirectory, Runtime, Sandbox};

struct Case {
    name: String,
    script: String,
    code: i32,
    stdout: String,
}

fn files() -> Vec<PathBuf> {
    let guests = Path::new(env!("CARGO_MANIFEST_DIR")).join("../guest-tools");
    let mut files = Vec::new();
    for guest in std::fs::read_dir(guests).expect("guest-tools") {
        let folder = guest.expect("entry").path().join("cases/expected");
        let Ok(entries) = std::fs::read_dir(folder) else {
            continue;
        };
        let paths = entries.map(|entry| entry.expect("entry").path());
        files.extend(paths.filter(|path| path.extension().is_some_and(|it| it == "txt")));
    }
    files.sort();
    files
}

fn cases(file: &Path) -> Vec<Case> {
    let text = std::fs::read_to_string(file).expect("text");
    let mut cases: Vec<Case> = Vec::new();
    let mut in_script = true;
    for line in text.split_inclusive('\n') {
        if let Some(name) = line.strip_prefix("### ") {
            in_script = true;
            cases.push(Case {
                name: name.trim_end().to_owned(),
                script: String::new(),
                code: 0,
                stdout: String::new(),
            });
            continue;
        }
        let Some(case) = cases.last_mut() else {
            continue;
        };
        match line.strip_prefix("--- ") {
            Some(code) if in_script => {
                in_script = false;
                case.code = code.trim().parse().expect("--- CODE");
            }
            _ if in_script => case.script.push_str(line),
            _ => case.stdout.push_str(line),
        }
    }
    cases
}

#[tokio::test(flavor = "multi_thread")]
async fn scripts_print_what_is_expected() {
    let runtime = Runtime::builder()
        .cache(CacheDirectory::of_user())
        .build()
        .expect("runtime");
    let (mut count, mut failed) = (0, Vec::new());
    for file in files() {
        for case in cases(&file) {
            let sandbox = Sandbox::builder(&runtime)
                .tools(&wardian::tools())
                .cwd("/work")
                .build()
                .expect("sandbox");
            let exec = sandbox.exec(&*case.script).timeout(Duration::from_secs(20));
            let result = exec.run().await.expect("exec");
            count += 1;
            let stdout = result.stdout_text();
            if (result.exit_code, &*stdout) != (case.code, &*case.stdout) {
                failed.push(format!(
                    "{}: {}\n  got      {} {stdout:?}\n  expected {} {:?}\n  stderr   {:?}",
                    file.display(),
                    case.name,
                    result.exit_code,
                    case.code,
                    case.stdout,
                    result.stderr_text(),
                ));
            }
        }
    }
    assert!(count > 0, "no cases");
    assert!(
        failed.is_empty(),
        "{} of {count}\n{}",
        failed.len(),
        failed.join("\n")
    );
}
