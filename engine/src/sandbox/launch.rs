//! From a command as an embedder describes it to a process about to start: its
//! program, directory, environment and descriptors.

use std::sync::Arc;
use std::time::Instant;

use wardian_abi::Errno;
use wardian_vfs::{At, Cred, Follow, NodeKind, PathMode};

use super::builder::env_block;
use super::exec::{Exec, What};
use crate::error::{Error, ErrorKind};
use crate::fd::{Description, Descriptor, Directory, FdTable};
use crate::process::{
    self, Image, Job, Kernel, Launch, Looked, Program, Refused, load_module, look, root_preopen,
};
use crate::runtime::ModuleBytes;
use crate::wasi::Strings;

/// Where a script starts and what runs it, if there is nothing to wait for: its shell
/// is linked already, as for all scripts but a sandbox's first.
///
/// # Errors
/// As [`place`].
pub(super) fn at_once(exec: &Exec) -> Result<(Arc<Directory>, Option<Found>), Error> {
    let kernel = &exec.kernel;
    let (Some(shell), What::Script(script)) = (exec.config.tools.shell(), &exec.what) else {
        return Ok((place(exec)?, None));
    };
    let usual = exec.cwd.is_none() && exec.session.is_none();
    let config = &exec.config;
    let found = |program, applet| {
        let args = shell_args(exec, shell, script);
        Some((args, program, applet, shell.clone()))
    };
    if usual && let Some(last) = kernel.last_start().again(kernel, &config.cwd) {
        let (cwd, (program, applet)) = last;
        return Ok((cwd, found(program, applet)));
    }
    let state = kernel.fs().state(&kernel.fs().lock());
    let cwd = place(exec)?;
    let cred = kernel.settings().cred;
    let looked = look(kernel, &cred, cwd.ino(), shell);
    let Ok(Looked::Linked((program, applet))) = looked else {
        return Ok((cwd, None));
    };
    if usual && let Some(state) = state {
        let last = kernel.last_start();
        let found = (program.clone(), applet.clone());
        last.keep(state, &config.cwd, cwd.ino(), found);
    }
    Ok((cwd, found(program, applet)))
}

/// Where an [`Exec`] starts.
///
/// # Errors
/// [`ErrorKind::File`].
fn place(exec: &Exec) -> Result<Arc<Directory>, Error> {
    let kernel = &exec.kernel;
    let cred = kernel.settings().cred;
    match &exec.session {
        // A shell goes to its own directory by itself.
        Some(_) => directory(kernel, &exec.config.cwd, None, &cred)
            .or_else(|_| directory(kernel, b"/", None, &cred)),
        None => working_directory(kernel, exec, &cred),
    }
}

/// From an [`Exec`] and its program to a process about to start.
///
/// # Errors
/// [`ErrorKind::Limit`]: arguments and environment. [`ErrorKind::File`]: a preopened
/// directory.
pub(super) fn launch(
    exec: &Exec,
    (args, program, applet, path): Found,
    cwd: Arc<Directory>,
    stdio: [Descriptor; 3],
    job: Arc<Job>,
    asked: Instant,
) -> Result<Launch, Error> {
    let kernel = &exec.kernel;
    let env = environment(exec);
    let size = args.block().len() + env.block().len();
    if size as u64 > u64::from(kernel.limits().argument_bytes) {
        return Err(Error::new(
            ErrorKind::Limit,
            "argument_bytes",
            format!(
                "arguments and environment take {} bytes, allowed are {}; pass long scripts on standard input",
                size,
                kernel.limits().argument_bytes
            ),
        ));
    }
    let full = |errno| Error::new(ErrorKind::Limit, "descriptors", errno);
    let mut fds = FdTable::new(kernel.limits().descriptors as usize);
    for (fd, descriptor) in (0..).zip(stdio) {
        fds.put(fd, descriptor).map_err(full)?;
    }
    if program.posix {
        let root = root_preopen(kernel).map_err(|errno| Error::path(b"/", errno))?;
        fds.put(3, root).map_err(full)?;
    } else {
        let preopens = preopens(kernel, exec, &cwd)?;
        for (fd, descriptor) in (3..).zip(preopens) {
            fds.put(fd, descriptor).map_err(full)?;
        }
    }
    if let Some(session) = &exec.session {
        for (number, descriptor) in session.descriptors() {
            fds.put_user(number, descriptor).map_err(full)?;
        }
    }
    Ok(Launch {
        image: Image {
            program,
            applet,
            path,
            args,
            env,
        },
        fds,
        cwd,
        umask: 0o022,
        job,
        ignored_signals: 0,
        group: Some(0),
        asked,
    })
}

