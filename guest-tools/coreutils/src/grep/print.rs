//! How a line is printed: what stands before it, and its matches.

use super::matcher::Matcher;
use super::options::Config;
use crate::cli::Output;

/// Where a line is.
#[derive(Clone, Copy)]
pub struct Place<'a> {
    /// File name to print, if any.
    pub name: Option<&'a [u8]>,
    /// Line number, from 1.
    pub number: u64,
    /// Offset of the line in the file.
    pub offset: u64,
}

/// Prints the lines of one run.
pub struct Printer {
    /// Standard output.
    pub out: Output,
    /// Digits of the size of the file, up to which numbers are padded (`-T`).
    pub digits: usize,
}

impl Printer {
    /// Prints what stands before a line, or before a match.
    fn head(&mut self, config: &Config, place: Place<'_>, separator: u8, empty: bool) {
        let digits = self.digits;
        let mut put = |text: &[u8], code: Option<&[u8]>| match (&config.palette, code) {
            (Some(palette), Some(code)) => self.out.put(&palette.paint(text, code)),
            _ => self.out.put(text),
        };
        let palette = config.palette.as_ref();
        let mut any = false;
        if let Some(name) = place.name {
            put(name, palette.map(|p| p.file.as_slice()));
            if config.null {
                put(b"\0", None);
            } else {
                put(&[separator], palette.map(|p| p.separator.as_slice()));
            }
            any = true;
        }
        if config.number {
            let text = format!("{:>digits$}", place.number);
            put(text.as_bytes(), palette.map(|p| p.line.as_slice()));
            put(&[separator], palette.map(|p| p.separator.as_slice()));
            any = true;
        }
        if config.offset {
            let text = format!("{:>digits$}", place.offset);
            put(text.as_bytes(), palette.map(|p| p.byte.as_slice()));
            put(&[separator], palette.map(|p| p.separator.as_slice()));
            any = true;
        }
        if config.tab && any && !empty {
            put(b"\t", None);
        }
    }

    /// Prints a line, given without its end. `selected`: no context line.
    pub fn line(
        &mut self,
        config: &Config,
        matcher: &mut Matcher,
        place: Place<'_>,
        line: &[u8],
        selected: bool,
    ) {
        let separator = if selected { b':' } else { b'-' };
        // Under -v the matches are in the context lines.
        let has_matches = selected != config.invert;
        if config.only {
            if has_matches {
                self.matches(config, matcher, place, line, separator);
            }
            return;
        }
        self.head(config, place, separator, line.is_empty());
        match &config.palette {
            Some(palette) => {
                let palette = palette.clone();
                self.painted(&palette, config, matcher, line, selected, has_matches);
            }
            None => self.out.put(line),
        }
        self.out.put_byte(config.end);
        if config.line_buffered {
            self.out.flush();
        }
    }

    fn painted(
        &mut self,
        palette: &super::color::Palette,
        config: &Config,
        matcher: &mut Matcher,
        line: &[u8],
        selected: bool,
        has_matches: bool,
    ) {
        let swap = palette.reverse && config.invert;
        let line_code = if selected != swap {
            &palette.selected_line
        } else {
            &palette.context_line
        };
        let match_code = if selected {
            &palette.selected
        } else {
            &palette.context
        };
        let mut at = 0;
        let mut from = 0;
        while has_matches && !match_code.is_empty() && from <= line.len() {
            let Some((start, end)) = matcher.find(line, from) else {
                break;
            };
            if end == start {
                from = start + 1;
                continue;
            }
            if !line_code.is_empty() {
                self.out.put(&palette.start(line_code));
            }
            self.out.put(&line[at..start]);
            self.out.put(&palette.paint(&line[start..end], match_code));
            (at, from) = (end, end);
        }
        self.out.put(&palette.paint(&line[at..], line_code));
    }

    fn matches(
        &mut self,
        config: &Config,
        matcher: &mut Matcher,
        place: Place<'_>,
        line: &[u8],
        separator: u8,
    ) {
        let mut from = 0;
        while from <= line.len() {
            let Some((start, end)) = matcher.find(line, from) else {
                return;
            };
            if end == start {
                from = start + 1;
                continue;
            }
            let place = Place {
                offset: place.offset + start as u64,
                ..place
            };
            self.head(config, place, separator, false);
            match &config.palette {
                Some(palette) => {
                    let text = palette.paint(&line[start..end], &palette.selected);
                    self.out.put(&text);
                }
                None => self.out.put(&line[start..end]),
            }
            self.out.put_byte(config.end);
            from = end;
        }
    }

    /// Prints the line between groups of lines.
    pub fn separator(&mut self, config: &Config) {
        if let Some(text) = &config.separator {
            match &config.palette {
                Some(palette) => self.out.put(&palette.paint(text, &palette.separator)),
                None => self.out.put(text),
            }
            self.out.put_byte(b'\n');
        }
    }

    /// Prints a file's name, for `-l`, `-L` or before a count.
    pub fn name(&mut self, config: &Config, name: &[u8], end: &[u8]) {
        match &config.palette {
            Some(palette) => self.out.put(&palette.paint(name, &palette.file)),
            None => self.out.put(name),
        }
        match (&config.palette, end) {
            (_, _) if config.null => self.out.put(b"\0"),
            (Some(palette), b":") => self.out.put(&palette.paint(end, &palette.separator)),
            _ => self.out.put(end),
        }
    }
}
