//! Runs taken down, to be run again: all that enters one from outside, and a
//! summary of what came of it, in one file. It begins with a line, a version and
//! the SHA-256 digest of the rest: fields in one order, lengths before what has no
//! fixed one, numbers with their low byte first.

mod outcome;
mod wire;

use std::io::{Read, Write};
use std::sync::Arc;
use std::time::{Duration, UNIX_EPOCH};

use sha2::{Digest, Sha256};
use wardian_vfs::{Cred, Quota, Vfs};

use self::outcome::{Outcome, digest, hex};
use self::wire::{Flaw, Reader, Writer};
use super::determinism::Determinism;
use super::exec::{Exec, ExecResult};
use super::runtime::Runtime;
use super::snapshot::Snapshot;
use super::tools::Tools;
use super::{Sandbox, tarball};
use crate::audit::Audit;
use crate::error::{Error, ErrorKind};
use crate::limits::Limits;

pub use self::outcome::Difference;

/// How a file of a recording begins.
const MAGIC: &[u8] = b"WARDIAN-RECORDING\n";
/// The form of what follows.
const VERSION: u32 = 1;
/// Most processors that a recording shows.
const PROCESSORS: u32 = 4096;
/// The largest recording.
const RECORDING_BYTES: u64 = 2 << 30;

/// A script with all that it depends on: its input, the files, variables,
/// working directory, limits, user, seed and time of its sandbox, and the digests
/// of the tools; and, once it has run, what came of it. The run is that of a
/// deterministic sandbox, so it can be repeated anywhere.
///
/// ```no_run
/// # use wardian_engine::{Determinism, Recording, Runtime, Sandbox, Tools};
/// # async fn example(runtime: Runtime, tools: Tools) -> Result<(), wardian_engine::Error> {
/// let builder = Sandbox::builder(&runtime).tools(&tools);
/// let sandbox = builder.deterministic(Determinism::default()).build()?;
/// let mut recording = Recording::new(&sandbox, "date; ls -l", "")?;
/// let sandbox = recording.sandbox(&runtime, &tools)?;
/// let result = recording.exec(&sandbox).await?;
/// recording.finish(&sandbox, &result)?;
///
/// let sandbox = recording.sandbox(&runtime, &tools)?;
/// let result = recording.exec(&sandbox).await?;
/// assert!(recording.compare(&sandbox, &result)?.is_empty());
/// # Ok(()) }
/// ```
pub struct Recording {
    inputs: Inputs,
    outcome: Option<Outcome>,
    audit: Option<Arc<dyn Audit>>,
}

struct Inputs {
    script: Vec<u8>,
    stdin: Vec<u8>,
    env: Vec<(Vec<u8>, Vec<u8>)>,
    cwd: Vec<u8>,
    limits: Limits,
    cred: Cred,
    processors: u32,
    seed: [u8; 32],
    start_ns: u64,
    /// The modules of the tools, with their digests.
    modules: Vec<(String, [u8; 32])>,
    /// A tar archive of all files.
    files: Vec<u8>,
}

impl Recording {
    /// Takes down what a script will find in this sandbox. It does not run there:
    /// see [`Recording::sandbox`].
    ///
    /// # Errors
    /// [`ErrorKind::Usage`]: the sandbox is not deterministic, or folders of the
    /// host are mounted in it. [`ErrorKind::Limit`]: its files take more than
    /// 2 GiB.
    pub fn new(
        sandbox: &Sandbox,
        script: impl Into<Vec<u8>>,
        stdin: impl Into<Vec<u8>>,
    ) -> Result<Recording, Error> {
        let refuse = |reason| Err(Error::new(ErrorKind::Usage, "recording", reason));
        let settings = sandbox.kernel().settings();
        let Some(time) = settings.clock.virtual_time() else {
            return refuse("only runs of a deterministic sandbox can be repeated");
        };
        let tree = sandbox.snapshot();
        if tree.tree().has_mounts() {
            return refuse(
                "a folder of the host is mounted, and may change at any time: \
                 copy it into the sandbox",
            );
        }
        let mut files = Bounded(Vec::new());
        tarball::export(tree.tree(), b"/", &mut files).map_err(|error| match files.0.len() {
            length if length as u64 >= RECORDING_BYTES / 2 => {
                Error::new(ErrorKind::Limit, "recording", error)
            }
            _ => error,
        })?;
        let config = sandbox.config();
        let modules = config.tools.sources().iter();
        Ok(Recording {
            inputs: Inputs {
                script: script.into(),
                stdin: stdin.into(),
                env: config.env.clone(),
                cwd: config.cwd.clone(),
                limits: Limits::clone(&settings.limits),
                cred: settings.cred,
                processors: settings.processors,
                seed: settings.seed,
                start_ns: time.realtime_ns(),
                modules: modules
                    .map(|(name, source)| (name.clone(), source.digest))
                    .collect(),
                files: files.0,
            },
            outcome: None,
            audit: settings.audit.clone(),
        })
    }

