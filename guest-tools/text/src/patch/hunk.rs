//! Hunks, in the one form that all kinds of patch are read into.

/// A change to some lines, with its context.
#[derive(Clone, Default, Debug)]
pub struct Hunk<'a> {
    /// First line of the old and new text, counted from 1. For a range of no
    /// lines, the line before it.
    pub start: [usize; 2],
    /// Lines with a mark: blank for context, `-` for old, `+` for new. A line
    /// has its newline unless the file's lacks it too.
    pub lines: Vec<(u8, &'a [u8])>,
    /// What follows the line numbers.
    pub function: &'a [u8],
}

impl<'a> Hunk<'a> {
    /// The old (0) or new (1) text.
    pub fn side(&self, f: usize) -> Vec<&'a [u8]> {
        let gone = [b'+', b'-'][f];
        let kept = self.lines.iter().filter(|line| line.0 != gone);
        kept.map(|line| line.1).collect()
    }

    /// Number of lines of the old or new text.
    pub fn count(&self, f: usize) -> usize {
        let gone = [b'+', b'-'][f];
        self.lines.iter().filter(|line| line.0 != gone).count()
    }

    /// Where the old text is expected; a range of none lies after its line.
    pub fn first(&self) -> usize {
        self.start[0] + usize::from(self.count(0) == 0)
    }

    /// Lines of context before and after the change.
    pub fn context(&self) -> (usize, usize) {
        let blank = |line: &&(u8, &[u8])| line.0 == b' ';
        (
            self.lines.iter().take_while(blank).count(),
            self.lines.iter().rev().take_while(blank).count(),
        )
    }

    /// Turns it round: new becomes old.
    pub fn reverse(&mut self) {
        self.start.swap(0, 1);
        for line in &mut self.lines {
            line.0 = match line.0 {
                b'-' => b'+',
                b'+' => b'-',
                other => other,
            };
        }
        for run in self
            .lines
            .chunk_by_mut(|a, b| (a.0 == b' ') == (b.0 == b' '))
        {
            run.sort_by_key(|line| line.0 == b'+');
        }
    }
}

/// A reader of lines that knows their numbers.
#[derive(Clone)]
pub struct Lines<'a> {
    text: &'a [u8],
    at: usize,
    /// Number of the next line, from 1.
    pub number: usize,
}

impl<'a> Lines<'a> {
    /// Reads from the start.
    pub fn new(text: &'a [u8]) -> Lines<'a> {
        Lines {
            text,
            at: 0,
            number: 1,
        }
    }

    /// The next line with its newline, without taking it.
    pub fn peek(&self) -> Option<&'a [u8]> {
        let rest = self.text.get(self.at..).filter(|rest| !rest.is_empty())?;
        let end = memchr::memchr(b'\n', rest).map_or(rest.len(), |at| at + 1);
        Some(&rest[..end])
    }

    /// Takes the next line.
    pub fn next(&mut self) -> Option<&'a [u8]> {
        let line = self.peek()?;
        self.at += line.len();
        self.number += 1;
        Some(line)
    }
}

/// What is wrong with a patch.
#[derive(Debug)]
pub struct Malformed(pub Vec<u8>);

/// The bad line named in a message.
pub fn malformed(number: usize, line: &[u8]) -> Malformed {
    let text = format!("malformed patch at line {number}: ");
    let newline: &[u8] = if line.ends_with(b"\n") { b"" } else { b"\n" };
    Malformed([text.as_bytes(), line, newline].concat())
}

fn ends_early() -> Malformed {
    Malformed(b"unexpected end of file in patch".to_vec())
}

/// A decimal number at the start of a text.
pub fn number(text: &[u8]) -> Option<(usize, &[u8])> {
    let digits = text.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let value = std::str::from_utf8(&text[..digits]).ok()?.parse().ok()?;
    Some((value, &text[digits..]))
}

/// `N` or `N,M`: first number, and the second if given.
fn pair(text: &[u8]) -> Option<(usize, Option<usize>, &[u8])> {
    let (first, rest) = number(text)?;
    match rest.strip_prefix(b",") {
        Some(rest) => {
            let (second, rest) = number(rest)?;
            Some((first, Some(second), rest))
        }
        None => Some((first, None, rest)),
    }
}

