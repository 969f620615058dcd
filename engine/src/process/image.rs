//! From a path to a program: applets, wasm files, or `ENOEXEC`.

use std::sync::Arc;

use sha2::{Digest, Sha256};
use wardian_abi::{APPLET_MAGIC, Errno};
use wardian_vfs::{Access, At, Cred, Follow, Ino, NodeKind, PathMode, Vfs};

use super::kernel::Kernel;
use super::program::Program;
use crate::error::{Error, ErrorKind};
use crate::runtime::ModuleBytes;
use crate::wasi::Strings;

/// Longest applet file: magic, module name, applet name.
const APPLET_FILE_BYTES: usize = 256;

/// A program about to run, with what it is told.
#[derive(Clone)]
pub struct Image {
    /// The module.
    pub program: Arc<Program>,
    /// Name of the applet; empty if the module is not a multicall one.
    pub applet: Arc<[u8]>,
    /// Where it was found.
    pub path: Arc<[u8]>,
    /// Arguments.
    pub args: Strings,
    /// Environment.
    pub env: Strings,
}

/// A program and the name of its applet.
pub type Found = (Arc<Program>, Arc<[u8]>);

/// What a file holds, as far as running it goes.
pub enum Kind {
    /// An applet of a tool's module.
    Applet {
        /// The module.
        module: String,
        /// The applet.
        applet: Arc<[u8]>,
    },
    /// A module of the guest's own.
    Wasm(Vec<u8>),
}

/// Why a path did not become a program.
#[derive(Debug)]
pub enum Refused {
    /// The guest's mistake.
    Errno(Errno),
    /// A module that cannot be run; a person is told why.
    Module(Error),
}

impl From<Errno> for Refused {
    fn from(errno: Errno) -> Refused {
        Refused::Errno(errno)
    }
}

/// What is at the path of a program.
pub enum Looked {
    /// A tool that is linked already.
    Linked(Found),
    /// It has to be compiled, linked, or found in the cache first.
    Load(Kind),
}

/// Looks at the program at `path`, seen from the directory `base`. Waits for nothing.
///
/// # Errors
/// As `execve`; `FBIG`: [`crate::Limits::module_bytes`].
pub fn look(kernel: &Kernel, cred: &Cred, base: Ino, path: &[u8]) -> Result<Looked, Errno> {
    let limit_bytes = kernel.limits().module_bytes;
    let kind = inspect(&mut kernel.fs().lock(), limit_bytes, cred, base, path)?;
    let Kind::Applet { module, applet } = kind else {
        return Ok(Looked::Load(kind));
    };
    let source = kernel.program_source(&module).ok_or(Errno::Noexec)?;
    Ok(match kernel.programs().get(&source.digest, true) {
        Some(program) => Looked::Linked((program, applet)),
        None => Looked::Load(Kind::Applet { module, applet }),
    })
}

/// Finds the program at `path`, seen from the directory `base`.
///
/// # Errors
/// As [`look`] and [`load`].
pub async fn find(kernel: &Kernel, cred: &Cred, base: Ino, path: &[u8]) -> Result<Found, Refused> {
    match look(kernel, cred, base, path)? {
        Looked::Linked(found) => Ok(found),
        Looked::Load(kind) => load(kernel, path, kind).await,
    }
}

/// Makes ready what was found at `path`.
///
/// # Errors
/// [`Refused::Module`]: as [`load_module`].
pub async fn load(kernel: &Kernel, path: &[u8], kind: Kind) -> Result<Found, Refused> {
    match kind {
        Kind::Applet { module, applet } => {
            let source = kernel.program_source(&module).ok_or(Errno::Noexec)?;
            let (digest, bytes) = (source.digest, source.bytes.clone());
            let load = kernel.programs().load(&module, digest, bytes, true);
            Ok((load.await.map_err(Refused::Module)?, applet))
        }
        Kind::Wasm(bytes) => {
            let name = String::from_utf8_lossy(path);
            let digest = Sha256::digest(&bytes).into();
            let bytes = ModuleBytes::Wasm(bytes.into());
            let program = load_module(kernel, &name, digest, bytes).await;
            Ok((program.map_err(Refused::Module)?, Arc::default()))
        }
    }
}

/// Compiles and links a module that is not one of the tools.
///
/// # Errors
/// [`ErrorKind::Module`]; [`ErrorKind::Limit`]: [`crate::Limits::compile_time`]
/// is over.
pub async fn load_module(
    kernel: &Kernel,
    name: &str,
    digest: [u8; 32],
    bytes: ModuleBytes,
) -> Result<Arc<Program>, Error> {
    let limit = kernel.limits().compile_time;
    if let Some(program) = kernel.programs().get(&digest, false) {
        return Ok(program);
    }
    let load = kernel.programs().load(name, digest, bytes, false);
    tokio::time::timeout(limit, load).await.unwrap_or_else(|_| {
        let reason = format!(
            "{name} was not compiled within {limit:?}; larger modules need more: raise it with \
             Limits::compile_time or --limit compile_time=SECONDS"
        );
        Err(Error::new(ErrorKind::Limit, "compile_time", reason))
    })
}

fn inspect(
    vfs: &mut Vfs,
    module_limit_bytes: u64,
    cred: &Cred,
    base: Ino,
    path: &[u8],
) -> Result<Kind, Errno> {
    let mut head = [0; APPLET_FILE_BYTES];
    let at = At {
        base,
        root: vfs.root(),
        cred,
        mode: PathMode::Posix,
    };
    let found = vfs.resolve_fresh(&at, path, Follow::Last)?;
    if found.magic.is_some() {
        return Err(Errno::Acces);
    }
    let ino = found.target.ok_or(Errno::Noent)?;
    let stat = vfs.stat(ino)?;
    if stat.kind != NodeKind::Regular || stat.mode & 0o111 == 0 {
        return Err(Errno::Acces);
    }
    vfs.access(ino, cred, Access::EXECUTE)?;
    let length = vfs.read(ino, 0, &mut head)?;
    let head = head.get(..length).ok_or(Errno::Io)?;
    if let Some(rest) = head.strip_prefix(APPLET_MAGIC) {
        let (module, applet) = applet(rest).ok_or(Errno::Noexec)?;
        return Ok(Kind::Applet {
            module: module.to_owned(),
            applet: applet.into(),
        });
    }
    if !head.starts_with(b"\0asm") {
        return Err(Errno::Noexec);
    }
    if stat.size_bytes > module_limit_bytes {
        return Err(Errno::Fbig);
    }
    let mut bytes = vec![0; usize::try_from(stat.size_bytes).map_err(|_| Errno::Fbig)?];
    let length = vfs.read(ino, 0, &mut bytes)?;
    bytes.truncate(length);
    Ok(Kind::Wasm(bytes))
}

/// The rest of an applet file: module name, NUL, applet name, newline.
fn applet(rest: &[u8]) -> Option<(&str, &[u8])> {
    let line = rest.split(|byte| *byte == b'\n').next()?;
    let mut parts = line.split(|byte| *byte == 0);
    let module = std::str::from_utf8(parts.next()?).ok()?;
    Some((module, parts.next()?))
}

/// Contents of the file that stands for an applet.
pub fn applet_file(module: &str, applet: &str) -> Vec<u8> {
    [
        APPLET_MAGIC,
        module.as_bytes(),
        b"\0",
        applet.as_bytes(),
        b"\n",
    ]
    .concat()
}
