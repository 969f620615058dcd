//! Going through the trees, adding up.

use super::columns;
use super::options::Config;
use crate::find::Stamp;
use crate::walk::{self, CWD, Listing, Pool};
use std::collections::HashSet;
use wardian_applet::cli::{Context, Output};
use wardian_applet::sys::{self, Errno, ExtStat};

/// What was added up.
#[derive(Clone, Copy, Default)]
pub struct Sum {
    /// Bytes, allocated or apparent.
    pub bytes: u64,
    /// Files.
    pub inodes: u64,
    /// Latest time.
    pub time_ns: u64,
}

impl Sum {
    /// Adds another sum.
    pub fn add(&mut self, other: &Sum) {
        self.bytes = self.bytes.saturating_add(other.bytes);
        self.inodes += other.inodes;
        self.time_ns = self.time_ns.max(other.time_ns);
    }
}

/// A directory on the way down.
struct Frame {
    listing: Listing,
    next: usize,
    fd: u32,
    length: usize,
    /// The directory and what is in it, but for directories with `-S`.
    sum: Sum,
    /// Directories below, with `-S`.
    below: Sum,
    /// Device and number.
    id: (u64, u64),
}

/// Directories kept open on the way down.
const OPEN_MAX: usize = 128;

/// Goes through trees.
pub struct Walker<'a> {
    context: &'a Context<'a>,
    config: &'a Config,
    out: &'a mut Output,
    seen: HashSet<(u64, u64)>,
    /// All files are remembered, not only those with several names.
    remember_all: bool,
    frames: Vec<Frame>,
    pool: Pool,
    path: Vec<u8>,
    device: u64,
    failed: bool,
}

