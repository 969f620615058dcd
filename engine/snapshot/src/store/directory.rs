//! Snapshots in a directory of the host.

use std::any::Any;
use std::collections::HashMap;
use std::fs::{self, File, OpenOptions};
use std::io::{self, IoSlice, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use super::backend::{Backend, Habits, Piece};

/// Folders of the store.
const FOLDERS: [&str; 3] = ["packs", "refs", TEMPORARY];
/// Where files are written before they get their names.
const TEMPORARY: &str = "tmp";
/// The file that is locked.
const LOCK: &str = "lock";
/// Packs kept open.
const OPEN_MOST: usize = 64;
/// Pieces handed to the system at once.
const PIECES_AT_ONCE: usize = 512;

/// A directory.
pub(crate) struct Directory {
    root: PathBuf,
    open: Mutex<HashMap<String, Arc<File>>>,
    counter: AtomicU64,
    /// Whether writes are on the disk before they count.
    durable: bool,
}

impl Directory {
    /// Opens a directory; makes it, for its owner only, if it is not there.
    pub(crate) fn open(root: &Path, durable: bool) -> io::Result<Directory> {
        for folder in FOLDERS {
            make_private(&root.join(folder))?;
        }
        Ok(Directory {
            root: root.to_owned(),
            open: Mutex::default(),
            counter: AtomicU64::new(0),
            durable,
        })
    }

    fn path(&self, path: &str) -> PathBuf {
        self.root.join(path)
    }

    fn file(&self, path: &str) -> io::Result<Arc<File>> {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(file) = open.get(path) {
            return Ok(Arc::clone(file));
        }
        if open.len() >= OPEN_MOST {
            open.clear();
        }
        let file = Arc::new(File::open(self.path(path))?);
        open.insert(path.to_owned(), Arc::clone(&file));
        Ok(file)
    }

    fn write_file(&self, temporary: &Path, pieces: &[Piece]) -> io::Result<()> {
        let mut options = OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let mut file = options.open(temporary)?;
        for pieces in pieces.chunks(PIECES_AT_ONCE) {
            let mut slices: Vec<IoSlice<'_>> = pieces
                .iter()
                .map(|piece| IoSlice::new(piece.as_ref()))
                .collect();
            write_all(&mut file, &mut slices)?;
        }
        if self.durable {
            file.sync_data()?;
        }
        Ok(())
    }
}

fn make_private(path: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)
}

fn write_all(file: &mut File, mut slices: &mut [IoSlice<'_>]) -> io::Result<()> {
    IoSlice::advance_slices(&mut slices, 0);
    while !slices.is_empty() {
        match file.write_vectored(slices) {
            Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
            Ok(written) => IoSlice::advance_slices(&mut slices, written),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

#[cfg(unix)]
fn read_exact_at(file: &File, buffer: &mut [u8], start: u64) -> io::Result<()> {
    std::os::unix::fs::FileExt::read_exact_at(file, buffer, start)
}

#[cfg(not(unix))]
fn read_exact_at(mut file: &File, buffer: &mut [u8], start: u64) -> io::Result<()> {
    use std::io::{Seek, SeekFrom};
    static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());
    let _guard = ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner);
    file.seek(SeekFrom::Start(start))?;
    file.read_exact(buffer)
}

impl Backend for Directory {
    fn habits(&self) -> Habits {
        Habits {
            window_bytes: 256 << 10,
            direct_bytes: 32 << 10,
        }
    }

    fn list(&self, folder: &str) -> io::Result<Vec<(String, u64)>> {
        let mut found = Vec::new();
        for entry in fs::read_dir(self.path(folder))? {
            let entry = entry?;
            // Names that are not UTF-8 are none of the store's.
            if let Ok(name) = entry.file_name().into_string() {
                let metadata = entry.metadata()?;
                if metadata.is_file() {
                    found.push((name, metadata.len()));
                }
            }
        }
        found.sort();
        Ok(found)
    }

    fn read(&self, path: &str, start: u64, buffer: &mut [u8]) -> io::Result<()> {
        read_exact_at(&*self.file(path)?, buffer, start)
    }

    fn read_all(&self, path: &str, most: u64) -> io::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        let file = File::open(self.path(path))?;
        file.take(most).read_to_end(&mut bytes)?;
        Ok(bytes)
    }

    fn write(&self, path: &str, pieces: Vec<Piece>) -> io::Result<()> {
        let number = self.counter.fetch_add(1, Ordering::Relaxed);
        let temporary = format!("{TEMPORARY}/{}-{number}", std::process::id());
        let temporary = self.path(&temporary);
        let target = self.path(path);
        let written = self
            .write_file(&temporary, &pieces)
            .and_then(|()| fs::rename(&temporary, &target));
        if written.is_err() {
            let _ = fs::remove_file(&temporary);
            return written;
        }
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        open.remove(path);
        #[cfg(unix)]
        if self.durable
            && let Some(folder) = target.parent()
        {
            File::open(folder)?.sync_all()?;
        }
        Ok(())
    }

    fn remove(&self, path: &str) -> io::Result<()> {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        open.remove(path);
        fs::remove_file(self.path(path))
    }

    fn lock(&self, alone: bool) -> io::Result<Box<dyn Any>> {
        let mut options = OpenOptions::new();
        options.write(true).create(true).truncate(false);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let file = options.open(self.path(LOCK))?;
        if alone {
            file.lock()?;
        } else {
            file.lock_shared()?;
        }
        Ok(Box::new(file))
    }

    fn tidy(&self) -> io::Result<()> {
        for (name, _) in self.list(TEMPORARY)? {
            fs::remove_file(self.path(TEMPORARY).join(name))?;
        }
        Ok(())
    }
}
