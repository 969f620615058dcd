//! The checkout that the chores work on.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, ensure};
use walkdir::WalkDir;

/// The project's folder.
pub struct Checkout {
    root: PathBuf,
}

impl Checkout {
    /// The checkout around the current folder. (Not the one this program was
    /// built in: checkouts that share a target folder share the program.)
    pub fn find() -> Result<Self> {
        let here = std::env::current_dir()?;
        let root = here
            .ancestors()
            .find(|folder| folder.join("xtask/Cargo.toml").is_file())
            .with_context(|| format!("{} is in no checkout", here.display()))?;
        Ok(Self {
            root: root.to_path_buf(),
        })
    }

    /// The path of a file in the checkout.
    pub fn path(&self, relative: impl AsRef<Path>) -> PathBuf {
        self.root.join(relative)
    }

    /// The project's files relative to its root, sorted: those that git tracks
    /// or would track, or without git all that no build made.
    pub fn files(&self) -> Result<Vec<PathBuf>> {
        let listed = self.files_of_git().or_else(|_| self.files_on_disk())?;
        let mut files: Vec<PathBuf> = listed
            .into_iter()
            .filter(|file| self.path(file).is_file())
            .collect();
        files.sort();
        files.dedup();
        Ok(files)
    }

    fn files_of_git(&self) -> Result<Vec<PathBuf>> {
        ensure!(self.path(".git").exists(), "no git checkout");
        let output = Command::new("git")
            .args([
                "ls-files",
                "-z",
                "--cached",
                "--others",
                "--exclude-standard",
            ])
            .current_dir(&self.root)
            .output()
            .context("cannot run git")?;
        ensure!(output.status.success(), "git ls-files failed");
        let names = String::from_utf8(output.stdout).context("a file's name is not UTF-8")?;
        Ok(names.split_terminator('\0').map(PathBuf::from).collect())
    }

    fn files_on_disk(&self) -> Result<Vec<PathBuf>> {
        let mut files = Vec::new();
        let entries = WalkDir::new(&self.root)
            .into_iter()
            .filter_entry(|entry| entry.file_name() != "target" && entry.file_name() != ".git");
        for entry in entries {
            files.push(entry?.path().strip_prefix(&self.root)?.to_path_buf());
        }
        Ok(files)
    }
}
