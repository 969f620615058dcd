//! The same snapshots in an object store. Needs the feature `object-store`.

use std::sync::Arc;

use object_store::memory::InMemory;
use object_store::path::Path;
use object_store::{ObjectStore, ObjectStoreExt};
use wardian_snapshot::{Collection, ErrorKind, Limits, RemoteStore, diff};
use wardian_vfs::{Quota, Vfs};

fn tree() -> Vfs {
    let mut vfs = Vfs::new(Quota::default(), 0);
    vfs.populate_base(1).unwrap();
    for number in 0..300_u32 {
        let contents = number.to_le_bytes().repeat(5000);
        vfs.write_file(format!("/d{}/{number}", number % 9), &contents, 0o640, 2)
            .unwrap();
    }
    vfs
}

fn run(test: impl Future<Output = ()>) {
    tokio::runtime::Runtime::new().unwrap().block_on(test);
}

#[test]
fn snapshots_are_saved_shared_loaded_and_cleaned_up() {
    run(saves_shares_loads_and_cleans_up());
}

#[test]
fn damaged_objects_are_named() {
    run(damage_is_noticed());
}

async fn saves_shares_loads_and_cleans_up() {
    let objects: Arc<dyn ObjectStore> = Arc::new(InMemory::new());
    let prefix = Path::from("tenant/snapshots");
    let store = RemoteStore::new(Arc::clone(&objects), prefix.clone()).unwrap();
    let limits = Limits::default();
    let mut vfs = tree();
    let first = store.save(&vfs, "one").await.unwrap();
    vfs.write_file("/d0/0", b"changed", 0o640, 3).unwrap();
    let second = store.save(&vfs, "two").await.unwrap();
    assert!(
        second.bytes_written * 50 < first.bytes_written,
        "{second:?}"
    );

    let other = RemoteStore::new(Arc::clone(&objects), prefix).unwrap();
    let listed = other.list().await.unwrap();
    let names: Vec<_> = listed
        .into_iter()
        .map(|found| found.unwrap().name)
        .collect();
    assert_eq!(names, ["one", "two"]);
    let (one, two) = (
        other.load("one", &limits).await.unwrap(),
        other.load("two", &limits).await.unwrap(),
    );
    assert!(diff(&vfs, &two).is_empty());
    assert!(diff(&tree(), &one).is_empty());

    other.remove("one").await.unwrap();
    let error = other.load("one", &limits).await.err().unwrap();
    assert_eq!(error.kind(), ErrorKind::NoSnapshot);
    store.collect_garbage().await.unwrap();
    assert_eq!(
        store.collect_garbage().await.unwrap(),
        Collection::default()
    );
    assert!(
        store
            .verify("two", &limits)
            .await
            .unwrap()
            .problems
            .is_empty()
    );
    other.remove("two").await.unwrap();
    assert!(other.collect_garbage().await.unwrap().packs_removed > 0);
    let packs = Path::from("tenant/snapshots/packs");
    let left = objects.list_with_delimiter(Some(&packs)).await.unwrap();
    assert!(left.objects.is_empty());
}

async fn damage_is_noticed() {
    let objects = Arc::new(InMemory::new());
    let store = RemoteStore::new(objects.clone(), Path::default()).unwrap();
    let vfs = tree();
    store.save(&vfs, "s").await.unwrap();
    let packs = objects
        .list_with_delimiter(Some(&Path::from("packs")))
        .await
        .unwrap();
    for pack in packs.objects {
        let whole = objects
            .get(&pack.location)
            .await
            .unwrap()
            .bytes()
            .await
            .unwrap();
        for place in [0, 100, whole.len() / 2, whole.len() - 50] {
            let mut bad = whole.to_vec();
            bad[place] ^= 4;
            objects.put(&pack.location, bad.into()).await.unwrap();
            let store = RemoteStore::new(objects.clone(), Path::default()).unwrap();
            match store.load("s", &Limits::default()).await {
                Ok(loaded) => assert!(place < 8 && diff(&loaded, &vfs).is_empty()),
                Err(error) => assert!(
                    matches!(error.kind(), ErrorKind::Corrupt | ErrorKind::Missing),
                    "{error}"
                ),
            }
        }
        objects.put(&pack.location, whole.into()).await.unwrap();
    }
}
