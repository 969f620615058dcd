//! Structures and numbers of preview 1 that the probes use.

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[repr(C)]
pub struct Fdstat {
    pub filetype: u8,
    pub flags: u16,
    pub base: u64,
    pub inheriting: u64,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[repr(C)]
pub struct Filestat {
    pub dev: u64,
    pub ino: u64,
    pub filetype: u8,
    pub nlink: u64,
    pub size: u64,
    pub accessed: u64,
    pub modified: u64,
    pub changed: u64,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[repr(C)]
pub struct Event {
    pub userdata: u64,
    pub error: u16,
    pub kind: u8,
    pub bytes: u64,
    pub flags: u16,
}

/// A subscription; for descriptors the number stands in `id`.
#[derive(Clone, Copy, Debug, Default)]
#[repr(C)]
pub struct Subscription {
    pub userdata: u64,
    pub kind: u8,
    pub padding: [u8; 7],
    pub id: u32,
    pub timeout: u64,
    pub precision: u64,
    pub flags: u16,
}

impl Subscription {
    pub fn clock(userdata: u64, id: u32, timeout: u64, flags: u16) -> Subscription {
        Subscription {
            userdata,
            kind: CLOCK,
            id,
            timeout,
            flags,
            ..Subscription::default()
        }
    }

    pub fn descriptor(userdata: u64, kind: u8, fd: u32) -> Subscription {
        Subscription {
            userdata,
            kind,
            id: fd,
            ..Subscription::default()
        }
    }
}

pub const REALTIME: u32 = 0;
pub const MONOTONIC: u32 = 1;

// Kinds of events.
pub const CLOCK: u8 = 0;
pub const FD_READ: u8 = 1;
pub const FD_WRITE: u8 = 2;
pub const ABSTIME: u16 = 1;

// Types of files.
pub const CHARACTER_DEVICE: u8 = 2;
pub const DIRECTORY: u8 = 3;
pub const REGULAR: u8 = 4;
pub const SYMLINK: u8 = 7;

// Flags of lookups, of opening, of descriptors.
pub const FOLLOW: u32 = 1;
pub const O_CREAT: u32 = 1;
pub const O_DIRECTORY: u32 = 2;
pub const O_EXCL: u32 = 4;
pub const O_TRUNC: u32 = 8;
pub const APPEND: u32 = 1;
pub const DSYNC: u32 = 2;
pub const NONBLOCK: u32 = 4;
pub const SYNC: u32 = 16;

// Which times to set.
pub const SET_ATIME: u32 = 1;
pub const SET_ATIME_NOW: u32 = 2;
pub const SET_MTIME: u32 = 4;
pub const SET_MTIME_NOW: u32 = 8;

pub const SEEK_SET: u32 = 0;
pub const SEEK_CUR: u32 = 1;
pub const SEEK_END: u32 = 2;

// Rights.
pub const R_READ: u64 = 1 << 1;
pub const R_SEEK: u64 = 1 << 2;
pub const R_TELL: u64 = 1 << 5;
pub const R_WRITE: u64 = 1 << 6;
pub const R_PATH_CREATE_DIRECTORY: u64 = 1 << 9;
pub const R_PATH_OPEN: u64 = 1 << 13;
pub const R_READDIR: u64 = 1 << 14;
pub const R_PATH_FILESTAT_SET_SIZE: u64 = 1 << 19;
pub const R_FD_FILESTAT_SET_SIZE: u64 = 1 << 22;
pub const R_FILE: u64 = R_READ | R_WRITE | R_SEEK | R_TELL;