impl<'a> Walker<'a> {
    /// With nothing seen.
    pub fn new(context: &'a Context<'a>, config: &'a Config, out: &'a mut Output) -> Walker<'a> {
        Walker {
            context,
            config,
            out,
            seen: HashSet::new(),
            remember_all: config.follow || config.paths.len() != 1,
            frames: Vec::new(),
            pool: Pool::default(),
            path: Vec::new(),
            device: 0,
            failed: false,
        }
    }

    /// Whether something could not be read.
    pub fn failed(&self) -> bool {
        self.failed
    }

    /// Prints a line.
    pub fn print(&mut self, sum: &Sum, name: &[u8]) {
        if let Some(limit) = self.config.threshold {
            let value = match self.config.inodes {
                true => sum.inodes,
                false => sum.bytes,
            };
            let value = i128::from(value);
            if (limit >= 0 && value < limit) || (limit < 0 && value > -limit) {
                return;
            }
        }
        let line = columns(self.config, sum);
        self.out.put(&line);
        self.out.put(name);
        self.out.put_byte(self.config.end);
    }

    fn fail(&mut self, before: &str, errno: Errno) {
        self.context.say_quoted(before, &self.path, errno);
        self.failed = true;
    }

    fn excluded(&self) -> bool {
        if self.config.excluded.is_empty() {
            return false;
        }
        let starts = self
            .path
            .iter()
            .enumerate()
            .filter(|(_, byte)| **byte == b'/');
        let tails = starts.map(|(at, _)| &self.path[at + 1..]);
        std::iter::once(self.path.as_slice())
            .chain(tails)
            .any(|tail| {
                self.config
                    .excluded
                    .iter()
                    .any(|pattern| pattern.matches(tail))
            })
    }

    /// Goes through a tree; gives its sum.
    pub fn start(&mut self, path: &[u8]) -> Sum {
        self.path.clear();
        self.path.extend_from_slice(path);
        if self.excluded() {
            return Sum::default();
        }
        let follow = self.config.follow || self.config.follow_starts;
        let stat = match sys::stat(path, follow) {
            Ok(stat) => stat,
            Err(errno) => {
                self.fail("cannot access", errno);
                return Sum::default();
            }
        };
        self.device = stat.device;
        let mut total = self.enter(&stat, CWD, 0);
        while let Some(frame) = self.frames.last_mut() {
            let Some((name, _)) = frame.listing.get(frame.next) else {
                let sum = self.leave();
                if self.frames.is_empty() {
                    total = sum;
                }
                continue;
            };
            frame.next += 1;
            self.path.truncate(frame.length);
            if !self.path.ends_with(b"/") {
                self.path.push(b'/');
            }
            let base = self.path.len();
            self.path.extend_from_slice(name);
            let dir = frame.fd;
            if self.excluded() {
                continue;
            }
            let stat = match (self.config.follow, dir) {
                (true, _) => sys::stat(&self.path, true),
                (false, CWD) => sys::stat(&self.path, false),
                (false, dir) => walk::stat_at(dir, &self.path[base..], false),
            };
            match stat {
                Ok(stat) => {
                    let sum = self.enter(&stat, dir, base);
                    if !sys::is_dir(&stat)
                        && let Some(frame) = self.frames.last_mut()
                    {
                        frame.sum.add(&sum);
                    }
                }
                Err(errno) => self.fail("cannot access", errno),
            }
        }
        total
    }

    fn own(&self, stat: &ExtStat) -> Sum {
        let bytes = if self.config.apparent {
            stat.size_bytes
        } else {
            stat.blocks.saturating_mul(512)
        };
        Sum {
            bytes,
            inodes: 1,
            time_ns: self.config.time.unwrap_or(Stamp::Modified).of(stat),
        }
    }

    /// Counts a file; a directory is opened and counted when it is left.
    fn enter(&mut self, stat: &ExtStat, dir: u32, base: usize) -> Sum {
        let directory = sys::is_dir(stat);
        let remembered = self.remember_all || (!directory && stat.links > 1);
        if remembered && !self.config.count_links && !self.seen.insert((stat.device, stat.inode)) {
            return Sum::default();
        }
        // A link may lead back up.
        let id = (stat.device, stat.inode);
        if directory && self.config.follow && self.frames.iter().any(|frame| frame.id == id) {
            return Sum::default();
        }
        let depth = self.frames.len();
        let sum = self.own(stat);
        if !directory {
            if (self.config.all && depth <= self.config.max_depth) || depth == 0 {
                let path = std::mem::take(&mut self.path);
                self.print(&sum, &path);
                self.path = path;
            }
            return sum;
        }
        if self.config.one_device && stat.device != self.device {
            return Sum::default();
        }
        let mut listing = self.pool.take();
        let follow = self.config.follow || depth == 0;
        let opened = match dir {
            CWD => walk::open_dir(CWD, &self.path, true),
            _ if follow => walk::open_dir(CWD, &self.path, true),
            dir => walk::open_dir(dir, &self.path[base..], false),
        };
        let fd = opened.and_then(|fd| {
            listing
                .fill(fd)
                .map(|()| fd)
                .inspect_err(|_| sys::close(fd))
        });
        let fd = match fd {
            Ok(fd) => fd,
            Err(errno) => {
                self.fail("cannot read directory", errno);
                listing = Listing::default();
                CWD
            }
        };
        if let Some(above) = depth.checked_sub(OPEN_MAX) {
            let frame = &mut self.frames[above];
            if frame.fd != CWD {
                sys::close(frame.fd);
                frame.fd = CWD;
            }
        }
        self.frames.push(Frame {
            listing,
            next: 0,
            fd,
            length: self.path.len(),
            sum,
            below: Sum::default(),
            id: (stat.device, stat.inode),
        });
        sum
    }

    fn leave(&mut self) -> Sum {
        let Some(frame) = self.frames.pop() else {
            return Sum::default();
        };
        if frame.fd != CWD {
            sys::close(frame.fd);
        }
        self.pool.put(frame.listing);
        self.path.truncate(frame.length);
        let depth = self.frames.len();
        let mut whole = frame.sum;
        whole.add(&frame.below);
        if depth <= self.config.max_depth {
            let path = std::mem::take(&mut self.path);
            let shown = if self.config.separate {
                frame.sum
            } else {
                whole
            };
            self.print(&shown, &path);
            self.path = path;
        }
        if let Some(above) = self.frames.last_mut() {
            above.below.add(&whole);
        }
        whole
    }
}
