//! What is kept of an output: its beginning and its end, so that memory stays
//! bounded whatever a command prints.

use std::collections::VecDeque;

/// The first and the last half of a stream, up to a cap.
#[derive(Debug)]
pub(super) struct Kept {
    head: Vec<u8>,
    tail: VecDeque<u8>,
    head_bytes: usize,
    tail_bytes: usize,
    dropped_bytes: u64,
}

impl Kept {
    /// Nothing yet; later at most `cap` bytes.
    pub(super) fn new(cap: usize) -> Kept {
        Kept {
            head: Vec::new(),
            tail: VecDeque::new(),
            head_bytes: cap - cap / 2,
            tail_bytes: cap / 2,
            dropped_bytes: 0,
        }
    }

    /// The next bytes of the stream.
    pub(super) fn push(&mut self, bytes: &[u8]) {
        let room = self.head_bytes - self.head.len();
        let (first, rest) = bytes.split_at(room.min(bytes.len()));
        self.head.extend_from_slice(first);
        let skipped = rest.len().saturating_sub(self.tail_bytes);
        let (_, rest) = rest.split_at(skipped);
        let over = (self.tail.len() + rest.len()).saturating_sub(self.tail_bytes);
        self.tail.drain(..over);
        self.tail.extend(rest);
        self.dropped_bytes += (skipped + over) as u64;
    }

    /// What was kept, and how many bytes lay between its halves.
    pub(super) fn finish(self) -> (Vec<u8>, u64) {
        let mut bytes = self.head;
        let (front, back) = self.tail.as_slices();
        bytes.extend_from_slice(front);
        bytes.extend_from_slice(back);
        (bytes, self.dropped_bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::Kept;

    #[test]
    fn keeps_both_ends() {
        for (cap, pieces, kept, dropped) in [
            (8, &["abc"][..], "abc", 0),
            (8, &["abcdefgh"], "abcdefgh", 0),
            (8, &["abcdefghi"], "abcdfghi", 1),
            (8, &["abc", "defg", "hijk", "l"], "abcdijkl", 4),
            (8, &["abcd", "efghijklmnop"], "abcdmnop", 8),
            (3, &["abcdef"], "abf", 3),
            (1, &["abc", "d"], "a", 3),
            (0, &["abc"], "", 3),
        ] {
            let mut output = Kept::new(cap);
            for piece in pieces {
                output.push(piece.as_bytes());
            }
            let (bytes, count) = output.finish();
            assert_eq!(
                (bytes.as_slice(), count),
                (kept.as_bytes(), dropped),
                "{cap} {pieces:?}"
            );
        }
    }
}
