//! Messages of a server have a longest length: whoever speaks the protocol must not
//! decide how much memory is taken here.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, ready};

use tokio::io::{AsyncRead, ReadBuf};

/// The longest message that is read, in bytes.
pub(super) const MAX_MESSAGE: usize = 16 << 20;

/// What ends a message.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum End {
    /// The end of its line.
    Line,
    /// An empty line, as after a server-sent event.
    EmptyLine,
}

/// Counts the bytes of messages as they come.
#[derive(Debug)]
pub(super) struct Counter {
    end: End,
    most: usize,
    /// Bytes of the message so far, and of its last line without a carriage return.
    message: usize,
    line: usize,
}

/// A message is longer than is read.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("it sent a message of more than {0} bytes")]
pub(super) struct TooLong(usize);

impl Counter {
    pub(super) fn new(end: End, most: usize) -> Counter {
        Counter {
            end,
            most,
            message: 0,
            line: 0,
        }
    }

    /// The next bytes, in which messages may end and begin.
    pub(super) fn take(&mut self, bytes: &[u8]) -> Result<(), TooLong> {
        for piece in bytes.split_inclusive(|byte| *byte == b'\n') {
            self.message += piece.len();
            if self.message > self.most {
                return Err(TooLong(self.most));
            }
            let Some(rest) = piece.strip_suffix(b"\n") else {
                self.line += piece.len();
                continue;
            };
            self.line += rest.strip_suffix(b"\r").unwrap_or(rest).len();
            if self.end == End::Line || self.line == 0 {
                self.message = 0;
            }
            self.line = 0;
        }
        Ok(())
    }
}

/// A stream of lines, which fails at one that is too long.
pub(super) struct LimitedReader<R> {
    inner: R,
    counter: Counter,
    failed: Arc<AtomicBool>,
}

impl<R> LimitedReader<R> {
    /// The reader, and what says that a line was too long.
    pub(super) fn new(inner: R, most: usize) -> (LimitedReader<R>, Arc<AtomicBool>) {
        let failed = Arc::new(AtomicBool::new(false));
        let reader = LimitedReader {
            inner,
            counter: Counter::new(End::Line, most),
            failed: failed.clone(),
        };
        (reader, failed)
    }
}

impl<R: AsyncRead + Unpin> AsyncRead for LimitedReader<R> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<std::io::Result<()>> {
        let before = buffer.filled().len();
        ready!(Pin::new(&mut self.inner).poll_read(context, buffer))?;
        let new = buffer.filled().get(before..).unwrap_or_default();
        Poll::Ready(match self.counter.take(new) {
            Ok(()) => Ok(()),
            Err(problem) => {
                // Who fails has read nothing.
                buffer.set_filled(before);
                self.failed.store(true, Ordering::Relaxed);
                Err(std::io::Error::other(problem))
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_are_counted_to_their_end() {
        for (end, pieces, fine) in [
            (End::Line, &["12345678\n", "12345678\n"][..], true),
            (End::Line, &["12345", "678\n", "1"], true),
            (End::Line, &["12345", "67890"], false),
            (End::Line, &["1\n1234567890\n"], false),
            (End::EmptyLine, &["1\n", "\n1234567\n"], true),
            (End::EmptyLine, &["1\r", "\n", "\r\n123456\n"], true),
            (End::EmptyLine, &["123\n", "456\n", "789\n"], false),
        ] {
            let mut counter = Counter::new(end, 9);
            let taken = pieces
                .iter()
                .try_for_each(|piece| counter.take(piece.as_bytes()));
            assert_eq!(taken.is_ok(), fine, "{pieces:?}");
        }
    }

    #[tokio::test]
    async fn a_line_too_long_ends_the_reading() {
        use tokio::io::AsyncReadExt;
        let (mut reader, failed) = LimitedReader::new(&b"fine\nnot fine\n"[..], 6);
        let mut all = Vec::new();
        assert!(reader.read_to_end(&mut all).await.is_err());
        assert!(failed.load(Ordering::Relaxed));
    }
}
