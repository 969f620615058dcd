//! The three forms of output: differences, a script for `ed`, the merged file.

use super::blocks::{Block, Odd};
use crate::diff::Text;
use std::ops::Range;
use wardian_applet::cli::Output;

/// Which changes from the ancestor to the last file are wanted, and how.
#[derive(Clone, Copy, Default)]
pub struct Selection {
    /// The ancestor's lines in conflicts, and where it alone differs.
    pub show_old: bool,
    /// Conflicts are bracketed, not decided.
    pub flag_conflicts: bool,
    /// No overlaps.
    pub easy_only: bool,
    /// Only overlaps.
    pub overlap_only: bool,
}

/// Writes blocks. Files are numbered as the operands.
pub struct Printer<'a> {
    pub out: Output,
    texts: [&'a Text; 3],
    /// The role of each file.
    roles: [usize; 3],
    labels: &'a [Vec<u8>],
    selection: Selection,
}

/// What becomes of a block.
enum Course {
    Skip,
    Take,
    Conflict,
}

impl<'a> Printer<'a> {
    /// `order` gives the file for each role.
    pub fn new(
        texts: [&'a Text; 3],
        order: [usize; 3],
        labels: &'a [Vec<u8>],
        selection: Selection,
    ) -> Printer<'a> {
        let mut roles = [0; 3];
        for (role, file) in order.into_iter().enumerate() {
            roles[file] = role;
        }
        Printer {
            out: Output::stdout(),
            texts,
            roles,
            labels,
            selection,
        }
    }

    /// The lines that a block has of a file.
    fn range(&self, block: &Block, file: usize) -> Range<usize> {
        block.lines[self.roles[file]].clone()
    }

    /// The file that alone differs; none if all do.
    fn odd_file(&self, block: &Block) -> Option<usize> {
        match block.odd {
            Odd::All => None,
            Odd::One(role) => self.roles.iter().position(|own| *own == role),
        }
    }

    fn course(&self, odd: Option<usize>) -> Course {
        let Selection {
            show_old,
            flag_conflicts,
            easy_only,
            overlap_only,
        } = self.selection;
        match odd {
            Some(1) if show_old => Course::Conflict,
            Some(2) if !overlap_only => Course::Take,
            None if !easy_only && flag_conflicts => Course::Conflict,
            None if !easy_only => Course::Take,
            _ => Course::Skip,
        }
    }

    /// The form for people.
    pub fn differences(&mut self, blocks: &[Block], initial_tab: bool) {
        let before: &[u8] = if initial_tab { b"\t" } else { b"  " };
        for block in blocks {
            let odd = self.odd_file(block);
            let head = odd.map_or(String::new(), |file| (file + 1).to_string());
            self.out.put(format!("===={head}\n").as_bytes());
            // Of two that are alike, only the later shows its lines.
            let silent = odd.map(|file| usize::from(file == 0));
            let order = if odd == Some(1) { [0, 2, 1] } else { [0, 1, 2] };
            for file in order {
                let lines = self.range(block, file);
                let place = match lines.len() {
                    0 => format!("{}:{}a\n", file + 1, lines.start),
                    1 => format!("{}:{}c\n", file + 1, lines.end),
                    _ => format!("{}:{},{}c\n", file + 1, lines.start + 1, lines.end),
                };
                self.out.put(place.as_bytes());
                if silent == Some(file) {
                    continue;
                }
                let text = self.texts[file];
                let mut cut = false;
                for line in text.lines(lines) {
                    self.out.put(before);
                    self.out.put(line);
                    cut = !line.ends_with(b"\n");
                }
                if cut {
                    self.out.put(b"\n\\ No newline at end of file\n");
                }
            }
        }
    }

