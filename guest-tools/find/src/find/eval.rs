//! Evaluating an expression for a file.

use super::action;
use super::file::File;
use super::grammar::Node;
use super::long;
use super::settings::State;
use super::test::Test;
use crate::accounts;
use crate::walk::{self, CWD, Listing};
use wardian_applet::sys::{self, Errno, ExtStat, mode};

/// An expression with its tests.
pub struct Expression {
    /// The tree.
    pub tree: Node,
    /// What its leaves stand for.
    pub tests: Vec<Test>,
}

impl Expression {
    /// Evaluates it for a file.
    pub fn apply(&mut self, file: &mut File, state: &mut State<'_>) {
        node(&self.tree, &mut self.tests, file, state);
    }

    /// Runs commands that wait for more files.
    pub fn finish(&mut self, state: &mut State<'_>) {
        for test in &mut self.tests {
            if let Test::Run(command) = test {
                command.finish(state);
            }
        }
    }
}

fn node(tree: &Node, tests: &mut [Test], file: &mut File, state: &mut State<'_>) -> bool {
    match tree {
        Node::Test(number) => match tests.get_mut(*number) {
            Some(test) => leaf(test, file, state),
            None => false,
        },
        Node::Not(inner) => !node(inner, tests, file, state),
        Node::And(parts) => parts
            .iter()
            .all(|part| !state.quit && node(part, tests, file, state)),
        Node::Or(parts) => parts
            .iter()
            .any(|part| node(part, tests, file, state) || state.quit),
        Node::List(parts) => parts.iter().fold(false, |_, part| {
            !state.quit && node(part, tests, file, state)
        }),
    }
}

/// Status, or a message and `None`.
fn status(file: &mut File, state: &mut State<'_>) -> Option<ExtStat> {
    match file.stat() {
        Ok(stat) => Some(stat),
        Err(Errno::Noent) if state.settings.ignore_race => None,
        Err(errno) => {
            let path = std::mem::take(&mut file.path);
            state.fail(&path, errno.message());
            file.path = path;
            None
        }
    }
}

fn kind(file: &mut File, state: &mut State<'_>) -> u32 {
    if file.kind == 0 {
        status(file, state);
    }
    file.kind
}

fn leaf(test: &mut Test, file: &mut File, state: &mut State<'_>) -> bool {
    match test {
        Test::Always(value) => *value,
        Test::Name(pattern) => pattern.matches(file.name()),
        Test::Path(pattern) => pattern.matches(&file.path),
        Test::LinkName(pattern) => {
            kind(file, state) == mode::LINK
                && sys::read_link(&file.path).is_ok_and(|target| pattern.matches(&target))
        }
        Test::Regex(matcher) => match matcher.matches(&file.path) {
            Ok(matches) => matches,
            Err(message) => {
                state.fail(&file.path, message);
                false
            }
        },
        Test::Type(kinds) => *kinds >> (kind(file, state) >> 12) & 1 != 0,
        Test::OtherType(kinds) => {
            let other = match file.other_stat() {
                Err(Errno::Noent) => file.stat(),
                other => other,
            };
            match other {
                Ok(stat) => *kinds >> ((stat.mode & mode::TYPE) >> 12) & 1 != 0,
                Err(errno) => {
                    state.fail(&file.path, errno.message());
                    false
                }
            }
        }
        Test::Empty => match kind(file, state) {
            mode::DIRECTORY => is_empty(file, state),
            mode::REGULAR => status(file, state).is_some_and(|stat| stat.size_bytes == 0),
            _ => false,
        },
        Test::Access(wanted) => {
            let Ok(stat) = walk::stat_at(CWD, &file.path, true) else {
                return false;
            };
            may(&stat, *wanted)
        }
        Test::Print(to, end) => {
            if let Some(out) = state.outputs.get_mut(*to) {
                out.put(&file.path);
                out.put_byte(*end);
                state.quit |= *to == 0 && out.failed();
            }
            true
        }
        Test::Printf(to, format) => {
            format.print(*to, file, state);
            true
        }
        Test::Long(to) => {
            if let Some(stat) = status(file, state) {
                let line = long::line(file, &stat);
                if let Some(out) = state.outputs.get_mut(*to) {
                    out.put(&line);
                }
            }
            true
        }
        Test::Run(command) => command.take(file, state),
        Test::Delete => action::delete(file, state),
        Test::Prune => {
            state.prune = !state.settings.depth_first;
            true
        }
        Test::Quit => {
            state.quit = true;
            true
        }
        _ => match status(file, state) {
            Some(stat) => by_status(test, &stat),
            None => false,
        },
    }
}

fn by_status(test: &Test, stat: &ExtStat) -> bool {
    match test {
        Test::Size(compare, unit) => compare.holds(stat.size_bytes.div_ceil(*unit)),
        Test::Perm(perm) => perm.holds(stat.mode, sys::is_dir(stat)),
        Test::User(compare) => compare.holds(stat.uid.into()),
        Test::Group(compare) => compare.holds(stat.gid.into()),
        Test::NoUser => accounts::user_name(stat.uid).is_none(),
        Test::NoGroup => accounts::group_name(stat.gid).is_none(),
        Test::Links(compare) => compare.holds(stat.links),
        Test::Inode(compare) => compare.holds(stat.inode),
        Test::SameFile(device, inode) => stat.device == *device && stat.inode == *inode,
        Test::Newer(stamp, than) => stamp.of(stat) > *than,
        Test::Age(stamp, window) => window.holds(stamp.of(stat).into()),
        Test::Used(window) => {
            let (used, changed) = (i128::from(stat.accessed_ns), i128::from(stat.changed_ns));
            used >= changed && window.holds(used - changed)
        }
        Test::FileSystem(name) => action::file_system(stat.device) == name.as_slice(),
        _ => false,
    }
}

fn is_empty(file: &File, state: &mut State<'_>) -> bool {
    let mut listing = Listing::default();
    let listed = walk::open_dir(CWD, &file.path, true).and_then(|fd| {
        let result = listing.fill(fd);
        sys::close(fd);
        result
    });
    match listed {
        Ok(()) => listing.len() == 0,
        Err(errno) => {
            state.fail(&file.path, errno.message());
            false
        }
    }
}

/// Whether this process may use the file so.
fn may(stat: &ExtStat, wanted: u32) -> bool {
    let (uid, gid) = sys::identity();
    if uid == 0 {
        return wanted & 1 == 0 || sys::is_dir(stat) || stat.mode & 0o111 != 0;
    }
    let shift = if uid == stat.uid {
        6
    } else if gid == stat.gid {
        3
    } else {
        0
    };
    stat.mode >> shift & wanted == wanted
}
