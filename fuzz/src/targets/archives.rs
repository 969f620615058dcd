//! Tar archives of strangers: nothing outside the folder they are unpacked in
//! changes, accounts stay right, and what was unpacked is packed and unpacked to
//! the same bytes.

use wardian_engine::{Clock, ErrorKind, Limits, Sandbox};
use wardian_vfs::{Ino, Vfs};

use super::guest::{check, runtime};
use super::recount;
use crate::{Target, Trace};

pub(crate) static TARGET: Target = Target {
    name: "archives",
    run,
    seeds,
    pieces: PIECES,
    most_bytes: 16_384,
};

const BLOCK: usize = 512;

fn run(input: &[u8], trace: &mut Trace) {
    let [choice, archive @ ..] = input else {
        return;
    };
    let mut archive = archive.to_vec();
    if choice % 8 != 7 {
        // A header with a wrong sum is not read further.
        repair(&mut archive);
    }
    let sandbox = sandbox();
    let before = sandbox.snapshot();
    let imported = sandbox.fs().import_tar(&archive[..], "/in");
    check(&sandbox);
    let after = sandbox.snapshot();
    assert_outside_is_as_it_was(before.tree(), after.tree());
    match imported {
        Ok(()) => {
            trace.note((
                "good",
                after.tree().usage().inodes - before.tree().usage().inodes,
            ));
            let packed = pack(&sandbox);
            let again = self::sandbox();
            again.fs().remove_all("/in").expect("a folder");
            let unpacked = again.fs().import_tar(&packed[..], "/in");
            unpacked.unwrap_or_else(|error| panic!("its own archive: {error}"));
            assert!(packed == pack(&again), "packed again it is another archive");
        }
        Err(error) => {
            assert!(
                matches!(error.kind(), ErrorKind::File | ErrorKind::HostFile),
                "{error}"
            );
            let text = error.to_string();
            let reason = text.rsplit(": ").next().unwrap_or_default();
            let words = reason.split_whitespace().take(4);
            let words: Vec<&str> = words.filter(|word| word.is_ascii()).collect();
            trace.note(words);
        }
    }
}

fn sandbox() -> Sandbox {
    let limits = Limits {
        fs_bytes: 1 << 20,
        fs_inodes: 200,
        file_bytes: 1 << 19,
        ..Limits::default()
    };
    let sandbox = Sandbox::builder(runtime())
        .limits(limits)
        .clock(Clock::simulated(7, std::time::Duration::ZERO))
        .seed([7; 32])
        .file("/outside/canary", b"untouched")
        .file("/in/there/before", b"x")
        .build()
        .expect("a sandbox");
    let links = b"in/out\0../outside\0in/there/etc\0/etc\0";
    let mut parts = links.split(|byte| *byte == 0);
    while let (Some(name), Some(target)) = (parts.next(), parts.next()) {
        let mut header = [0; BLOCK];
        header[..name.len()].copy_from_slice(name);
        for field in [100..107, 108..115, 116..123, 124..135, 136..147] {
            header[field].fill(b'0');
        }
        header[156] = b'2';
        header[157..157 + target.len()].copy_from_slice(target);
        header[257..265].copy_from_slice(b"ustar\x0000");
        let mut archive = [&header[..], &[0; 2 * BLOCK]].concat();
        repair(&mut archive);
        let linked = sandbox.fs().import_tar(&archive[..], "/");
        linked.unwrap_or_else(|error| panic!("{error}"));
    }
    sandbox
}

fn pack(sandbox: &Sandbox) -> Vec<u8> {
    let mut packed = Vec::new();
    let exported = sandbox.fs().export_tar("/in", &mut packed);
    exported.unwrap_or_else(|error| panic!("{error}"));
    packed
}

/// Every node that was there and does not lie in `/in` is what it was.
fn assert_outside_is_as_it_was(before: &Vfs, after: &Vfs) {
    let inside: Vec<Ino> = before
        .walk("/in")
        .expect("a folder")
        .flatten()
        .map(|entry| entry.stat.ino)
        .collect();
    let now = recount::digest(after);
    for (ino, digest) in recount::digest(before) {
        if !inside.contains(&ino) {
            assert_eq!(now.get(&ino), Some(&digest), "{:?}", after.path_of(ino));
        }
    }
}

/// Puts the right sums into what stand where headers do.
fn repair(archive: &mut [u8]) {
    let mut at = 0;
    while let Some(header) = archive.get_mut(at..at + BLOCK) {
        at += BLOCK;
        if header.iter().all(|byte| *byte == 0) {
            continue;
        }
        header[148..156].fill(b' ');
        let sum: u32 = header.iter().map(|byte| u32::from(*byte)).sum();
        header[148..155].copy_from_slice(format!("{sum:06o}\0").as_bytes());
        let size = header[124..136]
            .iter()
            .filter(|byte| matches!(byte, b'0'..=b'7'))
            .fold(0_usize, |size, digit| {
                size.wrapping_mul(8).wrapping_add(usize::from(digit - b'0'))
            });
        at = size
            .checked_next_multiple_of(BLOCK)
            .and_then(|size| at.checked_add(size))
            .unwrap_or(usize::MAX - BLOCK);
    }
}

fn seeds() -> Vec<Vec<u8>> {
    let sandbox = sandbox();
    let files = sandbox.fs();
    files.write("/in/a/b/c", [b'c'; 700]).expect("fits");
    files
        .write("/in/long/".to_owned() + &"n".repeat(200), b"long")
        .expect("fits");
    let whole = pack(&sandbox);
    let mut seeds = vec![[&[0][..], &whole].concat()];
    for members in 1..8 {
        let end = (members * 2 * BLOCK).min(whole.len());
        seeds.push([&[0][..], &whole[..end]].concat());
    }
    seeds
}

const PIECES: &[&[u8]] = &[
    b"../",
    b"/",
    b"..",
    b"./",
    b"out/canary",
    b"there/etc/passwd",
    b"a/b/c",
    b"././@LongLink",
    b"ustar\x0000",
    b"ustar  \0",
    b"00000001000\0",
    b"77777777777\0",
    b"\x80\0\0\0\0\0\0\x01\0\0\0\0",
    b"\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff",
    b"12 path=../x\n",
    b"13 size=99999\n",
    b"22 linkpath=/outside/x\n",
    b"30 mtime=1350244992.023960108\n",
    b"18 mtime=-1.5\n",
    b"99999999999 path=a\n",
    b"0",
    b"1",
    b"2",
    b"5",
    b"6",
    b"S",
    b"x",
    b"g",
    b"L",
    b"K",
    &[0; 512],
];