/// Cuts the newline off the last line if the note about it follows.
fn take_note<'a>(lines: &mut Lines<'a>, line: &'a [u8]) -> &'a [u8] {
    match lines.peek() {
        Some([b'\\', ..]) => {
            lines.next();
            line.strip_suffix(b"\n").unwrap_or(line)
        }
        _ => line,
    }
}

/// The ranges of a line `@@ -A,B +C,D @@ F`: start, count, and F.
type Header<'a> = ([usize; 2], [usize; 2], &'a [u8]);

/// Reads a line such as `@@ -1,3 +1,4 @@`.
pub fn unified_header(line: &[u8]) -> Option<Header<'_>> {
    let (old, n, rest) = pair(line.strip_prefix(b"@@ -")?)?;
    let (new, m, rest) = pair(rest.strip_prefix(b" +")?)?;
    let rest = rest.strip_prefix(b" @@")?;
    let function = rest.strip_suffix(b"\n").unwrap_or(rest);
    Some(([old, new], [n.unwrap_or(1), m.unwrap_or(1)], function))
}

/// Reads a hunk of a unified patch, if one follows.
pub fn unified<'a>(lines: &mut Lines<'a>) -> Result<Option<Hunk<'a>>, Malformed> {
    let Some(header) = lines.peek().filter(|line| line.starts_with(b"@@ -")) else {
        return Ok(None);
    };
    let at = lines.number;
    let (start, mut left, function) =
        unified_header(header).ok_or_else(|| malformed(at, header))?;
    lines.next();
    let mut hunk = Hunk {
        start,
        lines: Vec::new(),
        function,
    };
    while left != [0, 0] {
        let at = lines.number;
        let Some(line) = lines.next() else {
            // Blank context at the end is easily lost.
            if left[0] == left[1] && left[0] <= 3 {
                (0..left[0]).for_each(|_| hunk.lines.push((b' ', b"\n")));
                break;
            }
            return Err(ends_early());
        };
        let (mark, content) = match line {
            [mark @ (b' ' | b'-' | b'+'), content @ ..] => (*mark, content),
            [b'\n'] | [b'\r', b'\n'] | [b'\t', ..] => (b' ', line),
            _ => return Err(malformed(at, line)),
        };
        for f in 0..2 {
            if mark != [b'+', b'-'][f] {
                left[f] = left[f].checked_sub(1).ok_or_else(|| malformed(at, line))?;
            }
        }
        let content = take_note(lines, content);
        hunk.lines.push((mark, content));
    }
    for run in hunk
        .lines
        .chunk_by_mut(|a, b| (a.0 == b' ') == (b.0 == b' '))
    {
        run.sort_by_key(|line| line.0 == b'+');
    }
    Ok(Some(hunk))
}

/// Reads a hunk of a context patch, if one follows.
pub fn context<'a>(lines: &mut Lines<'a>) -> Result<Option<Hunk<'a>>, Malformed> {
    let Some(stars) = lines
        .peek()
        .filter(|line| line.starts_with(b"***************"))
    else {
        return Ok(None);
    };
    lines.next();
    let rest = &stars[15..];
    let function = rest.strip_suffix(b"\n").unwrap_or(rest);
    let (old_start, old_count) = context_range(lines, b"*** ")?;
    let old = context_half(lines, old_count, b'-')?;
    let (new_start, new_count) = context_range(lines, b"--- ")?;
    let new = context_half(lines, new_count, b'+')?;
    let blank = |half: &[(u8, &'a [u8])]| -> Vec<(u8, &'a [u8])> {
        half.iter().filter(|line| line.0 == b' ').copied().collect()
    };
    // A half without changes is left out.
    let (old, new) = match (old, new) {
        (old, new) if old.is_empty() && old_count > 0 => (blank(&new), new),
        (old, new) if new.is_empty() && new_count > 0 => {
            let new = blank(&old);
            (old, new)
        }
        both => both,
    };
    let mut merged = Vec::new();
    let (mut old, mut new) = (old.into_iter().peekable(), new.into_iter().peekable());
    loop {
        while let Some(line) = old.next_if(|line| line.0 != b' ') {
            merged.push((b'-', line.1));
        }
        while let Some(line) = new.next_if(|line| line.0 != b' ') {
            merged.push((b'+', line.1));
        }
        match (old.next(), new.next()) {
            (None, None) => break,
            (Some(line), Some(_)) => merged.push(line),
            _ => return Err(malformed(lines.number, stars)),
        }
    }
    Ok(Some(Hunk {
        start: [old_start, new_start],
        lines: merged,
        function,
    }))
}

