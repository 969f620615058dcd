//! Comparing two files or trees as named on the command line or found in
//! directories.

use super::hunks::{self, Change};
use super::lines::{Paint, Printer};
use super::options::{Blanks, Config, Style};
use super::text::Text;
use super::{contextual, formats, side, styles};
use wardian_applet::cli::{Context, Output};
use wardian_applet::sys::{self, Errno, ExtStat, File, is_dir, is_link, mode};
use wardian_applet::text::{quote, time};

/// Exit codes.
pub const SAME: i32 = 0;
pub const DIFFERENT: i32 = 1;
pub const TROUBLE: i32 = 2;
/// Bytes at the start that are searched for NUL.
const PROBE_BYTES: usize = 4096;

/// A comparison of files in progress.
pub struct Comparer<'a> {
    pub context: &'a Context<'a>,
    pub config: &'a Config,
    pub printer: Printer<'a>,
}

/// A file to compare: its name and, if it exists, its status.
#[derive(Clone)]
pub struct Node {
    pub name: Vec<u8>,
    pub stat: Option<ExtStat>,
}

impl Node {
    fn is_dir(&self) -> bool {
        self.stat.as_ref().is_some_and(is_dir)
    }
}

impl<'a> Comparer<'a> {
    /// A comparison that prints to standard output.
    pub fn new(context: &'a Context<'a>, config: &'a Config) -> Comparer<'a> {
        let printer = Printer {
            out: Output::stdout(),
            config,
        };
        Comparer {
            context,
            config,
            printer,
        }
    }

    /// Compares two operands; gives the exit code.
    pub fn operands(&mut self, names: [&[u8]; 2]) -> i32 {
        let mut nodes: Vec<Node> = Vec::new();
        let mut errors: Vec<(Vec<u8>, Errno)> = Vec::new();
        for name in names {
            let stat = self
                .stat(name)
                .map_err(|errno| errors.push((name.to_vec(), errno)));
            nodes.push(Node {
                name: name.to_vec(),
                stat: stat.ok(),
            });
        }
        let config = self.config;
        let absent = |f: usize| nodes[f].stat.is_none();
        let may_lack = |f: usize| config.new_file || (f == 0 && config.new_first);
        if (0..2).any(|f| absent(f) && (!may_lack(f) || absent(1 - f))) {
            for (name, errno) in errors {
                self.context.say_error(&name, errno);
            }
            return TROUBLE;
        }
        let gone = [absent(0), absent(1)];
        for f in 0..2 {
            // A file beside a directory stands for the file of its name there.
            if nodes[f].is_dir() && !nodes[1 - f].is_dir() && !gone[1 - f] {
                if nodes[1 - f].name == b"-" {
                    self.context.say(b"cannot compare '-' to a directory");
                    return TROUBLE;
                }
                let base = nodes[1 - f].name.rsplit(|byte| *byte == b'/').next();
                let name = join(&nodes[f].name, base.unwrap_or_default());
                match self.stat(&name) {
                    Ok(stat) => {
                        nodes[f] = Node {
                            name,
                            stat: Some(stat),
                        }
                    }
                    Err(_) if config.new_file => nodes[f] = Node { name, stat: None },
                    Err(errno) => {
                        self.context.say_error(&name, errno);
                        return TROUBLE;
                    }
                }
            }
        }
        let [a, b] = [&nodes[0], &nodes[1]];
        if a.is_dir() && b.is_dir() || (a.is_dir() || b.is_dir()) && config.recursive {
            return self.directories(a, b, true);
        }
        self.pair(a, b, false)
    }

    /// Compares two entries found in directories; gives the exit code.
    pub fn found(&mut self, a: &Node, b: &Node) -> i32 {
        let config = self.config;
        if a.is_dir() && b.is_dir() {
            if config.recursive {
                return self.directories(a, b, false);
            }
            return self.common_directories(a, b);
        }
        if (a.stat.is_none() || b.stat.is_none()) && (a.is_dir() || b.is_dir()) {
            return self.directories(a, b, false);
        }
        self.pair(a, b, true)
    }

    /// Tells of directories that are not looked into.
    pub fn common_directories(&mut self, a: &Node, b: &Node) -> i32 {
        // One with itself is not worth a word, except in columns.
        let same = a
            .stat
            .as_ref()
            .zip(b.stat.as_ref())
            .is_some_and(|(x, y)| x.inode == y.inode && x.device == y.device && x.inode != 0);
        if same && self.config.style != Style::SideBySide {
            return SAME;
        }
        let text = [
            b"Common subdirectories: ".as_slice(),
            &shown(&a.name),
            b" and ",
        ];
        self.printer.put(&text.concat());
        self.printer.put(&[&shown(&b.name)[..], b"\n"].concat());
        SAME
    }

    /// Compares two that are not both directories.
    fn pair(&mut self, a: &Node, b: &Node, nested: bool) -> i32 {
        if let (Some(x), Some(y)) = (&a.stat, &b.stat) {
            // Pipes may share their numbers.
            let plain = x.mode & mode::TYPE != mode::FIFO || a.name == b.name;
            let same_file = plain && x.inode == y.inode && x.device == y.device && x.inode != 0;
            if same_file
                && (self.config.style != Style::SideBySide || self.config.suppress_common)
                && self.config.style != Style::Formats
            {
                return self.report_same(a, b);
            }
            if is_link(x) && is_link(y) {
                return self.links(a, b);
            }
            let odd = |stat: &ExtStat| stat.mode & mode::TYPE != mode::REGULAR;
            let stdin = a.name == b"-" || b.name == b"-";
            if nested && (odd(x) || odd(y)) && !stdin {
                let text = [
                    b"File ".as_slice(),
                    &shown(&a.name),
                    b" is a ",
                    kind(x),
                    b" while file ",
                    &shown(&b.name),
                    b" is a ",
                    kind(y),
                    b"\n",
                ];
                self.printer.put(&text.concat());
                return DIFFERENT;
            }
        }
        let mut contents = Vec::new();
        for node in [a, b] {
            match self.read(node) {
                Ok(bytes) => contents.push(bytes),
                Err(errno) => {
                    self.context.say_error(&node.name, errno);
                    return TROUBLE;
                }
            }
        }
        let new = contents.pop().unwrap_or_default();
        let old = contents.pop().unwrap_or_default();
        self.contents(a, b, old, new, nested)
    }

    fn contents(&mut self, a: &Node, b: &Node, old: Vec<u8>, new: Vec<u8>, nested: bool) -> i32 {
        let config = self.config;
        let nul =
            |bytes: &[u8]| memchr::memchr(0, &bytes[..bytes.len().min(PROBE_BYTES)]).is_some();
        if !config.text && (nul(&old) || nul(&new)) {
            if old == new {
                return self.report_same(a, b);
            }
            let before: &[u8] = if config.brief {
                b"Files "
            } else {
                b"Binary files "
            };
            self.report(before, a, b, b" differ\n");
            return DIFFERENT;
        }
        let whole = matches!(config.style, Style::Formats)
            || config.style == Style::SideBySide && !config.suppress_common;
        if old == new && (!whole || config.brief) {
            return self.report_same(a, b);
        }
        let lax = config.blanks != Blanks::Matter
            || config.ignore_case
            || config.ignore_blank_lines
            || config.ignore_regex.is_some()
            || config.strip_cr;
        if config.brief && !lax {
            self.report(b"Files ", a, b, b" differ\n");
            return DIFFERENT;
        }
        let complete = !config.style.is_robust();
        let prepare = |bytes: Vec<u8>| match config.strip_cr {
            true => Text::new(strip_cr(bytes), complete),
            false => Text::new(bytes, complete),
        };
        let texts = [&prepare(old), &prepare(new)];
        let changes = hunks::changes(texts, config);
        let differs = changes.iter().any(|change| !change.ignored);
        if config.brief {
            if !differs {
                return self.report_same(a, b);
            }
            self.report(b"Files ", a, b, b" differ\n");
            return DIFFERENT;
        }
        if differs || whole {
            if nested {
                self.command_line(a, b);
            }
            self.print(a, b, texts, &changes);
        }
        let mut code = if differs {
            DIFFERENT
        } else {
            self.report_same(a, b)
        };
        if complete {
            for (f, node) in [a, b].into_iter().enumerate() {
                if texts[f].missing_newline() {
                    let name = config.labels[f].as_ref().unwrap_or(&node.name);
                    self.context
                        .say(&[name, b": No newline at end of file\n".as_slice()].concat());
                    code = TROUBLE;
                }
            }
        }
        code
    }

    fn print(&mut self, a: &Node, b: &Node, texts: [&Text; 2], changes: &[Change]) {
        let style = self.config.style;
        let marks: [&[u8]; 2] = match style {
            Style::Unified => [b"--- ", b"+++ "],
            Style::Context => [b"*** ", b"--- "],
            _ => [b"", b""],
        };
        if matches!(style, Style::Unified | Style::Context) {
            // POSIX has a date of its own for context diffs.
            let date_format: &[u8] = match style {
                Style::Context if !crate::locale::is_hard("LC_TIME") => b"%a %b %e %T %Y",
                _ => b"%Y-%m-%d %H:%M:%S.%N %z",
            };
            for (f, node) in [a, b].into_iter().enumerate() {
                self.printer.paint(Paint::Header);
                self.printer.put(marks[f]);
                match &self.config.labels[f] {
                    Some(label) => self.printer.put(label),
                    None => {
                        self.printer.put(&header_name(&node.name));
                        self.printer.put(b"\t");
                        let date = match &node.stat {
                            _ if node.name == b"-" && !self.stdin_is_file() => sys::now_ns(),
                            Some(stat) => stat.modified_ns,
                            None => 0,
                        };
                        let date = time::local(date).format(date_format);
                        self.printer.put(&date);
                    }
                }
                self.printer.unpaint(Paint::Header);
                self.printer.put(b"\n");
            }
        }
        let p = &mut self.printer;
        match style {
            Style::Normal => styles::normal(p, texts, changes),
            Style::Context => contextual::context(p, texts, changes),
            Style::Unified => contextual::unified(p, texts, changes),
            Style::Ed => styles::ed(p, texts, changes),
            Style::ForwardEd => styles::forward_ed(p, texts, changes),
            Style::Rcs => styles::rcs(p, texts, changes),
            Style::Formats => formats::merged(p, texts, changes),
            Style::SideBySide => side::side_by_side(p, texts, changes),
        }
    }

    /// `diff OPTIONS A B`, before what differs in a tree.
    fn command_line(&mut self, a: &Node, b: &Node) {
        let quoted = |name: &[u8]| quote::quote(name, quote::Style::Shell);
        let line = [
            b"diff".as_slice(),
            &self.config.switches,
            b" ",
            &quoted(&a.name),
            b" ",
            &quoted(&b.name),
            b"\n",
        ];
        self.printer.paint(Paint::Header);
        self.printer
            .put(line.concat().strip_suffix(b"\n").unwrap_or_default());
        self.printer.unpaint(Paint::Header);
        self.printer.put(b"\n");
    }

    fn links(&mut self, a: &Node, b: &Node) -> i32 {
        match (sys::read_link(&a.name), sys::read_link(&b.name)) {
            (Ok(x), Ok(y)) if x == y => self.report_same(a, b),
            (Ok(_), Ok(_)) => {
                self.report(b"Symbolic links ", a, b, b" differ\n");
                DIFFERENT
            }
            (x, y) => {
                for (node, result) in [(a, x), (b, y)] {
                    if let Err(errno) = result {
                        self.context.say_error(&node.name, errno);
                    }
                }
                TROUBLE
            }
        }
    }

    fn report_same(&mut self, a: &Node, b: &Node) -> i32 {
        if self.config.report_identical {
            self.report(b"Files ", a, b, b" are identical\n");
        }
        SAME
    }

    fn report(&mut self, before: &[u8], a: &Node, b: &Node, after: &[u8]) {
        let [x, y] = &self.config.labels;
        let name = |label: &Option<Vec<u8>>, node: &Node| {
            label.clone().unwrap_or_else(|| shown(&node.name))
        };
        let text = [before, &name(x, a), b" and ", &name(y, b), after];
        self.printer.put(&text.concat());
    }

    /// The status of a file; `-` is standard input.
    pub fn stat(&self, name: &[u8]) -> Result<ExtStat, Errno> {
        match name {
            b"-" => sys::fstat(0),
            _ => sys::stat(name, !self.config.no_dereference),
        }
    }

    fn stdin_is_file(&self) -> bool {
        sys::fstat(0).is_ok_and(|stat| stat.mode & mode::TYPE == mode::REGULAR)
    }

    fn read(&self, node: &Node) -> Result<Vec<u8>, Errno> {
        match (&node.stat, node.name.as_slice()) {
            (None, _) => Ok(Vec::new()),
            (_, b"-") => {
                let mut bytes = Vec::new();
                File::stdin().read_to_end(&mut bytes)?;
                Ok(bytes)
            }
            (_, name) => sys::read_file(name),
        }
    }
}

/// A name inside a directory.
pub fn join(directory: &[u8], name: &[u8]) -> Vec<u8> {
    match directory.last() {
        None | Some(b'/') => [directory, name].concat(),
        _ => [directory, b"/", name].concat(),
    }
}

/// A name as messages show it.
pub fn shown(name: &[u8]) -> Vec<u8> {
    name.to_vec()
}

/// A name as headers show it: in C quotes if it would be misread.
fn header_name(name: &[u8]) -> Vec<u8> {
    let odd = |byte: &u8| matches!(byte, 0..=b' ' | b'"' | b'\\' | 0x80..);
    if !name.iter().any(odd) {
        return name.to_vec();
    }
    let mut out = b"\"".to_vec();
    for byte in name {
        match byte {
            0x07 => out.extend_from_slice(b"\\a"),
            0x08 => out.extend_from_slice(b"\\b"),
            b'\t' => out.extend_from_slice(b"\\t"),
            b'\n' => out.extend_from_slice(b"\\n"),
            0x0b => out.extend_from_slice(b"\\v"),
            0x0c => out.extend_from_slice(b"\\f"),
            b'\r' => out.extend_from_slice(b"\\r"),
            b'"' | b'\\' => out.extend_from_slice(&[b'\\', *byte]),
            0..=0x1f | 0x80.. => out.extend_from_slice(format!("\\{byte:03o}").as_bytes()),
            _ => out.push(*byte),
        }
    }
    out.push(b'"');
    out
}

fn kind(stat: &ExtStat) -> &'static [u8] {
    match stat.mode & mode::TYPE {
        mode::REGULAR if stat.size_bytes == 0 => b"regular empty file",
        mode::REGULAR => b"regular file",
        mode::DIRECTORY => b"directory",
        mode::LINK => b"symbolic link",
        mode::FIFO => b"fifo",
        mode::SOCKET => b"socket",
        mode::CHARACTER => b"character special file",
        mode::BLOCK => b"block special file",
        _ => b"weird file",
    }
}

/// Lines without the carriage returns at their ends.
pub fn strip_cr(bytes: Vec<u8>) -> Vec<u8> {
    let mut out = Vec::with_capacity(bytes.len());
    for line in bytes.split_inclusive(|byte| *byte == b'\n') {
        match line.strip_suffix(b"\r\n") {
            Some(content) => {
                out.extend_from_slice(content);
                out.push(b'\n');
            }
            None => out.extend_from_slice(line),
        }
    }
    out
}
