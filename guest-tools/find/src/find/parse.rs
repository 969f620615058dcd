//! Words of an expression: options, tests, actions.

mod values;

use super::command::Command;
use super::grammar::{self, Item, Token};
use super::printf::Format;
use super::regex;
use super::settings::{Follow, Settings};
use super::start::warns;
use super::test::Test;
use super::times::Origin;
use crate::words::{self, quoted};
use values::takes_value;
use wardian_applet::cli::{Context, Output};
use wardian_applet::sys::{self, OpenHow};

/// Reads the words one after another.
pub struct Parser<'a> {
    context: &'a Context<'a>,
    /// Options so far.
    pub settings: Settings,
    /// Tests so far.
    pub tests: Vec<Test>,
    /// Tests and operators in order.
    pub items: Vec<Item>,
    /// Standard output, then files.
    pub outputs: Vec<Output>,
    output_names: Vec<Vec<u8>>,
    /// An action is there that makes `-print` superfluous.
    pub acts: bool,
    /// `-prune` is there.
    pub prunes: bool,
    /// `-delete` is there.
    pub deletes: bool,
    /// `-files0-from`.
    pub starts_from: Option<Vec<u8>>,
    origin: Origin,
    now_ns: u64,
    regex_kind: regex::Kind,
    /// The first test or action, before which options should stand.
    first_test: Option<Vec<u8>>,
}

type Result<T> = std::result::Result<T, i32>;

