//! `wardian snapshot`, and the options that start from one or make one.

use std::io::{IsTerminal, Write};
use std::path::PathBuf;

use anyhow::{Context, bail};
use clap::{Args, Subcommand};
use wardian::snapshot::{Limits, Store, TextLimits, diff};
use wardian::{Sandbox, Snapshot};

use crate::data_directory::data_directory;
use crate::setup::{SandboxOptions, builder, wardian_runtime};
use crate::terminal::guest_text;

/// Options of a command that runs in a sandbox.
#[derive(Args)]
pub struct SnapshotOptions {
    /// Start from the files of a saved snapshot
    #[arg(long, value_name = "NAME")]
    pub snapshot: Option<String>,

    /// Save the sandbox's files under this name when the command has ended,
    /// whatever its exit code
    #[arg(long, value_name = "NAME")]
    pub save_snapshot: Option<String>,

    #[command(flatten)]
    pub place: StoreOption,
}

/// Where snapshots are kept.
#[derive(Args, Clone)]
pub struct StoreOption {
    /// Directory of the snapshots [default: `snapshots` in $WARDIAN_HOME, or in
    /// wardian's folder of your data directory]
    #[arg(long, value_name = "DIR")]
    pub store: Option<PathBuf>,
}

/// Saves, shows and compares files of sandboxes. Snapshots share what they have
/// in common, and are verified when loaded.
#[derive(Args)]
#[command(after_help = "\
Examples:
  wardian snapshot save base --mount ./project:/work
  wardian exec --snapshot base --save-snapshot tried 'cd /work && sed -i s/a/b/ *.txt'
  wardian snapshot diff base tried
  wardian snapshot load tried --output tried.tar
  wardian snapshot ls")]
pub struct SnapshotArguments {
    #[command(subcommand)]
    action: Action,
}

#[derive(Subcommand)]
enum Action {
    /// Make a sandbox and save its files
    Save {
        /// Name of the snapshot; one of that name is replaced
        name: String,
        /// Unpack this tar archive in it first, below the working directory
        #[arg(long, value_name = "FILE")]
        tar: Option<PathBuf>,
        #[command(flatten)]
        options: Box<SandboxOptions>,
    },
    /// Verify a snapshot and write it as a tar archive
    Load {
        /// Name of the snapshot
        name: String,
        /// The archive; `-` is standard output
        #[arg(long, short, value_name = "FILE")]
        output: PathBuf,
        /// Only what is below this directory
        #[arg(long, value_name = "PATH", default_value = "/")]
        path: String,
        #[command(flatten)]
        place: StoreOption,
    },
    /// List the snapshots
    Ls {
        #[command(flatten)]
        place: StoreOption,
    },
    /// Show what is different between two snapshots, as a unified diff
    Diff {
        /// The earlier
        before: String,
        /// The later
        after: String,
        /// Only name what is different
        #[arg(long)]
        name_only: bool,
        #[command(flatten)]
        place: StoreOption,
    },
    /// Forget a snapshot, and free what only it held
    Rm {
        /// Name of the snapshot
        name: String,
        #[command(flatten)]
        place: StoreOption,
    },
}

impl StoreOption {
    /// The store; made if it is not there.
    pub fn open(&self) -> anyhow::Result<Store> {
        let path = match &self.store {
            Some(path) => path.clone(),
            None => data_directory()?.join("snapshots"),
        };
        Ok(Store::open(&path)?)
    }

    /// A snapshot, verified.
    pub fn load(&self, name: &str) -> anyhow::Result<Snapshot> {
        let tree = self.open()?.load(name, &Limits::default())?;
        Ok(Snapshot::from_tree(tree))
    }
}

impl SnapshotOptions {
    /// Saves the sandbox's files if it was asked for.
    pub fn save(&self, sandbox: &Sandbox) -> anyhow::Result<()> {
        if let Some(name) = &self.save_snapshot {
            save(&self.place, name, sandbox)?;
        }
        Ok(())
    }
}

/// Does it; gives the exit code.
pub fn main(arguments: SnapshotArguments) -> anyhow::Result<i32> {
    let mut out = std::io::stdout().lock();
    match arguments.action {
        Action::Save { name, tar, options } => {
            let runtime = wardian_runtime(1)?;
            let sandbox = builder(&runtime, &options)?.build()?;
            if let Some(path) = tar {
                let archive = std::fs::File::open(&path)
                    .with_context(|| format!("cannot read the archive {}", path.display()))?;
                let place = options.cwd.as_deref().unwrap_or("/home/user");
                sandbox.fs().import_tar(archive, place)?;
            }
            save(&options.snapshots.place, &name, &sandbox)?;
        }
        Action::Load {
            name,
            output,
            path,
            place,
        } => {
            let runtime = wardian_runtime(1)?;
            let snapshot = place.load(&name)?;
            let sandbox = Sandbox::builder(&runtime).snapshot(&snapshot).build()?;
            if output.as_os_str() == "-" {
                if out.is_terminal() {
                    bail!("an archive is not for a terminal: redirect it, or name a file");
                }
                sandbox.fs().export_tar(path, &mut out)?;
            } else {
                let file = std::fs::File::create(&output)
                    .with_context(|| format!("cannot write {}", output.display()))?;
                sandbox.fs().export_tar(path, file)?;
            }
        }
        Action::Ls { place } => {
            for snapshot in place.open()?.list()? {
                match snapshot {
                    Ok(snapshot) => writeln!(out, "{}  {}", snapshot.root, snapshot.name)?,
                    Err(error) => eprintln!("wardian: {error}"),
                }
            }
        }
        Action::Diff {
            before,
            after,
            name_only,
            place,
        } => {
            let (before, after) = (place.load(&before)?, place.load(&after)?);
            let changes = diff(before.tree(), after.tree());
            // What guests wrote, names included.
            let mut out = guest_text();
            if name_only {
                changes.write_list(&mut out)?;
            } else {
                changes.write_unified(
                    before.tree(),
                    after.tree(),
                    &TextLimits::default(),
                    &mut out,
                )?;
            }
            out.flush()?;
            return Ok(i32::from(!changes.is_empty()));
        }
        Action::Rm { name, place } => {
            let store = place.open()?;
            store.remove(&name)?;
            store.collect_garbage()?;
        }
    }
    Ok(0)
}

fn save(place: &StoreOption, name: &str, sandbox: &Sandbox) -> anyhow::Result<()> {
    let report = place.open()?.save(sandbox.snapshot().tree(), name)?;
    if std::io::stderr().is_terminal() {
        eprintln!(
            "wardian: saved {name}: {} bytes new, {} shared",
            report.bytes_written, report.bytes_shared
        );
    }
    Ok(())
}
