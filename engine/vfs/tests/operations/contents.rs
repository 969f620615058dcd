//! File contents: holes, sharing, cutting, allocating.

use wardian_vfs::{Create, Errno, Ino, Quota};

use crate::fixture::{Fs, NOW, ctx};

const CHUNK: u64 = 1 << 16;

fn read(fs: &Fs, ino: Ino, offset: u64, length: usize) -> Vec<u8> {
    let mut buffer = vec![0xaa; length];
    let count = fs.0.read(ino, offset, &mut buffer).unwrap();
    buffer.truncate(count);
    buffer
}

#[test]
fn reads_end_with_the_file() {
    let mut fs = Fs::new();
    let ino = fs.file(0, "/f", 0o644);
    fs.0.write(&ctx(0), ino, 0, b"hello").unwrap();
    for (offset, length, expected) in [
        (0, 5, &b"hello"[..]),
        (0, 99, b"hello"),
        (1, 3, b"ell"),
        (4, 9, b"o"),
        (5, 9, b""),
        (u64::MAX, 9, b""),
        (0, 0, b""),
    ] {
        assert_eq!(
            read(&fs, ino, offset, length),
            expected,
            "{offset} {length}"
        );
    }
}

#[test]
fn only_files_have_contents() {
    let mut fs = Fs::new();
    let dir = fs.dir(0, "/d", 0o755);
    let fifo = fs.make(0, "/p", Create::Fifo, 0o644).unwrap();
    for (ino, errno, allocate) in [
        (dir, Errno::Isdir, Errno::Nodev),
        (fifo, Errno::Inval, Errno::Nodev),
        (Ino(999), Errno::Noent, Errno::Noent),
    ] {
        assert_eq!(fs.0.read(ino, 0, &mut [0]), Err(errno));
        assert_eq!(fs.0.extent(ino, 0).map(|_| ()), Err(errno));
        assert_eq!(fs.0.write(&ctx(0), ino, 0, b"x"), Err(errno));
        assert_eq!(fs.0.append(&ctx(0), ino, b"x"), Err(errno));
        assert_eq!(fs.0.truncate(&ctx(0), ino, 1), Err(errno));
        assert_eq!(fs.0.allocate(&ctx(0), ino, 0, 1), Err(allocate));
    }
}

#[test]
fn holes_cost_nothing_and_read_as_zeros() {
    let mut fs = Fs::new();
    let ino = fs.file(0, "/f", 0o644);
    fs.0.write(&ctx(0), ino, 0, b"start").unwrap();
    fs.0.write(&ctx(0), ino, 900 * CHUNK + 5, b"end").unwrap();
    let stat = fs.stat("/f");
    assert_eq!(stat.size_bytes, 900 * CHUNK + 8);
    assert_eq!(stat.allocated_bytes, 16 + 4096);
    assert_eq!(read(&fs, ino, 3, 5), b"rt\0\0\0");
    assert_eq!(read(&fs, ino, 900 * CHUNK + 2, 9), b"\0\0\0end");
    // A whole read over the hole.
    let whole = read(&fs, ino, 0, 1 << 27);
    assert_eq!(whole.iter().filter(|byte| **byte != 0).count(), 8);
}

#[test]
fn extents_outlive_changes() {
    let mut fs = Fs::new();
    let ino = fs.file(0, "/f", 0o644);
    fs.0.write(&ctx(0), ino, 2 * CHUNK, b"abcdef").unwrap();
    fs.0.truncate(&ctx(0), ino, 3 * CHUNK).unwrap();
    let extent = fs.0.extent(ino, 2 * CHUNK + 2).unwrap();
    fs.0.write(&ctx(0), ino, 2 * CHUNK, b"XXXXXX").unwrap();
    assert_eq!(extent.bytes(), Some(&b"cdef"[..]));
    let mut buffer = [9; 8];
    assert_eq!(extent.copy_to(&mut buffer), 4);
    assert_eq!(&buffer, b"cdef\x09\x09\x09\x09");
    for (offset, length) in [
        (0, CHUNK),
        (5, CHUNK - 5),
        (2 * CHUNK + 6, CHUNK - 6),
        (3 * CHUNK, 0),
        (u64::MAX, 0),
    ] {
        let hole = fs.0.extent(ino, offset).unwrap();
        assert_eq!(
            (hole.bytes(), hole.len() as u64),
            (None, length),
            "{offset}"
        );
    }
}