impl<'a> Parser<'a> {
    /// With nothing read.
    pub fn new(context: &'a Context<'a>, follow: Follow) -> Parser<'a> {
        Parser {
            context,
            settings: Settings {
                follow,
                max_depth: usize::MAX,
                min_depth: 0,
                depth_first: false,
                depth_given: false,
                one_device: false,
                ignore_race: false,
                warn: warns(),
            },
            tests: Vec::new(),
            items: Vec::new(),
            outputs: vec![Output::stdout()],
            output_names: vec![b"/dev/stdout".to_vec()],
            acts: false,
            prunes: false,
            deletes: false,
            starts_from: None,
            origin: Origin::now(),
            now_ns: sys::now_ns(),
            regex_kind: regex::Kind::Emacs,
            first_test: None,
        }
    }

    fn error<T>(&self, parts: &[&[u8]]) -> Result<T> {
        self.context.say(&parts.concat());
        Err(1)
    }

    /// Reads all words.
    ///
    /// # Errors
    /// The exit code, after a message.
    pub fn read(&mut self, words: &[Vec<u8>]) -> Result<()> {
        let mut last: Option<&[u8]> = None;
        let mut rest = words.iter();
        while let Some(word) = rest.next() {
            let operator = match word.as_slice() {
                b"(" => Some(Token::Open),
                b")" => Some(Token::Close),
                b"!" | b"-not" => Some(Token::Not),
                b"-a" | b"-and" => Some(Token::And),
                b"-o" | b"-or" => Some(Token::Or),
                b"," => Some(Token::Comma),
                _ => None,
            };
            if let Some(token) = operator {
                let word = match token {
                    Token::And if word == b"-and" => b"-and".to_vec(),
                    _ => word.clone(),
                };
                grammar::push(&mut self.items, token, Some(word));
                continue;
            }
            if !matches!(word.as_slice(), [b'-', _, ..]) {
                self.context
                    .say(&[b"paths must precede expression: `", word.as_slice(), b"'"].concat());
                if let Some(last) = last.filter(|_| sys::stat(word, false).is_ok()) {
                    let text = [
                        b"possible unquoted pattern after predicate `".as_slice(),
                        last,
                        b"'?",
                    ];
                    self.context.say(&text.concat());
                }
                return Err(1);
            }
            last = Some(word);
            let test = self.word(word, &mut rest)?;
            let number = Token::Test(self.tests.len());
            self.tests.push(test);
            grammar::push(&mut self.items, number, Some(word.clone()));
        }
        Ok(())
    }

    fn word(&mut self, word: &[u8], rest: &mut std::slice::Iter<'_, Vec<u8>>) -> Result<Test> {
        let name = word
            .strip_prefix(b"--")
            .filter(|name| matches!(*name, b"help" | b"version"))
            .unwrap_or(word.get(1..).unwrap_or_default());
        if let Some(test) = self.option(word, name, rest)? {
            return Ok(test);
        }
        if self.first_test.is_none() && !matches!(name, b"daystart" | b"follow" | b"regextype") {
            self.first_test = Some(word.to_vec());
        }
        if let Some(test) = self.bare(name) {
            return Ok(test);
        }
        if let Some(test) = self.action(word, name, rest)? {
            return Ok(test);
        }
        if !takes_value(name) {
            return self.error(&[b"unknown predicate `", word, b"'"]);
        }
        let Some(value) = rest.next() else {
            if name.starts_with(b"newer") && name != b"newer" {
                return self.error(&[b"The ", &quoted(word), b" test needs an argument"]);
            }
            return self.error(&[b"missing argument to `", word, b"'"]);
        };
        self.with_value(word, name, value)
    }

    /// The value that has to follow.
    fn value<'v>(&self, word: &[u8], rest: &mut std::slice::Iter<'v, Vec<u8>>) -> Result<&'v [u8]> {
        match rest.next() {
            Some(value) => Ok(value),
            None => self.error(&[b"missing argument to `", word, b"'"]),
        }
    }

    /// Options: they always hold.
    fn option(
        &mut self,
        word: &[u8],
        name: &[u8],
        rest: &mut std::slice::Iter<'_, Vec<u8>>,
    ) -> Result<Option<Test>> {
        let global = matches!(
            name,
            b"depth"
                | b"d"
                | b"files0-from"
                | b"ignore_readdir_race"
                | b"maxdepth"
                | b"mindepth"
                | b"mount"
                | b"noignore_readdir_race"
                | b"noleaf"
                | b"xdev"
        );
        if let Some(first) = self
            .first_test
            .as_ref()
            .filter(|_| global && self.settings.warn)
        {
            let text = [
                b"warning: you have specified the global option ".as_slice(),
                word,
                b" after the argument ",
                first,
                b", but global options are not positional, i.e., ",
                word,
                b" affects tests specified before it as well as those specified after it.  \
                  Please specify global options before other arguments.",
            ];
            self.context.say(&text.concat());
        }
        let settings = &mut self.settings;
        match name {
            b"depth" | b"d" => {
                settings.depth_first = true;
                settings.depth_given = true;
            }
            b"mount" | b"xdev" => settings.one_device = true,
            b"noleaf" => {}
            b"ignore_readdir_race" => settings.ignore_race = true,
            b"noignore_readdir_race" => settings.ignore_race = false,
            b"warn" => settings.warn = true,
            b"nowarn" => settings.warn = false,
            b"follow" => settings.follow = Follow::Always,
            b"daystart" => self.origin = self.origin.day_start(),
            b"maxdepth" | b"mindepth" => {
                let value = self.value(word, rest)?;
                let Some(depth) = words::number(value).and_then(|n| usize::try_from(n).ok()) else {
                    return self.error(&[
                        b"Expected a positive decimal integer argument to ",
                        word,
                        b", but got ",
                        &quoted(value),
                    ]);
                };
                if name == b"maxdepth" {
                    self.settings.max_depth = depth;
                } else {
                    self.settings.min_depth = depth;
                }
            }
            b"files0-from" => self.starts_from = Some(self.value(word, rest)?.to_vec()),
            b"regextype" => {
                let value = self.value(word, rest)?;
                let known = regex::KINDS
                    .iter()
                    .find(|(name, _)| name.as_bytes() == value);
                let Some((_, kind)) = known else {
                    let mut text = b"Unknown regular expression type ".to_vec();
                    text.extend(quoted(value));
                    text.extend_from_slice(b"; valid types are ");
                    for (index, (name, _)) in regex::KINDS.iter().enumerate() {
                        if index > 0 {
                            text.extend_from_slice(b", ");
                        }
                        text.extend(quoted(name.as_bytes()));
                    }
                    return self.error(&[&text, b"."]);
                };
                self.regex_kind = *kind;
            }
            b"help" => return Err(self.context.help()),
            b"version" => return Err(self.context.version()),
            _ => return Ok(None),
        }
        Ok(Some(Test::Always(true)))
    }

    /// Tests and actions without a value.
    fn bare(&mut self, name: &[u8]) -> Option<Test> {
        Some(match name {
            b"true" => Test::Always(true),
            b"false" => Test::Always(false),
            b"empty" => Test::Empty,
            b"nouser" => Test::NoUser,
            b"nogroup" => Test::NoGroup,
            b"readable" => Test::Access(4),
            b"writable" => Test::Access(2),
            b"executable" => Test::Access(1),
            b"prune" => {
                self.prunes = true;
                Test::Prune
            }
            b"quit" => Test::Quit,
            _ => return None,
        })
    }

    /// Actions that take the place of `-print`.
    fn action(
        &mut self,
        word: &[u8],
        name: &[u8],
        rest: &mut std::slice::Iter<'_, Vec<u8>>,
    ) -> Result<Option<Test>> {
        let test = match name {
            b"print" => Test::Print(0, b'\n'),
            b"print0" => Test::Print(0, 0),
            b"ls" => Test::Long(0),
            b"delete" => {
                self.settings.depth_first = true;
                self.deletes = true;
                Test::Delete
            }
            b"fprint" | b"fprint0" | b"fls" => {
                let to = self.output(self.value(word, rest)?)?;
                match name {
                    b"fprint" => Test::Print(to, b'\n'),
                    b"fprint0" => Test::Print(to, 0),
                    _ => Test::Long(to),
                }
            }
            b"printf" | b"fprintf" => {
                let to = match name {
                    b"printf" => 0,
                    _ => self.output(self.value(word, rest)?)?,
                };
                let format = self.value(word, rest)?;
                match Format::new(self.context, format) {
                    Ok(format) => Test::Printf(to, format),
                    Err(message) => return self.error(&[&message]),
                }
            }
            b"exec" | b"execdir" | b"ok" | b"okdir" => self.command(word, name, rest)?,
            _ => return Ok(None),
        };
        self.acts = true;
        Ok(Some(test))
    }

    fn output(&mut self, name: &[u8]) -> Result<usize> {
        if let Some(known) = self.output_names.iter().position(|known| known == name) {
            return Ok(known);
        }
        let fd = match name {
            b"/dev/stderr" => Ok(2),
            _ => sys::open(name, OpenHow::CREATE),
        };
        match fd {
            Ok(fd) => {
                self.outputs.push(Output::new(fd));
                self.output_names.push(name.to_vec());
                Ok(self.outputs.len() - 1)
            }
            Err(errno) => {
                self.context.say_error(&quoted(name), errno);
                Err(1)
            }
        }
    }

    fn command(
        &mut self,
        word: &[u8],
        name: &[u8],
        rest: &mut std::slice::Iter<'_, Vec<u8>>,
    ) -> Result<Test> {
        let asks = name.starts_with(b"ok");
        let in_directory = name.ends_with(b"dir");
        let words = rest.as_slice();
        let ends = |(index, word): (usize, &Vec<u8>)| match word.as_slice() {
            b";" => true,
            b"+" => !asks && index > 0 && words[index - 1].windows(2).any(|pair| pair == b"{}"),
            _ => false,
        };
        let Some(end) = words.iter().enumerate().position(ends) else {
            return self.error(&[b"missing argument to `", word, b"'"]);
        };
        *rest = words[end + 1..].iter();
        let mut argv = words[..end].to_vec();
        let many = words[end] == b"+";
        if argv.is_empty() {
            return self.error(&[b"invalid argument `", &words[end], b"' to `", word, b"'"]);
        }
        if many {
            let last = argv.pop().unwrap_or_default();
            if last != b"{}" {
                return self.error(&[
                    b"In ",
                    &quoted(&[word, b" ... {} +"].concat()),
                    b" the ",
                    &quoted(b"{}"),
                    b" must appear by itself, but you specified ",
                    &quoted(&last),
                ]);
            }
            let braces = |arg: &Vec<u8>| arg.windows(2).any(|pair| pair == b"{}");
            if argv.iter().any(braces) {
                return self.error(&[
                    b"Only one instance of {} is supported with ",
                    word,
                    b" ... +",
                ]);
            }
            if argv.is_empty() {
                return self.error(&[b"invalid argument `{}' to `", word, b"'"]);
            }
        }
        if in_directory {
            self.check_path(word)?;
        }
        Ok(Test::Run(Box::new(Command::new(
            argv,
            in_directory,
            asks,
            many,
        ))))
    }

    /// A relative directory in `PATH` would run what lies beside the files.
    fn check_path(&self, word: &[u8]) -> Result<()> {
        let path = std::env::var_os("PATH").map(std::ffi::OsString::into_encoded_bytes);
        for directory in path.unwrap_or_default().split(|byte| *byte == b':') {
            if matches!(directory, b"" | b".") {
                return self.error(&[
                    b"The current directory is included in the PATH environment variable, which \
                      is insecure in combination with the ",
                    word,
                    b" action of find.  Please remove the current directory from your $PATH (that \
                      is, remove \".\", doubled colons, or leading or trailing colons)",
                ]);
            }
            if !directory.starts_with(b"/") {
                return self.error(&[
                    b"The relative path ",
                    &quoted(directory),
                    b" is included in the PATH environment variable, which is insecure in \
                      combination with the ",
                    word,
                    b" action of find.  Please remove that entry from $PATH",
                ]);
            }
        }
        Ok(())
    }
}
