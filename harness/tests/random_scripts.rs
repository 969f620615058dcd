//! Random scripts give the same output and exit code by Wardian and by the
//! machine's bash, where that is bash 5.2. How many: the environment variable
//! `RANDOM_SCRIPTS`, from the seed `RANDOM_SEED` on.

#[path = "../../guest-tools/sh/tests/generator/mod.rs"]
mod generator;

use std::process::{Command, Stdio};
use std::time::Duration;

use wardian::{CacheDirectory, Runtime, Sandbox};

type Outcome = (Vec<u8>, i32);

async fn ours(runtime: &Runtime, script: &str) -> Outcome {
    let sandbox = Sandbox::builder(runtime)
        .tools(&wardian::tools())
        .cwd("/work")
        .env("LC_ALL", "C")
        .build()
        .expect("sandbox");
    let exec = sandbox.exec(script).timeout(Duration::from_secs(20));
    let result = exec.run().await.expect("exec");
    (result.stdout, result.exit_code)
}

fn native(script: &str, directory: &std::path::Path) -> Option<Outcome> {
    let output = Command::new("bash")
        .args(["-c", script])
        .current_dir(directory)
        .env_clear()
        .envs([
            ("HOME", "/home/user"),
            ("LC_ALL", "C"),
            ("PATH", "/usr/local/bin:/usr/bin:/bin"),
        ])
        .stdin(Stdio::null())
        .output()
        .ok()?;
    let code = output.status.code()?;
    Some((output.stdout, code))
}

fn number(name: &str, default: u64) -> u64 {
    let value = std::env::var(name).ok();
    value.and_then(|text| text.parse().ok()).unwrap_or(default)
}

#[tokio::test(flavor = "multi_thread")]
async fn random_scripts_do_what_they_do_in_bash() {
    let version = Command::new("bash").arg("--version").output();
    let known =
        version.is_ok_and(|output| String::from_utf8_lossy(&output.stdout).contains("version 5.2"));
    if !known {
        println!("no bash 5.2 to compare with");
        return;
    }
    let runtime = Runtime::builder()
        .cache(CacheDirectory::of_user())
        .build()
        .expect("runtime");
    // Patterns match nothing there, as in the sandbox.
    let empty = std::env::temp_dir().join(format!("wardian-random-{}", std::process::id()));
    std::fs::create_dir_all(&empty).expect("scratch directory");
    let first = number("RANDOM_SEED", 1);
    let mut failed = Vec::new();
    for seed in first..first + number("RANDOM_SCRIPTS", 200) {
        let script = generator::script(seed);
        let Some(theirs) = native(&script, &empty) else {
            continue;
        };
        let ours = ours(&runtime, &script).await;
        if ours != theirs {
            failed.push(format!(
                "seed {seed}\n{script}\nours {}\n{}\nbash {}\n{}",
                ours.1,
                String::from_utf8_lossy(&ours.0),
                theirs.1,
                String::from_utf8_lossy(&theirs.0),
            ));
        }
    }
    let _ = std::fs::remove_dir_all(&empty);
    assert!(
        failed.is_empty(),
        "{} differ\n{}",
        failed.len(),
        failed.join("\n")
    );
}
