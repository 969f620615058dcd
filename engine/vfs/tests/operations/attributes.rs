//! Mode, owner and times.

use wardian_vfs::{Create, Errno, SetTime};

use crate::fixture::{Fs, NOW, ctx};

#[test]
fn chmod() {
    let mut fs = Fs::new();
    let ino = fs.file(1, "/f", 0o644);
    for (uid, mode, expected, after) in [
        (1, 0o7777, Ok(()), 0o7777),
        (1, 0o10_0600, Ok(()), 0o600),
        (2, 0o777, Err(Errno::Perm), 0o600),
        (0, 0o755, Ok(()), 0o755),
    ] {
        assert_eq!(fs.0.chmod(&ctx(uid), ino, mode), expected);
        assert_eq!(fs.stat("/f").mode, after);
    }
    fs.0.chown(&ctx(0), ino, None, Some(9)).unwrap();
    fs.0.chmod(&ctx(1), ino, 0o2755).unwrap();
    assert_eq!(fs.stat("/f").mode, 0o755, "not his group");
    let link = fs.make(1, "/l", Create::Symlink(b"f"), 0).unwrap();
    assert_eq!(fs.0.chmod(&ctx(1), link, 0), Err(Errno::Notsup));
}

#[test]
fn chown() {
    let mut fs = Fs::new();
    let ino = fs.file(1, "/f", 0o6755);
    for (uid, owner, group, expected, after) in [
        (1, None, None, Ok(()), (1, 1)),
        (1, Some(1), Some(1), Ok(()), (1, 1)),
        (1, Some(2), None, Err(Errno::Perm), (1, 1)),
        (1, None, Some(2), Err(Errno::Perm), (1, 1)),
        (2, None, Some(2), Err(Errno::Perm), (1, 1)),
        (0, Some(3), Some(4), Ok(()), (3, 4)),
        (3, None, Some(3), Ok(()), (3, 3)),
    ] {
        assert_eq!(fs.0.chown(&ctx(uid), ino, owner, group), expected);
        let stat = fs.stat("/f");
        assert_eq!((stat.uid, stat.gid), after);
    }
    assert_eq!(fs.stat("/f").mode, 0o755, "no longer set-user-id");
}

#[test]
fn set_times() {
    let (keep, now) = (SetTime::Keep, SetTime::Now);
    for (uid, accessed, modified, expected, after) in [
        (1, SetTime::At(7), SetTime::At(8), Ok(()), (7, 8)),
        (1, keep, SetTime::At(8), Ok(()), (NOW, 8)),
        (1, now, keep, Ok(()), (NOW, NOW)),
        (2, keep, keep, Ok(()), (NOW, NOW)),
        (2, now, now, Ok(()), (NOW, NOW)),
        (3, now, now, Err(Errno::Acces), (NOW, NOW)),
        (2, now, keep, Err(Errno::Perm), (NOW, NOW)),
        (2, SetTime::At(7), now, Err(Errno::Perm), (NOW, NOW)),
        (
            0,
            SetTime::At(0),
            SetTime::At(u64::MAX),
            Ok(()),
            (0, u64::MAX),
        ),
    ] {
        let mut fs = Fs::new();
        let ino = fs.file(1, "/f", 0o664);
        fs.0.chown(&ctx(0), ino, None, Some(2)).unwrap();
        assert_eq!(fs.0.set_times(&ctx(uid), ino, accessed, modified), expected);
        let stat = fs.stat("/f");
        assert_eq!((stat.accessed, stat.modified), after);
    }
}

#[test]
fn accesses_are_noted_only_when_that_tells_something() {
    const DAY: u64 = 86_400_000_000_000;
    let mut fs = Fs::new();
    let ino = fs.file(1, "/f", 0o644);
    for (at, noted) in [
        (NOW + 10, NOW + 10),
        (NOW + 20, NOW + 10),
        (NOW + 10 + DAY, NOW + 10 + DAY),
        (NOW + 20 + DAY, NOW + 10 + DAY),
    ] {
        fs.0.touch_accessed(ino, at);
        assert_eq!(fs.stat("/f").accessed, noted);
    }
}
