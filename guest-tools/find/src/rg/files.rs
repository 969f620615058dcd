//! Which files are searched, and `--files`.

use super::options::{By, Config};
use crate::walk::filtered::{Found, Next, Problem, Visitor, Walk};
use wardian_applet::cli::{Context, Output};
use wardian_applet::sys::{self, mode};

/// A file to search.
pub struct Target<'a> {
    /// Its path; `-` for standard input.
    pub path: &'a [u8],
    /// It was named, not found.
    pub explicit: bool,
}

/// Calls `visit` for each file, until it gives `false`; whether anything failed.
pub fn each(config: &Config, visit: &mut dyn FnMut(&Target<'_>) -> bool) -> bool {
    let by_time = config
        .sort
        .filter(|(by, reverse)| *by != By::Path || *reverse);
    let mut collector = Collector {
        config,
        failed: false,
        collected: by_time.map(|_| Vec::new()),
        visit,
    };
    for path in &config.paths {
        if path == b"-" {
            let target = Target {
                path: b"-",
                explicit: true,
            };
            if !(collector.visit)(&target) {
                return collector.failed;
            }
            continue;
        }
        let start: &[u8] = if config.implied { b"" } else { path };
        let more = if start.is_empty() {
            walk_here(config, &mut collector)
        } else {
            Walk::new(&config.filter).run(start, &mut collector)
        };
        if !more {
            break;
        }
    }
    if let (Some(mut all), Some((by, reverse))) = (collector.collected.take(), by_time) {
        all.sort_by(|a, b| {
            let order = match by {
                By::Path => a.1.cmp(&b.1),
                _ => a.0.cmp(&b.0).then_with(|| a.1.cmp(&b.1)),
            };
            if reverse { order.reverse() } else { order }
        });
        for (_, path) in &all {
            let target = Target {
                path,
                explicit: false,
            };
            if !(collector.visit)(&target) {
                break;
            }
        }
    }
    collector.failed
}

/// Walks the working directory; paths have no `./`.
fn walk_here(config: &Config, collector: &mut Collector<'_>) -> bool {
    let mut strip = Strip(collector);
    Walk::new(&config.filter).run(b".", &mut strip)
}

/// Takes `./` off paths.
struct Strip<'a, 'b>(&'a mut Collector<'b>);

impl Visitor for Strip<'_, '_> {
    fn found(&mut self, found: &Found<'_>) -> Next {
        self.0.found(&Found {
            path: found.path.strip_prefix(b"./").unwrap_or(found.path),
            ..*found
        })
    }

    fn problem(&mut self, path: &[u8], problem: Problem<'_>) {
        self.0.problem(path, problem);
    }
}

struct Collector<'a> {
    config: &'a Config,
    failed: bool,
    collected: Option<Vec<(u64, Vec<u8>)>>,
    visit: &'a mut dyn FnMut(&Target<'_>) -> bool,
}

impl Visitor for Collector<'_> {
    fn found(&mut self, found: &Found<'_>) -> Next {
        let wanted = match found.kind {
            mode::REGULAR => true,
            mode::DIRECTORY => false,
            _ => found.depth == 0,
        };
        if !wanted {
            return Next::Continue;
        }
        let stat = || found.stat.or_else(|| sys::stat(found.path, false).ok());
        if let Some(most) = self.config.max_size
            && stat().is_some_and(|stat| stat.size_bytes > most)
        {
            return Next::Continue;
        }
        if let Some(all) = &mut self.collected {
            let stat = stat().unwrap_or_default();
            let time = match self.config.sort {
                Some((By::Modified, _)) => stat.modified_ns,
                Some((By::Accessed, _)) => stat.accessed_ns,
                Some((By::Created, _)) => stat.created_ns,
                _ => 0,
            };
            all.push((time, found.path.to_vec()));
            return Next::Continue;
        }
        let target = Target {
            path: found.path,
            explicit: found.depth == 0,
        };
        match (self.visit)(&target) {
            true => Next::Continue,
            false => Next::Quit,
        }
    }

    fn problem(&mut self, path: &[u8], problem: Problem<'_>) {
        self.failed = true;
        if self.config.quiet_errors {
            return;
        }
        let path = String::from_utf8_lossy(path);
        match problem {
            Problem::Failed(errno) => {
                super::say(&format!("{path}: {}", os_error(errno)));
            }
            Problem::Loop(above) => {
                let above = String::from_utf8_lossy(above);
                super::say(&format!(
                    "File system loop found: {path} points to an ancestor {above}"
                ));
            }
        }
    }
}

/// A message as Rust's standard library words it on Linux.
pub fn os_error(errno: sys::Errno) -> String {
    let number = match errno {
        sys::Errno::Perm => 1,
        sys::Errno::Noent => 2,
        sys::Errno::Io => 5,
        sys::Errno::Acces => 13,
        sys::Errno::Notdir => 20,
        sys::Errno::Isdir => 21,
        sys::Errno::Mfile => 24,
        sys::Errno::Nametoolong => 36,
        sys::Errno::Loop => 40,
        _ => return errno.message().to_owned(),
    };
    format!("{} (os error {number})", errno.message())
}

/// `--files`.
pub fn list(context: &Context<'_>, config: &Config) -> i32 {
    let mut out = Output::stdout();
    let mut any = false;
    let failed = each(config, &mut |target| {
        any = true;
        if config.quiet {
            return false;
        }
        out.put(target.path);
        out.put_byte(if config.null { 0 } else { b'\n' });
        !out.failed()
    });
    let code = if failed {
        2
    } else if any {
        0
    } else {
        1
    };
    out.finish_or(context, code, 2)
}
