//! The hunks of a unified diff.

use std::io::{self, Write};
use std::ops::Range;

use imara_diff::sources::byte_lines;
use imara_diff::{Algorithm, Diff, Hunk, InternedInput};

/// A file with a NUL this early is binary.
const BINARY_BYTES: usize = 8000;

/// Between the first and the last line that differ, at most so many pairs of
/// lines are searched for a short diff: 16,384 lines against as many.
const PAIRS_MOST: u64 = 1 << 28;

/// Whether contents are no text.
pub(super) fn is_binary(contents: &[u8]) -> bool {
    contents
        .get(..BINARY_BYTES)
        .unwrap_or(contents)
        .contains(&0)
}

/// The changed stretches. Where too many lines differ from too many, all of them
/// are one: correct, if not short, and no input takes long.
fn changed(input: &InternedInput<&[u8]>) -> Vec<Hunk> {
    let (before, after) = (&input.before, &input.after);
    let pairs = before.iter().zip(after);
    let head = pairs.take_while(|(left, right)| left == right).count();
    let least = before.len().min(after.len()) - head;
    let pairs = before.iter().rev().zip(after.iter().rev()).take(least);
    let tail = pairs.take_while(|(left, right)| left == right).count();
    let ends = (before.len() - tail, after.len() - tail);
    if (ends.0 - head) as u64 * (ends.1 - head) as u64 > PAIRS_MOST {
        return vec![Hunk {
            before: head as u32..ends.0 as u32,
            after: head as u32..ends.1 as u32,
        }];
    }
    let mut diff = Diff::compute(Algorithm::Histogram, input);
    diff.postprocess_lines(input);
    diff.hunks().collect()
}

/// Writes the hunks from `old` to `new`.
pub(super) fn write(out: &mut dyn Write, old: &[u8], new: &[u8], context: u32) -> io::Result<()> {
    let input = InternedInput::new(byte_lines(old), byte_lines(new));
    let found = changed(&input);
    let lines = |tokens: &[imara_diff::Token], range: Range<u32>| {
        let range = range.start as usize..range.end as usize;
        let tokens = tokens.get(range).unwrap_or_default();
        tokens
            .iter()
            .map(|token| input.interner[*token])
            .collect::<Vec<&[u8]>>()
    };
    let ends = (input.before.len() as u32, input.after.len() as u32);
    let mut group: Vec<Hunk> = Vec::new();
    let mut flush = |group: &mut Vec<Hunk>| -> io::Result<()> {
        let (Some(first), Some(last)) = (group.first(), group.last()) else {
            return Ok(());
        };
        let before = first.before.start.saturating_sub(context)
            ..last.before.end.saturating_add(context).min(ends.0);
        let after = first.after.start.saturating_sub(context)
            ..last.after.end.saturating_add(context).min(ends.1);
        writeln!(out, "@@ -{} +{} @@", span(&before), span(&after))?;
        let mut at = before.start;
        for hunk in group.drain(..) {
            put(out, b' ', lines(&input.before, at..hunk.before.start))?;
            put(out, b'-', lines(&input.before, hunk.before.clone()))?;
            put(out, b'+', lines(&input.after, hunk.after))?;
            at = hunk.before.end;
        }
        put(out, b' ', lines(&input.before, at..before.end))
    };
    for hunk in found {
        let gap = group.last().map(|last| hunk.before.start - last.before.end);
        if gap.is_some_and(|gap| gap > context.saturating_mul(2)) {
            flush(&mut group)?;
        }
        group.push(hunk);
    }
    flush(&mut group)
}

/// First line and count, as `diff -u` writes them.
fn span(range: &Range<u32>) -> String {
    match range.len() {
        0 => format!("{},0", range.start),
        1 => format!("{}", range.start + 1),
        count => format!("{},{count}", range.start + 1),
    }
}

fn put(out: &mut dyn Write, sign: u8, lines: Vec<&[u8]>) -> io::Result<()> {
    for line in lines {
        out.write_all(&[sign])?;
        out.write_all(line)?;
        if !line.ends_with(b"\n") {
            out.write_all(b"\n\\ No newline at end of file\n")?;
        }
    }
    Ok(())
}
