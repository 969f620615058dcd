//! The word before the cursor, to be completed: where it begins, what it says,
//! how it is quoted. Nothing more of the line is understood here.

/// After these words a command follows.
const BEFORE_COMMANDS: &[&str] = &[
    "!", "{", "builtin", "command", "do", "elif", "else", "env", "exec", "if", "then", "time",
    "until", "while", "xargs",
];

/// Characters that a word needs a backslash for.
const SPECIAL: &str = " \t\n|&;<>()$`\\\"'*?[]#~=%!{}";

/// A word before the cursor.
#[derive(Debug, PartialEq, Eq)]
pub struct Word {
    /// Where it begins in the line, its quote included.
    pub start: usize,
    /// What it says, without quotes and backslashes.
    pub text: String,
    /// The quote that is open.
    pub quote: Option<char>,
    /// Whether it names a command.
    pub command: bool,
}

impl Word {
    /// The word that ends where the line ends.
    pub fn before_cursor(line: &str) -> Word {
        let mut word = Word {
            start: 0,
            text: String::new(),
            quote: None,
            command: true,
        };
        let mut chars = line.char_indices();
        while let Some((at, c)) = chars.next() {
            let next = at + c.len_utf8();
            match (word.quote, c) {
                (Some(quote), c) if quote == c => word.quote = None,
                (Some('\''), c) => word.text.push(c),
                (_, '\\') => word.text.extend(chars.next().map(|(_, c)| c)),
                (None, '\'' | '"') => word.quote = Some(c),
                (None, '|' | '&' | ';' | '(' | '`' | '\n') => word.begin(next, true),
                (None, '<' | '>' | '=') => word.begin(next, false),
                (None, c) if c.is_whitespace() => {
                    let keeps = word.start == at || BEFORE_COMMANDS.contains(&word.text.as_str());
                    word.begin(next, word.command && keeps);
                }
                (_, c) => word.text.push(c),
            }
        }
        word
    }

    fn begin(&mut self, start: usize, command: bool) {
        self.start = start;
        self.command = command;
        self.text.clear();
    }

    /// This text in the word's place, quoted as the word was.
    pub fn replacement(&self, text: &str) -> String {
        let special = match self.quote {
            Some('\'') => return format!("'{text}"),
            Some(_) => "\"$`\\",
            None => SPECIAL,
        };
        let mut out: String = self.quote.into_iter().collect();
        // A leading tilde stands for a directory.
        let kept = match self.quote {
            None if text.starts_with("~/") => 1,
            _ => 0,
        };
        for (at, c) in text.char_indices() {
            if at >= kept && special.contains(c) {
                out.push('\\');
            }
            out.push(c);
        }
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_found() {
        for (line, start, text, quote, command) in [
            ("", 0, "", None, true),
            ("l", 0, "l", None, true),
            ("  ls", 2, "ls", None, true),
            ("ls ", 3, "", None, false),
            ("ls a\\ b", 3, "a b", None, false),
            ("ls 'a b", 3, "a b", Some('\''), false),
            ("ls \"a \\\"b", 3, "a \"b", Some('"'), false),
            ("ls 'a'b", 3, "ab", None, false),
            ("ls | so", 5, "so", None, true),
            ("if tr", 3, "tr", None, true),
            ("echo if tr", 8, "tr", None, false),
            ("cat <in", 5, "in", None, false),
            ("x=/et", 2, "/et", None, false),
            ("echo ü $(wc", 10, "wc", None, true),
        ] {
            let word = Word::before_cursor(line);
            let expected = Word {
                start,
                text: text.into(),
                quote,
                command,
            };
            assert_eq!(word, expected, "{line}");
        }
    }

    #[test]
    fn replacements_are_quoted_as_their_word() {
        for (line, text, expected) in [
            ("ls a", "a b$", "a\\ b\\$"),
            ("ls 'a", "a b$", "'a b$"),
            ("ls \"a", "a b$", "\"a b\\$"),
            ("ls ~/a", "~/a~", "~/a\\~"),
        ] {
            assert_eq!(Word::before_cursor(line).replacement(text), expected);
        }
    }
}
