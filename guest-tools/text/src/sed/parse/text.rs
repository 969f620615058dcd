//! The text of `a`, `i` and `c`, which may run over several pieces.

use super::{EXPECTED_TEXT, Parser};
use crate::sed::command::Action;
use crate::sed::escape;
use crate::sed::source::{Failure, Source};

impl Parser<'_> {
    /// The text after `a`, `i` or `c`, from its first byte.
    pub(super) fn start_text(
        &mut self,
        source: &mut Source<'_>,
        byte: Option<u8>,
    ) -> Result<(), Failure> {
        self.open_text = Some(Vec::new());
        if byte != Some(b'\\') {
            if self.options.posix {
                return source.fail(EXPECTED_TEXT);
            }
            self.read_text(source, byte);
            return Ok(());
        }
        match source.next() {
            None if self.options.posix => return source.fail("incomplete command"),
            None => {}
            Some(b'\n') => self.read_text(source, None),
            // An escape may start the text.
            Some(b'\\') => {
                source.back(Some(b'\\'));
                self.read_text(source, None);
            }
            byte => self.read_text(source, byte),
        }
        Ok(())
    }

    /// Reads text up to a line's end without a backslash.
    pub(super) fn read_text(&mut self, source: &mut Source<'_>, lead: Option<u8>) {
        let mut made = self.open_text.take().unwrap_or_default();
        // The first byte of one-line text is never part of an escape.
        made.extend(lead);
        let mut text = Vec::new();
        let mut byte = source.next();
        if lead.is_none() && byte.is_none() {
            // Still nothing: the next piece goes on.
            self.open_text = Some(made);
            return;
        }
        let mut open = false;
        while let Some(read) = byte {
            match read {
                b'\n' => break,
                b'\\' => match source.next() {
                    Some(next) => text.extend([b'\\', next]),
                    None => open = true,
                },
                _ => text.push(read),
            }
            byte = source.next();
        }
        text.push(b'\n');
        made.extend(escape::in_text(&text));
        match open {
            true => self.open_text = Some(made),
            false => self.set_text(made),
        }
    }

    pub(super) fn set_text(&mut self, made: Vec<u8>) {
        if let Some(Action::Append(text) | Action::Insert(text) | Action::Change(text)) =
            self.script.commands.last_mut().map(|c| &mut c.action)
        {
            *text = made;
        }
    }
}
