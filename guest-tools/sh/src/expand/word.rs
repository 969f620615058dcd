//! Words: their parts one after the other.

use super::brace;
use super::sink::{Mode, Sink};
use crate::ast::{Part, Word};
use crate::exec::{Flow, Shell};
use crate::pattern;

impl Shell {
    /// Expands words to fields.
    pub fn expand_words(&mut self, words: &[Word]) -> Result<Vec<Vec<u8>>, Flow> {
        let mut fields = Vec::with_capacity(words.len());
        for word in words {
            self.expand_word_into(word, &mut fields)?;
        }
        Ok(fields)
    }

    /// Expands a word, appending its fields.
    pub fn expand_word_into(&mut self, word: &Word, fields: &mut Vec<Vec<u8>>) -> Result<(), Flow> {
        if self.expand_quick(word, fields) {
            return Ok(());
        }
        if word.braces
            && self.options.braceexpand
            && let Some(words) = brace::expand(word, &mut self.vars)
        {
            for parts in &words {
                self.expand_parts_into(parts, fields)?;
            }
            return Ok(());
        }
        self.expand_parts_into(&word.parts, fields)
    }

    fn expand_parts_into<P: std::borrow::Borrow<Part>>(
        &mut self,
        parts: &[P],
        fields: &mut Vec<Vec<u8>>,
    ) -> Result<(), Flow> {
        let mut sink = Sink::new(Mode::Fields);
        sink.no_glob = self.options.noglob;
        sink.extglob = self.shopt.extglob;
        self.expand_parts(parts, &mut sink, false)?;
        sink.finish();
        if sink.patterns.is_empty() {
            fields.append(&mut sink.fields);
            return Ok(());
        }
        let mut patterns = sink.patterns.into_iter().peekable();
        for (at, field) in sink.fields.into_iter().enumerate() {
            match patterns.next_if(|(place, _)| *place == at) {
                Some((_, pattern)) => self.expand_path(field, &pattern, fields)?,
                None => fields.push(field),
            }
        }
        Ok(())
    }

    fn expand_path(
        &mut self,
        field: Vec<u8>,
        text: &[u8],
        fields: &mut Vec<Vec<u8>>,
    ) -> Result<(), Flow> {
        if !pattern::has_magic(text, self.shopt.extglob) {
            fields.push(field);
            return Ok(());
        }
        let mut options = self.glob_options();
        let ignore = match self.vars.get(crate::vars::Sym::GLOBIGNORE).value.text() {
            Some(ignore) if !ignore.is_empty() => ignore.into_owned(),
            _ => Vec::new(),
        };
        options.dotglob |= !ignore.is_empty();
        options.skip_dots |= !ignore.is_empty();
        let mut paths = pattern::glob(text, options);
        if !ignore.is_empty() {
            let ignored: Vec<_> = ignore
                .split(|c| *c == b':')
                .map(|text| pattern::Pattern::new(text, options.pattern))
                .collect();
            paths.retain(|path| !ignored.iter().any(|pattern| pattern.matches(path)));
        }
        if !paths.is_empty() {
            fields.append(&mut paths);
        } else if self.shopt.failglob {
            self.complain(&[b"no match: ", field.as_slice()].concat());
            return Err(self.discard_line());
        } else if !self.shopt.nullglob {
            fields.push(field);
        }
        Ok(())
    }

    /// Expands a word to one string, without splitting or pathnames.
    pub fn expand_string(&mut self, word: &Word) -> Result<Vec<u8>, Flow> {
        match word.parts.as_slice() {
            [] => return Ok(Vec::new()),
            [Part::Literal(text) | Part::Single(text)] => return Ok(text.clone()),
            _ => {}
        }
        self.expand_as(word, Mode::Single)
    }

    /// Expands a word to a pattern: what is quoted is escaped.
    pub fn expand_pattern(&mut self, word: &Word) -> Result<Vec<u8>, Flow> {
        self.expand_as(word, Mode::Pattern)
    }

