//! Operations out of bytes, and what they answer.

use std::fmt;
use std::ops::Deref;

use wardian_vfs::{Errno, FileType, PathMode};

use crate::Draw;

/// A path, a link target or contents. Prints as text.
#[derive(Clone, PartialEq, Eq)]
pub struct Text(pub Vec<u8>);

impl fmt::Debug for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "\"{}\"", self.0.escape_ascii())
    }
}

impl Deref for Text {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.0
    }
}

/// One operation on paths.
#[derive(Debug)]
pub enum Op {
    Create(Text),
    Mkdir(Text),
    Symlink(Text, Text),
    Link(Text, Text),
    Unlink(Text),
    Rmdir(Text),
    Rename(Text, Text),
    Write(Text, u64, Text),
    Truncate(Text, u64),
    Allocate(Text, u64, u64),
    Read(Text, u64, usize),
    Chmod(Text, u16),
    Stat(Text),
    Lstat(Text),
    Readlink(Text),
    List(Text),
}

impl Op {
    /// Which operation it is.
    pub fn kind(&self) -> std::mem::Discriminant<Op> {
        std::mem::discriminant(self)
    }
}

/// What an operation answers when it succeeds.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Answer {
    Done,
    Count(usize),
    Bytes(Vec<u8>),
    Names(Vec<Vec<u8>>),
    /// Type and permission bits; size and links, for what is not a directory.
    Stat(FileType, u16, u64, u64),
}

pub type Outcome = Result<Answer, Errno>;

/// A node of a tree, for comparing whole trees.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Leaf {
    pub path: Vec<u8>,
    pub is_directory: bool,
    pub links: u64,
    /// File contents or link target.
    pub bytes: Vec<u8>,
}

/// A sequence of operations.
#[derive(Debug)]
pub struct Script {
    pub ops: Vec<Op>,
}

impl Script {
    /// Up to 40 operations.
    pub fn draw(draw: &mut Draw<'_>, mode: PathMode) -> Script {
        let mut ops = Vec::new();
        while !draw.is_done() && ops.len() < 40 {
            ops.push(op(draw, mode));
        }
        Script { ops }
    }
}

fn op(draw: &mut Draw<'_>, mode: PathMode) -> Op {
    let kind = draw.byte() % 26;
    let path = path(draw, mode);
    match kind {
        0 | 1 => Op::Create(path),
        2..=4 => Op::Mkdir(path),
        5..=8 => Op::Symlink(target(draw), path),
        9 | 10 => Op::Link(path, self::path(draw, mode)),
        11 => Op::Unlink(path),
        12 => Op::Rmdir(path),
        13..=16 => Op::Rename(path, self::path(draw, mode)),
        17 => Op::Write(path, offset(draw), Text(draw.bytes(70_000))),
        18 => Op::Truncate(path, offset(draw)),
        19 => Op::Allocate(path, offset(draw), offset(draw)),
        20 => Op::Read(path, offset(draw), draw.below(70_000)),
        // The owner keeps all rights, for the host may run this as anybody.
        21 => Op::Chmod(path, 0o700 | u16::from(draw.byte()) & 0o77),
        22 => Op::Stat(path),
        23 => Op::Lstat(path),
        24 => Op::Readlink(path),
        _ => Op::List(path),
    }
}

fn offset(draw: &mut Draw<'_>) -> u64 {
    draw.number() % 300_000
}

/// A path: names out of few, so that operations meet, dots and slashes.
fn path(draw: &mut Draw<'_>, mode: PathMode) -> Text {
    let mut path = any_path(draw);
    // The calls that take an entry's name check no `..` at the end for us.
    if mode == PathMode::Beneath {
        let end = path
            .iter()
            .rposition(|byte| *byte != b'/')
            .map_or(0, |last| last + 1);
        if path[..end].ends_with(b"..") {
            path.push(b'.');
        }
    }
    Text(path)
}

fn target(draw: &mut Draw<'_>) -> Text {
    Text(any_path(draw))
}

fn any_path(draw: &mut Draw<'_>) -> Vec<u8> {
    let shape = draw.byte();
    let mut path = Vec::new();
    if shape & 3 == 3 {
        path.push(b'/');
    }
    let count = usize::from(shape >> 2 & 3) + usize::from(shape >> 6 == 3);
    for number in 0..=count {
        if number > 0 {
            path.push(b'/');
        }
        match draw.byte() % 32 {
            0..=6 => path.push(b'a'),
            7..=13 => path.push(b'b'),
            14..=17 => path.push(b'c'),
            18 | 19 => path.push(b'd'),
            20 | 21 => path.push(b'.'),
            22..=25 => path.extend_from_slice(b".."),
            26 => path.extend_from_slice(b"..."),
            27 => {}
            28 => path.extend_from_slice(&[b'n'; 255]),
            29 => path.extend_from_slice(&[b'n'; 256]),
            30 => path.extend_from_slice(b"\xff \n"),
            _ => path.extend_from_slice(b"a"),
        }
    }
    match shape >> 4 & 3 {
        3 => path.push(b'/'),
        2 if shape & 8 != 0 => path.extend_from_slice(b"//"),
        _ => {}
    }
    path
}
