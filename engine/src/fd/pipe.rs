//! Pipes: a bounded ring of bytes between tasks, with POSIX's end conditions.
//!
//! Readers see the end when the last writer is gone; writers get `EPIPE` when
//! the last reader is gone. Bytes are copied once in and once out.

use std::collections::VecDeque;
use std::future::poll_fn;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};

use wardian_abi::{Errno, STANDARD_ERROR_INODE};
use wardian_vfs::Ino;

use super::interrupt::remember;

/// First size of the ring; it grows up to the pipe's capacity when it fills.
const INITIAL_BYTES: usize = 4096;

/// Makes a pipe that holds up to `capacity_bytes`; `number` tells it from others.
pub fn pipe(capacity_bytes: usize, number: u64) -> (PipeReader, PipeWriter) {
    let pipe = Pipe::new(capacity_bytes, PipeId::Nowhere(number));
    (pipe.reader(), pipe.writer())
}

/// What tells a pipe, or what stands for one, from others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PipeId {
    /// A number of its own: it is nowhere in the filesystem.
    Nowhere(u64),
    /// The node of a named pipe.
    Node(Ino),
}

/// Numbers of what each exec begins with: no process sees those of two execs. 1 is
/// that of everything else that is nowhere in the filesystem.
impl PipeId {
    /// Standard input.
    pub const STDIN: u64 = 2;
    /// Standard output.
    pub const STDOUT: u64 = 3;
    /// Standard error.
    pub const STDERR: u64 = STANDARD_ERROR_INODE;
    /// What a shell leaves to its next script.
    pub const STATE: u64 = 5;
    /// The first pipe that a process makes.
    pub const FIRST: u64 = 16;
}

/// The bytes between the ends. Named pipes keep it while nobody has them open.
#[derive(Debug)]
pub struct Pipe {
    capacity_bytes: usize,
    id: PipeId,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    ring: VecDeque<u8>,
    /// How much more guests may write in all, if that is limited.
    left_bytes: Option<u64>,
    /// Whether they wanted to write more.
    exceeded: bool,
    exceeded_wakers: Vec<Waker>,
    readers: usize,
    writers: usize,
    readers_ever: u64,
    writers_ever: u64,
    read_wakers: Vec<Waker>,
    write_wakers: Vec<Waker>,
}

/// The end to read from; counts as a reader until dropped.
#[derive(Debug)]
pub struct PipeReader(Arc<Pipe>);

/// The end to write to; counts as a writer until dropped.
#[derive(Debug)]
pub struct PipeWriter(Arc<Pipe>);

impl Pipe {
    /// A pipe without ends.
    pub fn new(capacity_bytes: usize, id: PipeId) -> Arc<Pipe> {
        Arc::new(Pipe {
            capacity_bytes: capacity_bytes.max(1),
            id,
            state: Mutex::default(),
        })
    }

    /// A pipe into which [`PipeWriter::poll_write`] moves no more than
    /// `limit_bytes` in all: who wants to write more waits.
    pub fn limited(capacity_bytes: usize, id: PipeId, limit_bytes: u64) -> Arc<Pipe> {
        let pipe = Pipe::new(capacity_bytes, id);
        pipe.lock().left_bytes = Some(limit_bytes);
        pipe
    }

    /// What its status is that of.
    pub fn id(&self) -> PipeId {
        self.id
    }

    /// Whether somebody wanted to write more than the limit.
    pub fn exceeded(&self) -> bool {
        self.lock().exceeded
    }

    /// Waits until somebody does.
    pub async fn wait_until_exceeded(&self) {
        poll_fn(|cx| {
            let mut state = self.lock();
            if state.exceeded {
                return Poll::Ready(());
            }
            remember(&mut state.exceeded_wakers, cx.waker());
            Poll::Pending
        })
        .await;
    }

    /// Whether somebody has it open to read.
    pub fn has_reader(&self) -> bool {
        self.lock().readers > 0
    }

    /// One more end to read from.
    pub fn reader(self: &Arc<Self>) -> PipeReader {
        let mut state = self.lock();
        state.readers += 1;
        state.readers_ever += 1;
        wake(&mut state.write_wakers);
        drop(state);
        PipeReader(self.clone())
    }

    /// One more end to write to.
    pub fn writer(self: &Arc<Self>) -> PipeWriter {
        let mut state = self.lock();
        state.writers += 1;
        state.writers_ever += 1;
        wake(&mut state.read_wakers);
        drop(state);
        PipeWriter(self.clone())
    }

    /// How many ends to read from and to write to there have been.
    pub fn ends_ever(&self) -> (u64, u64) {
        let state = self.lock();
        (state.readers_ever, state.writers_ever)
    }

