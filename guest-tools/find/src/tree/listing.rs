//! Reading directories, and leaving out what is not wanted.

use super::entry::{Contents, Entry};
use super::options::Config;
use super::sort::sort;
use crate::walk::{self, CWD, Listing, rules};
use ignore::gitignore::Gitignore;
use std::collections::HashSet;
use wardian_applet::sys::{self, File, OpenHow, mode};

/// Reads directories.
pub struct Lister<'a> {
    config: &'a Config,
    /// Directories that were entered, with `-l`.
    entered: HashSet<(u64, u64)>,
    device: u64,
    failed: bool,
    ignores: Vec<Gitignore>,
}

impl<'a> Lister<'a> {
    /// With nothing read.
    pub fn new(config: &'a Config) -> Lister<'a> {
        Lister {
            config,
            entered: HashSet::new(),
            device: 0,
            failed: false,
            ignores: Vec::new(),
        }
    }

    /// Whether a directory could not be read.
    pub fn failed(&self) -> bool {
        self.failed
    }

    /// A starting point, followed if it is a link.
    pub fn root(&mut self, path: &[u8]) -> Entry {
        if self.config.from_file {
            return self.listed_in(path);
        }
        let mut entry = Entry::new(path.to_vec(), 0);
        if let Ok(stat) = sys::stat(path, true) {
            entry.kind = stat.mode & mode::TYPE;
            entry.stat = Some(stat);
            self.device = stat.device;
        } else {
            self.failed = true;
        }
        if self.ahead() && entry.kind == mode::DIRECTORY {
            self.read_ahead(&mut entry, path, 1);
        }
        entry
    }

    /// Whether the whole tree has to be known before a line is printed.
    fn ahead(&self) -> bool {
        self.config.prune && !self.config.directories_only || self.config.usage
    }

    /// Why a directory is not entered, or what is in it.
    pub fn contents(&mut self, entry: &mut Entry, path: &[u8], depth: usize) -> Option<Contents> {
        if let Some(children) = entry.children.take() {
            return Some(children);
        }
        if self.config.from_file || !self.enters(entry, depth) {
            return None;
        }
        let stat = entry.target_stat.or(entry.stat);
        if let Some(stat) = stat.filter(|_| self.config.follow)
            && !self.entered.insert((stat.device, stat.inode))
            && depth > 1
        {
            return Some(Contents::Unread("recursive, not followed".to_owned()));
        }
        let fd = match walk::open_dir(CWD, path, true) {
            Ok(fd) => fd,
            Err(_) => {
                self.failed = true;
                return Some(Contents::Unread("error opening dir".to_owned()));
            }
        };
        let mut listing = Listing::default();
        let listed = listing.fill(fd);
        let entries = self.entries(fd, path, &listing);
        sys::close(fd);
        if listed.is_err() {
            self.failed = true;
            return Some(Contents::Unread("error opening dir".to_owned()));
        }
        if let Some(limit) = self
            .config
            .file_limit
            .filter(|limit| entries.len() > *limit)
        {
            let _ = limit;
            let text = format!(
                "{} entries exceeds filelimit, not opening dir",
                entries.len()
            );
            return Some(Contents::Unread(text));
        }
        Some(Contents::Entries(entries))
    }

    fn enters(&self, entry: &Entry, depth: usize) -> bool {
        let config = self.config;
        let directory =
            entry.kind == mode::DIRECTORY || (config.follow && entry.leads_to_directory());
        let stat = entry.target_stat.or(entry.stat);
        let elsewhere = stat.is_some_and(|stat| stat.device != self.device);
        directory && depth <= config.level && !(config.one_device && elsewhere)
    }

    fn entries(&mut self, fd: u32, path: &[u8], listing: &Listing) -> Vec<Entry> {
        let config = self.config;
        if config.git_ignore {
            self.ignores.extend(rules::read(path, b".gitignore"));
        }
        let mut entries = Vec::new();
        for (name, kind) in (0..listing.len()).filter_map(|index| listing.get(index)) {
            if name.starts_with(b".") && !config.all {
                continue;
            }
            let mut entry = Entry::new(name.to_vec(), kind);
            if kind == 0 || config.needs_status() {
                entry.stat = walk::stat_at(fd, name, false).ok();
                entry.kind = entry.stat.map_or(kind, |stat| stat.mode & mode::TYPE);
            }
            if entry.kind == mode::LINK {
                let whole = join(path, name);
                entry.target = sys::read_link(&whole).ok();
                entry.target_stat = sys::stat(&whole, true).ok();
            }
            if self.keeps(&entry, path) {
                entries.push(entry);
            }
        }
        sort(&mut entries, config);
        entries
    }

    fn keeps(&self, entry: &Entry, path: &[u8]) -> bool {
        let config = self.config;
        let leads = entry.leads_to_directory();
        if config.directories_only && !leads {
            return false;
        }
        let name = entry.name.as_slice();
        if config
            .unwanted
            .iter()
            .any(|names| names.matches(name, leads))
        {
            return false;
        }
        let directory = entry.kind == mode::DIRECTORY || (config.follow && leads);
        if !config.wanted.is_empty()
            && !directory
            && !config.wanted.iter().any(|names| names.matches(name, leads))
        {
            return false;
        }
        if config.git_ignore {
            let whole = rules::path_of(&join(path, name));
            let found = self.ignores.iter().rev().find_map(|rules| {
                let found = rules.matched(&whole, directory);
                (!found.is_none()).then(|| found.is_ignore())
            });
            if found == Some(true) {
                return false;
            }
        }
        true
    }

    /// Reads a directory with all below it, prunes it and sums up its size.
    fn read_ahead(&mut self, entry: &mut Entry, path: &[u8], depth: usize) {
        let Some(contents) = self.contents(entry, path, depth) else {
            return;
        };
        let Contents::Entries(mut entries) = contents else {
            entry.children = Some(contents);
            return;
        };
        let config = self.config;
        for child in &mut entries {
            self.read_ahead(child, &join(path, &child.name), depth + 1);
        }
        if config.prune && !config.directories_only {
            entries.retain(|child| {
                let matches = |names: &super::options::Names| names.matches(&child.name, true);
                let named = config.match_directories && config.wanted.iter().any(matches);
                let empty = match &child.children {
                    Some(Contents::Entries(entries)) => entries.is_empty(),
                    Some(Contents::Unread(_)) => false,
                    None => child.kind == mode::DIRECTORY && depth < config.level,
                };
                named || !child.leads_to_directory() || (child.kind == mode::DIRECTORY && !empty)
            });
        }
        if config.usage {
            let own = entry.stat.map_or(0, |stat| stat.size_bytes);
            entry.usage = Some(own + entries.iter().map(Entry::size).sum::<u64>());
        }
        entry.children = Some(Contents::Entries(entries));
    }

    /// A tree from a list of paths.
    fn listed_in(&mut self, path: &[u8]) -> Entry {
        let mut text = Vec::new();
        let file = match path {
            b"." => Ok(File::stdin()),
            path => File::open(path, OpenHow::READ),
        };
        let mut root = Entry::new(path.to_vec(), mode::DIRECTORY);
        if file.and_then(|file| file.read_to_end(&mut text)).is_err() {
            self.failed = true;
            root.children = Some(Contents::Unread("error opening dir".to_owned()));
            return root;
        }
        for line in text.split(|byte| *byte == b'\n') {
            let mut at = &mut root;
            let mut parts = line
                .split(|byte| *byte == b'/')
                .filter(|part| !part.is_empty());
            let mut next = parts.next();
            while let Some(part) = next {
                next = parts.next();
                let directory = next.is_some() || line.ends_with(b"/");
                let children = at
                    .children
                    .get_or_insert_with(|| Contents::Entries(Vec::new()));
                let Contents::Entries(entries) = children else {
                    break;
                };
                let place = match entries.iter().position(|entry| entry.name == part) {
                    Some(place) => place,
                    None => {
                        entries.push(Entry::new(part.to_vec(), mode::REGULAR));
                        entries.len() - 1
                    }
                };
                at = &mut entries[place];
                if directory {
                    at.kind = mode::DIRECTORY;
                }
            }
        }
        self.tidy(&mut root, 1);
        root
    }

    /// Sorts and filters what came from a list.
    fn tidy(&self, entry: &mut Entry, depth: usize) {
        let Some(Contents::Entries(entries)) = &mut entry.children else {
            return;
        };
        let all = self.config.all;
        entries.retain(|child| (all || !child.name.starts_with(b".")) && self.keeps(child, b""));
        entries
            .iter_mut()
            .for_each(|child| self.tidy(child, depth + 1));
        sort(entries, self.config);
        if depth > self.config.level {
            entry.children = None;
        }
    }
}

/// A name below a directory.
pub fn join(directory: &[u8], name: &[u8]) -> Vec<u8> {
    let slash: &[u8] = if directory.ends_with(b"/") { b"" } else { b"/" };
    [directory, slash, name].concat()
}
