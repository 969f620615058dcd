//! Going through the trees, one directory after another.

use super::eval::Expression;
use super::file::File;
use super::settings::{Follow, State};
use super::start::Work;
use crate::walk::{self, CWD, Listing, Pool};
use crate::words::quoted;
use wardian_applet::cli::Context;
use wardian_applet::sys::{self, Errno, ExtStat, mode};

/// Directories kept open on the way down; those above are reached by path.
const OPEN_MAX: usize = 128;

/// A directory on the way down.
struct Frame {
    listing: Listing,
    next: usize,
    /// Open directory, or the working directory.
    fd: u32,
    /// Length of its path.
    length: usize,
    /// The directory as a file, for `-depth`.
    base: usize,
    dir: u32,
    follow: bool,
    stat: Option<ExtStat>,
}

struct Walker<'a> {
    state: State<'a>,
    expression: Expression,
    frames: Vec<Frame>,
    pool: Pool,
    file: File,
    /// Device of the starting point.
    device: u64,
}

/// Runs the expression over all starting points; gives the exit code.
pub fn run(context: &Context<'_>, work: Work) -> i32 {
    let mut walker = Walker {
        state: State {
            context,
            settings: work.settings,
            outputs: work.outputs,
            code: work.code,
            prune: false,
            quit: false,
        },
        expression: work.expression,
        frames: Vec::new(),
        pool: Pool::default(),
        file: File {
            path: Vec::new(),
            base: 0,
            start: 0,
            depth: 0,
            kind: 0,
            dir: CWD,
            stat: None,
            follow: false,
        },
        device: 0,
    };
    for start in &work.starts {
        walker.start(start);
        if walker.state.quit {
            break;
        }
    }
    walker.finish()
}

