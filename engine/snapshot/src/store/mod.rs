//! Snapshots in a directory or elsewhere: saving, loading, naming, checking,
//! cleaning up.

mod backend;
mod collect;
mod directory;
mod index;
mod load;
mod memo;
#[cfg(feature = "object-store")]
mod remote;
mod save;
mod sink;
mod source;
mod table;
#[cfg(test)]
mod tests;

#[cfg(feature = "object-store")]
pub use self::remote::RemoteStore;

use std::any::Any;
use std::path::Path;
use std::sync::mpsc::{Receiver, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};

use wardian_vfs::Vfs;

use self::backend::{Backend, Piece};
use self::collect::Needed;
use self::directory::Directory;
use self::index::{Index, Pack};
use self::memo::Memo;
use self::sink::{Sealed, Sink, Tally};
use self::source::Source;
use crate::error::{Error, ErrorKind};
use crate::format::reference::{self, REFERENCE_BYTES};
use crate::hash::Hash;
use crate::limits::Limits;

/// The folder of the references.
const REFERENCES: &str = "refs";
/// Most problems that [`Store::verify`] lists.
const PROBLEMS_MOST: usize = 1000;
/// Packs that wait for being written.
const PACKS_WAITING: usize = 1;

/// Snapshots, stored together: what they have in common is stored once.
///
/// All methods may be called from several threads and processes at a time.
pub struct Store {
    backend: Box<dyn Backend>,
    /// What was there when it was last looked at.
    index: Mutex<Arc<Index>>,
    /// Locked by the save that uses it; others at the same time do without.
    memo: Mutex<Memo>,
}

/// A snapshot in a store.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Snapshot {
    /// Its name.
    pub name: String,
    /// The hash of its root. Equal trees have equal roots.
    pub root: Hash,
}

/// What [`Store::save`] did.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct SaveReport {
    /// The hash of the root.
    pub root: Hash,
    /// Objects that were not there before.
    pub objects_written: u64,
    /// Bytes written for them, indexes included.
    pub bytes_written: u64,
    /// Objects that were there, by earlier snapshots or this one.
    pub objects_shared: u64,
    /// Their bytes.
    pub bytes_shared: u64,
}

/// What [`Store::verify`] found.
#[derive(Debug)]
pub struct Verification {
    /// Nodes of the snapshot.
    pub inodes: u64,
    /// What they are charged.
    pub bytes: u64,
    /// What is wrong; empty if all is well.
    pub problems: Vec<Error>,
}

/// What [`Store::collect_garbage`] did.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Collection {
    /// Packs removed.
    pub packs_removed: u64,
    /// Bytes of what was still needed in them and was written again.
    pub bytes_moved: u64,
    /// Bytes that the store takes less than before.
    pub bytes_freed: u64,
}

impl Store {
    /// Opens the store in a directory; makes it, for its owner only, if there is
    /// none. What counts as saved is on the disk.
    ///
    /// # Errors
    /// [`ErrorKind::Io`].
    pub fn open(directory: impl AsRef<Path>) -> Result<Store, Error> {
        Store::open_directory(directory.as_ref(), true)
    }

    /// [`Store::open`] without waiting for the disk: faster, but after a power
    /// failure what was saved last may be damaged. It is noticed then.
    ///
    /// # Errors
    /// [`ErrorKind::Io`].
    pub fn open_relaxed(directory: impl AsRef<Path>) -> Result<Store, Error> {
        Store::open_directory(directory.as_ref(), false)
    }

    fn open_directory(directory: &Path, durable: bool) -> Result<Store, Error> {
        let opened = Directory::open(directory, durable);
        let backend = opened.map_err(|error| Error::io(directory.display(), error))?;
        Ok(Store::with(Box::new(backend)))
    }

    pub(crate) fn with(backend: Box<dyn Backend>) -> Store {
        Store {
            backend,
            index: Mutex::default(),
            memo: Mutex::default(),
        }
    }

    /// Saves a filesystem under a name, which stands for it afterwards whatever
    /// it stood for before. Files that are only open are left out.
    ///
    /// # Errors
    /// [`ErrorKind::BadName`]: not a name. [`ErrorKind::Io`]. [`ErrorKind::Tree`]:
    /// a name or link target of more than 250 KiB.
    pub fn save(&self, tree: &Vfs, name: &str) -> Result<SaveReport, Error> {
        reference::check_name(name)?;
        let _guard = self.lock(false)?;
        let index = self.refresh()?;
        let tree = tree.fork();
        let (root, tally, _) = self.write(index, |sink| save::all(&tree, sink))?;
        self.put_reference(name, root)?;
        Ok(report(root, tally))
    }

