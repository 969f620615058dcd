//! Files of rejected hunks.

use super::header::{Form, Header, Name};
use super::hunk::Hunk;

/// The header and the hunks, as a unified or context patch.
pub fn write(header: &Header<'_>, reversed: bool, hunks: &[Hunk<'_>], unified: bool) -> Vec<u8> {
    let mut out = Vec::new();
    let marks: [&[u8]; 2] = if unified {
        [b"--- ", b"+++ "]
    } else {
        [b"*** ", b"--- "]
    };
    let mut names = [&header.old, &header.new];
    if reversed {
        names.swap(0, 1);
    }
    for (mark, name) in marks.into_iter().zip(names) {
        out.extend_from_slice(mark);
        match name {
            Some(Name { path, tail, .. }) => {
                out.extend_from_slice(path);
                if path != b"/dev/null" {
                    out.extend_from_slice(tail);
                }
            }
            None => out.extend_from_slice(b"/dev/null"),
        }
        out.push(b'\n');
    }
    for hunk in hunks {
        match unified {
            true => unified_hunk(&mut out, hunk),
            false => context_hunk(&mut out, hunk, header.form == Form::Normal),
        }
    }
    out
}

fn unified_hunk(out: &mut Vec<u8>, hunk: &Hunk<'_>) {
    let range = |f: usize| match hunk.count(f) {
        1 => format!("{}", hunk.start[f]),
        count => format!("{},{count}", hunk.start[f]),
    };
    let text = format!("@@ -{} +{} @@", range(0), range(1));
    out.extend_from_slice(text.as_bytes());
    out.extend_from_slice(hunk.function);
    out.push(b'\n');
    for (mark, line) in &hunk.lines {
        out.push(*mark);
        out.extend_from_slice(line);
    }
}

fn context_hunk(out: &mut Vec<u8>, hunk: &Hunk<'_>, normal: bool) {
    out.extend_from_slice(b"***************");
    out.extend_from_slice(hunk.function);
    out.push(b'\n');
    for f in 0..2 {
        let (first, count) = (hunk.start[f], hunk.count(f));
        let range = match count {
            0 => "0".to_owned(),
            1 => first.to_string(),
            _ => format!("{first},{}", first + count - 1),
        };
        let text = match (f, normal) {
            (0, false) => format!("*** {range} ****\n"),
            (0, true) => format!("*** {range}\n"),
            (_, false) => format!("--- {range} ----\n"),
            (_, true) => format!("--- {range} -----\n"),
        };
        out.extend_from_slice(text.as_bytes());
        let own = [b'-', b'+'][f];
        for run in hunk.lines.chunk_by(|a, b| (a.0 == b' ') == (b.0 == b' ')) {
            let both = !normal && run.first().map(|line| line.0) != run.last().map(|line| line.0);
            for (mark, line) in run {
                if *mark == b' ' || *mark == own {
                    out.push(if both && *mark != b' ' { b'!' } else { *mark });
                    out.push(b' ');
                    out.extend_from_slice(line);
                }
            }
        }
    }
}
