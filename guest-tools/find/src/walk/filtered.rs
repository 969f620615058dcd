//! A walk that leaves out what ignore files, globs and file types exclude, by
//! the rules of ripgrep and fd.

use super::{CWD, Listing, Pool, open_dir, rules, stat_at};
use ignore::Match;
use ignore::gitignore::Gitignore;
use ignore::overrides::Override;
use ignore::types::Types;
use wardian_applet::sys::{self, Errno, ExtStat, mode};

/// What to leave out.
pub struct Filter {
    /// Show names that start with a dot.
    pub hidden: bool,
    /// Ignore files of the tool itself, first of all.
    pub own_files: &'static [u8],
    /// Read the tool's own files and `.ignore`.
    pub ignore_files: bool,
    /// Read `.gitignore` and `.git/info/exclude`.
    pub git: bool,
    /// Read git's files only inside a repository.
    pub require_git: bool,
    /// Read the files of directories above.
    pub parents: bool,
    /// Rules given by name (`--ignore-file`).
    pub explicit: Vec<Gitignore>,
    /// Globs given by name.
    pub globs: Override,
    /// File types.
    pub types: Types,
    /// Follow links.
    pub follow: bool,
    /// Stay on one file system.
    pub one_device: bool,
    /// Deepest level.
    pub max_depth: usize,
    /// Sort names in each directory.
    pub sort: bool,
    /// Case does not matter in ignore files.
    pub fold: bool,
}

/// A file that was not left out.
pub struct Found<'a> {
    /// Its path.
    pub path: &'a [u8],
    /// Its name.
    pub name: &'a [u8],
    /// Levels below the starting point.
    pub depth: usize,
    /// Type bits, through links if they are followed.
    pub kind: u32,
    /// Status, if it was fetched.
    pub stat: Option<ExtStat>,
}

/// What to do after a file.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Next {
    /// Go on.
    Continue,
    /// Go on, but not into this directory.
    Skip,
    /// Stop the walk.
    Quit,
}

/// Why something could not be walked.
pub enum Problem<'a> {
    /// A call failed.
    Failed(Errno),
    /// The directory is one of those above it.
    Loop(&'a [u8]),
}