    /// Loads a snapshot. All of it is checked: every object against its hash,
    /// every name, number and length against what can be.
    ///
    /// # Errors
    /// [`ErrorKind::NoSnapshot`], [`ErrorKind::BadName`], [`ErrorKind::Io`];
    /// [`ErrorKind::Corrupt`] and [`ErrorKind::Missing`] name the object;
    /// [`ErrorKind::Limit`] names the limit; [`ErrorKind::Version`].
    pub fn load(&self, name: &str, limits: &Limits) -> Result<Vfs, Error> {
        let _guard = self.lock(false)?;
        let root = self.root(name)?;
        let index = self.refresh()?;
        let mut source = Source::new(&*self.backend, &index, limits.page_bytes);
        load::all(&mut source, root, limits, load::Chunks::Keep)
    }

    /// Checks a snapshot as loading does, without keeping it in memory.
    ///
    /// # Errors
    /// Those of [`Store::load`] that come before the first object:
    /// [`ErrorKind::NoSnapshot`], [`ErrorKind::BadName`], [`ErrorKind::Io`],
    /// and a reference that is corrupt.
    pub fn verify(&self, name: &str, limits: &Limits) -> Result<Verification, Error> {
        let _guard = self.lock(false)?;
        let root = self.root(name)?;
        let index = self.refresh()?;
        // A source for each reading: what is read twice is charged once.
        let source = || Source::new(&*self.backend, &index, limits.page_bytes);
        let mut problems = Vec::new();
        let (mut inodes, mut bytes) = (0, 0);
        if let Ok(top) = load::root(&mut source(), root) {
            (inodes, bytes) = (top.inodes, top.bytes);
        }
        let check = load::Chunks::Check(&mut problems, PROBLEMS_MOST);
        if let Err(problem) = load::all(&mut source(), root, limits, check) {
            problems.push(problem);
        }
        Ok(Verification {
            inodes,
            bytes,
            problems,
        })
    }

    /// All snapshots, sorted by name. A reference that is damaged is an error of
    /// its own and does not hide the others.
    ///
    /// # Errors
    /// [`ErrorKind::Io`].
    pub fn list(&self) -> Result<Vec<Result<Snapshot, Error>>, Error> {
        let _guard = self.lock(false)?;
        let names = self.names()?;
        let snapshot = |name: String| self.root(&name).map(|root| Snapshot { name, root });
        Ok(names.into_iter().map(snapshot).collect())
    }

    /// Forgets a name. What only it stood for goes with the next
    /// [`Store::collect_garbage`].
    ///
    /// # Errors
    /// [`ErrorKind::NoSnapshot`], [`ErrorKind::BadName`], [`ErrorKind::Io`].
    pub fn remove(&self, name: &str) -> Result<(), Error> {
        let path = reference_path(name)?;
        let _guard = self.lock(false)?;
        let removed = self.backend.remove(&path);
        removed.map_err(|error| not_there(name, &path, error))
    }

    /// Removes what no snapshot needs. If it is not clear what all of them need,
    /// because one is damaged, nothing is removed.
    ///
    /// # Errors
    /// [`ErrorKind::Io`]; those of [`Store::load`] for damaged snapshots.
    pub fn collect_garbage(&self) -> Result<Collection, Error> {
        let _guard = self.lock(true)?;
        self.backend
            .tidy()
            .map_err(|error| Error::io("temporary files", error))?;
        let index = self.refresh()?;
        let mut needed = Needed::default();
        for name in self.names()? {
            let root = self.root(&name)?;
            // Every page is read once, so what is read is no more than is stored.
            let mut source = Source::new(&*self.backend, &index, u64::MAX);
            collect::mark(&mut source, root, &mut needed)?;
        }
        let plan = collect::plan(&index, &needed);
        // Into an empty index: to the sink all that moves is new.
        let (bytes_moved, tally, written) = self.write(Arc::default(), |sink| {
            let mut source = Source::new(&*self.backend, &index, u64::MAX);
            collect::move_all(&plan, &needed, &mut source, sink)
        })?;
        let mut collection = Collection {
            packs_removed: 0,
            bytes_moved,
            bytes_freed: 0,
        };
        for (name, size) in plan.gone {
            // What moved may make up the same pack again.
            if written.contains(&name) {
                continue;
            }
            let path = index::path(&name);
            let done = self.backend.remove(&path);
            done.map_err(|error| Error::io(&path, error))?;
            collection.bytes_freed += size;
            collection.packs_removed += 1;
        }
        collection.bytes_freed = collection.bytes_freed.saturating_sub(tally.bytes_written);
        Ok(collection)
    }

