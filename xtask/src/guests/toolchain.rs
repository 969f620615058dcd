//! A compiler for wasm32-wasip1: rustc's own target where it is installed, else
//! what the project's recipe for Debian makes.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, bail};

use crate::arguments::ToolchainChoice;
use crate::checkout::Checkout;

/// The target of every guest.
pub const TARGET: &str = "wasm32-wasip1";
const RECIPE: &str = "guest-tools/toolchain/debian-wasip1.sh";

/// A compiler that has the target.
pub struct Toolchain {
    /// What it is, for the manifest: two toolchains with the same text make the
    /// same bytes.
    pub description: String,
    cargo: PathBuf,
    variables: Vec<(String, String)>,
}

impl Toolchain {
    /// Finds or makes the toolchain.
    pub fn find(checkout: &Checkout, choice: ToolchainChoice) -> Result<Self> {
        let own = Self::of_rustc()?;
        match (choice, own) {
            (ToolchainChoice::Auto | ToolchainChoice::Rustc, Some(own)) => Ok(own),
            (ToolchainChoice::Rustc, None) => {
                bail!("rustc has no {TARGET}: run `rustup target add {TARGET}`")
            }
            (ToolchainChoice::Auto | ToolchainChoice::Debian, _) => Self::of_recipe(checkout),
        }
    }

    /// Cargo, set up for the target.
    pub fn cargo(&self) -> Command {
        let mut command = Command::new(&self.cargo);
        // What the outer cargo set for this program is not meant for the inner one.
        for name in ["RUSTUP_TOOLCHAIN", "RUSTFLAGS", "CARGO_ENCODED_RUSTFLAGS"] {
            command.env_remove(name);
        }
        command.envs(self.variables.iter().map(|(name, value)| (name, value)));
        command
    }

    /// The target as rustc has it, by rustup or by a distribution's package.
    fn of_rustc() -> Result<Option<Self>> {
        let folder =
            stdout(Command::new("rustc").args(["--print", "target-libdir", "--target", TARGET]));
        let Ok(folder) = folder else { return Ok(None) };
        // A stamp marks the recipe's work in Debian's own sysroot.
        let folder = PathBuf::from(folder);
        if !has_std(&folder) || folder.join("wardian-stamp").exists() {
            return Ok(None);
        }
        let rustc = stdout(Command::new("rustc").arg("-V"))?;
        Ok(Some(Self {
            description: rustc,
            cargo: "cargo".into(),
            variables: Vec::new(),
        }))
    }

    /// The recipe's toolchain; the script does nothing where it has run before.
    fn of_recipe(checkout: &Checkout) -> Result<Self> {
        let home = std::env::var_os("WARDIAN_WASIP1")
            .map_or_else(|| PathBuf::from("/opt/wardian-wasip1"), PathBuf::from);
        if !Path::new("/etc/debian_version").exists() {
            bail!(
                "no {TARGET} target: run `rustup target add {TARGET}`. \
                 (The recipe {RECIPE} is for Debian only.)"
            );
        }
        if !is_root()? {
            bail!(
                "no {TARGET} target: run `rustup target add {TARGET}`, \
                 or run {RECIPE} as root, which installs Debian's packages"
            );
        }
        eprintln!(
            "guests: running {RECIPE}: Debian's rustc, its std built for {TARGET}, WASI's libc"
        );
        let status = Command::new("bash")
            .arg(checkout.path(RECIPE))
            .env("WARDIAN_WASIP1", &home)
            .status()
            .with_context(|| RECIPE.to_owned())?;
        if !status.success() {
            bail!("{RECIPE} failed: {status}");
        }
        let variables = variables(&home.join("env"))?;
        let named = |name: &str| -> Result<&str> {
            variables
                .iter()
                .find(|(variable, _)| variable == name)
                .map(|(_, value)| value.as_str())
                .with_context(|| format!("{} does not set {name}", home.join("env").display()))
        };
        let rustc = named("RUSTC")?;
        let folder =
            stdout(Command::new(rustc).args(["--print", "target-libdir", "--target", TARGET]))?;
        let stamp = Path::new(&folder).join("wardian-stamp");
        let stamp = std::fs::read_to_string(&stamp).with_context(|| stamp.display().to_string())?;
        let linker = stdout(Command::new(home.join("bin/wasm-ld")).arg("--version"))?;
        Ok(Self {
            description: format!("{}, {linker}", stamp.trim()),
            cargo: named("CARGO")?.into(),
            variables,
        })
    }
}

fn has_std(folder: &Path) -> bool {
    let Ok(entries) = std::fs::read_dir(folder) else {
        return false;
    };
    entries.flatten().any(|entry| {
        let name = entry.file_name();
        let name = name.to_string_lossy();
        name.starts_with("libstd-") && name.ends_with(".rlib")
    })
}

fn is_root() -> Result<bool> {
    Ok(stdout(Command::new("id").arg("-u"))? == "0")
}

/// The variables that the recipe's file of `export` lines sets.
fn variables(file: &Path) -> Result<Vec<(String, String)>> {
    let text = std::fs::read_to_string(file).with_context(|| file.display().to_string())?;
    Ok(text
        .lines()
        .filter_map(|line| line.strip_prefix("export "))
        .flat_map(str::split_whitespace)
        .filter_map(|pair| pair.split_once('='))
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect())
}

/// The trimmed output of a command that has to succeed.
fn stdout(command: &mut Command) -> Result<String> {
    let name = command.get_program().to_string_lossy().into_owned();
    let output = command
        .output()
        .with_context(|| format!("cannot run {name}"))?;
    if !output.status.success() {
        bail!("{name}: {}", String::from_utf8_lossy(&output.stderr).trim());
    }
    Ok(String::from_utf8(output.stdout)?.trim().to_owned())
}
