//! Which files are searched.

use super::options::Config;
use crate::fast::names::last;
use crate::sys::{self, is_dir, mode};
use crate::text::glob;

/// A file to search, or a directory that was found.
pub struct Item {
    /// Path to open.
    pub path: Vec<u8>,
    /// Name to print.
    pub name: Vec<u8>,
}

/// Whether `--include` and `--exclude` leave a file out. The last pattern that
/// applies decides; a file that none names is out if the first one includes.
pub fn left_out(config: &Config, path: &[u8], argument: bool) -> bool {
    let Some((first_includes, _)) = config.globs.first() else {
        return false;
    };
    let decided = config
        .globs
        .iter()
        .rev()
        .find(|glob| matches(&glob.1, path, argument));
    match decided {
        Some((includes, _)) => !includes,
        None => *first_includes,
    }
}

/// Whether `--exclude-dir` leaves a directory out.
pub fn directory_left_out(config: &Config, path: &[u8], argument: bool) -> bool {
    let mut patterns = config.exclude_dirs.iter();
    patterns.any(|pattern| matches(pattern, path, argument))
}

/// Whether a pattern fits a name. On the command line it is the whole path, or
/// what follows any slash of it: nothing, where it ends with one.
fn matches(pattern: &[u8], path: &[u8], argument: bool) -> bool {
    if !argument {
        return glob::matches(pattern, last(path));
    }
    glob::matches(pattern, path)
        || memchr::memchr_iter(b'/', path)
            .map(|at| &path[at + 1..])
            .any(|rest| !rest.starts_with(b"/") && glob::matches(pattern, rest))
}

/// The files below a directory, depth first, by name.
pub struct Tree<'a> {
    config: &'a Config,
    pending: Vec<(Item, u32)>,
    /// Directories that could not be read.
    pub problems: Vec<(Vec<u8>, sys::Errno)>,
    above: Vec<(u64, u64)>,
}

impl<'a> Tree<'a> {
    /// The files below a directory.
    pub fn new(config: &'a Config, root: Item) -> Tree<'a> {
        Tree {
            config,
            pending: vec![(root, mode::DIRECTORY)],
            problems: Vec::new(),
            above: Vec::new(),
        }
    }

    fn enter(&mut self, dir: &Item) {
        if let Ok(stat) = sys::stat(&dir.path, true) {
            let id = (stat.device, stat.inode);
            if self.config.follow && self.above.contains(&id) {
                self.problems.push((dir.name.clone(), sys::Errno::Loop));
                return;
            }
            self.above.push(id);
        }
        let mut entries = match sys::read_dir(&dir.path) {
            Ok(entries) => entries,
            Err(errno) => {
                self.problems.push((dir.name.clone(), errno));
                return;
            }
        };
        entries.sort_by(|a, b| b.name.cmp(&a.name));
        let join = |base: &[u8], name: &[u8]| match base {
            b"" => name.to_vec(),
            base if base.ends_with(b"/") => [base, name].concat(),
            base => [base, b"/", name].concat(),
        };
        self.pending.push((
            Item {
                path: Vec::new(),
                name: Vec::new(),
            },
            0,
        ));
        for entry in entries {
            let item = Item {
                path: join(&dir.path, &entry.name),
                name: join(&dir.name, &entry.name),
            };
            self.pending.push((item, entry.kind));
        }
    }
}

impl Iterator for Tree<'_> {
    type Item = Item;

    fn next(&mut self) -> Option<Item> {
        while let Some((item, kind)) = self.pending.pop() {
            if item.path.is_empty() {
                // The end of a directory's entries.
                self.above.pop();
                continue;
            }
            let root = self.above.is_empty();
            let mut kind = kind;
            if (kind == mode::LINK && self.config.follow) || kind == 0 {
                match sys::stat(&item.path, self.config.follow) {
                    Ok(stat) if is_dir(&stat) => kind = mode::DIRECTORY,
                    Ok(stat) => kind = stat.mode & mode::TYPE,
                    Err(errno) => {
                        self.problems.push((item.name, errno));
                        continue;
                    }
                }
            }
            match kind {
                mode::DIRECTORY if root || !directory_left_out(self.config, &item.path, false) => {
                    self.enter(&item);
                }
                mode::REGULAR if !left_out(self.config, &item.path, false) => return Some(item),
                _ => {}
            }
        }
        None
    }
}
