//! Writing a table: records in ascending order, pages as they fill.

use super::sink::Sink;
use crate::error::Error;
use crate::format::page::{Kind, PageWriter, TOP_LEVEL, first_of};
use crate::hash::Hash;

/// A table being written.
pub(crate) struct TableWriter {
    kind: Kind,
    /// The page open at each level, from level 0 on.
    open: Vec<Option<PageWriter>>,
}

impl TableWriter {
    pub(crate) fn new(kind: Kind) -> TableWriter {
        TableWriter {
            kind,
            open: Vec::new(),
        }
    }

    /// Appends a record.
    pub(crate) fn push(
        &mut self,
        key: u64,
        record: &[u8],
        sink: &mut Sink<'_>,
    ) -> Result<(), Error> {
        self.push_at(0, key, record, sink)
    }

    /// Recurses once a level, 11 at most.
    fn push_at(
        &mut self,
        level: u8,
        key: u64,
        record: &[u8],
        sink: &mut Sink<'_>,
    ) -> Result<(), Error> {
        let open = self.open.get(usize::from(level)).and_then(Option::as_ref);
        if open.is_some_and(|page| page.first != first_of(key, level)) {
            self.close(level, sink)?;
        }
        while self.open.len() <= usize::from(level) {
            self.open.push(None);
        }
        if let Some(place) = self.open.get_mut(usize::from(level)) {
            place
                .get_or_insert_with(|| PageWriter::new(key, level))
                .push(key, record);
        }
        Ok(())
    }

    /// Stores the page open at a level and enters it in the one above.
    fn close(&mut self, level: u8, sink: &mut Sink<'_>) -> Result<(), Error> {
        let open = self.open.get_mut(usize::from(level));
        let Some(page) = open.and_then(Option::take) else {
            return Ok(());
        };
        let hash = sink.page(page.finish(self.kind))?;
        self.push_at(level + 1, page.first, hash.as_bytes(), sink)
    }

    /// The table, if anything is in it.
    pub(crate) fn finish(mut self, sink: &mut Sink<'_>) -> Result<Option<Hash>, Error> {
        for level in 0..=TOP_LEVEL {
            let above = self.open.iter().skip(usize::from(level) + 1);
            let is_top = !above.into_iter().any(Option::is_some);
            let open = self.open.get_mut(usize::from(level));
            match open.and_then(Option::take) {
                Some(page) if is_top => return sink.page(page.finish(self.kind)).map(Some),
                Some(page) => {
                    let hash = sink.page(page.finish(self.kind))?;
                    self.push_at(level + 1, page.first, hash.as_bytes(), sink)?;
                }
                None => {}
            }
        }
        Ok(None)
    }
}
