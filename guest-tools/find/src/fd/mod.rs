//! `fd`, with the behaviour of version 8.6.

mod command;
mod conditions;
mod options;
mod pattern;

use crate::walk::filtered::{Found, Next, Problem, Visitor, Walk};
use command::{Batch, Template};
use options::{Config, Run};
use std::ops::ControlFlow;
use wardian_applet::Args;
use wardian_applet::cli::{Context, Output};
use wardian_applet::sys::{self, Errno, mode};

/// Runs `fd`.
pub fn run(args: &Args) -> i32 {
    let context = Context::new(args, "fd", 2);
    let config = match options::read(&context, args) {
        Ok(config) => config,
        Err(code) => return code,
    };
    let cwd = sys::working_directory().unwrap_or_default();
    let mut search = Search {
        config: &config,
        cwd,
        out: Output::stdout(),
        count: 0,
        failed: false,
        batch: Batch::default(),
    };
    for path in &config.paths {
        let start: &[u8] = if config.implied { b"." } else { path };
        if !Walk::new(&config.filter).run(start, &mut search) {
            break;
        }
    }
    search.finish(&context)
}

/// Prints a message as `fd` does; gives the exit code.
fn fail(text: &str) -> i32 {
    let line = format!("[fd error]: {text}\n");
    let _ = sys::write(2, line.as_bytes());
    1
}

struct Search<'a> {
    config: &'a Config,
    cwd: Vec<u8>,
    out: Output,
    count: usize,
    failed: bool,
    batch: Batch,
}

impl Search<'_> {
    fn finish(mut self, context: &Context<'_>) -> i32 {
        if let Run::Many(templates) = &self.config.run {
            self.failed |= !self.batch.finish(templates);
        }
        let code = if self.config.quiet {
            i32::from(self.count == 0)
        } else {
            i32::from(self.failed)
        };
        self.out.finish(context, code)
    }

    /// The path as patterns see it with `-p`.
    fn whole(&self, path: &[u8]) -> Vec<u8> {
        let path = path.strip_prefix(b"./").unwrap_or(path);
        match path.starts_with(b"/") {
            true => path.to_vec(),
            false if self.cwd.ends_with(b"/") => [&self.cwd, path].concat(),
            false => [&self.cwd, b"/".as_slice(), path].concat(),
        }
    }

    fn matches(&self, found: &Found<'_>) -> bool {
        let config = self.config;
        let name = found.name;
        if found.depth < config.min_depth || !config.has_extension(name) {
            return false;
        }
        let fits = match config.full_path {
            true => config.pattern.matches(&self.whole(found.path)),
            false => config.pattern.matches(name),
        };
        fits && config.conditions.hold(found)
    }

    fn deal(&mut self, found: &Found<'_>) -> ControlFlow<()> {
        let config = self.config;
        self.count += 1;
        if config.quiet {
            return ControlFlow::Break(());
        }
        let path = if config.absolute {
            self.whole(found.path)
        } else {
            let stripped = config.implied && config.strips();
            let path = found.path;
            let path = path
                .strip_prefix(b"./")
                .filter(|_| stripped)
                .unwrap_or(path);
            path.to_vec()
        };
        match &config.run {
            Run::Nothing => {
                self.out.put(&path);
                if found.kind == mode::DIRECTORY && !path.ends_with(b"/") {
                    self.out.put(b"/");
                }
                self.out.put_byte(if config.null { 0 } else { b'\n' });
            }
            Run::Each(templates) => {
                self.out.flush();
                self.failed |= !run_each(templates, &path);
            }
            Run::Many(templates) => {
                self.failed |= !self.batch.add(path, templates, config.batch_size);
            }
        }
        match config.max_results == Some(self.count) || self.out.failed() {
            true => ControlFlow::Break(()),
            false => ControlFlow::Continue(()),
        }
    }
}

fn run_each(templates: &[Template], path: &[u8]) -> bool {
    // The commands of one path run in order, until one fails.
    templates.iter().all(|template| template.run(path))
}

impl Visitor for Search<'_> {
    fn found(&mut self, found: &Found<'_>) -> Next {
        if found.depth == 0 {
            if found.kind != mode::DIRECTORY {
                self.problem(found.path, Problem::Failed(Errno::Notdir));
                return Next::Skip;
            }
            return Next::Continue;
        }
        if !self.matches(found) {
            return Next::Continue;
        }
        match self.deal(found) {
            ControlFlow::Break(()) => Next::Quit,
            ControlFlow::Continue(()) if self.config.prune => Next::Skip,
            ControlFlow::Continue(()) => Next::Continue,
        }
    }

    fn problem(&mut self, path: &[u8], problem: Problem<'_>) {
        // A link that leads nowhere is itself a result when links are followed.
        if let Problem::Failed(Errno::Noent | Errno::Loop) = problem
            && let Ok(stat) = sys::stat(path, false)
        {
            let start = memchr::memrchr(b'/', path).map_or(0, |at| at + 1);
            let found = Found {
                path,
                name: &path[start..],
                depth: usize::MAX,
                kind: mode::LINK,
                stat: Some(stat),
            };
            if self.matches(&found) {
                let _ = self.deal(&found);
            }
            return;
        }
        if self.config.show_errors
            && let Problem::Failed(errno) = problem
        {
            let path = String::from_utf8_lossy(path);
            fail(&format!("{path}: {}", errno.message()));
        }
    }
}
