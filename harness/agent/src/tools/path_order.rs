//! Changes of one file happen in the order in which they were asked for.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use tokio::sync::oneshot;

/// The lines before files.
#[derive(Default)]
pub(crate) struct PathOrder {
    /// Per path the end of its line: closed when the last in it is done.
    ends: Mutex<HashMap<String, oneshot::Receiver<()>>>,
}

/// A place in a line. Whoever holds it keeps those behind waiting.
pub(crate) struct Turn {
    before: Option<oneshot::Receiver<()>>,
    _done: oneshot::Sender<()>,
}

impl PathOrder {
    /// The last place in the line for a path.
    pub(crate) fn turn(&self, path: &str) -> Turn {
        let (done, end) = oneshot::channel();
        let mut ends = self.ends.lock().unwrap_or_else(PoisonError::into_inner);
        ends.retain(|_, end| end.try_recv() == Err(oneshot::error::TryRecvError::Empty));
        Turn {
            before: ends.insert(path.to_owned(), end),
            _done: done,
        }
    }
}

impl Turn {
    /// Waits for all that came before.
    pub(crate) async fn come(&mut self) {
        if let Some(before) = self.before.take() {
            // Nothing is ever sent: the sender goes when its holder does.
            let _ = before.await;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures_util::FutureExt;

    #[test]
    fn those_before_come_first() {
        let order = PathOrder::default();
        let mut first = order.turn("/a");
        let mut second = order.turn("/a");
        let mut third = order.turn("/a");
        let mut other = order.turn("/b");
        assert!(first.come().now_or_never().is_some());
        assert!(other.come().now_or_never().is_some());
        assert!(second.come().now_or_never().is_none());
        drop(first);
        // One that gave up in the middle of the line keeps the order.
        let mut second = second;
        assert!(second.come().now_or_never().is_some());
        assert!(third.come().now_or_never().is_none());
        drop(second);
        assert!(third.come().now_or_never().is_some());
        drop((third, other));
        drop(order.turn("/c"));
        assert!(order.ends.lock().unwrap().len() <= 1);
    }
}