#[test]
fn forks_do_not_see_each_others_writes() {
    let mut fs = Fs::new();
    let ino = fs.file(0, "/f", 0o644);
    let old = vec![1; 3 * CHUNK as usize];
    fs.0.write(&ctx(0), ino, 0, &old).unwrap();
    let fork = Fs(fs.0.fork());
    fs.0.write(&ctx(0), ino, CHUNK - 1, &[2; 3]).unwrap();
    fs.0.truncate(&ctx(0), ino, 2 * CHUNK + 7).unwrap();
    fs.file(0, "/g", 0o644);
    assert_eq!(read(&fork, ino, 0, 1 << 20), old);
    assert_eq!(fork.ino("/g"), Err(Errno::Noent));
    let mut new = old[..2 * CHUNK as usize + 7].to_vec();
    new[CHUNK as usize - 1..CHUNK as usize + 2].fill(2);
    assert_eq!(read(&fs, ino, 0, 1 << 20), new);
}

#[test]
fn cutting_and_lengthening_leaves_no_old_bytes() {
    let mut fs = Fs::new();
    let ino = fs.file(0, "/f", 0o644);
    for cut in [0, 1, 100, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK + 5] {
        fs.0.write(&ctx(0), ino, 0, &vec![7; 3 * CHUNK as usize])
            .unwrap();
        fs.0.truncate(&ctx(0), ino, cut).unwrap();
        assert_eq!(fs.stat("/f").size_bytes, cut);
        fs.0.truncate(&ctx(0), ino, 3 * CHUNK).unwrap();
        let bytes = read(&fs, ino, 0, 3 * CHUNK as usize);
        assert_eq!(bytes.iter().filter(|byte| **byte == 7).count() as u64, cut);
    }
}

#[test]
fn append_writes_at_the_end() {
    let mut fs = Fs::new();
    let ino = fs.file(0, "/f", 0o644);
    assert_eq!(fs.0.append(&ctx(0), ino, b"abc"), Ok((3, 3)));
    assert_eq!(fs.0.append(&ctx(0), ino, b""), Ok((0, 3)));
    assert_eq!(fs.0.append(&ctx(0), ino, b"de"), Ok((2, 5)));
    assert_eq!(read(&fs, ino, 0, 9), b"abcde");
}

#[test]
fn allocate_reserves_and_lengthens() {
    let mut fs = Fs::with(Quota {
        bytes: 4 * CHUNK,
        file_size_bytes: 100 * CHUNK,
        ..Quota::default()
    });
    let ino = fs.file(0, "/f", 0o644);
    fs.0.write(&ctx(0), ino, 1, b"keep").unwrap();
    for (offset, length, expected, size) in [
        (0, 0, Err(Errno::Inval), 5),
        (u64::MAX, 1, Err(Errno::Fbig), 5),
        (0, 100 * CHUNK + 1, Err(Errno::Fbig), 5),
        (0, 99 * CHUNK, Err(Errno::Nospc), 5),
        (CHUNK, CHUNK, Ok(()), 2 * CHUNK),
        (0, 3, Ok(()), 2 * CHUNK),
        (0, 3 * CHUNK, Ok(()), 3 * CHUNK),
        (0, 4 * CHUNK, Err(Errno::Nospc), 3 * CHUNK),
    ] {
        assert_eq!(
            fs.0.allocate(&ctx(0), ino, offset, length),
            expected,
            "{offset} {length}"
        );
        assert_eq!(fs.stat("/f").size_bytes, size);
    }
    assert_eq!(fs.stat("/f").allocated_bytes, 3 * CHUNK);
    assert_eq!(read(&fs, ino, 0, 6), b"\0keep\0");
}

#[test]
fn a_write_updates_times_and_drops_set_ids() {
    for (uid, before, after) in [
        (1, 0o6755, 0o755),
        (1, 0o6745, 0o2745),
        (1, 0o1644, 0o1644),
        (0, 0o6755, 0o6755),
    ] {
        let mut fs = Fs::new();
        let ino = fs.file(1, "/f", before);
        let mut later = ctx(uid);
        later.now = NOW + 1;
        fs.0.write(&later, ino, 0, b"").unwrap();
        assert_eq!((fs.stat("/f").mode, fs.stat("/f").modified), (before, NOW));
        fs.0.write(&later, ino, 0, b"x").unwrap();
        let stat = fs.stat("/f");
        assert_eq!(
            (stat.mode, stat.modified, stat.changed),
            (after, NOW + 1, NOW + 1)
        );
        assert_eq!((stat.accessed, stat.created), (NOW, NOW));
    }
}