fn context_range(lines: &mut Lines<'_>, mark: &[u8]) -> Result<(usize, usize), Malformed> {
    let at = lines.number;
    let line = lines.next().ok_or_else(ends_early)?;
    let range = line.strip_prefix(mark).and_then(pair);
    let (first, last, _) = range.ok_or_else(|| malformed(at, line))?;
    let count = match last {
        Some(last) => (last + 1).saturating_sub(first),
        None => usize::from(first > 0),
    };
    Ok((first, count))
}

fn context_half<'a>(
    lines: &mut Lines<'a>,
    count: usize,
    own: u8,
) -> Result<Vec<(u8, &'a [u8])>, Malformed> {
    let mut half = Vec::new();
    while half.len() < count {
        let (mark, content): (u8, &[u8]) = match lines.peek() {
            Some([b' ', b' ', content @ ..]) => (b' ', content),
            Some([b'!', b' ', content @ ..]) => (own, content),
            // `--- N ----` starts the other half.
            Some([b'-', b' ', content @ ..]) if own == b'-' => (own, content),
            Some([b'+', b' ', content @ ..]) if own == b'+' => (own, content),
            Some([b' ', content @ ..]) => (b' ', content),
            Some([b'\n']) => (b' ', b"\n"),
            _ if half.is_empty() => return Ok(half),
            None if own == b'+' && count - half.len() < 3 => {
                half.push((b' ', b"\n"));
                continue;
            }
            None => return Err(ends_early()),
            Some(line) => return Err(malformed(lines.number, line)),
        };
        lines.next();
        half.push((mark, take_note(lines, content)));
    }
    Ok(half)
}

/// The command of a normal patch: ranges as start and count, and whether lines
/// follow for either side.
pub fn normal_header(line: &[u8]) -> Option<(u8, [usize; 2], [usize; 2])> {
    let (a, b, rest) = pair(line)?;
    let (&letter, rest) = rest.split_first()?;
    let (c, d, rest) = pair(rest)?;
    if !matches!(rest, b"" | b"\n" | b"\r\n") {
        return None;
    }
    let count =
        |first: usize, last: Option<usize>| (last.unwrap_or(first) + 1).saturating_sub(first);
    let counts = match letter {
        b'a' => [0, count(c, d)],
        b'c' => [count(a, b), count(c, d)],
        b'd' => [count(a, b), 0],
        _ => return None,
    };
    Some((letter, [a, c], counts))
}

/// Reads a hunk of a normal patch, if one follows.
pub fn normal<'a>(lines: &mut Lines<'a>) -> Result<Option<Hunk<'a>>, Malformed> {
    let Some((letter, start, counts)) = lines.peek().and_then(normal_header) else {
        return Ok(None);
    };
    lines.next();
    let mut hunk = Hunk {
        start,
        lines: Vec::new(),
        function: b"",
    };
    for f in 0..2 {
        if f == 1 && letter == b'c' {
            let at = lines.number;
            let line = lines.next().ok_or_else(ends_early)?;
            if !line.starts_with(b"---") {
                return Err(malformed(at, line));
            }
        }
        for _ in 0..counts[f] {
            let at = lines.number;
            let line = lines.next().ok_or_else(ends_early)?;
            let content = match line {
                [b'<', b' ' | b'\t', content @ ..] if f == 0 => content,
                [b'>', b' ' | b'\t', content @ ..] if f == 1 => content,
                _ => return Err(malformed(at, line)),
            };
            let content = take_note(lines, content);
            hunk.lines.push(([b'-', b'+'][f], content));
        }
    }
    Ok(Some(hunk))
}

/// Whether the line is a command of an `ed` script.
pub fn is_ed_command(line: &[u8]) -> bool {
    match pair(line) {
        Some((_, _, rest)) => matches!(rest, b"a\n" | b"c\n" | b"d\n"),
        None => false,
    }
}
