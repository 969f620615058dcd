//! The lines that are edited, with a gap at the place of the last change, so that
//! a series of changes from top to bottom costs little; and what it takes to undo
//! the last command.

use foldhash::fast::RandomState;
use std::collections::{HashMap, HashSet};
use std::rc::Rc;

/// A line, without its newline. The number stays with it when it moves.
#[derive(Clone)]
pub struct Line {
    pub id: u32,
    pub text: Rc<[u8]>,
}

/// One change: at this line (counted from 0), these lines came in place of those.
struct Change {
    at: usize,
    removed: Vec<Line>,
    inserted: usize,
}

/// The lines and the state that goes with them. Lines are counted from 1 in
/// `current`, from 0 elsewhere.
#[derive(Default)]
pub struct Buffer {
    before: Vec<Line>,
    /// In reverse.
    after: Vec<Line>,
    next_id: u32,
    /// The current line; 0: before the first.
    pub current: usize,
    /// Whether it differs from the file.
    pub modified: bool,
    marks: HashMap<u8, u32, RandomState>,
    /// Lines that have been removed.
    gone: HashSet<u32, RandomState>,
    changes: Vec<Change>,
    saved: Option<(usize, bool)>,
    /// What was deleted or yanked last.
    pub yanked: Vec<Rc<[u8]>>,
}

impl Buffer {
    /// Number of lines.
    pub fn len(&self) -> usize {
        self.before.len() + self.after.len()
    }

    /// A line, counted from 0.
    pub fn line(&self, at: usize) -> Option<&Line> {
        match self.before.get(at) {
            Some(line) => Some(line),
            None => {
                let from_gap = at - self.before.len();
                let index = self.after.len().checked_sub(from_gap + 1)?;
                self.after.get(index)
            }
        }
    }

    /// The text of a line, counted from 0.
    pub fn text(&self, at: usize) -> Rc<[u8]> {
        self.line(at)
            .map_or_else(|| Rc::from(&b""[..]), |line| Rc::clone(&line.text))
    }

    /// A line that is new.
    pub fn new_line(&mut self, text: &[u8]) -> Line {
        self.next_id += 1;
        Line {
            id: self.next_id,
            text: Rc::from(text),
        }
    }

    /// Puts lines in place of `count` lines.
    pub fn splice(&mut self, at: usize, count: usize, lines: Vec<Line>) {
        let inserted = lines.len();
        let removed = self.replace(at, count, lines);
        self.changes.push(Change {
            at,
            removed,
            inserted,
        });
        self.modified = true;
    }

    fn replace(&mut self, at: usize, count: usize, lines: Vec<Line>) -> Vec<Line> {
        while self.before.len() > at {
            self.after.extend(self.before.pop());
        }
        while self.before.len() < at {
            let Some(line) = self.after.pop() else {
                break;
            };
            self.before.push(line);
        }
        let rest = self.after.len().saturating_sub(count);
        let mut removed = self.after.split_off(rest);
        removed.reverse();
        self.gone.extend(removed.iter().map(|line| line.id));
        for line in &lines {
            self.gone.remove(&line.id);
        }
        self.before.extend(lines);
        removed
    }

    /// Forgets how to undo; what follows can be undone.
    pub fn start_undo(&mut self) {
        self.changes.clear();
        self.saved = Some((self.current, self.modified));
    }

    /// Nothing can be undone.
    pub fn end_undo(&mut self) {
        self.changes.clear();
        self.saved = None;
    }

    /// Undoes what was done since the start; undoing again does it again. False
    /// if there is nothing.
    pub fn undo(&mut self) -> bool {
        let Some((current, modified)) = self.saved.filter(|_| !self.changes.is_empty()) else {
            return false;
        };
        self.saved = Some((self.current, self.modified));
        for change in std::mem::take(&mut self.changes).into_iter().rev() {
            let inserted = change.removed.len();
            let removed = self.replace(change.at, change.inserted, change.removed);
            self.changes.push(Change {
                at: change.at,
                removed,
                inserted,
            });
        }
        (self.current, self.modified) = (current, modified);
        true
    }

    /// Marks a line, counted from 0.
    pub fn mark(&mut self, letter: u8, at: usize) {
        if let Some(id) = self.line(at).map(|line| line.id) {
            self.marks.insert(letter, id);
        }
    }

    /// Where the marked line is, counted from 0.
    pub fn marked(&self, letter: u8) -> Option<usize> {
        let id = *self.marks.get(&letter)?;
        self.find(id, 0)
    }

    /// Where a line is, looking outwards from a place.
    pub fn find(&self, id: u32, near: usize) -> Option<usize> {
        if self.gone.contains(&id) {
            return None;
        }
        let near = near.min(self.len());
        let is = |at: &usize| self.line(*at).is_some_and(|line| line.id == id);
        let mut up = near..self.len();
        let mut down = (0..near).rev();
        loop {
            match (up.next(), down.next()) {
                (None, None) => return None,
                (a, b) => {
                    if let Some(at) = a.filter(is).or_else(|| b.filter(is)) {
                        return Some(at);
                    }
                }
            }
        }
    }
}