    /// Whether an end of each kind exists, or has come since `before` (what
    /// opening a named pipe waits for): a writer may be gone again before its
    /// reader has seen it.
    pub fn poll_both_ends(&self, before: (u64, u64), cx: &mut Context<'_>) -> Poll<()> {
        let mut state = self.lock();
        let read = state.readers > 0 || state.readers_ever > before.0;
        let written = state.writers > 0 || state.writers_ever > before.1;
        if read && written {
            return Poll::Ready(());
        }
        remember(&mut state.read_wakers, cx.waker());
        remember(&mut state.write_wakers, cx.waker());
        Poll::Pending
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl PipeReader {
    /// The pipe it reads from.
    pub fn pipe(&self) -> &Arc<Pipe> {
        &self.0
    }

    /// Moves bytes into `buf`; 0 means the end (or an empty `buf`).
    pub fn poll_read(&self, cx: &mut Context<'_>, buf: &mut [u8]) -> Poll<usize> {
        let mut state = self.0.lock();
        if state.ring.is_empty() && !buf.is_empty() {
            if state.writers == 0 {
                return Poll::Ready(0);
            }
            remember(&mut state.read_wakers, cx.waker());
            return Poll::Pending;
        }
        let mut copied = 0;
        while copied < buf.len() && !state.ring.is_empty() {
            let (front, _) = state.ring.as_slices();
            let count = front.len().min(buf.len() - copied);
            if let (Some(to), Some(from)) =
                (buf.get_mut(copied..copied + count), front.get(..count))
            {
                to.copy_from_slice(from);
            }
            state.ring.drain(..count);
            copied += count;
        }
        if copied > 0 {
            wake(&mut state.write_wakers);
        }
        Poll::Ready(copied)
    }

    /// Bytes to read now.
    pub fn available(&self) -> usize {
        self.0.lock().ring.len()
    }

    /// Ready when a read would not wait: `(bytes, ended)`.
    pub fn poll_readable(&self, cx: &mut Context<'_>) -> Poll<(usize, bool)> {
        let mut state = self.0.lock();
        if !state.ring.is_empty() || state.writers == 0 {
            return Poll::Ready((state.ring.len(), state.writers == 0));
        }
        remember(&mut state.read_wakers, cx.waker());
        Poll::Pending
    }

    /// Reads; 0 means the end.
    pub async fn read(&self, buf: &mut [u8]) -> usize {
        poll_fn(|cx| self.poll_read(cx, buf)).await
    }
}

impl PipeWriter {
    /// Moves bytes from `data`, as many as fit, at least one.
    ///
    /// # Errors
    /// `EPIPE`: no reader is left.
    pub fn poll_write(&self, cx: &mut Context<'_>, data: &[u8]) -> Poll<Result<usize, Errno>> {
        let mut state = self.0.lock();
        let Some(left) = state.left_bytes else {
            return self.fill(&mut state, cx, data);
        };
        if left == 0 && !data.is_empty() && state.readers > 0 {
            state.exceeded = true;
            wake(&mut state.exceeded_wakers);
            return Poll::Pending;
        }
        let within = data.len().min(usize::try_from(left).unwrap_or(usize::MAX));
        let moved = self.fill(&mut state, cx, data.get(..within).unwrap_or_default());
        if let Poll::Ready(Ok(count)) = moved {
            state.left_bytes = Some(left.saturating_sub(count as u64));
        }
        moved
    }

    /// The same for the host, whom no limit of the sum holds.
    ///
    /// # Errors
    /// `EPIPE`: no reader is left.
    pub fn poll_write_unlimited(
        &self,
        cx: &mut Context<'_>,
        data: &[u8],
    ) -> Poll<Result<usize, Errno>> {
        self.fill(&mut self.0.lock(), cx, data)
    }

    /// Moves bytes from `data` into the ring.
    fn fill(
        &self,
        state: &mut State,
        cx: &mut Context<'_>,
        data: &[u8],
    ) -> Poll<Result<usize, Errno>> {
        let capacity = self.0.capacity_bytes;
        if state.readers == 0 {
            return Poll::Ready(Err(Errno::Pipe));
        }
        if data.is_empty() {
            return Poll::Ready(Ok(0));
        }
        let used = state.ring.len();
        let room = capacity.saturating_sub(used);
        // As POSIX asks: up to PIPE_BUF bytes go in together or not at all.
        if room == 0 || (data.len() <= INITIAL_BYTES.min(capacity) && data.len() > room) {
            remember(&mut state.write_wakers, cx.waker());
            return Poll::Pending;
        }
        let count = room.min(data.len());
        let held = state.ring.capacity();
        if used + count > held {
            let wanted = (used + count)
                .next_power_of_two()
                .clamp(INITIAL_BYTES.min(capacity), capacity);
            state
                .ring
                .reserve_exact(wanted.saturating_sub(used).max(count));
        }
        state.ring.extend(data.get(..count).unwrap_or_default());
        wake(&mut state.read_wakers);
        Poll::Ready(Ok(count))
    }

    /// Ready when a write would not wait: `(room, reader gone)`.
    pub fn poll_writable(&self, cx: &mut Context<'_>) -> Poll<(usize, bool)> {
        let mut state = self.0.lock();
        let room = self.0.capacity_bytes.saturating_sub(state.ring.len());
        if room > 0 || state.readers == 0 {
            return Poll::Ready((room, state.readers == 0));
        }
        remember(&mut state.write_wakers, cx.waker());
        Poll::Pending
    }

    /// Writes all of `data`, as the host does.
    ///
    /// # Errors
    /// `EPIPE`: no reader is left.
    pub async fn write_all(&self, mut data: &[u8]) -> Result<(), Errno> {
        while !data.is_empty() {
            let count = poll_fn(|cx| self.poll_write_unlimited(cx, data)).await?;
            data = data.get(count..).unwrap_or_default();
        }
        Ok(())
    }

    /// The pipe that this is an end of.
    pub fn pipe(&self) -> &Arc<Pipe> {
        &self.0
    }
}

impl Drop for PipeReader {
    fn drop(&mut self) {
        let mut state = self.0.lock();
        state.readers -= 1;
        if state.readers == 0 {
            // Nobody can read what is left; a named pipe starts empty again.
            state.ring = VecDeque::new();
            wake(&mut state.write_wakers);
        }
    }
}

impl Drop for PipeWriter {
    fn drop(&mut self) {
        let mut state = self.0.lock();
        state.writers -= 1;
        if state.writers == 0 {
            wake(&mut state.read_wakers);
        }
    }
}

fn wake(wakers: &mut Vec<Waker>) {
    wakers.drain(..).for_each(Waker::wake);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn block_on<T>(future: impl Future<Output = T>) -> T {
        tokio::runtime::Builder::new_current_thread()
            .build()
            .unwrap()
            .block_on(future)
    }

    #[test]
    fn bytes_come_out_in_order_through_a_small_ring() {
        block_on(async {
            let (reader, writer) = pipe(7, 1);
            let data: Vec<u8> = (0..=255).cycle().take(10_000).collect();
            let sent = data.clone();
            let write = async move { writer.write_all(&sent).await };
            let read = async move {
                let (mut all, mut buf) = (Vec::new(), [0; 11]);
                loop {
                    match reader.read(&mut buf).await {
                        0 => return all,
                        n => all.extend_from_slice(&buf[..n]),
                    }
                }
            };
            let (written, all) = tokio::join!(write, read);
            written.unwrap();
            assert_eq!(all, data);
        });
    }

    #[test]
    fn an_end_that_came_and_went_was_there() {
        let pipe = Pipe::new(8, PipeId::Nowhere(1));
        let mut cx = Context::from_waker(Waker::noop());
        let before = pipe.ends_ever();
        let reader = pipe.reader();
        assert!(pipe.poll_both_ends(before, &mut cx).is_pending());
        drop(pipe.writer());
        assert!(pipe.poll_both_ends(before, &mut cx).is_ready());
        assert!(pipe.poll_both_ends(pipe.ends_ever(), &mut cx).is_pending());
        drop(reader);
    }

    #[test]
    fn guests_write_no_more_than_the_limit_and_the_host_does() {
        let pipe = Pipe::limited(8, PipeId::Nowhere(1), 5);
        let (reader, writer) = (pipe.reader(), pipe.writer());
        let mut cx = Context::from_waker(Waker::noop());
        let mut write = |data: &[u8]| writer.poll_write(&mut cx, data);
        assert_eq!(write(b"abc"), Poll::Ready(Ok(3)));
        assert_eq!(write(b"def"), Poll::Ready(Ok(2)));
        assert_eq!(write(b""), Poll::Ready(Ok(0)));
        assert!(!pipe.exceeded());
        assert!(write(b"f").is_pending() && pipe.exceeded());
        block_on(async {
            pipe.wait_until_exceeded().await;
            writer.write_all(b"!").await.unwrap();
            let mut buf = [0; 8];
            assert_eq!(reader.read(&mut buf).await, 6);
            assert_eq!(&buf[..6], b"abcde!");
        });
        drop(reader);
        assert_eq!(
            writer.poll_write(&mut cx, b"f"),
            Poll::Ready(Err(Errno::Pipe))
        );
    }

    #[test]
    fn a_writer_without_readers_gets_epipe() {
        block_on(async {
            let (reader, writer) = pipe(4, 1);
            writer.write_all(b"abcd").await.unwrap();
            drop(reader);
            assert_eq!(writer.write_all(b"e").await, Err(Errno::Pipe));
        });
    }

    #[test]
    fn a_reader_drains_what_is_left_before_the_end() {
        block_on(async {
            let (reader, writer) = pipe(4, 1);
            writer.write_all(b"ab").await.unwrap();
            drop(writer);
            let mut buf = [0; 8];
            assert_eq!(reader.read(&mut buf).await, 2);
            assert_eq!(reader.read(&mut buf).await, 0);
        });
    }
}