    /// Expands a word to a regular expression: what is quoted is escaped.
    pub fn expand_regex(&mut self, word: &Word) -> Result<Vec<u8>, Flow> {
        self.expand_as(word, Mode::Regex)
    }

    fn expand_as(&mut self, word: &Word, mode: Mode) -> Result<Vec<u8>, Flow> {
        let mut sink = Sink::new(mode);
        self.expand_parts(&word.parts, &mut sink, false)?;
        Ok(sink.into_text())
    }

    /// Expands parts into a sink; `quoted`: between double quotes.
    pub fn expand_parts<P: std::borrow::Borrow<Part>>(
        &mut self,
        parts: &[P],
        sink: &mut Sink,
        quoted: bool,
    ) -> Result<(), Flow> {
        for part in parts {
            match part.borrow() {
                Part::Literal(text) if quoted => sink.quoted(text),
                Part::Literal(text) if sink.split_literals => sink.split(text, &self.ifs),
                Part::Literal(text) => sink.literal(text),
                Part::Single(text) | Part::Escaped(text) => sink.quoted(text),
                Part::Double(inner) => {
                    if inner.is_empty() {
                        sink.quotes();
                    }
                    self.expand_parts(inner, sink, true)?;
                }
                Part::Param(param) => self.expand_param(param, sink, quoted)?,
                Part::Command(command) => {
                    let text = self.command_substitution(command)?;
                    self.emit(&text, sink, quoted);
                }
                Part::Arith(arith) => {
                    let value = self.eval_arith(arith)?;
                    let text = crate::text::int_text(value);
                    self.emit(&text, sink, quoted);
                }
                Part::Process(process) => {
                    let path = self.process_substitution(process)?;
                    sink.literal(&path);
                }
                Part::Tilde(user) => {
                    let text = self.tilde(user);
                    sink.quoted(&text);
                }
            }
        }
        Ok(())
    }

    /// Puts the result of an expansion into a sink.
    pub fn emit(&self, text: &[u8], sink: &mut Sink, quoted: bool) {
        if quoted {
            sink.quoted(text);
        } else {
            sink.split(text, &self.ifs);
        }
    }

    /// A subscript's text as a key: quotes and expansions in it count.
    pub fn expand_key_text(&mut self, text: &[u8]) -> Vec<u8> {
        if !text
            .iter()
            .any(|c| matches!(c, b'$' | b'`' | b'\'' | b'"' | b'\\'))
        {
            return text.to_vec();
        }
        match self.parse_word_text(text) {
            Some(word) => self.expand_string(&word).unwrap_or_default(),
            None => text.to_vec(),
        }
    }

    /// Reads text as one word in which blanks do not end it.
    pub fn parse_word_text(&mut self, text: &[u8]) -> Option<Word> {
        let mut input = crate::lexer::Input::new(text.to_vec(), self.line);
        let options = self.parse_options();
        let mut parser =
            crate::parser::Parser::new(&mut input, &mut self.vars, &self.aliases, options);
        let mut builder = crate::lexer::WordBuilder::default();
        while parser.input.cur() != 0 {
            parser.read_quoted_or_expansion(&mut builder).ok()?;
        }
        Some(builder.into_word())
    }

    /// Expands text as between double quotes (PS4, prompts, `@P`).
    pub fn expand_text(&mut self, text: &[u8]) -> Result<Vec<u8>, Flow> {
        let mut input = crate::lexer::Input::new(text.to_vec(), self.line);
        let options = self.parse_options();
        let mut parser =
            crate::parser::Parser::new(&mut input, &mut self.vars, &self.aliases, options);
        let mut builder = crate::lexer::WordBuilder::default();
        while parser.input.cur() != 0 {
            if parser.read_in_double(&mut builder, b'"').is_err() {
                return Ok(text.to_vec());
            }
        }
        let parts = builder.into_parts();
        let mut sink = Sink::new(Mode::Single);
        self.expand_parts(&parts, &mut sink, true)?;
        Ok(sink.into_text())
    }
}