/// Who gets the files.
pub trait Visitor {
    /// A file.
    fn found(&mut self, found: &Found<'_>) -> Next;
    /// A problem.
    fn problem(&mut self, path: &[u8], problem: Problem<'_>);
}

/// The rules of one directory.
struct Level {
    /// Bytes of a path before what the rules look at; for directories above
    /// the start, what to put before the path.
    skip: usize,
    before: Vec<u8>,
    own: Option<Gitignore>,
    ignore: Option<Gitignore>,
    git: Option<Gitignore>,
    exclude: Option<Gitignore>,
    repository: bool,
}

struct Frame {
    listing: Listing,
    next: usize,
    fd: u32,
    length: usize,
    stat: Option<ExtStat>,
    leveled: bool,
}

const OPEN_MAX: usize = 128;

/// Walks a tree.
pub struct Walk<'a> {
    filter: &'a Filter,
    levels: Vec<Level>,
    frames: Vec<Frame>,
    pool: Pool,
    path: Vec<u8>,
    device: u64,
}

impl<'a> Walk<'a> {
    /// A walk with these rules.
    pub fn new(filter: &'a Filter) -> Walk<'a> {
        Walk {
            filter,
            levels: Vec::new(),
            frames: Vec::new(),
            pool: Pool::default(),
            path: Vec::new(),
            device: 0,
        }
    }

    /// Visits the tree below a path; whether to go on with others.
    pub fn run(&mut self, start: &[u8], visitor: &mut dyn Visitor) -> bool {
        self.levels.clear();
        self.path.clear();
        self.path.extend_from_slice(start);
        let stat = match sys::stat(start, true).or_else(|_| sys::stat(start, false)) {
            Ok(stat) => stat,
            Err(errno) => {
                visitor.problem(start, Problem::Failed(errno));
                return true;
            }
        };
        self.device = stat.device;
        let found = Found {
            path: start,
            name: start,
            depth: 0,
            kind: stat.mode & mode::TYPE,
            stat: Some(stat),
        };
        match visitor.found(&found) {
            Next::Quit => return false,
            Next::Skip => return true,
            Next::Continue => {}
        }
        if !sys::is_dir(&stat) || self.filter.max_depth == 0 {
            return true;
        }
        if self.filter.parents {
            self.read_parents(start);
        }
        self.descend(CWD, 0, Some(stat), visitor);
        let more = self.go(visitor);
        while self.frames.pop().is_some_and(|frame| {
            if frame.fd != CWD {
                sys::close(frame.fd);
            }
            true
        }) {}
        more
    }

    fn go(&mut self, visitor: &mut dyn Visitor) -> bool {
        while let Some(frame) = self.frames.last_mut() {
            let Some((name, kind)) = frame.listing.get(frame.next) else {
                self.leave();
                continue;
            };
            frame.next += 1;
            self.path.truncate(frame.length);
            if !self.path.is_empty() && !self.path.ends_with(b"/") {
                self.path.push(b'/');
            }
            let base = self.path.len();
            self.path.extend_from_slice(name);
            let dir = frame.fd;
            let depth = self.frames.len();
            let (mut kind, mut stat) = (kind, None);
            if kind == 0 || (self.filter.follow && kind == mode::LINK) {
                let follow = self.filter.follow && kind == mode::LINK;
                let status = if follow {
                    sys::stat(&self.path, true)
                } else {
                    self.status(dir, base)
                };
                match status {
                    Ok(status) => (kind, stat) = (status.mode & mode::TYPE, Some(status)),
                    Err(errno) => {
                        if self.left_out(base, false) {
                            continue;
                        }
                        visitor.problem(&self.path, Problem::Failed(errno));
                        continue;
                    }
                }
            }
            let directory = kind == mode::DIRECTORY;
            if self.left_out(base, directory) {
                continue;
            }
            let found = Found {
                path: &self.path,
                name: &self.path[base..],
                depth,
                kind,
                stat,
            };
            match visitor.found(&found) {
                Next::Quit => return false,
                Next::Continue if directory && depth < self.filter.max_depth => {
                    self.descend(dir, base, stat, visitor);
                }
                _ => {}
            }
        }
        true
    }

    fn status(&self, dir: u32, base: usize) -> Result<ExtStat, Errno> {
        match dir {
            CWD => sys::stat(&self.path, false),
            dir => stat_at(dir, &self.path[base..], false),
        }
    }

    fn descend(&mut self, dir: u32, base: usize, stat: Option<ExtStat>, visitor: &mut dyn Visitor) {
        let mut stat = stat;
        if self.filter.follow || self.filter.one_device {
            stat = stat.or_else(|| self.status(dir, base).ok());
        }
        if let Some(stat) = stat {
            if self.filter.one_device && stat.device != self.device {
                return;
            }
            let same = |frame: &&Frame| {
                let above = frame.stat;
                above.is_some_and(|above| above.inode == stat.inode && above.device == stat.device)
            };
            if self.filter.follow
                && let Some(above) = self.frames.iter().find(same)
            {
                let above = self.path[..above.length].to_vec();
                visitor.problem(&self.path, Problem::Loop(&above));
                return;
            }
        }
        let shown: &[u8] = if self.path.is_empty() {
            b"."
        } else {
            &self.path
        };
        let opened = match dir {
            CWD => open_dir(CWD, shown, true),
            _ if self.filter.follow => open_dir(CWD, shown, true),
            dir => open_dir(dir, &self.path[base..], false),
        };
        let mut listing = self.pool.take();
        let fd = opened.and_then(|fd| {
            let filled = listing.fill(fd);
            filled.map(|()| fd).inspect_err(|_| sys::close(fd))
        });
        let fd = match fd {
            Ok(fd) => fd,
            Err(errno) => {
                self.pool.put(listing);
                visitor.problem(&self.path, Problem::Failed(errno));
                return;
            }
        };
        if self.filter.sort {
            listing.sort();
        }
        if let Some(above) = self.frames.len().checked_sub(OPEN_MAX) {
            let frame = &mut self.frames[above];
            if frame.fd != CWD {
                sys::close(frame.fd);
                frame.fd = CWD;
            }
        }
        let level = self.level(&listing);
        let leveled = level.is_some();
        self.levels.extend(level);
        self.frames.push(Frame {
            listing,
            next: 0,
            fd,
            length: self.path.len(),
            stat,
            leveled,
        });
    }

    fn leave(&mut self) {
        let Some(frame) = self.frames.pop() else {
            return;
        };
        if frame.fd != CWD {
            sys::close(frame.fd);
        }
        if frame.leveled {
            self.levels.pop();
        }
        self.pool.put(frame.listing);
    }

    /// The rules of the directory at the path; `None` if it has none.
    fn level(&self, listing: &Listing) -> Option<Level> {
        let filter = self.filter;
        if !filter.ignore_files && !filter.git {
            return None;
        }
        let (mut own, mut ignore, mut git, mut repository) = (false, false, false, false);
        for (name, _) in (0..listing.len()).filter_map(|index| listing.get(index)) {
            if name.first() == Some(&b'.') {
                own |= name == filter.own_files;
                ignore |= name == b".ignore";
                git |= name == b".gitignore";
                repository |= name == b".git";
            }
        }
        if !(own || ignore || git || repository) {
            return None;
        }
        let directory: &[u8] = if self.path.is_empty() {
            b"."
        } else {
            &self.path
        };
        let skip = match self.path.as_slice() {
            b"" => 0,
            path => path.len() + usize::from(!path.ends_with(b"/")),
        };
        let read =
            |wanted: bool, name: &[u8]| wanted.then(|| self.rules(directory, name)).flatten();
        Some(Level {
            skip,
            before: Vec::new(),
            own: read(own && filter.ignore_files, filter.own_files),
            ignore: read(ignore && filter.ignore_files, b".ignore"),
            git: read(git && filter.git, b".gitignore"),
            exclude: read(repository && filter.git, b".git/info/exclude"),
            repository,
        })
    }

    /// Rules for paths below a directory, without the directory's own path.
    fn rules(&self, directory: &[u8], name: &[u8]) -> Option<Gitignore> {
        let text = sys::read_file(&[directory, b"/", name].concat()).ok()?;
        rules::parse(b"", &text, self.filter.fold)
    }

    /// The rules of directories above the start.
    fn read_parents(&mut self, start: &[u8]) {
        let filter = self.filter;
        if !filter.ignore_files && !filter.git {
            return;
        }
        let Some(whole) = absolute(start) else {
            return;
        };
        let mut parents = Vec::new();
        let mut end = whole.len();
        while let Some(at) = memchr::memrchr(b'/', &whole[..end]) {
            parents.push(at);
            end = at;
        }
        for at in parents.into_iter().rev() {
            let directory: &[u8] = if at == 0 { b"/" } else { &whole[..at] };
            let exists = |name: &[u8]| sys::stat(&[directory, b"/", name].concat(), false).is_ok();
            let repository = exists(b".git");
            let read =
                |wanted: bool, name: &[u8]| wanted.then(|| self.rules(directory, name)).flatten();
            let level = Level {
                skip: start.len(),
                before: whole[at + 1..].to_vec(),
                own: read(filter.ignore_files, filter.own_files),
                ignore: read(filter.ignore_files, b".ignore"),
                git: read(filter.git, b".gitignore"),
                exclude: read(filter.git && repository, b".git/info/exclude"),
                repository,
            };
            let some = level.own.is_some() || level.ignore.is_some() || level.git.is_some();
            if some || level.exclude.is_some() || level.repository {
                self.levels.push(level);
            }
        }
    }

    /// Whether the file at the path is left out.
    fn left_out(&self, base: usize, directory: bool) -> bool {
        let filter = self.filter;
        let path = self.path.strip_prefix(b"./").unwrap_or(&self.path);
        if !filter.globs.is_empty() {
            match filter.globs.matched(rules::path_of(path), directory) {
                Match::Ignore(_) => return true,
                Match::Whitelist(_) => return false,
                Match::None => {}
            }
        }
        let mut wanted = false;
        match self.by_rules(directory) {
            Some(true) => return true,
            Some(false) => wanted = true,
            None => {}
        }
        if !filter.types.is_empty() {
            match filter.types.matched(rules::path_of(path), directory) {
                Match::Ignore(_) => return true,
                Match::Whitelist(_) => wanted = true,
                Match::None => {}
            }
        }
        !wanted && !filter.hidden && self.path.get(base) == Some(&b'.')
    }

    /// `true`: left out; `false`: kept on purpose.
    fn by_rules(&self, directory: bool) -> Option<bool> {
        if self.levels.is_empty() && self.filter.explicit.is_empty() {
            return None;
        }
        let in_repository =
            !self.filter.require_git || self.levels.iter().any(|level| level.repository);
        let (mut own, mut ignore, mut git, mut exclude) = (None, None, None, None);
        let mut passed_repository = false;
        for level in self.levels.iter().rev() {
            let rest = self.path.get(level.skip..).unwrap_or_default();
            let whole;
            let path = if level.before.is_empty() {
                rest
            } else {
                let rest = rest.strip_prefix(b"/").unwrap_or(rest);
                whole = [&level.before, b"/".as_slice(), rest].concat();
                &whole
            };
            let check = |rules: &Option<Gitignore>, found: &mut Option<bool>| {
                if found.is_none()
                    && let Some(rules) = rules
                {
                    *found = verdict(rules, path, directory);
                }
            };
            check(&level.own, &mut own);
            check(&level.ignore, &mut ignore);
            if in_repository && !passed_repository {
                check(&level.git, &mut git);
                check(&level.exclude, &mut exclude);
            }
            passed_repository |= level.repository;
        }
        let explicit = || {
            let path = self.path.strip_prefix(b"./").unwrap_or(&self.path);
            self.filter
                .explicit
                .iter()
                .rev()
                .find_map(|rules| verdict(rules, path, directory))
        };
        own.or(ignore).or(git).or(exclude).or_else(explicit)
    }
}

fn verdict(rules: &Gitignore, path: &[u8], directory: bool) -> Option<bool> {
    match rules.matched(rules::path_of(path), directory) {
        Match::None => None,
        Match::Ignore(_) => Some(true),
        Match::Whitelist(_) => Some(false),
    }
}

/// The path from the root, without `.` and `..`.
fn absolute(path: &[u8]) -> Option<Vec<u8>> {
    let mut whole = if path.starts_with(b"/") {
        Vec::new()
    } else {
        sys::working_directory().ok()?
    };
    if whole == b"/" {
        whole.clear();
    }
    for part in path.split(|byte| *byte == b'/') {
        match part {
            b"" | b"." => {}
            b".." => whole.truncate(memchr::memrchr(b'/', &whole).unwrap_or(0)),
            part => {
                whole.push(b'/');
                whole.extend_from_slice(part);
            }
        }
    }
    Some(whole)
}
