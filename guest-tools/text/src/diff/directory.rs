//! Comparing directories entry by entry.

use super::compare::{Comparer, DIFFERENT, Node, SAME, TROUBLE, join, shown};
use std::cmp::Ordering;
use wardian_applet::sys;
use wardian_applet::text::glob;

/// Deepest tree that is followed.
const DEPTH_MAX: usize = 1000;

impl Comparer<'_> {
    /// Compares two directories, of which one may be absent; `top` if they are
    /// operands.
    pub fn directories(&mut self, a: &Node, b: &Node, top: bool) -> i32 {
        let depth = a.name.iter().filter(|byte| **byte == b'/').count();
        if depth > DEPTH_MAX {
            let text = [&a.name[..], b": recursive directory loop"].concat();
            self.context.say(&text);
            return TROUBLE;
        }
        let (Ok(old), Ok(new)) = (self.names(a), self.names(b)) else {
            return TROUBLE;
        };
        let mut code = SAME;
        let (mut old, mut new) = (old.into_iter().peekable(), new.into_iter().peekable());
        let start = self.config.start_file.clone().filter(|_| top);
        loop {
            let order = match (old.peek(), new.peek()) {
                (None, None) => return code,
                (None, _) => Ordering::Greater,
                (_, None) => Ordering::Less,
                (Some(x), Some(y)) => self.order(x, y),
            };
            let x = if order.is_le() { old.next() } else { None };
            let y = if order.is_ge() { new.next() } else { None };
            let name = x.as_ref().or(y.as_ref()).cloned().unwrap_or_default();
            if start
                .as_ref()
                .is_some_and(|start| self.order(&name, start).is_lt())
            {
                continue;
            }
            code = code.max(self.entries([a, b], [x, y]));
        }
    }

    /// Compares what two directories have under a name, if they have it.
    fn entries(&mut self, parents: [&Node; 2], names: [Option<Vec<u8>>; 2]) -> i32 {
        let config = self.config;
        let any = names[0].clone().or(names[1].clone()).unwrap_or_default();
        let mut nodes = Vec::new();
        for f in 0..2 {
            let own = names[f].as_ref().unwrap_or(&any);
            let name = join(&parents[f].name, own);
            let stat = match names[f] {
                None => None,
                Some(_) => match self.stat(&name) {
                    Ok(stat) => Some(stat),
                    Err(errno) => {
                        self.context.say_error(&name, errno);
                        return TROUBLE;
                    }
                },
            };
            nodes.push(Node { name, stat });
        }
        let lacking = (0..2).find(|f| names[*f].is_none());
        if let Some(f) = lacking {
            let counts_as_empty = config.new_file || (f == 0 && config.new_first);
            let directory = nodes[1 - f].stat.as_ref().is_some_and(sys::is_dir);
            if counts_as_empty && directory && !config.recursive {
                return self.common_directories(&nodes[0], &nodes[1]);
            }
            if !counts_as_empty {
                let text = [
                    b"Only in ".as_slice(),
                    &shown(&parents[1 - f].name),
                    b": ",
                    &any,
                    b"\n",
                ];
                self.printer.put(&text.concat());
                return DIFFERENT;
            }
        }
        self.found(&nodes[0], &nodes[1])
    }

    fn order(&self, a: &[u8], b: &[u8]) -> Ordering {
        if self.config.ignore_name_case {
            let folded = a.to_ascii_lowercase().cmp(&b.to_ascii_lowercase());
            return folded;
        }
        a.cmp(b)
    }

    /// The names to compare, sorted; an absent directory has none.
    fn names(&self, node: &Node) -> Result<Vec<Vec<u8>>, ()> {
        if node.stat.is_none() {
            return Ok(Vec::new());
        }
        let entries =
            sys::read_dir(&node.name).map_err(|errno| self.context.say_error(&node.name, errno))?;
        let excluded = |name: &[u8]| {
            let patterns = &self.config.exclude;
            patterns.iter().any(|pattern| glob::matches(pattern, name))
        };
        let mut names: Vec<Vec<u8>> = entries
            .into_iter()
            .map(|entry| entry.name)
            .filter(|name| name != b"." && name != b".." && !excluded(name))
            .collect();
        names.sort_by(|a, b| self.order(a, b).then_with(|| a.cmp(b)));
        Ok(names)
    }
}
