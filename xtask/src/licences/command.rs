//! Asks cargo for every dependency of both workspaces and weighs each.

use std::process::{Command, Stdio};

use anyhow::{Context as _, Result, ensure};
use serde::Deserialize;

use super::policy::{Package, Policy};
use crate::checkout::Checkout;

const POLICY: &str = "deny.toml";

#[derive(Deserialize)]
struct Metadata {
    packages: Vec<Package>,
}

/// Runs the subcommand.
pub fn run(checkout: &Checkout) -> Result<()> {
    let path = checkout.path(POLICY);
    let text = std::fs::read_to_string(&path).with_context(|| path.display().to_string())?;
    let policy = Policy::parse(&text).context(POLICY)?;
    let mut refused = 0;
    // The guests build for wasm only, the engine's workspace for all else.
    let (guest_targets, host_targets): (Vec<&str>, Vec<&str>) = policy
        .graph
        .targets
        .iter()
        .map(String::as_str)
        .partition(|target| target.starts_with("wasm"));
    for (workspace, targets) in [("", host_targets), ("guest-tools", guest_targets)] {
        let packages = packages(checkout, workspace, &targets)?;
        for package in &packages {
            for objection in policy.objections(package) {
                refused += 1;
                eprintln!("{} {}: {objection}", package.name, package.version);
            }
        }
        let name = if workspace.is_empty() {
            "engine"
        } else {
            workspace
        };
        println!("{name}: {} packages", packages.len());
        for (licence, count) in Policy::count(&packages) {
            println!("  {count:4} {licence}");
        }
    }
    ensure!(
        refused == 0,
        "{POLICY} speaks against dependencies: {refused}"
    );
    Ok(())
}

fn packages(checkout: &Checkout, workspace: &str, targets: &[&str]) -> Result<Vec<Package>> {
    let output = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
        .args([
            "metadata",
            "--format-version",
            "1",
            "--locked",
            "--all-features",
        ])
        .args(
            targets
                .iter()
                .flat_map(|target| ["--filter-platform", target]),
        )
        .current_dir(checkout.path(workspace))
        .stderr(Stdio::inherit())
        .output()
        .context("cannot run cargo metadata")?;
    ensure!(output.status.success(), "cargo metadata: {}", output.status);
    let metadata: Metadata = serde_json::from_slice(&output.stdout)?;
    Ok(metadata.packages)
}