    /// The limits that it runs under, which are those of who recorded it.
    pub fn limits(&self) -> &Limits {
        &self.inputs.limits
    }

    /// Names of limits that are wider than these.
    pub fn exceeds(&self, limits: &Limits) -> Vec<&'static str> {
        let own = self.inputs.limits.numbers().into_iter();
        own.zip(limits.numbers())
            .filter(|((_, own), (_, other))| own > other)
            .map(|((name, _), _)| name)
            .collect()
    }

    /// A sandbox like the one that was recorded, in which nothing has run. Made
    /// from the recording alone, but for the tools, which must be the same.
    ///
    /// # Errors
    /// [`ErrorKind::Module`]: the tools lack a module, or have another one of that
    /// name. [`ErrorKind::File`], [`ErrorKind::HostFile`]: the files do not fit, or
    /// are no archive. [`ErrorKind::Runtime`].
    pub fn sandbox(&self, runtime: &Runtime, tools: &Tools) -> Result<Sandbox, Error> {
        let inputs = &self.inputs;
        for (name, recorded) in &inputs.modules {
            let here = tools.sources().get(name).map(|source| source.digest);
            if here != Some(*recorded) {
                let here = here.map_or("there is none".into(), |digest| hex(&digest, 8));
                let recorded = hex(recorded, 8);
                return Err(Error::new(
                    ErrorKind::Module,
                    name,
                    format!(
                        "recorded with sha256 {recorded}..., here: {here}; use the build of \
                         wardian that recorded it, and the same tools of your own"
                    ),
                ));
            }
        }
        let mut tree = Vfs::new(Quota::default(), inputs.start_ns);
        tree.populate_base(inputs.start_ns)
            .map_err(|errno| Error::path(b"/", errno))?;
        let mut builder = Sandbox::builder(runtime)
            .tools(tools)
            .snapshot(&Snapshot::from_tree(tree))
            .deterministic(Determinism {
                seed: inputs.seed,
                start: UNIX_EPOCH + Duration::from_nanos(inputs.start_ns),
            })
            .clear_env()
            .cwd(&inputs.cwd)
            .limits(inputs.limits.clone())
            .user(inputs.cred.uid, inputs.cred.gid)
            .processors(inputs.processors);
        for (name, value) in &inputs.env {
            builder = builder.env(name, value);
        }
        if let Some(audit) = &self.audit {
            builder = builder.audit(audit.clone());
        }
        let sandbox = builder.build()?;
        sandbox.fs().import_tar(&*inputs.files, "/")?;
        Ok(sandbox)
    }

    /// The script with its input, in a sandbox of [`Recording::sandbox`].
    pub fn exec(&self, sandbox: &Sandbox) -> Exec {
        let exec = sandbox.exec(self.inputs.script.clone());
        exec.stdin(self.inputs.stdin.clone())
    }

    /// Notes what came of the run, collected, and how it left its sandbox.
    ///
    /// # Errors
    /// [`ErrorKind::File`]: a file cannot be read.
    pub fn finish(&mut self, sandbox: &Sandbox, result: &ExecResult) -> Result<(), Error> {
        self.outcome = Some(Outcome::of(sandbox, result)?);
        Ok(())
    }

    /// What came out otherwise than when it was recorded: outputs, exit code,
    /// figures, and the files that the run left.
    ///
    /// # Errors
    /// [`ErrorKind::Usage`]: there is nothing to compare with.
    pub fn compare(
        &self,
        sandbox: &Sandbox,
        result: &ExecResult,
    ) -> Result<Vec<Difference>, Error> {
        let recorded = self.outcome.as_ref().ok_or_else(unfinished)?;
        Ok(recorded.differences(&Outcome::of(sandbox, result)?))
    }

    /// Writes it, for [`Recording::read`].
    ///
    /// # Errors
    /// [`ErrorKind::Usage`]: it has not run. [`ErrorKind::HostFile`]: `out` fails.
    pub fn write(&self, mut out: impl Write) -> Result<(), Error> {
        let outcome = self.outcome.as_ref().ok_or_else(unfinished)?;
        let mut body = Writer::default();
        self.inputs.write(&mut body);
        outcome.write(&mut body);
        let sum: [u8; 32] = Sha256::digest(&body.0).into();
        [MAGIC, &VERSION.to_le_bytes(), &sum, &body.0]
            .into_iter()
            .try_for_each(|part| out.write_all(part))
            .and_then(|()| out.flush())
            .map_err(|error| Error::new(ErrorKind::HostFile, "recording", error))
    }

    /// Reads what [`Recording::write`] wrote. The file may be anybody's: running
    /// it is as safe as running any script under the limits that it names
    /// ([`Recording::exceeds`]).
    ///
    /// # Errors
    /// [`ErrorKind::HostFile`]: `input` fails, is no recording, is one of another
    /// version, or has been changed.
    pub fn read(input: impl Read) -> Result<Recording, Error> {
        let broken =
            |reason: &dyn std::fmt::Display| Error::new(ErrorKind::HostFile, "recording", reason);
        let mut bytes = Vec::new();
        let most = RECORDING_BYTES;
        let length = input
            .take(most + 1)
            .read_to_end(&mut bytes)
            .map_err(|error| broken(&error))?;
        if length as u64 > most {
            return Err(broken(&format!("it has more than {most} bytes")));
        }
        let mut from = Reader(&bytes);
        if from.take(MAGIC.len()) != Ok(MAGIC) {
            return Err(broken(&"this is none"));
        }
        let version = from.array().map(u32::from_le_bytes);
        let version = version.map_err(|flaw| broken(&flaw))?;
        if version != VERSION {
            return Err(broken(&format!(
                "it is of version {version}; this program reads version {VERSION}"
            )));
        }
        let sum = from.array::<32>().map_err(|flaw| broken(&flaw))?;
        if sum != <[u8; 32]>::from(Sha256::digest(from.0)) {
            return Err(broken(
                &"its digest is another: it was changed or cut off after it was written",
            ));
        }
        let parse = |from: &mut Reader<'_>| {
            let inputs = Inputs::read(from)?;
            let outcome = Outcome::read(from)?;
            from.end()?;
            Ok(Recording {
                inputs,
                outcome: Some(outcome),
                audit: None,
            })
        };
        parse(&mut from).map_err(|flaw: Flaw| broken(&flaw))
    }
}

