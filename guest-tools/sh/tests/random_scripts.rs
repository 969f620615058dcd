//! Random scripts give the same output and status by the native build of the
//! shell and by the machine's bash, where that is bash 5.2. How many: the
//! environment variable `RANDOM_SCRIPTS`, from the seed `RANDOM_SEED` on.

mod generator;

use std::process::{Command, Output, Stdio};

fn run(shell: &str, script: &str) -> Option<Output> {
    Command::new("timeout")
        .args(["20", shell, "-c", script])
        .env_clear()
        .envs([("PATH", "/usr/bin:/bin"), ("HOME", "/"), ("LC_ALL", "C")])
        // Patterns are to find the same few names.
        .current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/generator"))
        .stdin(Stdio::null())
        .output()
        .ok()
}

fn number(name: &str, default: u64) -> u64 {
    let value = std::env::var(name).ok();
    value.and_then(|text| text.parse().ok()).unwrap_or(default)
}

#[test]
fn random_scripts_do_what_they_do_in_bash() {
    let version = Command::new("bash").arg("--version").output();
    if !version.is_ok_and(|output| String::from_utf8_lossy(&output.stdout).contains("version 5.2"))
    {
        println!("no bash 5.2 to compare with");
        return;
    }
    let first = number("RANDOM_SEED", 1);
    let mut failed = Vec::new();
    for seed in first..first + number("RANDOM_SCRIPTS", 200) {
        let script = generator::script(seed);
        let (Some(ours), Some(theirs)) = (
            run(env!("CARGO_BIN_EXE_wardian-sh"), &script),
            run("bash", &script),
        ) else {
            continue;
        };
        if ours.stdout != theirs.stdout || ours.status.code() != theirs.status.code() {
            failed.push(format!(
                "seed {seed}\n{script}\nours {:?}\n{}\nbash {:?}\n{}",
                ours.status.code(),
                String::from_utf8_lossy(&ours.stdout),
                theirs.status.code(),
                String::from_utf8_lossy(&theirs.stdout),
            ));
        }
    }
    assert!(
        failed.is_empty(),
        "{} differ\n{}",
        failed.len(),
        failed.join("\n")
    );
}
