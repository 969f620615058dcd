//! From arguments to exit code.

use super::matcher::Matcher;
use super::options::{self, Config, Directories, Kind};
use super::print::Printer;
use super::search::Search;
use super::walk::{Item, Tree, directory_left_out, left_out};
use crate::Args;
use crate::cli::{Context, Output};
use crate::sys::{self, Errno, ExtStat, File, OpenHow, is_dir, mode};

/// Exit code after an error.
const TROUBLE: i32 = 2;

/// Runs `grep`.
pub fn grep(args: &Args) -> i32 {
    run(args, "grep", Kind::Basic)
}

/// Runs `egrep`.
pub fn egrep(args: &Args) -> i32 {
    run(args, "egrep", Kind::Extended)
}

/// Runs `fgrep`.
pub fn fgrep(args: &Args) -> i32 {
    run(args, "fgrep", Kind::Fixed)
}

fn run(args: &Args, name: &'static str, kind: Kind) -> i32 {
    let mut context = Context::new(args, name, TROUBLE);
    context.usage_synopsis = true;
    if name != "grep" {
        // These run grep, and its messages are in its name.
        context.program = b"grep";
    }
    let (config, files) = match options::read(&context, args, kind) {
        Ok(read) => read,
        Err(code) => return code,
    };
    let nothing_selected = config.max == Some(0)
        || (config.invert && !config.word && !config.line && config.patterns == [b"".to_vec()]);
    if nothing_selected && config.list != Some(false) {
        return 1;
    }
    let mut warn = |text: &str| context.say(text.as_bytes());
    let matcher = match Matcher::new(&config, &mut warn) {
        Ok(matcher) => matcher,
        Err(message) => {
            context.say(message.as_bytes());
            return TROUBLE;
        }
    };
    let recursive = config.directories == Directories::Recurse;
    let named = config.file_name.unwrap_or(files.len() > 1);
    let output = sys::fstat(1).ok().filter(|stat| {
        let silent = config.quiet || config.list.is_some() || config.count;
        stat.mode & mode::TYPE == mode::REGULAR && !silent
    });
    let mut grep = Grep {
        context,
        named,
        matcher,
        printer: Printer {
            out: Output::stdout(),
            digits: 0,
        },
        output,
        any_printed: false,
        selected: false,
        trouble: false,
        buf: Vec::new(),
        config: &config,
    };
    let here = [b".".to_vec()];
    let stdin = [b"-".to_vec()];
    let implied = files.is_empty() && recursive;
    let files = match files.as_slice() {
        [] if recursive => &here,
        [] => &stdin,
        files => files,
    };
    // Without a pattern no line can match, and GNU's looks at no file then.
    let idle = config.patterns.is_empty() && !config.invert && config.list != Some(false);
    for path in files.iter().filter(|_| !idle) {
        grep.argument(path, implied);
        if grep.over() {
            break;
        }
    }
    let code = match (grep.selected, grep.trouble) {
        _ if grep.matcher.gave_up => TROUBLE,
        (true, _) if config.quiet => 0,
        (_, true) => TROUBLE,
        (true, _) => 0,
        _ => 1,
    };
    grep.printer.out.finish_or(&grep.context, code, TROUBLE)
}

struct Grep<'a> {
    context: Context<'a>,
    config: &'a Config,
    /// Whether lines carry their file's name.
    named: bool,
    matcher: Matcher,
    printer: Printer,
    output: Option<ExtStat>,
    any_printed: bool,
    selected: bool,
    trouble: bool,
    buf: Vec<u8>,
}

