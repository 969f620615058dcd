//! What `test` and `[[ ]]` ask about files.

use crate::sys::{self, ExtStat, FileType};
use crate::text::canonical_int;

/// Bits of a file's mode.
const SET_USER: u32 = 0o4000;
const SET_GROUP: u32 = 0o2000;
const STICKY: u32 = 0o1000;

/// A unary operator, by its letter; nothing if it is none of files.
pub fn unary(letter: u8, path: &[u8]) -> Option<bool> {
    let wanted: fn(&ExtStat) -> bool = match letter {
        b'a' | b'e' => |_| true,
        b'b' => |stat| is(stat, FileType::BlockDevice),
        b'c' => |stat| is(stat, FileType::CharacterDevice),
        b'd' => |stat| is(stat, FileType::Directory),
        b'f' => |stat| is(stat, FileType::Regular),
        b'g' => |stat| stat.mode & SET_GROUP != 0,
        b'h' | b'L' => {
            return Some(sys::stat(path, false).is_ok_and(|stat| is(&stat, FileType::Symlink)));
        }
        b'k' => |stat| stat.mode & STICKY != 0,
        b'p' => |stat| is(stat, FileType::Fifo),
        b'r' => |stat| permits(stat, 4),
        b's' => |stat| stat.size_bytes > 0,
        b'u' => |stat| stat.mode & SET_USER != 0,
        b'w' => |stat| permits(stat, 2),
        b'x' => |stat| permits(stat, 1),
        b'G' => |stat| stat.gid == sys::process_info().gid,
        b'N' => |stat| stat.modified_ns > stat.accessed_ns,
        b'O' => |stat| stat.uid == sys::process_info().uid,
        b'S' => |stat| is(stat, FileType::Socket),
        _ => return None,
    };
    // What is open can be used, whoever owns it.
    if matches!(letter, b'r' | b'w')
        && let Some(number) = descriptor(path)
    {
        return Some(sys::is_open(number));
    }
    Some(status(path).is_some_and(|stat| wanted(&stat)))
}

/// `-nt`, `-ot`, `-ef`; nothing for other operators.
pub fn compare(left: &[u8], op: &[u8], right: &[u8]) -> Option<bool> {
    let newer = |a: Option<ExtStat>, b: Option<ExtStat>| match (a, b) {
        (Some(a), Some(b)) => a.modified_ns > b.modified_ns,
        (a, _) => a.is_some(),
    };
    match op {
        b"-nt" => Some(newer(status(left), status(right))),
        b"-ot" => Some(newer(status(right), status(left))),
        b"-ef" => Some(match (status(left), status(right)) {
            (Some(a), Some(b)) => (a.device, a.inode) == (b.device, b.inode),
            _ => false,
        }),
        _ => None,
    }
}

/// The status behind a path; `/dev/fd/N` and the like are the shell's own.
fn status(path: &[u8]) -> Option<ExtStat> {
    match descriptor(path) {
        Some(number) => sys::stat_fd(number).ok(),
        None => sys::stat(path, true).ok(),
    }
}

/// The descriptor that a path names.
fn descriptor(path: &[u8]) -> Option<u32> {
    match path.strip_prefix(b"/dev/")? {
        b"stdin" => Some(0),
        b"stdout" => Some(1),
        b"stderr" => Some(2),
        name => {
            let number = canonical_int(name.strip_prefix(b"fd/")?)?;
            u32::try_from(number).ok()
        }
    }
}

fn is(stat: &ExtStat, kind: FileType) -> bool {
    stat.mode >> 12 == kind as u32
}

/// Whether the process may read (4), write (2) or execute (1) the file.
fn permits(stat: &ExtStat, bit: u32) -> bool {
    let everyone = bit * 0o111;
    if stat.mode & everyone == everyone {
        return true;
    }
    let process = sys::process_info();
    let shift = match () {
        () if process.uid == 0 => {
            return bit != 1 || stat.mode & everyone != 0 || is(stat, FileType::Directory);
        }
        () if process.uid == stat.uid => 6,
        () if process.gid == stat.gid => 3,
        () => 0,
    };
    stat.mode >> shift & bit != 0
}
