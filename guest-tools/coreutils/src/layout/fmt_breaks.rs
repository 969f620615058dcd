//! Where the lines of a paragraph end: the breaks of least cost.
//!
//! A line costs more the further it is from the goal and from the length of the
//! next; breaks after sentences are cheap, ones that leave a word alone are dear.

/// The square of a distance that costs as much.
const fn equal_to(distance: i64) -> i64 {
    distance * distance
}

const LINE: i64 = equal_to(70);
const AFTER_SENTENCE: i64 = equal_to(50);
const WITHIN_SENTENCE: i64 = equal_to(600);
const AFTER_PUNCTUATION: i64 = equal_to(40);
const BEFORE_BRACKET: i64 = equal_to(40);
const WIDOW: i64 = equal_to(200);
const ORPHAN: i64 = equal_to(150);
/// What a line less is worth when a long paragraph is written in parts.
const LINE_CREDIT: i64 = equal_to(3);

fn short(distance: i64) -> i64 {
    equal_to(distance * 10)
}

fn ragged(distance: i64) -> i64 {
    short(distance) / 2
}

/// A word with what follows it.
#[derive(Default)]
pub struct Word {
    pub text: Vec<u8>,
    /// Columns after it.
    pub space: i64,
    /// It starts with a bracket or quote.
    opens: bool,
    /// It ends as sentences do.
    pub period: bool,
    /// It ends with punctuation.
    punctuated: bool,
    /// It is the last of a sentence.
    pub last: bool,
    /// Where the next line starts if one starts here, its length, and the cost
    /// of all lines from here.
    pub next: usize,
    length: i64,
    cost: i64,
}

impl Word {
    /// A word; the space after it is not known yet.
    pub fn new(text: Vec<u8>) -> Word {
        // A zero counts as a bracket, a quote and a period.
        let within = |set: &[u8], byte: u8| byte == 0 || set.contains(&byte);
        let first = text.first().copied().unwrap_or(b' ');
        let end = text.last().copied().unwrap_or(b' ');
        let closing = |byte: &&u8| within(b")]'\"", **byte);
        let tail = text.get(1..).unwrap_or_default();
        let closed = tail.iter().rev().take_while(closing).count();
        let stop = text
            .len()
            .checked_sub(closed + 1)
            .map_or(b' ', |at| text[at]);
        Word {
            opens: within(b"(['`\"", first),
            period: within(b".?!", stop),
            punctuated: end.is_ascii_punctuation(),
            text,
            ..Word::default()
        }
    }
}

/// The words of a paragraph.
pub struct Breaker {
    pub words: Vec<Word>,
    /// Length of the line before.
    pub last_length: i64,
    most: i64,
    goal: i64,
}

impl Breaker {
    /// For lines of less than `most` columns, as near to `goal` as can be.
    pub fn new(most: i64, goal: i64) -> Breaker {
        Breaker {
            words: Vec::new(),
            last_length: 0,
            most,
            goal,
        }
    }

    /// Finds the breaks, with the indents of the first line and the others.
    pub fn find(&mut self, first: i64, other: i64) {
        let count = self.words.len();
        for start in (0..count).rev() {
            let mut length = if start == 0 { first } else { other };
            length += self.words[start].text.len() as i64;
            let (mut best, mut next, mut best_length) = (i64::MAX, start + 1, length);
            let mut at = start + 1;
            loop {
                let rest = self.words.get(at).map_or(0, |word| word.cost);
                let mut cost = self.line(at, length) + rest;
                if start == 0 && self.last_length > 0 {
                    cost += ragged(length - self.last_length);
                }
                if cost < best {
                    (best, next, best_length) = (cost, at, length);
                }
                if at == count {
                    break;
                }
                length += self.words[at - 1].space + self.words[at].text.len() as i64;
                at += 1;
                if length >= self.most {
                    break;
                }
            }
            let cost = best.saturating_add(self.start(start));
            let word = &mut self.words[start];
            (word.next, word.length, word.cost) = (next, best_length, cost);
        }
    }

    /// A word at which a line starts, before which the rest reads well.
    pub fn good_end(&self) -> usize {
        let cost = |at: usize| self.words.get(at).map_or(0, |word| word.cost);
        let mut end = self.words.len();
        let mut best = i64::MAX;
        let mut at = self.words.first().map_or(end, |word| word.next);
        while let Some(word) = self.words.get(at) {
            let line = word.cost - cost(word.next);
            if line < best {
                end = at;
                best = line;
            }
            if best <= i64::MAX - LINE_CREDIT {
                best += LINE_CREDIT;
            }
            at = word.next;
        }
        end
    }

    /// What it costs to start a line at this word.
    fn start(&self, at: usize) -> i64 {
        let mut cost = LINE;
        if let Some(before) = at.checked_sub(1).map(|at| &self.words[at]) {
            if before.period {
                cost += if before.last {
                    -AFTER_SENTENCE
                } else {
                    WITHIN_SENTENCE
                };
            } else if before.punctuated {
                cost -= AFTER_PUNCTUATION;
            } else if at > 1 && self.words[at - 2].last {
                cost += WIDOW / (before.text.len() as i64 + 2);
            }
        }
        let word = &self.words[at];
        if word.opens {
            cost -= BEFORE_BRACKET;
        } else if word.last {
            cost += ORPHAN / (word.text.len() as i64 + 2);
        }
        cost
    }

    /// What a line of this length costs before the one that starts at `next`.
    fn line(&self, next: usize, length: i64) -> i64 {
        let Some(word) = self.words.get(next) else {
            return 0;
        };
        let mut cost = short(self.goal - length);
        if word.next != self.words.len() {
            cost += ragged(length - word.length);
        }
        cost
    }
}
