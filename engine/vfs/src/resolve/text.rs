//! Stretches of paths: kept apart from the filesystem they may come from, so that
//! it can be changed while a resolution waits.

use std::ops::Range;
use std::sync::Arc;

/// A stretch of the path asked for, or of a link's target.
#[derive(Clone)]
pub(super) struct Text<'a> {
    whole: Whole<'a>,
    range: Range<usize>,
}

#[derive(Clone)]
enum Whole<'a> {
    Path(&'a [u8]),
    Target(Arc<[u8]>),
}

impl<'a> Text<'a> {
    pub(super) fn path(path: &'a [u8]) -> Text<'a> {
        Text {
            range: 0..path.len(),
            whole: Whole::Path(path),
        }
    }

    pub(super) fn target(target: &Arc<[u8]>) -> Text<'a> {
        Text {
            range: 0..target.len(),
            whole: Whole::Target(Arc::clone(target)),
        }
    }

    pub(super) fn bytes(&self) -> &[u8] {
        let whole: &[u8] = match &self.whole {
            Whole::Path(path) => path,
            Whole::Target(target) => target,
        };
        whole.get(self.range.clone()).unwrap_or_default()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.range.is_empty()
    }

    /// Whether it holds no name.
    pub(super) fn is_blank(&self) -> bool {
        self.bytes().iter().all(|byte| *byte == b'/')
    }

    /// Takes the slashes off its beginning.
    pub(super) fn skip_slashes(&mut self) {
        let bytes = self.bytes().iter();
        self.range.start += bytes.take_while(|byte| **byte == b'/').count();
    }

    /// Takes the name off its beginning: all up to the next slash.
    pub(super) fn take_name(&mut self) -> Text<'a> {
        let bytes = self.bytes().iter();
        let end = self.range.start + bytes.take_while(|byte| **byte != b'/').count();
        let name = Text {
            whole: self.whole.clone(),
            range: self.range.start..end,
        };
        self.range.start = end;
        name
    }
}