impl Grep<'_> {
    /// Whether no further file matters.
    fn over(&self) -> bool {
        self.printer.out.failed() || (self.config.quiet && self.selected) || self.matcher.gave_up
    }

    fn problem(&mut self, name: &[u8], errno: Errno) {
        self.trouble = true;
        if !self.config.no_messages {
            self.printer.out.flush();
            self.context.say_error(name, errno);
        }
    }

    fn argument(&mut self, path: &[u8], implied: bool) {
        if path == b"-" {
            let label = self.config.label.clone();
            let name = label.unwrap_or_else(|| b"(standard input)".to_vec());
            return self.file(&File::stdin(), &name);
        }
        let stat = match sys::stat(path, true) {
            Ok(stat) => stat,
            Err(errno) => return self.problem(path, errno),
        };
        if is_dir(&stat) {
            // Of several slashes at the end one is left.
            let slashes = path.iter().rev().take_while(|byte| **byte == b'/').count();
            let path = match slashes {
                0 | 1 => path,
                2 if path.len() == 2 => path,
                _ => &path[..(path.len() - slashes + 1)],
            };
            match self.config.directories {
                // The directory that nobody named cannot be left out.
                Directories::Recurse if implied || !directory_left_out(self.config, path, true) => {
                    if self.config.file_name.is_none() {
                        self.named = true;
                    }
                    self.tree(path, implied);
                }
                Directories::Read if !left_out(self.config, path, true) => {
                    self.problem(path, Errno::Isdir);
                }
                _ => {}
            }
            return;
        }
        let device = stat.mode & mode::TYPE != mode::REGULAR;
        if left_out(self.config, path, true) || (device && self.config.skip_devices) {
            return;
        }
        self.path(path, path);
    }

    fn tree(&mut self, root: &[u8], implied: bool) {
        let name = if implied { b"".as_slice() } else { root };
        let item = Item {
            path: root.to_vec(),
            name: name.to_vec(),
        };
        let mut tree = Tree::new(self.config, item);
        while let Some(item) = tree.next() {
            for (name, errno) in std::mem::take(&mut tree.problems) {
                self.tree_problem(&name, errno);
            }
            self.path(&item.path, &item.name);
            if self.over() {
                return;
            }
        }
        for (name, errno) in tree.problems {
            self.tree_problem(&name, errno);
        }
    }

    fn tree_problem(&mut self, name: &[u8], errno: Errno) {
        if errno == Errno::Loop {
            self.context
                .say(&[b"warning: ".as_slice(), name, b": recursive directory loop"].concat());
            return;
        }
        self.problem(name, errno);
    }

    fn path(&mut self, path: &[u8], name: &[u8]) {
        match File::open(path, OpenHow::READ) {
            Ok(file) => self.file(&file, name),
            Err(errno) => self.problem(name, errno),
        }
    }

    fn file(&mut self, file: &File, name: &[u8]) {
        if let Some(output) = self.output
            && self.config.max.is_none_or(|max| max > 1)
            && let Ok(stat) = sys::fstat(file.fd())
            && stat.mode & mode::TYPE == mode::REGULAR
            && (stat.device, stat.inode) == (output.device, output.inode)
        {
            self.trouble = true;
            if !self.config.no_messages {
                let text = [name, b": input file is also the output".as_slice()];
                self.context.say(&text.concat());
            }
            return;
        }
        let shown = self.named.then_some(name);
        if self.config.tab {
            let size = match sys::fstat(file.fd()) {
                Ok(stat) if stat.mode & sys::mode::TYPE == sys::mode::REGULAR => stat.size_bytes,
                _ => u64::MAX,
            };
            let most = size.saturating_add(u64::from(self.config.number));
            self.printer.digits = most.checked_ilog10().unwrap_or(0) as usize + 1;
        }
        let buf = std::mem::take(&mut self.buf);
        let search = Search::new(
            self.config,
            &mut self.matcher,
            &mut self.printer,
            shown,
            &mut self.any_printed,
            buf,
        );
        let (result, buf) = search.run(file);
        self.buf = buf;
        let found = match result {
            Ok(found) => found,
            Err(errno) => return self.problem(name, errno),
        };
        if self.matcher.gave_up {
            let limit = match self.config.kind {
                Kind::Perl => "PCRE's backtracking limit",
                _ => "the limit for back-references",
            };
            let text = [name, b": exceeded ", limit.as_bytes()].concat();
            self.printer.out.flush();
            return self.context.say(&text);
        }
        let any = found.count > 0;
        let config = self.config;
        if config.count && !config.quiet && config.list.is_none() {
            if let Some(name) = shown {
                self.printer.name(config, name, b":");
            }
            self.printer.out.put_number(found.count);
            self.printer.out.put_byte(b'\n');
        }
        if let Some(with) = config.list
            && with == any
            && !config.quiet
        {
            self.printer.name(config, name, b"\n");
        }
        self.selected |= any;
        if found.binary {
            self.printer.out.flush();
            self.context
                .say(&[name, b": binary file matches".as_slice()].concat());
        }
    }
}
