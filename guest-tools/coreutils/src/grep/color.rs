//! Colours after `GREP_COLORS`.

/// The colours of the parts of a line.
#[derive(Clone)]
pub struct Palette {
    /// Matched text in a selected line.
    pub selected: Vec<u8>,
    /// Matched text in a context line.
    pub context: Vec<u8>,
    /// File name.
    pub file: Vec<u8>,
    /// Line number.
    pub line: Vec<u8>,
    /// Byte offset.
    pub byte: Vec<u8>,
    /// Separator.
    pub separator: Vec<u8>,
    /// Whole selected line.
    pub selected_line: Vec<u8>,
    /// Whole context line.
    pub context_line: Vec<u8>,
    /// Without `\33[K` after each change.
    pub no_clear: bool,
    /// Swap the line colours under `-v`.
    pub reverse: bool,
}

impl Palette {
    /// The palette of the environment.
    pub fn new() -> Palette {
        let text = |text: &str| text.as_bytes().to_vec();
        let mut palette = Palette {
            selected: text("01;31"),
            context: text("01;31"),
            file: text("35"),
            line: text("32"),
            byte: text("32"),
            separator: text("36"),
            selected_line: Vec::new(),
            context_line: Vec::new(),
            no_clear: false,
            reverse: false,
        };
        let set = std::env::var_os("GREP_COLORS")
            .unwrap_or_default()
            .into_encoded_bytes();
        for item in set.split(|byte| *byte == b':') {
            let at = item
                .iter()
                .position(|byte| *byte == b'=')
                .unwrap_or(item.len());
            let value = item.get(at + 1..).unwrap_or_default().to_vec();
            match &item[..at] {
                b"mt" => (palette.selected, palette.context) = (value.clone(), value),
                b"ms" => palette.selected = value,
                b"mc" => palette.context = value,
                b"fn" => palette.file = value,
                b"ln" => palette.line = value,
                b"bn" => palette.byte = value,
                b"se" => palette.separator = value,
                b"sl" => palette.selected_line = value,
                b"cx" => palette.context_line = value,
                b"ne" => palette.no_clear = true,
                b"rv" => palette.reverse = true,
                _ => {}
            }
        }
        palette
    }

    /// Switches a colour on.
    pub fn start(&self, code: &[u8]) -> Vec<u8> {
        let clear: &[u8] = if self.no_clear { b"" } else { b"\x1b[K" };
        [b"\x1b[", code, b"m", clear].concat()
    }

    /// Switches colours off.
    pub fn stop(&self) -> &'static [u8] {
        if self.no_clear {
            b"\x1b[m"
        } else {
            b"\x1b[m\x1b[K"
        }
    }

    /// Text in a colour.
    pub fn paint(&self, text: &[u8], code: &[u8]) -> Vec<u8> {
        if code.is_empty() || text.is_empty() {
            return text.to_vec();
        }
        [&self.start(code), text, self.stop()].concat()
    }
}