    fn lock(&self, alone: bool) -> Result<Box<dyn Any>, Error> {
        let locked = self.backend.lock(alone);
        locked.map_err(|error| Error::io("the lock of the store", error))
    }

    /// The index of what is there now.
    fn refresh(&self) -> Result<Arc<Index>, Error> {
        let mut index = self.index.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(new) = index.refreshed(&*self.backend)? {
            *index = Arc::new(new);
        }
        Ok(Arc::clone(&index))
    }

    /// Lets `put` put objects in that `index` lacks, while a thread writes the
    /// packs; what it answers, what was put in, and the names of the packs.
    fn write<T>(
        &self,
        index: Arc<Index>,
        put: impl FnOnce(&mut Sink<'_>) -> Result<T, Error>,
    ) -> Result<(T, Tally, Vec<String>), Error> {
        let (ready, waiting) = sync_channel(PACKS_WAITING);
        let memo = self.memo.try_lock().ok();
        let (done, written) = std::thread::scope(|scope| {
            let writer = scope.spawn(|| self.write_packs(waiting));
            let mut sink = Sink::new(&index, memo, ready);
            // In both cases the sink is gone before the writer is waited for.
            let done = match put(&mut sink) {
                Ok(answer) => sink.finish().map(|tally| (answer, tally)),
                Err(error) => {
                    drop(sink);
                    Err(error)
                }
            };
            (done, writer.join())
        });
        let stopped = |_| Error::new(ErrorKind::Io, index::FOLDER, "the writer stopped");
        let packs = written.map_err(stopped)??;
        let (answer, tally) = done?;
        drop(index);
        let names = packs.iter().map(|pack| pack.name.clone()).collect();
        let mut index = self.index.lock().unwrap_or_else(PoisonError::into_inner);
        let index = Arc::make_mut(&mut index);
        packs.into_iter().for_each(|pack| index.add(pack));
        Ok((answer, tally, names))
    }

    fn write_packs(&self, waiting: Receiver<Sealed>) -> Result<Vec<Pack>, Error> {
        let mut packs = Vec::new();
        for Sealed { pack, pieces } in waiting {
            let path = index::path(&pack.name);
            let written = self.backend.write(&path, pieces);
            written.map_err(|error| Error::io(&path, error))?;
            packs.push(pack);
        }
        Ok(packs)
    }

    /// The names of all references.
    fn names(&self) -> Result<Vec<String>, Error> {
        let found = self.backend.list(REFERENCES);
        let found = found.map_err(|error| Error::io(REFERENCES, error))?;
        let names = found.into_iter().map(|(name, _)| name);
        let mut names: Vec<String> = names
            .filter(|name| reference::check_name(name).is_ok())
            .collect();
        names.sort();
        Ok(names)
    }

    /// The root that a name stands for.
    fn root(&self, name: &str) -> Result<Hash, Error> {
        let path = reference_path(name)?;
        let text = self.backend.read_all(&path, REFERENCE_BYTES);
        let text = text.map_err(|error| not_there(name, &path, error))?;
        reference::decode(&path, &text)
    }

    fn put_reference(&self, name: &str, root: Hash) -> Result<(), Error> {
        let path = reference_path(name)?;
        let text = vec![Piece::Bytes(reference::encode(root))];
        let written = self.backend.write(&path, text);
        written.map_err(|error| Error::io(&path, error))
    }
}

fn reference_path(name: &str) -> Result<String, Error> {
    reference::check_name(name)?;
    Ok(format!("{REFERENCES}/{name}"))
}

fn not_there(name: &str, path: &str, error: std::io::Error) -> Error {
    if error.kind() == std::io::ErrorKind::NotFound {
        Error::new(
            ErrorKind::NoSnapshot,
            format!("snapshot `{name}`"),
            "there is none",
        )
    } else {
        Error::io(path, error)
    }
}

fn report(root: Hash, tally: Tally) -> SaveReport {
    SaveReport {
        root,
        objects_written: tally.objects_written,
        bytes_written: tally.bytes_written,
        objects_shared: tally.objects_shared,
        bytes_shared: tally.bytes_shared,
    }
}
