//! `-x` and `-X`: commands for what was found.

use crate::process;
use wardian_applet::program::Program;
use wardian_applet::sys::Errno;

/// Most bytes of arguments in one command.
const ARGUMENT_BYTES_MAX: usize = 1 << 20;

/// A command with places for the path.
pub struct Template(Vec<Vec<Part>>);

#[derive(Clone)]
enum Part {
    Text(Vec<u8>),
    /// `{}`.
    Path,
    /// `{/}`.
    Name,
    /// `{//}`.
    Parent,
    /// `{.}`.
    Stem,
    /// `{/.}`.
    NameStem,
}

const PLACES: &[(&[u8], Part)] = &[
    (b"{}", Part::Path),
    (b"{/}", Part::Name),
    (b"{//}", Part::Parent),
    (b"{.}", Part::Stem),
    (b"{/.}", Part::NameStem),
];

impl Template {
    /// Reads a command; the path comes last if it has no place.
    pub fn new(words: &[Vec<u8>]) -> Template {
        let mut args: Vec<Vec<Part>> = words.iter().map(|word| parts(word)).collect();
        let placed = args
            .iter()
            .flatten()
            .any(|part| !matches!(part, Part::Text(_)));
        if !placed {
            args.push(vec![Part::Path]);
        }
        Template(args)
    }

    /// Number of words with a place for the path.
    pub fn places(&self) -> usize {
        let placed = |parts: &&Vec<Part>| parts.iter().any(|part| !matches!(part, Part::Text(_)));
        self.0.iter().filter(placed).count()
    }

    /// Runs it for a path; whether it succeeded.
    pub fn run(&self, path: &[u8]) -> bool {
        let argv: Vec<Vec<u8>> = self.0.iter().map(|parts| fill(parts, path)).collect();
        start(&argv)
    }

    fn run_many(&self, paths: &[Vec<u8>]) -> bool {
        let mut argv = Vec::new();
        for parts in &self.0 {
            if parts.iter().any(|part| !matches!(part, Part::Text(_))) {
                argv.extend(paths.iter().map(|path| fill(parts, path)));
            } else {
                argv.push(fill(parts, b""));
            }
        }
        start(&argv)
    }
}

fn start(argv: &[Vec<u8>]) -> bool {
    match process::run(&Program::new(argv), true) {
        Ok(end) => end.success(),
        Err(errno) => {
            let name = String::from_utf8_lossy(argv.first().map_or(b"", Vec::as_slice));
            if errno == Errno::Noent {
                super::fail(&format!("Command not found: {name}"));
            } else {
                super::fail(&format!(
                    "Problem while executing command: {}",
                    errno.message()
                ));
            }
            false
        }
    }
}

fn parts(word: &[u8]) -> Vec<Part> {
    let mut parts = Vec::new();
    let mut text = Vec::new();
    let mut rest = word;
    while let Some((&byte, tail)) = rest.split_first() {
        let place = PLACES.iter().find(|(token, _)| rest.starts_with(token));
        match place {
            Some((token, part)) => {
                parts.push(Part::Text(std::mem::take(&mut text)));
                parts.push(part.clone());
                rest = &rest[token.len()..];
            }
            None => {
                text.push(byte);
                rest = tail;
            }
        }
    }
    if !text.is_empty() || parts.is_empty() {
        parts.push(Part::Text(text));
    }
    parts
}

fn fill(parts: &[Part], path: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    let at = memchr::memrchr(b'/', path);
    let name = at.map_or(path, |at| &path[at + 1..]);
    let stem = match memchr::memrchr(b'.', name) {
        None | Some(0) => name,
        Some(dot) => &name[..dot],
    };
    for part in parts {
        match part {
            Part::Text(text) => out.extend_from_slice(text),
            Part::Path => out.extend_from_slice(path),
            Part::Name => out.extend_from_slice(name),
            Part::Parent => out.extend_from_slice(at.map_or(b".", |at| &path[..at])),
            Part::Stem => {
                let whole = &path[..path.len() - (name.len() - stem.len())];
                out.extend_from_slice(whole.strip_prefix(b"./").unwrap_or(whole));
            }
            Part::NameStem => out.extend_from_slice(stem),
        }
    }
    out
}

/// Paths that wait for their command.
#[derive(Default)]
pub struct Batch {
    paths: Vec<Vec<u8>>,
    bytes: usize,
}

impl Batch {
    /// Adds a path; runs the commands when they are full. Whether all went well.
    pub fn add(&mut self, path: Vec<u8>, templates: &[Template], most: usize) -> bool {
        let mut well = true;
        if self.bytes + path.len() + 1 > ARGUMENT_BYTES_MAX {
            well = self.finish(templates);
        }
        self.bytes += path.len() + 1;
        self.paths.push(path);
        if most > 0 && self.paths.len() >= most {
            well &= self.finish(templates);
        }
        well
    }

    /// Runs the commands for what is there.
    pub fn finish(&mut self, templates: &[Template]) -> bool {
        self.bytes = 0;
        let paths = std::mem::take(&mut self.paths);
        paths.is_empty() || templates.iter().all(|template| template.run_many(&paths))
    }
}
