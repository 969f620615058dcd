//! Numbers, byte strings and lists one after the other, as they lie in a
//! recording. Nothing read is trusted: a length is checked against what is there.

/// What is wrong with bytes that are read.
pub(super) type Flaw = &'static str;

/// Appends.
#[derive(Default)]
pub(super) struct Writer(pub(super) Vec<u8>);

impl Writer {
    pub(super) fn number(&mut self, number: u64) {
        self.0.extend_from_slice(&number.to_le_bytes());
    }

    pub(super) fn bytes(&mut self, bytes: &[u8]) {
        self.number(bytes.len() as u64);
        self.0.extend_from_slice(bytes);
    }

    pub(super) fn list<T>(
        &mut self,
        items: impl ExactSizeIterator<Item = T>,
        mut item: impl FnMut(&mut Writer, T),
    ) {
        self.number(items.len() as u64);
        items.for_each(|one| item(self, one));
    }
}

/// Takes off the front.
pub(super) struct Reader<'a>(pub(super) &'a [u8]);

impl<'a> Reader<'a> {
    pub(super) fn take(&mut self, length: usize) -> Result<&'a [u8], Flaw> {
        let (taken, rest) = self.0.split_at_checked(length).ok_or("it ends too soon")?;
        self.0 = rest;
        Ok(taken)
    }

    pub(super) fn array<const N: usize>(&mut self) -> Result<[u8; N], Flaw> {
        self.take(N)?.try_into().map_err(|_| "it ends too soon")
    }

    pub(super) fn number(&mut self) -> Result<u64, Flaw> {
        Ok(u64::from_le_bytes(self.array()?))
    }

    pub(super) fn number32(&mut self) -> Result<u32, Flaw> {
        u32::try_from(self.number()?).map_err(|_| "a number is too large")
    }

    pub(super) fn bytes(&mut self) -> Result<&'a [u8], Flaw> {
        let length = self.number()?;
        self.take(usize::try_from(length).map_err(|_| "it ends too soon")?)
    }

    pub(super) fn text(&mut self) -> Result<&'a str, Flaw> {
        std::str::from_utf8(self.bytes()?).map_err(|_| "a name is no text")
    }

    pub(super) fn list<T>(
        &mut self,
        mut item: impl FnMut(&mut Reader<'a>) -> Result<T, Flaw>,
    ) -> Result<Vec<T>, Flaw> {
        let count = self.number()?;
        // Grows with what is there, not with what is claimed.
        let mut items = Vec::new();
        for _ in 0..count {
            items.push(item(self)?);
        }
        Ok(items)
    }

    /// Nothing may follow.
    pub(super) fn end(&self) -> Result<(), Flaw> {
        match self.0 {
            [] => Ok(()),
            _ => Err("something follows its end"),
        }
    }
}
