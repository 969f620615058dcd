//! What came of a recorded run, short enough to be kept, and where two differ.

use std::fmt;
use std::io::Write;

use sha2::{Digest, Sha256};

use super::wire::{Flaw, Reader, Writer};
use crate::error::Error;
use crate::sandbox::exec::ExecResult;
use crate::sandbox::{Sandbox, tarball};

/// What a replay gave otherwise than the run that was recorded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// What is different: `stdout`, `exit code`, `files` and the like.
    pub what: &'static str,
    /// What it was, in words.
    pub recorded: String,
    /// What it is now.
    pub replayed: String,
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Difference {
            what,
            recorded,
            replayed,
        } = self;
        write!(f, "{what}: recorded {recorded}, now {replayed}")
    }
}

/// Bytes by their number and digest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Sum {
    bytes: u64,
    sha256: [u8; 32],
}

impl Sum {
    pub(super) fn of(bytes: &[u8]) -> Sum {
        Sum {
            bytes: bytes.len() as u64,
            sha256: Sha256::digest(bytes).into(),
        }
    }

    fn show(&self) -> String {
        format!("{} bytes (sha256 {}...)", self.bytes, hex(&self.sha256, 8))
    }
}

/// The first bytes of a digest.
pub(super) fn hex(digest: &[u8], bytes: usize) -> String {
    let pairs = digest.iter().take(bytes).map(|byte| format!("{byte:02x}"));
    pairs.collect()
}

/// Figures of a run by name, in the order they are kept.
const FIGURES: [&str; 11] = [
    "exit code",
    "signal",
    "timed out",
    "cancelled",
    "dropped bytes of stdout",
    "dropped bytes of stderr",
    "wall time in ns",
    "fuel",
    "peak memory in bytes",
    "bytes read",
    "bytes written",
];

/// What came of a run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Outcome {
    figures: [u64; FIGURES.len()],
    stdout: Sum,
    stderr: Sum,
    files: Sum,
}

impl Outcome {
    pub(super) fn of(sandbox: &Sandbox, result: &ExecResult) -> Result<Outcome, Error> {
        let tree = sandbox.snapshot();
        let mut hashing = Hashing::default();
        tarball::export(tree.tree(), b"/", &mut hashing)?;
        let usage = &result.usage;
        let ns = |time: std::time::Duration| u64::try_from(time.as_nanos()).unwrap_or(u64::MAX);
        Ok(Outcome {
            figures: [
                u64::from(result.exit_code.unsigned_abs()),
                result.signal.map_or(0, |signal| signal.raw().into()),
                result.timed_out.into(),
                result.cancelled.into(),
                result.stdout_dropped_bytes,
                result.stderr_dropped_bytes,
                ns(usage.wall_time),
                ns(usage.cpu_time),
                usage.peak_memory_bytes,
                usage.read_bytes,
                usage.written_bytes,
            ],
            stdout: Sum::of(&result.stdout),
            stderr: Sum::of(&result.stderr),
            files: Sum {
                bytes: hashing.bytes,
                sha256: hashing.hasher.finalize().into(),
            },
        })
    }

    pub(super) fn differences(&self, now: &Outcome) -> Vec<Difference> {
        let figures = self.figures.iter().zip(&now.figures);
        let figures = FIGURES
            .into_iter()
            .zip(figures)
            .filter(|(_, (recorded, replayed))| recorded != replayed)
            .map(|(what, (recorded, replayed))| Difference {
                what,
                recorded: recorded.to_string(),
                replayed: replayed.to_string(),
            });
        let sums = [
            ("stdout", &self.stdout, &now.stdout),
            ("stderr", &self.stderr, &now.stderr),
            ("files, as a tar archive", &self.files, &now.files),
        ];
        let sums = sums
            .into_iter()
            .filter(|(_, recorded, replayed)| recorded != replayed)
            .map(|(what, recorded, replayed)| Difference {
                what,
                recorded: recorded.show(),
                replayed: replayed.show(),
            });
        figures.chain(sums).collect()
    }

    pub(super) fn write(&self, out: &mut Writer) {
        out.list(self.figures.iter(), |out, figure| out.number(*figure));
        for sum in [&self.stdout, &self.stderr, &self.files] {
            out.number(sum.bytes);
            out.bytes(&sum.sha256);
        }
    }

    pub(super) fn read(from: &mut Reader<'_>) -> Result<Outcome, Flaw> {
        let figures = from.list(Reader::number)?;
        let sum = |from: &mut Reader<'_>| {
            Ok(Sum {
                bytes: from.number()?,
                sha256: digest(from)?,
            })
        };
        Ok(Outcome {
            figures: figures.try_into().map_err(|_| "figures are missing")?,
            stdout: sum(from)?,
            stderr: sum(from)?,
            files: sum(from)?,
        })
    }
}

pub(super) fn digest(from: &mut Reader<'_>) -> Result<[u8; 32], Flaw> {
    from.bytes()?
        .try_into()
        .map_err(|_| "a digest has another length")
}

/// Takes bytes for their digest only.
#[derive(Default)]
struct Hashing {
    hasher: Sha256,
    bytes: u64,
}

impl Write for Hashing {
    fn write(&mut self, data: &[u8]) -> std::io::Result<usize> {
        self.hasher.update(data);
        self.bytes += data.len() as u64;
        Ok(data.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}
