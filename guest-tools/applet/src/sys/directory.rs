//! Directory entries.

#[cfg(target_os = "wasi")]
use super::mode;

/// One name in a directory.
#[derive(Clone, Debug)]
pub struct DirEntry {
    /// The name, without a slash.
    pub name: Vec<u8>,
    /// Serial number of the file.
    pub inode: u64,
    /// Type bits as in `st_mode`; 0 if unknown.
    pub kind: u32,
}

/// The type bits for WASI's `filetype` number.
#[cfg(target_os = "wasi")]
pub fn kind_of(filetype: u8) -> u32 {
    match filetype {
        1 => mode::BLOCK,
        2 => mode::CHARACTER,
        3 => mode::DIRECTORY,
        4 => mode::REGULAR,
        5 | 6 => mode::SOCKET,
        7 => mode::LINK,
        _ => 0,
    }
}