impl Inputs {
    fn write(&self, out: &mut Writer) {
        out.bytes(&self.script);
        out.bytes(&self.stdin);
        out.list(self.env.iter(), |out, (name, value)| {
            out.bytes(name);
            out.bytes(value);
        });
        out.bytes(&self.cwd);
        out.list(self.limits.numbers().into_iter(), |out, (name, number)| {
            out.bytes(name.as_bytes());
            out.number(number);
        });
        out.number(self.cred.uid.into());
        out.number(self.cred.gid.into());
        out.number(self.processors.into());
        out.bytes(&self.seed);
        out.number(self.start_ns);
        out.list(self.modules.iter(), |out, (name, digest)| {
            out.bytes(name.as_bytes());
            out.bytes(digest);
        });
        out.bytes(&self.files);
    }

    fn read(from: &mut Reader<'_>) -> Result<Inputs, Flaw> {
        Ok(Inputs {
            script: from.bytes()?.to_vec(),
            stdin: from.bytes()?.to_vec(),
            env: from.list(|from| Ok((from.bytes()?.to_vec(), from.bytes()?.to_vec())))?,
            cwd: from.bytes()?.to_vec(),
            limits: {
                let mut limits = Limits::default();
                for (name, number) in from.list(|from| Ok((from.text()?, from.number()?)))? {
                    limits
                        .set_number(name, number)
                        .ok_or("it has a limit that is not known here")?;
                }
                limits
            },
            cred: Cred {
                uid: from.number32()?,
                gid: from.number32()?,
            },
            processors: match from.number32()? {
                processors @ 1..=PROCESSORS => processors,
                _ => return Err("it shows too many processors"),
            },
            seed: digest(from)?,
            start_ns: from.number()?,
            modules: from.list(|from| Ok((from.text()?.to_owned(), digest(from)?)))?,
            files: from.bytes()?.to_vec(),
        })
    }
}

fn unfinished() -> Error {
    let reason = "it has not run yet: there is no outcome";
    Error::new(ErrorKind::Usage, "recording", reason)
}

/// Takes bytes as long as a recording has room for them.
struct Bounded(Vec<u8>);

impl Write for Bounded {
    fn write(&mut self, data: &[u8]) -> std::io::Result<usize> {
        // Half for the files: input and script must fit as well.
        if (self.0.len() + data.len()) as u64 > RECORDING_BYTES / 2 {
            return Err(std::io::Error::other(
                "the sandbox's files take more than 1 GiB: record with fewer",
            ));
        }
        self.0.extend_from_slice(data);
        Ok(data.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests;
