//! Printing single lines: flags, tabs, colours, the note about a missing newline.

use super::options::Config;
use wardian_applet::cli::Output;

/// What a piece of output is, for colours.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Paint {
    /// Not coloured.
    Plain,
    /// Names of the files.
    Header,
    /// Line numbers.
    Numbers,
    /// Lines of the first file.
    Old,
    /// Lines of the second file.
    New,
}

/// The codes of `--palette`.
pub struct Palette {
    /// `hd`: names of the files.
    pub header: Vec<u8>,
    /// `ln`: line numbers.
    pub numbers: Vec<u8>,
    /// `de`: lines of the first file.
    pub old: Vec<u8>,
    /// `ad`: lines of the second file.
    pub new: Vec<u8>,
    /// `rs`: what ends a colour.
    pub plain: Vec<u8>,
}

impl Default for Palette {
    fn default() -> Palette {
        Palette {
            header: b"1".to_vec(),
            numbers: b"36".to_vec(),
            old: b"31".to_vec(),
            new: b"32".to_vec(),
            plain: b"0".to_vec(),
        }
    }
}

impl Palette {
    /// Reads `hd=1:ln=36` and the like.
    ///
    /// # Errors
    /// If malformed, with the prefix that is not known, if that is why.
    pub fn parse(text: &[u8]) -> Result<Palette, Option<&[u8]>> {
        let mut palette = Palette::default();
        let words = text.split(|byte| *byte == b':');
        for word in words.filter(|word| !word.is_empty()) {
            let at = word.iter().position(|byte| *byte == b'=').ok_or(None)?;
            let slot = match &word[..at] {
                b"hd" => &mut palette.header,
                b"ln" => &mut palette.numbers,
                b"de" => &mut palette.old,
                b"ad" => &mut palette.new,
                b"rs" => &mut palette.plain,
                prefix => return Err(Some(prefix)),
            };
            *slot = word[at + 1..].to_vec();
        }
        Ok(palette)
    }
}

/// Where differences go.
pub struct Printer<'a> {
    pub out: Output,
    pub config: &'a Config,
}

impl Printer<'_> {
    /// Writes text.
    pub fn put(&mut self, text: &[u8]) {
        self.out.put(text);
    }

    /// Writes a number.
    pub fn number(&mut self, number: usize) {
        self.out.put_number(number as u64);
    }

    /// Starts a colour.
    pub fn paint(&mut self, paint: Paint) {
        if self.config.color {
            let palette = &self.config.palette;
            let code = match paint {
                Paint::Plain => return,
                Paint::Header => &palette.header,
                Paint::Numbers => &palette.numbers,
                Paint::Old => &palette.old,
                Paint::New => &palette.new,
            };
            self.out.put(&[b"\x1b[", code.as_slice(), b"m"].concat());
        }
    }

    /// Ends a colour.
    pub fn unpaint(&mut self, paint: Paint) {
        if self.config.color && paint != Paint::Plain {
            self.out
                .put(&[b"\x1b[", self.config.palette.plain.as_slice(), b"m"].concat());
        }
    }

    /// A line after a flag such as `<`, which a space or tab sets apart.
    pub fn flagged(&mut self, flag: &[u8], line: &[u8], paint: Paint) {
        self.paint(paint);
        let blank: &[u8] = if self.config.initial_tab { b"\t" } else { b" " };
        if self.config.suppress_blank_empty && line == b"\n" {
            self.put(if flag == b" " { b"" } else { flag });
        } else {
            self.put(flag);
            self.put(blank);
        }
        self.text(line, &[flag, blank].concat(), paint);
    }

    /// A line of a unified hunk, whose flag is one character.
    pub fn unified(&mut self, flag: u8, line: &[u8], paint: Paint) {
        self.paint(paint);
        let bare = self.config.suppress_blank_empty && line == b"\n";
        match flag {
            b' ' if bare => {}
            b' ' if self.config.initial_tab => self.put(b"\t"),
            _ => {
                self.out.put_byte(flag);
                if self.config.initial_tab && !bare {
                    self.put(b"\t");
                }
            }
        }
        self.text(line, b"", paint);
    }

    /// A line and the note if its newline is missing.
    fn text(&mut self, line: &[u8], flag: &[u8], paint: Paint) {
        match line.strip_suffix(b"\n") {
            Some(content) => {
                self.bare(content, flag);
                self.unpaint(paint);
                self.put(b"\n");
            }
            None => {
                self.bare(line, flag);
                self.unpaint(paint);
                self.put(b"\n\\ No newline at end of file\n");
            }
        }
    }

    /// A line as it is, but for tabs if they are to be expanded.
    pub fn bare(&mut self, line: &[u8], flag: &[u8]) {
        if !self.config.expand_tabs {
            return self.put(line);
        }
        let size = self.config.tab_size;
        let mut column = 0;
        for (at, byte) in line.iter().enumerate() {
            match byte {
                b'\t' => {
                    let width = size - column % size;
                    column += width;
                    (0..width).for_each(|_| self.out.put_byte(b' '));
                    continue;
                }
                b'\r' => {
                    self.out.put_byte(b'\r');
                    if line.get(at + 1).is_some_and(|next| *next != b'\n') {
                        self.put(flag);
                    }
                    column = 0;
                    continue;
                }
                b'\x08' if column == 0 => continue,
                b'\x08' => column -= 1,
                0x20..0x7f => column += 1,
                _ => {}
            }
            self.out.put_byte(*byte);
        }
    }

    /// Lines `from+1` to `to` as `a,b` or `b`; a range of none is the line before.
    pub fn range(&mut self, separator: u8, from: usize, to: usize) {
        if to > from + 1 {
            self.number(from + 1);
            self.out.put_byte(separator);
        }
        self.number(to);
    }
}
