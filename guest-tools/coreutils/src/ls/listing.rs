//! Which files are listed, and in what sections.

use super::color::Colors;
use super::entry::{Entry, needs_stat};
use super::marks::{self, Dired};
use super::options::{Config, Follow, Format, Hidden, Indicator};
use super::{layout, long, options, sort};
use crate::Args;
use crate::cli::{Context, Output};
use crate::sys::{self, Errno, ExtStat, is_dir, is_link, mode};
use crate::text::glob;
use crate::text::quote::{self, Style};
use crate::text::size;

/// Exit code after a problem with a file found on the way.
const MINOR: i32 = 1;
/// Exit code after a problem with an argument.
const SERIOUS: i32 = 2;

/// Runs `ls`.
pub fn ls(args: &Args) -> i32 {
    run(args, "ls", None)
}

/// Runs `dir`.
pub fn dir(args: &Args) -> i32 {
    run(args, "dir", Some((Format::Columns, Style::Escape)))
}

/// Runs `vdir`.
pub fn vdir(args: &Args) -> i32 {
    run(args, "vdir", Some((Format::Long, Style::Escape)))
}

fn run(args: &Args, name: &'static str, preset: Option<(Format, Style)>) -> i32 {
    let context = Context::new(args, name, SERIOUS);
    let (config, operands) = match options::read(&context, args, preset) {
        Ok(read) => read,
        Err(code) => return code,
    };
    let colors = if config.color {
        Colors::from_environment(&context)
    } else {
        None
    };
    let mut listing = Listing {
        context,
        stat_entries: needs_stat(&config, colors.as_ref()),
        config,
        colors,
        out: Output::stdout(),
        code: 0,
        anything: false,
        dired: None,
    };
    listing.dired = listing.config.dired.then(Dired::default);
    listing.arguments(&operands);
    if let Some(dired) = listing.dired.take() {
        dired.put(&listing.config, &mut listing.out);
    }
    let code = listing.code;
    listing.out.finish_or(&listing.context, code, SERIOUS)
}

struct Listing<'a> {
    context: Context<'a>,
    config: Config,
    colors: Option<Colors>,
    stat_entries: bool,
    out: Output,
    code: i32,
    /// Whether something was printed, to be set apart by an empty line.
    anything: bool,
    dired: Option<Dired>,
}

