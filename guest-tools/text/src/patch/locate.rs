//! Where a hunk fits in a file: at the expected line, near it, or with some of
//! its context left aside.

/// The lines of a file being patched.
pub struct Source<'a> {
    pub lines: Vec<&'a [u8]>,
    /// Whether white space counts only as being there.
    pub loose: bool,
}

/// The text that a hunk looks for.
pub struct Needle<'a> {
    pub lines: Vec<&'a [u8]>,
    /// Where it is expected, counted from 1.
    pub first: usize,
    /// Lines of context before and after.
    pub context: (usize, usize),
}

impl<'a> Source<'a> {
    /// Takes a file's contents apart.
    pub fn new(bytes: &'a [u8], loose: bool) -> Source<'a> {
        let lines = bytes.split_inclusive(|byte| *byte == b'\n').collect();
        Source { lines, loose }
    }

    /// The line where the needle matches, counted from 1, nearest to where it
    /// is expected. Lines up to `frozen` are settled.
    pub fn locate(
        &self,
        needle: &Needle<'_>,
        offset: isize,
        frozen: usize,
        fuzz: usize,
    ) -> Option<usize> {
        let guess = needle.first as isize + offset;
        let length = needle.lines.len();
        let (before, after) = needle.context;
        let most = before.max(after) as isize;
        let mut skip_start = fuzz as isize + before as isize - most;
        let skip_end = fuzz as isize + after as isize - most;
        if length == 0 {
            return usize::try_from(guess).ok();
        }
        let total = self.lines.len() as isize;
        let highest = total - (length as isize - skip_end.max(0)) + 1;
        let lowest = frozen as isize + 1;
        let fits = |at: isize, skip_start: isize, skip_end: isize| {
            let at = usize::try_from(at).ok().filter(|at| *at >= 1)?;
            self.matches(needle, at, skip_start as usize, skip_end as usize)
                .then_some(at)
        };
        if skip_start < 0 && needle.first <= 1 {
            // Less context before than after: the start of the file.
            let whole = skip_end < 0 && length as isize != total;
            if whole || frozen > before || 1 > highest {
                return None;
            }
            return fits(1, 0, skip_end.max(0));
        }
        skip_start = skip_start.max(0);
        if skip_end < 0 {
            // Less context after than before: the end of the file.
            let at = total - length as isize + 1;
            return if at >= lowest {
                fits(at, skip_start, 0)
            } else {
                None
            };
        }
        let up = highest - guess;
        let down = guess - lowest;
        let nearest = if up < 0 {
            -up
        } else if down < 0 {
            -down
        } else {
            0
        };
        for distance in nearest..=up.max(down) {
            if distance <= up
                && let Some(at) = fits(guess + distance, skip_start, skip_end)
            {
                return Some(at);
            }
            if distance > 0
                && distance <= down
                && let Some(at) = fits(guess - distance, skip_start, skip_end)
            {
                return Some(at);
            }
        }
        None
    }

    fn matches(&self, needle: &Needle<'_>, at: usize, skip_start: usize, skip_end: usize) -> bool {
        let end = needle.lines.len().saturating_sub(skip_end);
        let Some(wanted) = needle.lines.get(skip_start..end) else {
            return true;
        };
        let start = at - 1 + skip_start;
        let Some(found) = self.lines.get(start..start + wanted.len()) else {
            return false;
        };
        match self.loose {
            false => wanted == found,
            true => wanted.iter().zip(found).all(|(a, b)| alike(a, b)),
        }
    }
}

/// Equal but for the amount of white space.
fn alike(a: &[u8], b: &[u8]) -> bool {
    let words = |line: &[u8]| -> Vec<Vec<u8>> {
        let line = line.trim_ascii_end();
        line.chunk_by(|x, y| x.is_ascii_whitespace() == y.is_ascii_whitespace())
            .map(|part| {
                if part[0].is_ascii_whitespace() {
                    b" ".to_vec()
                } else {
                    part.to_vec()
                }
            })
            .collect()
    };
    words(a) == words(b)
}