impl Walker<'_> {
    fn finish(&mut self) -> i32 {
        self.expression.finish(&mut self.state);
        let mut code = self.state.code;
        for (index, out) in self.state.outputs.iter_mut().enumerate() {
            out.flush();
            if let Some(errno) = out.error() {
                let name: &[u8] = if index == 0 {
                    b"standard output"
                } else {
                    b"output file"
                };
                self.state.context.say_error(&quoted(name), errno);
                code = 1;
            }
        }
        code
    }

    fn start(&mut self, start: &[u8]) {
        let follow = self.state.settings.follow != Follow::Never;
        self.file.path.clear();
        self.file.path.extend_from_slice(start);
        self.file.base = match start.iter().rposition(|byte| *byte != b'/') {
            Some(last) => memchr::memrchr(b'/', &start[..last]).map_or(0, |at| at + 1),
            None => 0,
        };
        self.file.start = start.len();
        self.file.depth = 0;
        self.file.kind = 0;
        self.file.dir = CWD;
        self.file.stat = None;
        self.file.follow = follow;
        match self.file.stat() {
            Ok(stat) => self.device = stat.device,
            Err(errno) => {
                self.state.fail(start, errno.message());
                return;
            }
        }
        self.enter();
        while let Some(frame) = self.frames.last_mut() {
            if self.state.quit {
                self.leave(false);
                continue;
            }
            let Some((name, kind)) = frame.listing.get(frame.next) else {
                self.leave(true);
                continue;
            };
            frame.next += 1;
            let path = &mut self.file.path;
            path.truncate(frame.length);
            if !path.ends_with(b"/") {
                path.push(b'/');
            }
            self.file.base = path.len();
            path.extend_from_slice(name);
            self.file.kind = kind;
            self.file.dir = frame.fd;
            self.file.stat = None;
            self.file.depth = self.frames.len();
            self.file.follow = false;
            if self.state.settings.follow == Follow::Always && !self.follow() {
                continue;
            }
            self.enter();
        }
    }

    /// Takes the link's target for the file, if it is a link that leads
    /// somewhere; whether the file is to be looked at.
    fn follow(&mut self) -> bool {
        self.file.follow = true;
        if self.file.kind != 0 && self.file.kind != mode::LINK && self.file.kind != mode::DIRECTORY
        {
            return true;
        }
        match self.file.stat() {
            Ok(_) => true,
            Err(Errno::Noent) if self.state.settings.ignore_race => false,
            Err(errno) => {
                self.state.fail(&self.file.path, errno.message());
                false
            }
        }
    }

    /// Looks at the file, and goes down if it is a directory.
    fn enter(&mut self) {
        let settings = &self.state.settings;
        let (depth, depth_first) = (self.file.depth, settings.depth_first);
        let due = depth >= settings.min_depth;
        let directory = matches!(self.file.kind(), Ok(mode::DIRECTORY));
        if directory && self.loops() {
            return;
        }
        self.state.prune = false;
        if due && !(directory && depth_first && depth < self.state.settings.max_depth) {
            self.expression.apply(&mut self.file, &mut self.state);
            if depth_first {
                return;
            }
        }
        let deeper = directory && !self.state.prune && depth < self.state.settings.max_depth;
        if !deeper || self.state.quit {
            return;
        }
        if let Err(errno) = self.descend() {
            let gone = errno == Errno::Noent && self.state.settings.ignore_race;
            if !gone {
                self.state.fail(&self.file.path, errno.message());
            }
            if depth_first && due {
                self.expression.apply(&mut self.file, &mut self.state);
            }
        }
    }

    /// Whether the directory is one of those above it.
    fn loops(&mut self) -> bool {
        if self.state.settings.follow != Follow::Always {
            return false;
        }
        let Ok(stat) = self.file.stat() else {
            return false;
        };
        let same = |frame: &&Frame| {
            let above = frame.stat.as_ref();
            above.is_some_and(|above| above.inode == stat.inode && above.device == stat.device)
        };
        let Some(above) = self.frames.iter().find(same) else {
            return false;
        };
        let text = [
            b"File system loop detected; ".as_slice(),
            &quoted(&self.file.path),
            b" is part of the same file system loop as ",
            &quoted(&self.file.path[..above.length]),
            b".",
        ];
        self.state.context.say(&text.concat());
        self.state.code = 1;
        true
    }

    fn descend(&mut self) -> Result<(), Errno> {
        if self.state.settings.one_device && self.file.stat()?.device != self.device {
            if self.state.settings.depth_first {
                self.expression.apply(&mut self.file, &mut self.state);
            }
            return Ok(());
        }
        let file = &self.file;
        // A link may lead anywhere; an open directory only reaches what is in it.
        let fd = if file.follow {
            walk::open_dir(CWD, &file.path, true)
        } else {
            walk::open_dir(file.dir, file.reach(), false)
        }?;
        let mut listing = self.pool.take();
        if let Err(errno) = listing.fill(fd) {
            sys::close(fd);
            self.pool.put(listing);
            return Err(errno);
        }
        if let Some(above) = self.frames.len().checked_sub(OPEN_MAX) {
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
            length: file.path.len(),
            base: file.base,
            dir: file.dir,
            follow: file.follow,
            stat: file.stat,
        });
        Ok(())
    }

    /// Leaves a directory; `due`: it may still have to be looked at itself.
    fn leave(&mut self, due: bool) {
        let Some(frame) = self.frames.pop() else {
            return;
        };
        if frame.fd != CWD {
            sys::close(frame.fd);
        }
        self.pool.put(frame.listing);
        let depth = self.frames.len();
        let settings = &self.state.settings;
        if due && settings.depth_first && depth >= settings.min_depth {
            self.file.path.truncate(frame.length);
            self.file.base = frame.base;
            self.file.kind = mode::DIRECTORY;
            self.file.follow = frame.follow;
            self.file.stat = frame.stat;
            self.file.depth = depth;
            // The directory above may have been closed on the way down.
            self.file.dir = match self.frames.last() {
                Some(above) => above.fd,
                None => frame.dir,
            };
            self.expression.apply(&mut self.file, &mut self.state);
        }
    }
}
