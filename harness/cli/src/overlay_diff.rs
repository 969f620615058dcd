//! `wardian diff`, and what `wardian exec` keeps or shows of an overlay.

use std::fs::File;
use std::io::{BufReader, BufWriter, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use clap::Args;
use wardian::{MountMode, OverlayChange, OverlayChangeKind, OverlayChanges, Sandbox};

use crate::mount::Mount;
use crate::terminal::guest_text;

/// Prints unified diffs of what a script changed in an overlay, from the folder
/// of the host as it is now. Exits with 0 if there is nothing, with 1 if there is.
#[derive(Args)]
#[command(after_help = "\
Examples:
  wardian exec --mount .:/work:overlay --cwd /work --save work.wardian 'rm *.bak'
  wardian diff --list work.wardian
  wardian diff work.wardian | less
  rm work.wardian           # discards the changes")]
pub struct DiffArguments {
    /// The file that `wardian exec --save` or `wardian agent --save` wrote
    file: PathBuf,

    /// Print one line a path only: A (added), D (removed), M (changed) or T (of
    /// another kind)
    #[arg(long)]
    list: bool,
}

/// Prints it; gives the exit code.
pub fn main(arguments: DiffArguments) -> anyhow::Result<i32> {
    let changes = load(&arguments.file)?;
    let mut out = BufWriter::new(guest_text());
    if arguments.list {
        for change in changes.iter() {
            out.write_all(&line(&change))?;
        }
    } else {
        changes.diff(&mut out)?;
    }
    out.flush()?;
    Ok(i32::from(!changes.is_empty()))
}

/// Reads a saved overlay.
pub fn load(path: &Path) -> anyhow::Result<OverlayChanges> {
    let failed = || format!("cannot read {}", path.display());
    let file = File::open(path).with_context(failed)?;
    OverlayChanges::load(BufReader::new(file)).with_context(failed)
}

/// One line about a change.
pub fn line(change: &OverlayChange) -> Vec<u8> {
    let mut line = format!("{} ", change.kind.letter()).into_bytes();
    line.extend(change.path.iter().flat_map(|byte| match byte {
        b' '..=b'~' => vec![*byte],
        // A name must not look like another line, nor control a terminal.
        byte if *byte >= 0x80 => vec![*byte],
        byte => byte.escape_ascii().collect(),
    }));
    if let OverlayChangeKind::Mode { from, to } = change.kind {
        line.extend(format!(" (mode {from:04o} -> {to:04o})").bytes());
    }
    line.push(b'\n');
    line
}

/// What is done with an overlay when its script has ended.
pub struct Outcome {
    guest: String,
    diff: bool,
    save: Option<PathBuf>,
}

impl Outcome {
    /// `None`: nothing was asked for.
    ///
    /// # Errors
    /// Something was, but there is not exactly one overlay.
    pub fn of(
        mounts: &[Mount],
        diff: bool,
        save: Option<PathBuf>,
    ) -> anyhow::Result<Option<Outcome>> {
        if !diff && save.is_none() {
            return Ok(None);
        }
        let mut overlays = mounts
            .iter()
            .filter(|mount| mount.mode == Some(MountMode::Overlay));
        match (overlays.next(), overlays.next()) {
            (Some(mount), None) => Ok(Some(Outcome {
                guest: mount.guest.clone(),
                diff,
                save,
            })),
            (found, _) => bail!(
                "--diff and --save need exactly one --mount HOST:GUEST:overlay; there is {}",
                if found.is_some() {
                    "more than one"
                } else {
                    "none"
                }
            ),
        }
    }

    /// Does it.
    pub fn keep(&self, sandbox: &Sandbox) -> anyhow::Result<()> {
        let changes = sandbox.overlay(&self.guest)?.changes();
        if let Some(path) = &self.save {
            write_whole(path, |out| Ok(changes.save(out)?))
                .with_context(|| format!("cannot save the overlay to {}", path.display()))?;
        }
        if self.diff {
            let mut out = BufWriter::new(guest_text());
            changes.diff(&mut out)?;
            out.flush()?;
        }
        Ok(())
    }
}

/// Writes a file completely, or leaves what was there.
fn write_whole(
    path: &Path,
    write: impl FnOnce(&mut dyn Write) -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(format!(".{}.part", std::process::id()));
    let part = path.with_file_name(name);
    let written = (|| {
        let mut out = BufWriter::new(File::create(&part)?);
        write(&mut out)?;
        out.flush()?;
        std::fs::rename(&part, path)?;
        Ok(())
    })();
    if written.is_err() {
        let _ = std::fs::remove_file(&part);
    }
    written
}