impl Listing<'_> {
    fn arguments(&mut self, operands: &[Vec<u8>]) {
        let here = [b".".to_vec()];
        let operands = if operands.is_empty() { &here } else { operands };
        if let [only] = operands
            && only == b"."
            && !self.config.directory_itself
        {
            self.directories(vec![b".".to_vec()], self.config.recursive);
            return;
        }
        let (mut files, mut dirs) = (Vec::new(), Vec::new());
        for path in operands {
            match self.argument_stat(path) {
                Ok(stat) => {
                    let mut entry = self.entry(path, path, Some(stat), stat.mode & mode::TYPE);
                    entry.inode = stat.inode;
                    if is_dir(&stat) && !self.config.directory_itself {
                        dirs.push(entry);
                    } else {
                        files.push(entry);
                    }
                }
                Err(errno) => {
                    self.out.flush();
                    self.context.say_quoted("cannot access", path, errno);
                    self.code = SERIOUS;
                }
            }
        }
        sort::sort(&mut files, &self.config);
        sort::sort(&mut dirs, &self.config);
        if !files.is_empty() {
            self.print(&files, &dirs);
            self.anything = true;
        }
        let headers = operands.len() > 1 || self.config.recursive;
        self.directories(dirs.into_iter().map(|entry| entry.name).collect(), headers);
    }

    fn argument_stat(&self, path: &[u8]) -> Result<ExtStat, Errno> {
        match self.config.follow {
            Follow::Never => sys::stat(path, false),
            Follow::Always | Follow::Arguments => sys::stat(path, true).or_else(|errno| {
                // A dangling link is shown as a link.
                let link = sys::stat(path, false)?;
                match self.config.follow {
                    Follow::Arguments if errno == Errno::Noent => Ok(link),
                    _ => Err(errno),
                }
            }),
            Follow::ArgumentsToDirectories => match sys::stat(path, true) {
                Ok(stat) if is_dir(&stat) => Ok(stat),
                Ok(_) | Err(Errno::Noent) => sys::stat(path, false),
                Err(errno) => Err(errno),
            },
        }
    }

    fn entry(&self, name: &[u8], path: &[u8], stat: Option<ExtStat>, kind: u32) -> Entry {
        let config = &self.config;
        let mut entry = Entry {
            name: name.to_vec(),
            stat,
            kind,
            inode: 0,
            target: None,
            target_mode: None,
            leads_to_directory: kind == mode::DIRECTORY,
            shown: Vec::new(),
            quoted: false,
            address: None,
        };
        if config.hyperlink {
            entry.address = marks::address(path);
        }
        entry.set_shown(config);
        let link = stat.map_or(kind == mode::LINK, |stat| is_link(&stat));
        if link {
            let long = config.format == Format::Long;
            if long || self.colors.is_some() {
                entry.target = sys::read_link(path).ok();
            }
            if long || self.colors.is_some() || config.directories_first {
                entry.target_mode = sys::stat(path, true).ok().map(|stat| stat.mode);
                entry.leads_to_directory = entry
                    .target_mode
                    .is_some_and(|bits| bits & mode::TYPE == mode::DIRECTORY);
            }
        }
        entry
    }

    /// Lists directories, one section each; deeper ones come right after.
    fn directories(&mut self, dirs: Vec<Vec<u8>>, headers: bool) {
        let mut pending: Vec<(Vec<u8>, bool)> =
            dirs.into_iter().rev().map(|path| (path, true)).collect();
        let mut above: Vec<(u64, u64)> = Vec::new();
        while let Some((path, argument)) = pending.pop() {
            if self.out.failed() {
                return;
            }
            if path.is_empty() {
                above.pop();
                continue;
            }
            if self.config.recursive
                && let Ok(stat) = sys::stat(&path, true)
            {
                let id = (stat.device, stat.inode);
                if above.contains(&id) {
                    self.out.flush();
                    let text = [
                        &quote::if_needed(&path),
                        b": not listing already-listed directory".as_slice(),
                    ];
                    self.context.say(&text.concat());
                    self.code = SERIOUS;
                    continue;
                }
                above.push(id);
                // An empty path marks where this directory's section ends.
                pending.push((Vec::new(), false));
            }
            let Some(entries) = self.directory(&path, argument, headers) else {
                continue;
            };
            if self.config.recursive {
                let below = entries.iter().rev().filter(|entry| {
                    entry.mode() & mode::TYPE == mode::DIRECTORY
                        && entry.name != b"."
                        && entry.name != b".."
                });
                pending.extend(below.map(|entry| (join(&path, &entry.name), false)));
            }
        }
    }

    /// Lists one directory; gives its entries.
    fn directory(&mut self, path: &[u8], argument: bool, headers: bool) -> Option<Vec<Entry>> {
        let names = match sys::read_dir(path) {
            Ok(names) => names,
            // A directory that was removed while in use has nothing in it.
            Err(Errno::Noent) if sys::stat(path, true).is_ok_and(|stat| is_dir(&stat)) => {
                Vec::new()
            }
            Err(errno) => {
                self.out.flush();
                self.context
                    .say_quoted("cannot open directory", path, errno);
                self.code = self.code.max(if argument { SERIOUS } else { MINOR });
                return None;
            }
        };
        if headers {
            if self.anything {
                self.put(b"\n");
            }
            let shown = super::entry::heading(path, &self.config);
            self.indent();
            if let Some(dired) = &mut self.dired {
                dired.directory(0, shown.len());
            }
            let address = match self.config.hyperlink {
                true => marks::address(path),
                false => None,
            };
            self.put(&marks::linked(address.as_deref(), &shown));
            self.put(b":\n");
        }
        self.anything = true;
        let mut entries = Vec::new();
        if self.config.hidden == Hidden::Shown {
            for name in [b".".as_slice(), b".."] {
                let mut entry = sys::DirEntry {
                    name: name.to_vec(),
                    inode: 0,
                    kind: mode::DIRECTORY,
                };
                if self.config.inode {
                    let stat = sys::stat(&join(path, name), true);
                    entry.inode = stat.map_or(0, |stat| stat.inode);
                }
                entries.extend(self.found(path, entry));
            }
        }
        for name in names {
            if !self.left_out(&name.name) {
                entries.extend(self.found(path, name));
            }
        }
        sort::sort(&mut entries, &self.config);
        if self.config.format == Format::Long || self.config.blocks {
            let blocks: u64 = entries
                .iter()
                .filter_map(|e| e.stat)
                .map(|stat| stat.blocks)
                .sum();
            let total = size::show(blocks * 512, self.config.block_form);
            self.indent();
            self.put(format!("total {total}").as_bytes());
            self.put(&[self.config.end]);
        }
        self.print(&entries, &[]);
        Some(entries)
    }

    fn put(&mut self, text: &[u8]) {
        self.out.put(text);
        if let Some(dired) = &mut self.dired {
            dired.pass(text);
        }
    }

    fn indent(&mut self) {
        if self.dired.is_some() {
            self.put(marks::INDENT);
        }
    }

    fn left_out(&self, name: &[u8]) -> bool {
        let dot = name.starts_with(b".");
        let hide = self.config.hidden == Hidden::Dots;
        if hide && (dot || self.config.hide.iter().any(|p| glob::matches_file(p, name))) {
            return true;
        }
        self.config
            .ignore
            .iter()
            .any(|p| glob::matches_file(p, name))
    }

    fn found(&mut self, dir: &[u8], found: sys::DirEntry) -> Option<Entry> {
        // As GNU does, names in `.` go without it.
        let path = match dir {
            b"." => found.name.clone(),
            dir => join(dir, &found.name),
        };
        let config = &self.config;
        let follow = config.follow == Follow::Always;
        let needs_kind = config.recursive
            || config.indicator != Indicator::None
            || config.directories_first
            || self.colors.is_some();
        let unsure = found.kind == 0 || (follow && found.kind == mode::LINK);
        let mut stat = None;
        // Whether a file may be run is in its status alone.
        let executable =
            config.indicator == Indicator::Classify && matches!(found.kind, 0 | mode::REGULAR);
        let needed = executable
            || (config.inode && found.kind == mode::LINK && follow)
            || (needs_kind && unsure);
        if self.stat_entries || needed {
            match sys::stat(&path, follow) {
                Ok(found) => stat = Some(found),
                Err(errno) => {
                    self.out.flush();
                    self.context.say_quoted("cannot access", &path, errno);
                    self.code = self.code.max(MINOR);
                }
            }
        }
        let failed = stat.is_none() && (self.stat_entries || needed);
        let kind = stat.map_or(found.kind, |stat| stat.mode & mode::TYPE);
        let mut entry = self.entry(&found.name, &path, stat, kind);
        if failed {
            (entry.target, entry.target_mode) = (None, None);
        }
        entry.inode = stat.map_or(if failed { 0 } else { found.inode }, |stat| stat.inode);
        Some(entry)
    }

    fn print(&mut self, entries: &[Entry], others: &[Entry]) {
        if entries.is_empty() {
            return;
        }
        match self.config.format {
            Format::Long => long::print(
                entries,
                others,
                &self.config,
                &mut self.colors,
                &mut self.dired,
                &mut self.out,
            ),
            _ => layout::print(
                entries,
                others,
                &self.config,
                &mut self.colors,
                &mut self.out,
            ),
        }
    }
}

fn join(dir: &[u8], name: &[u8]) -> Vec<u8> {
    if dir.ends_with(b"/") {
        return [dir, name].concat();
    }
    [dir, b"/", name].concat()
}
