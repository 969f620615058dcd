//! Who may do what.

use wardian_vfs::{Access, Create, Errno};

use crate::fixture::{Fs, ctx};

#[test]
fn the_first_class_that_matches_decides() {
    let mut fs = Fs::new();
    fs.file(1, "/f", 0);
    fs.dir(1, "/d", 0);
    let (r, w, x) = (Access::READ, Access::WRITE, Access::EXECUTE);
    for (mode, uid, want, granted) in [
        (0o400, 1, r, true),
        (0o400, 1, w, false),
        (0o400, 2, r, false),
        (0o077, 1, r, false),
        (0o004, 2, r, true),
        (0o100, 1, x, true),
        (0o001, 2, x, true),
        (0o000, 2, Access::EXISTS, true),
        (0o200, 1, Access::CHANGE, false),
        (0o300, 1, Access::CHANGE, true),
        (0o000, 0, r, true),
        (0o000, 0, w, true),
        (0o010, 0, x, true),
    ] {
        for path in ["/f", "/d"] {
            let ino = fs.ino(path).unwrap();
            fs.0.chmod(&ctx(0), ino, mode).unwrap();
            assert_eq!(
                fs.may(uid, path, want).is_ok(),
                granted,
                "{path} {mode:o} {uid}"
            );
        }
    }
    let ino = fs.ino("/f").unwrap();
    fs.0.chmod(&ctx(0), ino, 0o666).unwrap();
    assert_eq!(fs.may(0, "/f", x), Err(Errno::Acces), "no one may run it");
    fs.0.chown(&ctx(0), ino, None, Some(2)).unwrap();
    fs.0.chmod(&ctx(0), ino, 0o606).unwrap();
    assert_eq!(
        fs.may(2, "/f", r),
        Err(Errno::Acces),
        "the group counts before others"
    );
}

#[test]
fn changing_a_directory_takes_write_and_search() {
    for (mode, expected) in [
        (0o700, Ok(())),
        (0o300, Ok(())),
        (0o500, Err(Errno::Acces)),
        (0o600, Err(Errno::Acces)),
    ] {
        let mut fs = Fs::new();
        let dir = fs.dir(1, "/d", 0o700);
        fs.file(1, "/d/f", 0o600);
        fs.dir(1, "/d/sub", 0o700);
        fs.file(1, "/f", 0o600);
        fs.0.chmod(&ctx(0), dir, mode).unwrap();
        assert_eq!(fs.make(1, "/d/new", Create::Fifo, 0).map(|_| ()), expected);
        assert_eq!(fs.link(1, "/f", "/d/linked"), expected);
        assert_eq!(fs.rename(1, "/d/f", "/g"), expected);
        assert_eq!(fs.rename(1, "/f", "/d/moved"), expected);
        assert_eq!(fs.rmdir(1, "/d/sub"), expected);
        assert_eq!(fs.make(2, "/d/other", Create::Fifo, 0), Err(Errno::Acces));
    }
}

#[test]
fn sticky_directories_protect_entries_of_others() {
    let mut fs = Fs::new();
    fs.dir(1, "/tmp", 0o1777);
    for (uid, expected) in [(3, Err(Errno::Perm)), (2, Ok(())), (1, Ok(())), (0, Ok(()))] {
        fs.file(2, "/tmp/f", 0o666);
        fs.dir(2, "/tmp/d", 0o777);
        fs.file(uid, "/tmp/mine", 0o666);
        assert_eq!(fs.rename(uid, "/tmp/mine", "/tmp/f"), expected, "{uid}");
        assert_eq!(fs.rename(uid, "/tmp/f", "/tmp/g"), expected, "{uid}");
        assert_eq!(fs.rmdir(uid, "/tmp/d"), expected, "{uid}");
        for path in ["/tmp/f", "/tmp/g", "/tmp/mine", "/tmp/d"] {
            let _ = fs.unlink(0, path).or_else(|_| fs.rmdir(0, path));
        }
    }
}

#[test]
fn a_directory_that_moves_elsewhere_must_be_writable() {
    let mut fs = Fs::new();
    fs.dir(1, "/to", 0o777);
    fs.dir(2, "/d", 0o755);
    assert_eq!(fs.rename(1, "/d", "/to/d"), Err(Errno::Acces));
    assert_eq!(fs.rename(1, "/d", "/same-parent"), Ok(()));
    assert_eq!(fs.rename(2, "/same-parent", "/to/d"), Ok(()));
}

#[test]
fn set_group_id_directories_pass_their_group_on() {
    let mut fs = Fs::new();
    let dir = fs.dir(1, "/d", 0o777);
    fs.0.chown(&ctx(0), dir, None, Some(9)).unwrap();
    fs.0.chmod(&ctx(0), dir, 0o2777).unwrap();
    fs.file(2, "/d/f", 0o644);
    fs.dir(2, "/d/sub", 0o755);
    assert_eq!((fs.stat("/d/f").gid, fs.stat("/d/f").mode), (9, 0o644));
    assert_eq!((fs.stat("/d/sub").gid, fs.stat("/d/sub").mode), (9, 0o2755));
    assert_eq!(fs.stat("/d/f").uid, 2);
}
