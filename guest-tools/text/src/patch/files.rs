//! Putting results in place: whole files beside the old ones, then renamed.

use wardian_applet::sys::{self, Errno, OpenHow};

/// Writes a file anew; symbolic links are replaced, not followed.
pub fn write(path: &[u8], bytes: &[u8], mode: Option<u32>) -> Result<(), Errno> {
    make_parents(path);
    let how = OpenHow {
        exclusive: true,
        ..OpenHow::CREATE
    };
    let mut number = 0u32;
    let (temporary, fd) = loop {
        let name = [path, format!(".patch{number}").as_bytes()].concat();
        match sys::open(&name, how) {
            Ok(fd) => break (name, fd),
            Err(Errno::Exist) if number < 1000 => number += 1,
            Err(errno) => return Err(errno),
        }
    };
    let result = write_all(fd, bytes);
    sys::close(fd);
    let result = result.and_then(|()| match mode {
        Some(mode) => sys::chmod(&temporary, mode & 0o7777),
        None => Ok(()),
    });
    let result = result.and_then(|()| sys::rename(&temporary, path));
    if result.is_err() {
        let _ = sys::unlink(&temporary);
    }
    result
}

/// Removes a file and the directories that it leaves empty.
pub fn remove(root: &[u8], name: &[u8]) -> Result<(), Errno> {
    sys::unlink(&[root, name].concat())?;
    let mut rest = name;
    while let Some(at) = rest.iter().rposition(|byte| *byte == b'/') {
        rest = &rest[..at];
        if rest.is_empty() || sys::rmdir(&[root, rest].concat()).is_err() {
            break;
        }
    }
    Ok(())
}

fn make_parents(path: &[u8]) {
    for at in memchr::memchr_iter(b'/', path).filter(|at| *at > 0) {
        let _ = sys::mkdir(&path[..at]);
    }
}

fn write_all(fd: u32, mut bytes: &[u8]) -> Result<(), Errno> {
    while !bytes.is_empty() {
        let written = sys::write(fd, bytes)?;
        bytes = bytes.get(written..).unwrap_or_default();
    }
    Ok(())
}
