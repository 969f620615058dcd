//! `dd conv=block` and `conv=unblock`: lines to records of one length, and back.

/// The records of a run.
pub struct Records {
    length: usize,
    /// From records to lines.
    unblock: bool,
    /// Bytes of the present line or record so far.
    column: usize,
    /// Spaces that may turn out to be the padding of a record.
    spaces: usize,
    /// Lines that were longer than a record.
    pub truncated: u64,
}

impl Records {
    /// With records of this length.
    pub fn new(length: usize, unblock: bool) -> Records {
        Records {
            length,
            unblock,
            column: 0,
            spaces: 0,
            truncated: 0,
        }
    }

    /// Converts a piece of the input.
    pub fn convert(&mut self, input: &[u8], out: &mut Vec<u8>) {
        for byte in input {
            match self.unblock {
                true => self.unpack(*byte, out),
                false => self.pack(*byte, out),
            }
        }
    }

    fn pack(&mut self, byte: u8, out: &mut Vec<u8>) {
        if byte == b'\n' {
            self.pad(out);
            self.column = 0;
            return;
        }
        if self.column == self.length {
            self.truncated += 1;
        } else if self.column < self.length {
            out.push(byte);
        }
        self.column += 1;
    }

    fn unpack(&mut self, byte: u8, out: &mut Vec<u8>) {
        if self.column == self.length {
            out.push(b'\n');
            (self.column, self.spaces) = (0, 0);
        }
        self.column += 1;
        if byte == b' ' {
            self.spaces += 1;
        } else {
            out.extend(std::iter::repeat_n(b' ', std::mem::take(&mut self.spaces)));
            out.push(byte);
        }
    }

    fn pad(&self, out: &mut Vec<u8>) {
        let left = self.length.saturating_sub(self.column);
        out.extend(std::iter::repeat_n(b' ', left));
    }

    /// Ends what is unfinished.
    pub fn finish(&mut self, out: &mut Vec<u8>) {
        match self.unblock {
            true if self.column > 0 => out.push(b'\n'),
            false if self.column > 0 => self.pad(out),
            _ => {}
        }
        self.column = 0;
    }
}
