//! The checkout that the chores work on.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, bail, ensure};

/// The project's folder.
pub struct Checkout {
    root: PathBuf,
}

impl Checkout {
    /// The checkout that this program was built from.
    pub fn find() -> Result<Self> {
        let here = Path::new(env!("CARGO_MANIFEST_DIR"));
        let root = here.parent().context("xtask has no parent folder")?;
        ensure!(
            root.join("guest-tools").is_dir(),
            "{} is no checkout any more",
            root.display()
        );
        Ok(Self {
            root: root.to_path_buf(),
        })
    }

    /// The path of a file in the checkout.
    pub fn path(&self, relative: impl AsRef<Path>) -> PathBuf {
        self.root.join(relative)
    }

    /// The files that git tracks or would track, relative to the root, sorted.
    /// Files deleted in the working copy are left out.
    pub fn tracked_files(&self) -> Result<Vec<PathBuf>> {
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
            .context("cannot run git ls-files")?;
        if !output.status.success() {
            bail!(
                "git ls-files: {}",
                String::from_utf8_lossy(&output.stderr).trim()
            );
        }
        let mut files: Vec<PathBuf> = String::from_utf8(output.stdout)
            .context("a tracked file's name is not UTF-8")?
            .split_terminator('\0')
            .map(PathBuf::from)
            .filter(|file| self.path(file).is_file())
            .collect();
        files.sort();
        files.dedup();
        Ok(files)
    }
}
