//! Tests and actions of an expression.

use super::command::Command;
use super::number::Compare;
use super::perm::Perm;
use super::printf::Format;
use super::regex::Matcher;
use super::times::{Stamp, Window};
use crate::fnmatch::Pattern;

/// One test or action.
pub enum Test {
    /// Always this.
    Always(bool),
    /// `-name`.
    Name(Pattern),
    /// `-path`.
    Path(Pattern),
    /// `-lname`.
    LinkName(Pattern),
    /// `-regex`.
    Regex(Matcher),
    /// `-type`: a bit for each kind (`1 << (bits >> 12)`).
    Type(u32),
    /// `-xtype`.
    OtherType(u32),
    /// `-size`, with the unit's bytes.
    Size(Compare, u64),
    /// `-empty`.
    Empty,
    /// `-perm`.
    Perm(Perm),
    /// `-uid`, `-user`.
    User(Compare),
    /// `-gid`, `-group`.
    Group(Compare),
    /// `-nouser`.
    NoUser,
    /// `-nogroup`.
    NoGroup,
    /// `-links`.
    Links(Compare),
    /// `-inum`.
    Inode(Compare),
    /// `-samefile`: device and serial number.
    SameFile(u64, u64),
    /// `-newerXY`: later than this.
    Newer(Stamp, u64),
    /// `-mtime`, `-mmin` and their kin.
    Age(Stamp, Window),
    /// `-used`.
    Used(Window),
    /// `-readable` (4), `-writable` (2), `-executable` (1).
    Access(u32),
    /// `-fstype`.
    FileSystem(Vec<u8>),
    /// `-print`, `-print0` and files' forms: to which output, and the end.
    Print(usize, u8),
    /// `-printf`.
    Printf(usize, Format),
    /// `-ls`.
    Long(usize),
    /// `-exec` and its kin.
    Run(Box<Command>),
    /// `-delete`.
    Delete,
    /// `-prune`.
    Prune,
    /// `-quit`.
    Quit,
}

impl Test {
    /// What the test needs: 0 the name, 1 the type, 2 the status, 3 more.
    /// `None`: an action, which has to stay in its place.
    pub fn cost(&self) -> Option<u8> {
        match self {
            Test::Always(_) | Test::Name(_) => Some(0),
            Test::Path(_) => Some(1),
            Test::Regex(_) | Test::Type(_) => Some(2),
            Test::Size(..)
            | Test::Perm(_)
            | Test::User(_)
            | Test::Group(_)
            | Test::NoUser
            | Test::NoGroup
            | Test::Links(_)
            | Test::Inode(_)
            | Test::SameFile(..)
            | Test::Newer(..)
            | Test::Age(..)
            | Test::Used(_)
            | Test::Access(_)
            | Test::FileSystem(_) => Some(3),
            Test::LinkName(_) | Test::OtherType(_) | Test::Empty => Some(4),
            _ => None,
        }
    }
}
