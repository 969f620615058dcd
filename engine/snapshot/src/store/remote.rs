//! Snapshots in any store that the crate `object_store` knows.
//!
//! The code is the same as for a directory: it runs on threads of the runtime
//! that may block, and each of its accesses waits for the store there.

use std::any::Any;
use std::io;
use std::sync::Arc;

use bytes::Bytes;
use object_store::path::Path;
use object_store::{ObjectStore, ObjectStoreExt, PutPayload};
use tokio::runtime::Handle;
use wardian_vfs::Vfs;

use super::backend::{Backend, Habits, Piece};
use super::{Collection, SaveReport, Snapshot, Store, Verification};
use crate::error::{Error, ErrorKind};
use crate::limits::Limits;

/// [`Store`] over any `object_store`, asynchronously.
///
/// Such a store has no lock: nobody may save to it, or load from it, while
/// [`RemoteStore::collect_garbage`] runs. Everything else may run at any time.
/// A call that is dropped goes on in the background; at worst it leaves garbage.
#[derive(Clone)]
pub struct RemoteStore {
    store: Arc<Store>,
}

impl RemoteStore {
    /// Snapshots below `prefix`. Call it inside a tokio runtime, which must be
    /// there as long as the store is used.
    ///
    /// # Errors
    /// [`ErrorKind::Io`]: there is no runtime.
    pub fn new(objects: Arc<dyn ObjectStore>, prefix: Path) -> Result<RemoteStore, Error> {
        let runtime = Handle::try_current();
        let runtime = runtime.map_err(|error| Error::new(ErrorKind::Io, "tokio", error))?;
        let remote = Remote {
            objects,
            prefix,
            runtime,
        };
        Ok(RemoteStore {
            store: Arc::new(Store::with(Box::new(remote))),
        })
    }

    /// [`Store::save`].
    ///
    /// # Errors
    /// Those of [`Store::save`].
    pub async fn save(&self, tree: &Vfs, name: &str) -> Result<SaveReport, Error> {
        let (tree, name) = (tree.fork(), name.to_owned());
        self.run(move |store| store.save(&tree, &name)).await
    }

    /// [`Store::load`].
    ///
    /// # Errors
    /// Those of [`Store::load`].
    pub async fn load(&self, name: &str, limits: &Limits) -> Result<Vfs, Error> {
        let (name, limits) = (name.to_owned(), *limits);
        self.run(move |store| store.load(&name, &limits)).await
    }

    /// [`Store::verify`].
    ///
    /// # Errors
    /// Those of [`Store::verify`].
    pub async fn verify(&self, name: &str, limits: &Limits) -> Result<Verification, Error> {
        let (name, limits) = (name.to_owned(), *limits);
        self.run(move |store| store.verify(&name, &limits)).await
    }

    /// [`Store::list`].
    ///
    /// # Errors
    /// Those of [`Store::list`].
    pub async fn list(&self) -> Result<Vec<Result<Snapshot, Error>>, Error> {
        self.run(Store::list).await
    }

    /// [`Store::remove`].
    ///
    /// # Errors
    /// Those of [`Store::remove`].
    pub async fn remove(&self, name: &str) -> Result<(), Error> {
        let name = name.to_owned();
        self.run(move |store| store.remove(&name)).await
    }

    /// [`Store::collect_garbage`]; see above for when.
    ///
    /// # Errors
    /// Those of [`Store::collect_garbage`].
    pub async fn collect_garbage(&self) -> Result<Collection, Error> {
        self.run(Store::collect_garbage).await
    }

    async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Store) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Error> {
        let store = Arc::clone(&self.store);
        let done = tokio::task::spawn_blocking(move || work(&store)).await;
        done.unwrap_or_else(|error| Err(Error::new(ErrorKind::Io, "tokio", error)))
    }
}

/// A store and where in it.
struct Remote {
    objects: Arc<dyn ObjectStore>,
    prefix: Path,
    runtime: Handle,
}

/// Lets a piece be handed over without copying it.
struct Owned(Piece);

impl AsRef<[u8]> for Owned {
    fn as_ref(&self) -> &[u8] {
        self.0.as_ref()
    }
}

impl Remote {
    fn path(&self, path: &str) -> Path {
        let parts = path.split('/').map(str::to_owned);
        parts.fold(self.prefix.clone(), |path, part| path.join(part))
    }
}

impl Backend for Remote {
    fn habits(&self) -> Habits {
        let window_bytes = 4 << 20;
        Habits {
            window_bytes,
            direct_bytes: window_bytes,
        }
    }

    fn list(&self, folder: &str) -> io::Result<Vec<(String, u64)>> {
        let folder = self.path(folder);
        let listed = self.objects.list_with_delimiter(Some(&folder));
        let listed = self.runtime.block_on(listed)?;
        let entry = |object: object_store::ObjectMeta| {
            let name = object.location.filename()?.to_owned();
            Some((name, object.size))
        };
        let mut found: Vec<_> = listed.objects.into_iter().filter_map(entry).collect();
        found.sort();
        Ok(found)
    }

    fn read(&self, path: &str, start: u64, buffer: &mut [u8]) -> io::Result<()> {
        if buffer.is_empty() {
            return Ok(());
        }
        let end = start.saturating_add(buffer.len() as u64);
        let path = self.path(path);
        let bytes = self
            .runtime
            .block_on(self.objects.get_range(&path, start..end))?;
        if bytes.len() != buffer.len() {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        buffer.copy_from_slice(&bytes);
        Ok(())
    }

    fn read_all(&self, path: &str, most: u64) -> io::Result<Vec<u8>> {
        let path = self.path(path);
        let size = self.runtime.block_on(self.objects.head(&path))?.size;
        if size == 0 || most == 0 {
            return Ok(Vec::new());
        }
        let range = 0..size.min(most);
        let bytes = self
            .runtime
            .block_on(self.objects.get_range(&path, range))?;
        Ok(bytes.to_vec())
    }

    fn write(&self, path: &str, pieces: Vec<Piece>) -> io::Result<()> {
        let pieces = pieces
            .into_iter()
            .map(|piece| Bytes::from_owner(Owned(piece)));
        let payload: PutPayload = pieces.collect();
        let path = self.path(path);
        self.runtime.block_on(self.objects.put(&path, payload))?;
        Ok(())
    }

    fn remove(&self, path: &str) -> io::Result<()> {
        let path = self.path(path);
        // Some stores do not mind when there is nothing to remove.
        self.runtime.block_on(self.objects.head(&path))?;
        self.runtime.block_on(self.objects.delete(&path))?;
        Ok(())
    }

    fn lock(&self, _alone: bool) -> io::Result<Box<dyn Any>> {
        Ok(Box::new(()))
    }

    fn tidy(&self) -> io::Result<()> {
        Ok(())
    }
}