    /// A script that `ed` makes of the first file what is wanted. Whether there
    /// are conflicts.
    pub fn ed_script(&mut self, blocks: &[Block]) -> bool {
        let mut conflicts = false;
        for block in blocks.iter().rev() {
            let odd = self.odd_file(block);
            let [mine, old, new] = [0, 1, 2].map(|file| self.range(block, file));
            match self.course(odd) {
                Course::Skip => {}
                Course::Conflict => {
                    conflicts = true;
                    self.out.put(format!("{}a\n", mine.end).as_bytes());
                    let mut dots = false;
                    if odd.is_none() {
                        if self.selection.show_old {
                            self.bracket(b"|||||||", 1);
                            dots = self.dotted(1, old.clone());
                        }
                        self.out.put(b"=======\n");
                        dots |= self.dotted(2, new.clone());
                    }
                    self.bracket(b">>>>>>>", 2);
                    self.end_text(dots, mine.end + 2, old.len() + new.len() + 1);
                    self.out.put(format!("{}a\n", mine.start).as_bytes());
                    self.bracket(b"<<<<<<<", if odd.is_none() { 0 } else { 1 });
                    let mut dots = false;
                    if odd.is_some() {
                        dots = self.dotted(1, old.clone());
                        self.out.put(b"=======\n");
                    }
                    self.end_text(dots, mine.start + 2, old.len());
                }
                Course::Take => {
                    let (low, high) = (mine.start + 1, mine.end);
                    let letter = if new.is_empty() { 'd' } else { 'c' };
                    let command = match mine.len() {
                        0 => format!("{high}a\n"),
                        1 => format!("{low}{letter}\n"),
                        _ => format!("{low},{high}{letter}\n"),
                    };
                    self.out.put(command.as_bytes());
                    if !new.is_empty() {
                        let count = new.len();
                        let dots = self.dotted(2, new);
                        self.end_text(dots, low, count);
                    }
                }
            }
        }
        conflicts
    }

    fn bracket(&mut self, mark: &[u8], file: usize) {
        let label = &self.labels[file];
        self.out.put(&[mark, b" ", label, b"\n"].concat());
    }

    /// Lines as text of a command; a leading dot is doubled. Whether one was.
    fn dotted(&mut self, file: usize, lines: Range<usize>) -> bool {
        let text = self.texts[file];
        let mut dots = false;
        for line in text.lines(lines) {
            if line.starts_with(b".") {
                dots = true;
                self.out.put_byte(b'.');
            }
            self.out.put(line);
            if !line.ends_with(b"\n") {
                self.out.put_byte(b'\n');
            }
        }
        dots
    }

    /// Ends the text of a command, and takes doubled dots back.
    fn end_text(&mut self, dots: bool, start: usize, count: usize) {
        self.out.put(b".\n");
        if dots {
            let range = match count {
                1 => format!("{start}s/^\\.//\n"),
                _ => format!("{start},{}s/^\\.//\n", start + count - 1),
            };
            self.out.put(range.as_bytes());
        }
    }

    /// The first file with the changes made. Whether there are conflicts.
    pub fn merged(&mut self, blocks: &[Block]) -> bool {
        let mut conflicts = false;
        let mut at = 0;
        for block in blocks {
            let odd = self.odd_file(block);
            let course = self.course(odd);
            if matches!(course, Course::Skip) {
                continue;
            }
            let mine = self.range(block, 0);
            self.plain(0, at..mine.start);
            at = mine.end;
            if matches!(course, Course::Conflict) {
                conflicts = true;
                if odd.is_none() {
                    self.bracket(b"<<<<<<<", 0);
                    self.plain(0, mine);
                }
                if self.selection.show_old {
                    let mark: &[u8] = if odd.is_none() {
                        b"|||||||"
                    } else {
                        b"<<<<<<<"
                    };
                    self.bracket(mark, 1);
                    self.plain(1, self.range(block, 1));
                }
                self.out.put(b"=======\n");
            }
            self.plain(2, self.range(block, 2));
            if matches!(course, Course::Conflict) {
                self.bracket(b">>>>>>>", 2);
            }
        }
        self.plain(0, at..self.texts[0].len());
        conflicts
    }

    fn plain(&mut self, file: usize, lines: Range<usize>) {
        let text = self.texts[file];
        for line in text.lines(lines) {
            self.out.put(line);
        }
    }
}
