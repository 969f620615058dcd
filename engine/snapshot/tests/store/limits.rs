//! Limits are charged, and named when they are exceeded.

use wardian_snapshot::{ErrorKind, Limits, Store};
use wardian_vfs::Quota;

use crate::trees::tree;

#[test]
fn each_limit_is_named() {
    let directory = tempfile::tempdir().unwrap();
    let store = Store::open(directory.path()).unwrap();
    let mut vfs = tree(&[]);
    vfs.write_file("/a/b/c/d/long name/file", &[1; 100_000], 0o644, 1)
        .unwrap();
    let first = vfs.find("/a/b/c/d/long name/file").unwrap();
    let root = vfs.root();
    let ctx = wardian_vfs::Ctx {
        cred: wardian_vfs::Cred::ROOT,
        now: 1,
    };
    for number in 0..4 {
        vfs.link(&ctx, first, root, format!("l{number}").as_bytes())
            .unwrap();
    }
    store.save(&vfs, "s").unwrap();
    let usage = vfs.usage();
    let fits = Limits {
        quota: Quota {
            bytes: usage.bytes,
            inodes: usage.inodes,
            file_size_bytes: 100_000,
            name_bytes: 10,
            path_bytes: 15,
            symlink_depth: 1,
            links: 17,
        },
        depth: 6,
        page_bytes: 8192,
    };
    store.load("s", &fits).unwrap();
    let quota = fits.quota;
    let with = |quota: Quota| Limits { quota, ..fits };
    for (limit, limits) in [
        (
            "quota.bytes",
            with(Quota {
                bytes: usage.bytes - 1,
                ..quota
            }),
        ),
        (
            "quota.inodes",
            with(Quota {
                inodes: usage.inodes - 1,
                ..quota
            }),
        ),
        (
            "quota.file_size_bytes",
            with(Quota {
                file_size_bytes: 99_999,
                ..quota
            }),
        ),
        (
            "quota.name_bytes",
            with(Quota {
                name_bytes: 9,
                ..quota
            }),
        ),
        (
            "quota.path_bytes",
            with(Quota {
                path_bytes: 14,
                ..quota
            }),
        ),
        ("quota.links", with(Quota { links: 4, ..quota })),
        ("depth", Limits { depth: 5, ..fits }),
        (
            "page_bytes",
            Limits {
                page_bytes: 1000,
                ..fits
            },
        ),
    ] {
        let error = store.load("s", &limits).err().unwrap();
        assert_eq!(error.kind(), ErrorKind::Limit, "{limit}: {error}");
        assert!(error.to_string().contains(limit), "{limit}: {error}");
        assert!(
            !store.verify("s", &limits).unwrap().problems.is_empty(),
            "{limit}"
        );
    }
}
