//! Operations to draw at random, and what they answer.

use proptest::prelude::*;
use wardian_vfs::{Errno, FileType};

/// One operation on paths.
#[derive(Clone, Debug)]
pub enum Op {
    Create(String),
    Mkdir(String),
    Symlink(String, String),
    Link(String, String),
    Unlink(String),
    Rmdir(String),
    Rename(String, String),
    Write(String, u64, Vec<u8>),
    Truncate(String, u64),
    Read(String, u64, usize),
    Stat(String),
    Lstat(String),
    Readlink(String),
    List(String),
}

/// What an operation answers when it succeeds.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Answer {
    Done,
    Count(usize),
    Bytes(Vec<u8>),
    Names(Vec<Vec<u8>>),
    /// Type; size and links, for what is not a directory.
    Stat(FileType, u64, u64),
}

pub type Outcome = Result<Answer, Errno>;

/// A node of a tree, for comparing whole trees.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Leaf {
    pub path: Vec<u8>,
    pub stat: Answer,
    /// File contents or link target.
    pub bytes: Vec<u8>,
}

/// Operations on paths that `path` draws, with link targets from `target`.
pub fn op(
    path: impl Strategy<Value = String> + Clone + 'static,
    target: impl Strategy<Value = String> + 'static,
) -> impl Strategy<Value = Op> {
    let p = move || path.clone();
    let offset = prop_oneof![0..40_u64, 0..200_000_u64, Just(1 << 16), Just(3 << 16)];
    let size = prop_oneof![0..40_u64, 0..300_000_u64, Just(1 << 16), Just(2 << 16)];
    let data = prop_oneof![
        4 => prop::collection::vec(any::<u8>(), 0..20),
        1 => (any::<u8>(), 0..150_000_usize).prop_map(|(byte, length)| vec![byte; length]),
    ];
    prop_oneof![
        4 => p().prop_map(Op::Create),
        4 => p().prop_map(Op::Mkdir),
        3 => (target, p()).prop_map(|(target, path)| Op::Symlink(target, path)),
        2 => (p(), p()).prop_map(|(old, new)| Op::Link(old, new)),
        2 => p().prop_map(Op::Unlink),
        2 => p().prop_map(Op::Rmdir),
        5 => (p(), p()).prop_map(|(old, new)| Op::Rename(old, new)),
        5 => (p(), offset, data).prop_map(|(path, offset, data)| Op::Write(path, offset, data)),
        2 => (p(), size.clone()).prop_map(|(path, size)| Op::Truncate(path, size)),
        2 => (p(), size, 0..100_000_usize).prop_map(|(path, offset, length)| Op::Read(path, offset, length)),
        1 => p().prop_map(Op::Stat),
        1 => p().prop_map(Op::Lstat),
        1 => p().prop_map(Op::Readlink),
        1 => p().prop_map(Op::List),
    ]
}

/// A name out of few, so that operations meet; none is too long.
pub fn short_name() -> impl Strategy<Value = String> + Clone {
    prop_oneof![
        12 => prop::sample::select(vec!["a", "b", "c", "d"]).prop_map(String::from),
        1 => Just("n".repeat(255)),
    ]
}

/// A [`short_name`], or now and then one that is too long.
fn name() -> impl Strategy<Value = String> + Clone {
    prop_oneof![
        13 => short_name(),
        1 => Just("n".repeat(256)),
    ]
}

/// A path of plain names.
pub fn plain_path() -> impl Strategy<Value = String> + Clone {
    prop::collection::vec(name(), 1..4).prop_map(|names| names.join("/"))
}

/// A path with dots and slashes too, that cannot climb above where it starts
/// as long as link targets are plain paths.
pub fn dotted_path() -> impl Strategy<Value = String> + Clone {
    let component = prop_oneof![
        8 => name(),
        1 => Just(String::from(".")),
        1 => Just(String::from("..")),
    ];
    let slashes = prop_oneof![5 => Just(""), 1 => Just("/"), 1 => Just("//")];
    (prop::collection::vec(component, 1..5), slashes).prop_map(|(components, slashes)| {
        let mut depth = 0_i32;
        let mut kept = Vec::new();
        for component in components {
            depth += match component.as_str() {
                "." => 0,
                ".." => -1,
                _ => 1,
            };
            if depth < 0 {
                break;
            }
            kept.push(component);
        }
        if kept.is_empty() {
            kept.push(String::from("."));
        }
        kept.join("/") + slashes
    })
}
