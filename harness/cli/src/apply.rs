//! `wardian apply`.

use std::io::{BufWriter, Write};
use std::path::PathBuf;

use clap::Args;
use wardian::{Applied, Apply};

use crate::overlay_diff::{line, load};
use crate::terminal::{guest_text, plain};

/// Makes the changes that a script made in an overlay in the folder of the host.
/// Each file is replaced in one step. Where the host changed one of the paths
/// since the script ran, nothing is changed at all and the exit code is 1.
#[derive(Args)]
#[command(after_help = "\
Examples:
  wardian exec --mount .:/work:overlay --cwd /work --save work.wardian 'rm *.bak'
  wardian apply --dry-run work.wardian
  wardian apply work.wardian && rm work.wardian")]
pub struct ApplyArguments {
    /// The file that `wardian exec --save` or `wardian agent --save` wrote
    file: PathBuf,

    /// Only print what would be done
    #[arg(long)]
    dry_run: bool,
}

/// Applies it; gives the exit code.
pub fn main(arguments: ApplyArguments) -> anyhow::Result<i32> {
    let changes = load(&arguments.file)?;
    let report = changes.apply(Apply {
        dry_run: arguments.dry_run,
    })?;
    if !report.conflicts.is_empty() {
        for conflict in &report.conflicts {
            let path = changes
                .host()
                .join(String::from_utf8_lossy(&conflict.path).as_ref());
            let path = plain(&path.to_string_lossy());
            eprintln!("wardian: {path}: {}", conflict.reason);
        }
        eprintln!(
            "wardian: nothing was changed: undo the changes above on the host, or run the script again"
        );
        return Ok(1);
    }
    let mut out = BufWriter::new(guest_text());
    for (change, applied) in &report.changes {
        if *applied == Applied::LeftOut {
            let path = plain(&String::from_utf8_lossy(&change.path));
            eprintln!("wardian: {path}: left out: neither file, directory nor symbolic link");
        } else if *applied == Applied::Done {
            out.write_all(&line(change))?;
        }
    }
    out.flush()?;
    Ok(0)
}
