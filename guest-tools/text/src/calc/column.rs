//! Output in lines of limited length, continued after a backslash.

use wardian_applet::cli::Output;

/// Standard output that knows its column.
pub struct Column {
    pub out: Output,
    column: usize,
    limit: usize,
}

impl Column {
    /// With the line length that this variable of the environment gives, or
    /// else this one. One column less is used, and one for the backslash.
    pub fn new(variable: &str, columns: usize) -> Column {
        let length = std::env::var(variable).ok();
        let length = length.and_then(|text| text.trim().parse::<usize>().ok());
        Column {
            out: Output::stdout(),
            column: 0,
            limit: match length {
                Some(0) => usize::MAX,
                Some(length) if length > 2 => length,
                _ => columns,
            },
        }
    }

    /// Writes text, breaking lines.
    pub fn put(&mut self, text: &[u8]) {
        for byte in text {
            if *byte == b'\n' {
                self.column = 0;
                self.out.put_byte(b'\n');
                continue;
            }
            self.column += 1;
            if self.column == self.limit - 1 {
                self.out.put(b"\\\n");
                self.column = 1;
            }
            self.out.put_byte(*byte);
        }
    }
}