fn environment(exec: &Exec) -> Strings {
    // A shell sets what holds for one of its scripts itself.
    if exec.env.is_empty() || exec.session.is_some() {
        return exec.config.env_block.clone();
    }
    let own = exec.config.env.iter();
    let overridden = |name: &Vec<u8>| exec.env.iter().any(|(set, _)| set == name);
    let pairs = own
        .filter(|(name, _)| !overridden(name))
        .chain(exec.env.iter());
    env_block(pairs)
}

fn working_directory(kernel: &Kernel, exec: &Exec, cred: &Cred) -> Result<Arc<Directory>, Error> {
    match &exec.cwd {
        Some(path) => directory(kernel, path, Some(&exec.config.cwd), cred),
        None => directory(kernel, &exec.config.cwd, None, cred),
    }
}

/// Opens a directory; a relative path belongs to `base`, else to the root.
fn directory(
    kernel: &Kernel,
    path: &[u8],
    base: Option<&[u8]>,
    cred: &Cred,
) -> Result<Arc<Directory>, Error> {
    let open = || {
        let ino = {
            let mut vfs = kernel.fs().lock();
            if let Some(base) = base {
                vfs.refresh_path(base);
            }
            let base = base.and_then(|base| vfs.find(base).ok());
            let at = At {
                base: base.unwrap_or(vfs.root()),
                root: vfs.root(),
                cred,
                mode: PathMode::Posix,
            };
            let found = vfs.resolve_fresh(&at, path, Follow::Last)?;
            let ino = found.target.ok_or(Errno::Noent)?;
            if vfs.stat(ino)?.kind != NodeKind::Directory {
                return Err(Errno::Notdir);
            }
            ino
        };
        Directory::open(kernel.fs(), ino, None)
    };
    open()
        .map(Arc::new)
        .map_err(|errno| Error::path(path, errno))
}

/// Arguments, program, applet and path.
pub(super) type Found = (Strings, Arc<Program>, Arc<[u8]>, Arc<[u8]>);

/// Arguments of the shell that runs a script.
fn shell_args(exec: &Exec, shell: &[u8], script: &[u8]) -> Strings {
    let name = shell.rsplit(|byte| *byte == b'/').next();
    let session = exec.session.as_ref();
    let own = session.map_or_else(Vec::new, |session| session.arguments(exec));
    // Else its first word would be an option of the shell.
    let option = script.starts_with(b"-") || script.starts_with(b"+");
    let words = name
        .into_iter()
        .chain(own.iter().map(Vec::as_slice))
        .chain([&b"-c"[..]])
        .chain(option.then_some(&b"--"[..]))
        .chain([script]);
    Strings::from_list(words)
}

