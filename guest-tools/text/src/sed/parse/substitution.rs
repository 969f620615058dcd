//! The `s` command and regular expressions.

use super::{Parser, SANDBOX, index_of};
use crate::sed::command::{Action, CompiledPattern, Lines, Pattern, Substitution};
use crate::sed::escape;
use crate::sed::replacement::Replacement;
use crate::sed::run::PANIC;
use crate::sed::source::{Failure, Source};
use wardian_posix_regex as posix;

impl Parser<'_> {
    pub(super) fn substitution(
        &mut self,
        source: &mut Source<'_>,
    ) -> Result<(Action, Vec<u8>), Failure> {
        let unterminated = "unterminated `s' command";
        let delimiter = source.next();
        let pattern = self.delimited(source, delimiter, true, unterminated)?;
        let replacement = self.delimited(source, delimiter, false, unterminated)?;
        let mut made = Substitution {
            pattern: None,
            replacement: Replacement::new(&replacement, self.options.posix),
            global: false,
            number: 0,
            print: false,
            execute: false,
            write: None,
        };
        let (mut ignore_case, mut multi_line) = (false, false);
        let mut file = Vec::new();
        loop {
            let byte = source.next();
            match byte {
                Some(b'i' | b'I' | b'm' | b'M' | b'e') if self.options.posix => {
                    return source.fail("unknown option to `s'");
                }
                Some(b'i' | b'I') => ignore_case = true,
                Some(b'm' | b'M') => multi_line = true,
                Some(b'e') if self.options.sandbox => return source.fail(SANDBOX),
                Some(b'e') => made.execute = true,
                Some(b'p') if made.print => {
                    return source.fail("multiple `p' options to `s' command");
                }
                Some(b'p') => made.print = true,
                Some(b'g') if made.global => {
                    return source.fail("multiple `g' options to `s' command");
                }
                Some(b'g') => made.global = true,
                Some(b'w') => {
                    let name = self.file_name(source)?;
                    file.clone_from(&name);
                    made.write = Some(index_of(&mut self.script.writes, name));
                    break;
                }
                Some(digit @ b'0'..=b'9') => {
                    if made.number > 0 {
                        return source.fail("multiple number options to `s' command");
                    }
                    made.number = source.number(digit);
                    if made.number == 0 {
                        return source.fail("number option to `s' command may not be zero");
                    }
                }
                Some(b'}' | b'#') => {
                    source.back(byte);
                    break;
                }
                None | Some(b'\n' | b';') => break,
                // A carriage return is fine at the end of a line only.
                Some(b'\r') => match source.next() {
                    Some(b'\n') => break,
                    _ => return source.fail("unknown option to `s'"),
                },
                Some(b' ' | b'\t') => {}
                _ => return source.fail("unknown option to `s'"),
            }
        }
        let mut shown = [replacement.as_slice(), b"/"].concat();
        shown.extend(ignore_case.then_some(b'i'));
        shown.extend(multi_line.then_some(b'm'));
        shown.extend(made.execute.then_some(b'e'));
        shown.extend(made.global.then_some(b'g'));
        shown.extend(made.print.then_some(b'p'));
        if made.number > 0 {
            shown.extend(made.number.to_string().bytes());
        }
        if made.write.is_some() {
            shown.push(b'w');
            shown.extend_from_slice(&file);
        }
        made.number = made.number.max(1);
        made.pattern = self.pattern(source, &pattern, ignore_case, multi_line)?;
        if let Some(index) = made.pattern {
            let groups = self.script.patterns[index].regex.groups();
            let named = made.replacement.groups;
            if named > groups {
                return source.fail(format!("invalid reference \\{named} on `s' command's RHS"));
            }
        }
        Ok((Action::Substitute(Box::new(made)), shown))
    }

    /// Compiles a regular expression.
    pub fn pattern(
        &mut self,
        source: &Source<'_>,
        text: &[u8],
        ignore_case: bool,
        multi_line: bool,
    ) -> Result<Pattern, Failure> {
        if text.is_empty() {
            if ignore_case || multi_line {
                return source.fail("cannot specify modifiers on empty regexp");
            }
            return Ok(None);
        }
        let text = escape::in_pattern(text, self.options.posix_rules);
        let end = self.options.end;
        let whole = posix::Options {
            extended: self.options.extended,
            ignore_case,
            unicode: self.options.unicode,
            multi_line,
            // Without newlines for ends, the lines of a text are between NULs.
            lines: (multi_line && end != b'\n').then_some(end),
            strict: true,
            posix: self.options.posix,
            plain_close: self.options.posix_rules,
        };
        let regex = match posix::Regex::new(&text, &whole) {
            Ok(regex) => regex,
            Err(error) if error.0.starts_with("character class syntax") => {
                return Err(Failure(error.0.as_bytes().to_vec(), PANIC));
            }
            Err(error) => return source.fail(error.0),
        };
        let lines = posix::Options {
            lines: Some(end),
            multi_line: false,
            ..whole
        };
        // What can take a line's end as a character is not searched for in
        // many lines at once.
        let lines = match end == b'\n' && !text.contains(&end) && regex.is_automaton() {
            true => Lines::Source(text.clone(), lines),
            false => Lines::None,
        };
        self.script.patterns.push(CompiledPattern {
            text,
            ignore_case,
            multi_line,
            regex,
            lines,
        });
        Ok(Some(self.script.patterns.len() - 1))
    }
}
