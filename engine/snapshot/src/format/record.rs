//! The records of the three tables: nodes, entries, chunks.

use wardian_vfs::{Attributes, CHUNK_BYTES, Device, Ino, Magic};

use super::wire::{Malformed, Reader, put_near, put_number};
use crate::hash::Hash;

/// A node.
pub(crate) struct Node<'a> {
    pub(crate) attributes: Attributes,
    pub(crate) body: Body<'a>,
}

/// What a node holds.
pub(crate) enum Body<'a> {
    File {
        size: u64,
        contents: Contents,
    },
    /// Its entries; `None`: none.
    Directory(Option<Hash>),
    Symlink(&'a [u8]),
    Fifo,
    Device(Device),
    Magic(Magic),
}

/// The bytes of a file.
#[derive(Clone, Copy)]
pub(crate) enum Contents {
    /// All of it is a hole.
    Hole,
    /// Chunk 0 alone.
    Single(Chunk),
    /// A table of chunks.
    Table(Hash),
}

/// A chunk of a file.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Chunk {
    /// 1 to 65,536 bytes.
    pub(crate) length: u32,
    pub(crate) hash: Hash,
}

/// An entry of a directory.
pub(crate) struct Entry<'a> {
    pub(crate) name: &'a [u8],
    pub(crate) ino: Ino,
}

const REGULAR: u8 = 0;
const DIRECTORY: u8 = 1;
const SYMLINK: u8 = 2;
const FIFO: u8 = 3;
const DEVICE: u8 = 4;
const MAGIC: u8 = 5;

const DEVICES: [Device; 5] = [
    Device::Null,
    Device::Zero,
    Device::Full,
    Device::Random,
    Device::Tty,
];
const MAGICS: [Magic; 2] = [Magic::Proc, Magic::DevFd];

fn index_of<T: PartialEq>(all: &[T], one: &T) -> u64 {
    all.iter().take_while(|other| *other != one).count() as u64
}

impl<'a> Node<'a> {
    pub(crate) fn put(&self, out: &mut Vec<u8>) {
        let kind = match &self.body {
            Body::File { .. } => REGULAR,
            Body::Directory(_) => DIRECTORY,
            Body::Symlink(_) => SYMLINK,
            Body::Fifo => FIFO,
            Body::Device(_) => DEVICE,
            Body::Magic(_) => MAGIC,
        };
        out.push(kind);
        let Attributes {
            mode,
            uid,
            gid,
            accessed,
            modified,
            changed,
            created,
        } = self.attributes;
        put_number(out, u64::from(mode));
        put_number(out, u64::from(uid));
        put_number(out, u64::from(gid));
        put_number(out, modified);
        for time in [accessed, changed, created] {
            put_near(out, modified, time);
        }
        match &self.body {
            Body::File { size, contents } => {
                put_number(out, *size);
                match contents {
                    Contents::Hole => out.push(0),
                    Contents::Single(chunk) => {
                        out.push(1);
                        chunk.put(out);
                    }
                    Contents::Table(hash) => {
                        out.push(2);
                        out.extend_from_slice(hash.as_bytes());
                    }
                }
            }
            Body::Directory(None) => out.push(0),
            Body::Directory(Some(hash)) => {
                out.push(1);
                out.extend_from_slice(hash.as_bytes());
            }
            Body::Symlink(target) => put_bytes(out, target),
            Body::Fifo => {}
            Body::Device(device) => put_number(out, index_of(&DEVICES, device)),
            Body::Magic(magic) => put_number(out, index_of(&MAGICS, magic)),
        }
    }

    pub(crate) fn read(reader: &mut Reader<'a>) -> Result<Node<'a>, Malformed> {
        let kind = reader.byte()?;
        let mode = u16::try_from(reader.number()?)
            .ok()
            .filter(|mode| *mode <= 0o7777)
            .ok_or(Malformed("has an impossible mode"))?;
        let uid = reader.number_32()?;
        let gid = reader.number_32()?;
        let modified = reader.number()?;
        let attributes = Attributes {
            mode,
            uid,
            gid,
            accessed: reader.near(modified)?,
            modified,
            changed: reader.near(modified)?,
            created: reader.near(modified)?,
        };
        let body = match kind {
            REGULAR => Body::File {
                size: reader.number()?,
                contents: match reader.byte()? {
                    0 => Contents::Hole,
                    1 => Contents::Single(Chunk::read(reader)?),
                    2 => Contents::Table(reader.hash()?),
                    _ => return Err(Malformed("has contents of no known kind")),
                },
            },
            DIRECTORY => Body::Directory(match reader.byte()? {
                0 => None,
                1 => Some(reader.hash()?),
                _ => return Err(Malformed("has entries of no known kind")),
            }),
            SYMLINK => Body::Symlink(read_bytes(reader)?),
            FIFO => Body::Fifo,
            DEVICE => Body::Device(pick(&DEVICES, reader)?),
            MAGIC => Body::Magic(pick(&MAGICS, reader)?),
            _ => return Err(Malformed("has a node of no known kind")),
        };
        Ok(Node { attributes, body })
    }
}

fn pick<T: Copy>(all: &[T], reader: &mut Reader<'_>) -> Result<T, Malformed> {
    let index = usize::try_from(reader.number()?).unwrap_or(usize::MAX);
    let known = all.get(index).copied();
    known.ok_or(Malformed("has a device of no known kind"))
}

fn put_bytes(out: &mut Vec<u8>, bytes: &[u8]) {
    put_number(out, bytes.len() as u64);
    out.extend_from_slice(bytes);
}

fn read_bytes<'a>(reader: &mut Reader<'a>) -> Result<&'a [u8], Malformed> {
    let length = usize::try_from(reader.number()?).unwrap_or(usize::MAX);
    reader.bytes(length)
}

impl Chunk {
    pub(crate) fn put(&self, out: &mut Vec<u8>) {
        put_number(out, u64::from(self.length));
        out.extend_from_slice(self.hash.as_bytes());
    }

    pub(crate) fn read(reader: &mut Reader<'_>) -> Result<Chunk, Malformed> {
        let length = reader.number_32()?;
        if !(1..=CHUNK_BYTES as u32).contains(&length) {
            return Err(Malformed("has a chunk of impossible length"));
        }
        Ok(Chunk {
            length,
            hash: reader.hash()?,
        })
    }
}

impl<'a> Entry<'a> {
    pub(crate) fn put(&self, out: &mut Vec<u8>) {
        put_number(out, self.ino.0);
        put_bytes(out, self.name);
    }

    pub(crate) fn read(reader: &mut Reader<'a>) -> Result<Entry<'a>, Malformed> {
        Ok(Entry {
            ino: Ino(reader.number()?),
            name: read_bytes(reader)?,
        })
    }
}
