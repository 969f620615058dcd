//! Compiles a guest to a module that holds no path of this machine.

use std::io::{BufRead as _, BufReader, IsTerminal as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context as _, Result, bail, ensure};

use super::inspect;
use super::list::Guest;
use super::progress::spinner;
use super::toolchain::{TARGET, Toolchain};
use super::{pack, sources};
use crate::checkout::Checkout;

/// A guest, built.
pub struct Built {
    /// The module.
    pub wasm: Vec<u8>,
    /// The hash of the sources that it was built from.
    pub sources: String,
}

/// Builds one guest.
pub fn build(checkout: &Checkout, toolchain: &Toolchain, guest: &Guest) -> Result<Built> {
    let before = sources::hash(checkout, guest)?;
    let linked = compile(checkout, toolchain, guest)?;
    let wasm = post_process(checkout, guest, linked)?;
    inspect::check(checkout, guest, &wasm)?;
    let sources = sources::hash(checkout, guest)?;
    ensure!(
        before == sources,
        "{}: the sources changed while they were built; run it again",
        guest.name
    );
    Ok(Built { wasm, sources })
}

/// Work on a linked module before it is packed: the start-up of some is run once,
/// and the module begins with the memory it left. The program that does it is a crate
/// of its own, so that only those who build such a guest compile Wasmtime for it.
fn post_process(checkout: &Checkout, guest: &Guest, wasm: Vec<u8>) -> Result<Vec<u8>> {
    if !guest.prepared {
        return Ok(wasm);
    }
    let folder = std::env::temp_dir().join(format!("wardian-preinit-{}", std::process::id()));
    std::fs::create_dir_all(&folder).with_context(|| folder.display().to_string())?;
    let (from, to) = (folder.join("linked.wasm"), folder.join("prepared.wasm"));
    std::fs::write(&from, wasm).with_context(|| from.display().to_string())?;
    let progress = spinner(guest.name)?;
    progress.set_message("preparing its start");
    let status = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
        .args(["run", "--quiet", "--locked", "--package", PREINIT, "--"])
        .args([&from, &to])
        .current_dir(checkout.path(""))
        .status()
        .context("cannot run cargo")?;
    progress.finish_and_clear();
    ensure!(
        status.success(),
        "{}: {PREINIT} failed: {status}",
        guest.name
    );
    let prepared = std::fs::read(&to).with_context(|| to.display().to_string())?;
    let _ = std::fs::remove_dir_all(&folder);
    Ok(prepared)
}

/// The crate that runs a guest's start-up.
const PREINIT: &str = "wardian-preinit";

fn compile(checkout: &Checkout, toolchain: &Toolchain, guest: &Guest) -> Result<Vec<u8>> {
    let workspace = checkout.path("guest-tools");
    let target_folder = target_folder(&workspace, toolchain);
    let mut cargo = toolchain.cargo();
    if std::io::stderr().is_terminal() {
        // Its progress and ours would write over each other.
        cargo.arg("--quiet");
    }
    let mut child = cargo
        .args(["build", "--release", "--locked", "--target", TARGET])
        .args(["--package", guest.package, "--bin", guest.package])
        .args(["--message-format", "json-render-diagnostics"])
        .arg("--target-dir")
        .arg(&target_folder)
        .env(
            "CARGO_ENCODED_RUSTFLAGS",
            flags(&workspace, &target_folder)?.join("\x1f"),
        )
        .current_dir(&workspace)
        .stdout(Stdio::piped())
        .spawn()
        .context("cannot run cargo")?;
    let progress = spinner(guest.name)?;
    let mut crates = 0;
    let mut artifact = None;
    let output = child.stdout.take().context("cargo has no output")?;
    for line in BufReader::new(output).lines() {
        let message: serde_json::Value = serde_json::from_str(&line?)?;
        if message["reason"] != "compiler-artifact" {
            continue;
        }
        crates += 1;
        let name = message["target"]["name"].as_str().unwrap_or_default();
        progress.set_message(format!("{crates} crates, {name}"));
        if name == guest.package
            && let Some(file) = message["filenames"].as_array().and_then(|files| {
                files
                    .iter()
                    .filter_map(|file| file.as_str())
                    .find(|file| file.ends_with(".wasm"))
            })
        {
            artifact = Some(PathBuf::from(file));
        }
    }
    let status = child.wait()?;
    progress.finish_and_clear();
    if !status.success() {
        bail!("{}: cargo build failed: {status}", guest.name);
    }
    let file = artifact.with_context(|| format!("{}: cargo built no module", guest.name))?;
    std::fs::read(&file).with_context(|| file.display().to_string())
}

/// The workspace's flags for the target, and the names that stand in the
/// modules for this machine's folders. (Flags from the environment replace
/// those of the configuration, hence the full list.)
fn flags(workspace: &Path, target_folder: &Path) -> Result<Vec<String>> {
    #[derive(serde::Deserialize)]
    struct Config {
        target: std::collections::BTreeMap<String, Target>,
    }
    #[derive(serde::Deserialize)]
    struct Target {
        #[serde(default)]
        rustflags: Vec<String>,
    }
    let path = workspace.join(".cargo/config.toml");
    let text = std::fs::read_to_string(&path).with_context(|| path.display().to_string())?;
    let mut config: Config = toml::from_str(&text).with_context(|| path.display().to_string())?;
    let mut flags = config
        .target
        .remove(TARGET)
        .map(|target| target.rustflags)
        .unwrap_or_default();
    // rustc takes the last that fits: the target folder may lie in the checkout.
    for (folder, name) in [
        (cargo_home()?, "/cargo"),
        (workspace.to_path_buf(), "/wardian"),
        (target_folder.to_path_buf(), "/target"),
    ] {
        flags.push(format!("--remap-path-prefix={}={name}", folder.display()));
    }
    Ok(flags)
}

/// Where cargo builds: a folder for each toolchain, as cargo does not notice that
/// the target's standard library is another one.
fn target_folder(workspace: &Path, toolchain: &Toolchain) -> PathBuf {
    let base = match std::env::var_os("CARGO_TARGET_DIR") {
        Some(folder) => Path::new(&folder).join("guests"),
        None => workspace.join("target"),
    };
    let hash = pack::sha256(toolchain.description.as_bytes());
    base.join(format!("toolchain-{}", &hash[..8]))
}

fn cargo_home() -> Result<PathBuf> {
    if let Some(home) = std::env::var_os("CARGO_HOME") {
        return Ok(home.into());
    }
    let home = std::env::home_dir().context("this user has no home folder")?;
    Ok(home.join(".cargo"))
}
