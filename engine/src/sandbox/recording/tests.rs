//! Files of recordings: what is written is read, and whatever else a file holds
//! is refused.

use super::*;

fn recording() -> Recording {
    let runtime = Runtime::builder().processes(2).build().unwrap();
    let sandbox = Sandbox::builder(&runtime)
        .deterministic(Determinism::seeded(3))
        .file("/home/user/a", "contents")
        .build()
        .unwrap();
    let mut recording = Recording::new(&sandbox, "script", "input").unwrap();
    recording.inputs.modules = vec![("m".into(), [5; 32])];
    let result = ExecResult {
        stdout: b"out".to_vec(),
        ..ExecResult::default()
    };
    recording.finish(&sandbox, &result).unwrap();
    recording
}

/// With a digest that fits, as who tampers would give it one.
fn sealed(body: &[u8]) -> Vec<u8> {
    let sum: [u8; 32] = Sha256::digest(body).into();
    [MAGIC, &VERSION.to_le_bytes(), &sum, body].concat()
}

#[test]
fn what_is_written_is_read() {
    let recording = recording();
    let (mut first, mut second) = (Vec::new(), Vec::new());
    recording.write(&mut first).unwrap();
    let read = Recording::read(&*first).unwrap();
    assert_eq!(read.outcome, recording.outcome);
    assert_eq!(read.inputs.script, b"script");
    assert!(read.exceeds(&Limits::default()).is_empty());
    assert!(read.exceeds(&Limits::hardened()).contains(&"fs_bytes"));
    read.write(&mut second).unwrap();
    assert!(first == second);
}

#[test]
fn whatever_a_file_holds_is_read_or_refused() {
    let mut good = Vec::new();
    recording().write(&mut good).unwrap();
    let head = MAGIC.len() + 4 + 32;
    for (bytes, reason) in [
        (&b""[..], "this is none"),
        (b"WARDIAN-RECORDING\n", "ends too soon"),
        (&b"tar archive or anything else"[..], "this is none"),
        (&good[..good.len() - 1], "digest"),
    ] {
        let error = Recording::read(bytes).err().unwrap().to_string();
        assert!(error.contains(reason), "{error}");
    }
    let mut later = good.clone();
    later[MAGIC.len()] = 9;
    let error = Recording::read(&*later).err().unwrap().to_string();
    assert!(error.contains("version 9"), "{error}");

    let body = &good[head..];
    // Cut off at every place of the first and last fields.
    for end in (0..400).chain(body.len() - 400..body.len()) {
        assert!(Recording::read(&*sealed(&body[..end])).is_err(), "{end}");
    }
    assert!(Recording::read(&*sealed(&[body, b"x"].concat())).is_err());
    // Lengths that claim more than there is.
    for at in (0..body.len().min(2000)).chain(body.len() - 300..body.len()) {
        let mut broken = body.to_vec();
        broken[at] ^= 0x80;
        if let Ok(recording) = Recording::read(&*sealed(&broken)) {
            let _ = recording.inputs.files.len();
        }
    }
}

#[test]
fn what_differs_is_named() {
    let recording = recording();
    let mut other = recording.outcome.clone().unwrap();
    let mut bytes = Writer::default();
    other.write(&mut bytes);
    // The exit code is the first figure.
    bytes.0[8] = 7;
    other = Outcome::read(&mut Reader(&bytes.0)).unwrap();
    let differences = recording.outcome.unwrap().differences(&other);
    let [difference] = &differences[..] else {
        panic!("{differences:?}");
    };
    assert_eq!(difference.to_string(), "exit code: recorded 0, now 7");
}