/// The program of an [`Exec`], compiled if it has not been.
///
/// # Errors
/// [`ErrorKind::NotFound`], [`ErrorKind::Module`], [`ErrorKind::Limit`],
/// [`ErrorKind::Usage`].
pub(super) async fn find(exec: &Exec, cwd: &Directory) -> Result<Found, Error> {
    let kernel = &exec.kernel;
    let cred = &kernel.settings().cred;
    match &exec.what {
        What::Module(wasm, argv) => {
            let bytes = ModuleBytes::Wasm(wasm.clone());
            let name = argv.first().map_or(&b""[..], Vec::as_slice);
            if wasm.len() as u64 > kernel.limits().module_bytes {
                return Err(Error::new(
                    ErrorKind::Limit,
                    "module_bytes",
                    format!(
                        "the module has {} bytes, allowed are {}; raise it with \
                         Limits::module_bytes or --limit module_bytes=BYTES",
                        wasm.len(),
                        kernel.limits().module_bytes
                    ),
                ));
            }
            let title = String::from_utf8_lossy(name);
            let program = load_module(kernel, &title, bytes.digest(), bytes).await?;
            Ok((
                Strings::from_list(argv.iter()),
                program,
                Arc::default(),
                name.into(),
            ))
        }
        What::Script(script) => {
            let shell = exec.config.tools.shell().ok_or_else(|| {
                Error::new(
                    ErrorKind::NotFound,
                    "shell",
                    "the sandbox's tools name no shell",
                )
            })?;
            match process::find(kernel, cred, cwd.ino(), shell).await {
                Ok((program, applet)) => {
                    let args = shell_args(exec, shell, script);
                    Ok((args, program, applet, shell.clone()))
                }
                Err(refused) => Err(refused_error(shell, refused)),
            }
        }
        What::Argv(argv) => {
            let name = argv
                .first()
                .filter(|name| !name.is_empty())
                .ok_or_else(|| {
                    Error::new(
                        ErrorKind::Usage,
                        "command",
                        "it has no name: give at least one word",
                    )
                })?;
            for path in candidates(exec, name) {
                match process::find(kernel, cred, cwd.ino(), &path).await {
                    Ok((program, applet)) => {
                        let args = Strings::from_list(argv.iter());
                        return Ok((args, program, applet, path.into()));
                    }
                    Err(Refused::Errno(Errno::Noent | Errno::Notdir)) => {}
                    Err(refused) => return Err(refused_error(&path, refused)),
                }
            }
            Err(Error::new(
                ErrorKind::NotFound,
                String::from_utf8_lossy(name),
                "command not found",
            ))
        }
    }
}

fn candidates(exec: &Exec, name: &[u8]) -> Vec<Vec<u8>> {
    if name.contains(&b'/') {
        return vec![name.to_vec()];
    }
    let variable = exec
        .env
        .iter()
        .chain(&exec.config.env)
        .find(|(variable, _)| variable == b"PATH");
    let path = variable.map_or(&b"/usr/bin:/bin"[..], |(_, value)| value);
    path.split(|byte| *byte == b':')
        .map(|directory| [directory, b"/", name].concat())
        .collect()
}

fn refused_error(path: &[u8], refused: Refused) -> Error {
    match refused {
        Refused::Module(error) => error,
        Refused::Errno(errno) => {
            Error::new(ErrorKind::NotFound, String::from_utf8_lossy(path), errno)
        }
    }
}

/// What a module that is none of Wardian's own finds preopened.
fn preopens(kernel: &Kernel, exec: &Exec, cwd: &Directory) -> Result<Vec<Descriptor>, Error> {
    let names: &mut dyn Iterator<Item = &[u8]> = match &exec.preopens {
        Some(names) => &mut names.iter().map(Vec::as_slice),
        None => &mut [&b"/"[..], b"."].into_iter(),
    };
    let cred = kernel.settings().cred;
    let mut preopens = Vec::new();
    for name in names {
        let open = || {
            let ino = {
                let mut vfs = kernel.fs().lock();
                let at = At {
                    base: cwd.ino(),
                    root: vfs.root(),
                    cred: &cred,
                    mode: PathMode::Posix,
                };
                let found = vfs.resolve_fresh(&at, name, Follow::Last)?;
                found.target.ok_or(Errno::Noent)?
            };
            Directory::open(kernel.fs(), ino, Some(name))
        };
        let directory = open().map_err(|errno| Error::path(name, errno))?;
        let description = Description::Directory(directory);
        preopens.push(Descriptor::new(description, true, false));
    }
    Ok(preopens)
}
