//! The `yq` command. Its options are those of the yq written in Go, with `-y`
//! and `-Y` of the one written in Python.

use super::reader;
use super::render::{Origin, Texts};
use super::tree::Source;
use crate::jq::{Program, Stop};
use crate::json::{Indent, Map, Style, Value, print};
use std::rc::Rc;
use wardian_applet::Args;
use wardian_applet::cli::Output;
use wardian_applet::sys::{self, File, OpenHow};

#[derive(Clone, Copy, PartialEq, Eq)]
enum Format {
    Yaml,
    Json,
    Props,
}

struct Yq {
    output: Format,
    /// Whether `-o` or `-p` say more than the name of the file.
    formats_given: bool,
    pretty: bool,
    from_json: bool,
    in_place: bool,
    null_input: bool,
    raw: Option<bool>,
    compact: bool,
    indent: usize,
    exit_status: bool,
    all: bool,
    slurp: bool,
    no_marks: bool,
    named: Map,
    expression: Option<String>,
    files: Vec<Vec<u8>>,
}

fn fail(text: &str, code: i32) -> i32 {
    let mut err = Output::new(2);
    err.put(format!("Error: {text}\n").as_bytes());
    err.flush();
    code
}

const HELP: &str = "Usage: yq [eval|eval-all] [OPTION]... [EXPRESSION] [FILE]...\n\n\
  -i, --inplace           change the first file\n\
  -o, --output-format F   yaml, json or props\n\
  -p, --input-format F    yaml or json\n\
  -n, --null-input        do not read\n\
  -P, --prettyPrint       print in block style\n\
  -r, --unwrapScalar      print strings without quotes\n\
  -I, --indent N          indent by N\n\
  -e, --exit-status       fail if the last result is null or false\n\
  -s, --slurp             read all documents into one array\n\
  -N, --no-doc            no marks between documents\n\
  -y, -Y, -j, -c          YAML, YAML, JSON, JSON on one line\n";

/// Runs yq.
pub fn run(args: &Args) -> i32 {
    let mut this = Yq {
        output: Format::Yaml,
        formats_given: false,
        pretty: false,
        from_json: false,
        in_place: false,
        null_input: false,
        raw: None,
        compact: false,
        indent: 2,
        exit_status: false,
        all: false,
        slurp: false,
        no_marks: false,
        named: Map::default(),
        expression: None,
        files: Vec::new(),
    };
    match this.options(args) {
        Ok(()) => this.run(),
        Err(code) => code,
    }
}

impl Yq {
    fn options(&mut self, args: &Args) -> Result<(), i32> {
        let mut rest = args.iter().skip(1).peekable();
        if let Some(first) = rest.peek() {
            match first.as_slice() {
                b"e" | b"eval" => drop(rest.next()),
                b"ea" | b"eval-all" => {
                    self.all = true;
                    rest.next();
                }
                _ => {}
            }
        }
        let mut operands: Vec<Vec<u8>> = Vec::new();
        while let Some(arg) = rest.next() {
            if arg.len() < 2 || arg[0] != b'-' {
                operands.push(arg.clone());
                continue;
            }
            let text = String::from_utf8_lossy(arg).into_owned();
            let (name, mut value) = match text.split_once('=') {
                Some((name, value)) => (name.to_owned(), Some(value.to_owned())),
                None => (text.clone(), None),
            };
            let mut take = || match value.take() {
                Some(value) => value,
                None => rest
                    .next()
                    .map_or(String::new(), |v| String::from_utf8_lossy(v).into_owned()),
            };
            match name.as_str() {
                "--output-format" | "-o" => {
                    let format = take();
                    self.set_output(&format)?;
                }
                "--input-format" | "-p" => self.set_input(&take()),
                "--indent" | "-I" => self.set_indent(&take()),
                "--expression" => self.expression = Some(take()),
                "--arg" | "--argjson" => {
                    let (variable, value) = (take(), take());
                    let value = match name.as_str() {
                        "--arg" => Value::string(value),
                        _ => reader::parse(value)
                            .ok()
                            .and_then(|source| source.documents.into_iter().next())
                            .map_or(Value::Null, |document| document.value),
                    };
                    self.named.insert(variable.into(), value);
                }
                "--inplace" | "--in-place" => self.in_place = true,
                "--null-input" => self.null_input = true,
                "--prettyPrint" | "--yaml-output" | "--yaml-roundtrip" => self.letter('P')?,
                "--unwrapScalar" => self.raw = Some(take_flag(value)),
                "--raw-output" => self.raw = Some(true),
                "--compact-output" => self.letter('c')?,
                "--tojson" => self.letter('j')?,
                "--exit-status" => self.exit_status = true,
                "--slurp" => self.slurp = true,
                "--no-doc" => self.no_marks = true,
                "--colors" | "--no-colors" | "--verbose" => {}
                "--help" => return Err(self.help()),
                "--version" => return Err(self.version()),
                name if name.starts_with("--") => {
                    return Err(fail(&format!("unknown flag: {name}"), 1));
                }
                _ => {
                    let letters: Vec<char> = text.chars().skip(1).collect();
                    for (at, letter) in letters.iter().enumerate() {
                        let glued: String = letters[at + 1..].iter().collect();
                        let glued = glued.strip_prefix('=').unwrap_or(&glued).to_owned();
                        let mut given = || match glued.is_empty() {
                            true => rest
                                .next()
                                .map_or(String::new(), |v| String::from_utf8_lossy(v).into_owned()),
                            false => glued.clone(),
                        };
                        match letter {
                            'o' => {
                                let format = given();
                                self.set_output(&format)?;
                                break;
                            }
                            'p' => {
                                let format = given();
                                self.set_input(&format);
                                break;
                            }
                            'I' => {
                                let width = given();
                                self.set_indent(&width);
                                break;
                            }
                            letter => self.letter(*letter)?,
                        }
                    }
                }
            }
        }
        let mut operands = operands.into_iter().peekable();
        if self.expression.is_none() {
            // A single operand that names a file is a file.
            let is_file =
                |name: &Vec<u8>| sys::stat(name, true).is_ok_and(|stat| !sys::is_dir(&stat));
            let alone = operands.len() == 1 && operands.peek().is_some_and(is_file);
            self.expression = match alone {
                true => Some(".".to_owned()),
                false => operands
                    .next()
                    .map(|text| String::from_utf8_lossy(&text).into_owned()),
            };
        }
        self.files = operands.collect();
        let is_json = |name: &Vec<u8>| name.ends_with(b".json");
        if !self.formats_given && self.files.first().is_some_and(is_json) {
            self.output = Format::Json;
        }
        self.from_json |= self.files.first().is_some_and(is_json);
        Ok(())
    }

    fn set_input(&mut self, format: &str) {
        self.formats_given = true;
        self.from_json = matches!(format, "json" | "j");
    }

    fn set_output(&mut self, format: &str) -> Result<(), i32> {
        self.formats_given = true;
        self.output = match format {
            "json" | "j" => Format::Json,
            "yaml" | "y" | "yml" | "auto" | "a" => Format::Yaml,
            "props" | "p" => Format::Props,
            other => {
                return Err(fail(
                    &format!("unknown format '{other}' please use [yaml|json|props]"),
                    1,
                ));
            }
        };
        Ok(())
    }

    fn set_indent(&mut self, text: &str) {
        self.indent = text.parse().unwrap_or(2).min(16);
        self.compact = self.indent == 0;
    }

    fn letter(&mut self, letter: char) -> Result<(), i32> {
        match letter {
            'i' => self.in_place = true,
            'n' => self.null_input = true,
            'r' => self.raw = Some(true),
            'P' | 'y' | 'Y' => {
                self.pretty = true;
                self.formats_given = true;
                self.output = Format::Yaml;
            }
            'j' => {
                self.formats_given = true;
                self.output = Format::Json;
            }
            'c' => {
                self.formats_given = true;
                self.output = Format::Json;
                self.compact = true;
            }
            'e' => self.exit_status = true,
            's' => self.slurp = true,
            'N' => self.no_marks = true,
            'C' | 'M' | 'v' => {}
            'h' => return Err(self.help()),
            'V' => return Err(self.version()),
            other => return Err(fail(&format!("unknown shorthand flag: '{other}'"), 1)),
        }
        Ok(())
    }

    fn help(&self) -> i32 {
        let mut output = Output::stdout();
        output.put(HELP.as_bytes());
        output.flush();
        0
    }

    fn version(&self) -> i32 {
        let mut output = Output::stdout();
        output.put(b"yq (Wardian) version v4.44.1\n");
        output.flush();
        0
    }

    /// Whether results are shown with the text they came from.
    fn shows_texts(&self) -> bool {
        !self.pretty && !self.from_json && self.output == Format::Yaml
    }

    fn source(&self, path: Option<&[u8]>) -> Result<Source, i32> {
        let bytes = match path {
            Some(path) if path != b"-" => sys::read_file(path),
            _ => {
                let mut out = Vec::new();
                File::stdin().read_to_end(&mut out).map(|()| out)
            }
        };
        let shown = String::from_utf8_lossy(path.unwrap_or(b"-")).into_owned();
        let bytes = bytes.map_err(|errno| {
            let reason = errno.message().to_lowercase();
            fail(&format!("open {shown}: {reason}"), 1)
        })?;
        let text = match String::from_utf8(bytes) {
            Ok(text) => text,
            Err(error) => String::from_utf8_lossy(error.as_bytes()).into_owned(),
        };
        let read = match self.shows_texts() {
            true => reader::parse(text),
            false => reader::values(text),
        };
        read.map_err(|error| fail(&format!("bad file '{shown}': yaml: {error}"), 1))
    }

    fn run(&mut self) -> i32 {
        if self.in_place && self.files.is_empty() {
            return fail("--inplace needs a file to change", 1);
        }
        let text = self.expression.clone().unwrap_or_else(|| ".".to_owned());
        let program = match Program::compile(&text, &self.named) {
            Ok(program) => program,
            Err(error) => return fail(&error, 1),
        };
        let mut sources: Vec<Source> = Vec::new();
        let paths: Vec<Option<&[u8]>> = match (self.null_input, self.files.is_empty()) {
            (true, _) => Vec::new(),
            (false, true) => vec![None],
            (false, false) => self.files.iter().map(|path| Some(&**path)).collect(),
        };
        for path in paths {
            match self.source(path) {
                Ok(source) => sources.push(source),
                Err(code) => return code,
            }
        }
        let mut inputs: Vec<(Value, Option<Origin>)> = Vec::new();
        let mut absent = false;
        for (source, read) in sources.iter().enumerate() {
            for (document, read) in read.documents.iter().enumerate() {
                absent |= read.absent;
                inputs.push((read.value.clone(), Some(Origin { source, document })));
            }
        }
        if self.null_input {
            inputs.push((Value::Null, None));
        }
        if !self.shows_texts() {
            // Nothing of the texts is shown.
            sources.clear();
            inputs.iter_mut().for_each(|input| input.1 = None);
        }
        let texts = Texts::new(sources);
        if self.slurp {
            let all = inputs.into_iter().map(|input| input.0).collect();
            inputs = vec![(Value::array(all), None)];
        }
        let mut out = String::new();
        let mut last = None;
        for (input, origin) in inputs {
            // A mark comes between results of different documents only.
            let mut new_document = last.is_some();
            let stopped = program.run(input, &mut |value| {
                if absent && matches!(value, Value::Null) {
                    return;
                }
                last = Some(value.truthy());
                let new_document = std::mem::take(&mut new_document);
                self.show(&value, &texts, origin, new_document, &mut out);
            });
            match stopped {
                None => {}
                Some(Stop::Error(text)) => return fail(&text, 1),
                Some(Stop::Halt(code)) => return code,
            }
        }
        let target = self.files.first().filter(|_| self.in_place);
        if let Some(path) = target {
            let written = File::open(path, OpenHow::CREATE).map(|file| {
                let mut output = Output::new(file.fd());
                output.put(out.as_bytes());
                output.flush();
                output.error()
            });
            if let Err(errno) | Ok(Some(errno)) = written {
                return fail(errno.message(), 1);
            }
        } else {
            let mut output = Output::stdout();
            output.put(out.as_bytes());
            output.flush();
        }
        if self.exit_status && !last.unwrap_or(false) {
            return fail("no matches found", 1);
        }
        0
    }

    fn show(
        &self,
        value: &Value,
        texts: &Texts,
        origin: Option<Origin>,
        new_document: bool,
        out: &mut String,
    ) {
        match self.output {
            Format::Yaml => {
                let text = match value {
                    Value::String(text) if self.raw != Some(false) => format!("{text}\n"),
                    value => texts.render(value, origin, self.indent.max(2)),
                };
                // A document brings its own mark, if it is not the first.
                let marked = text.starts_with("---\n") || text.starts_with("---\r\n");
                let first = origin.is_none_or(|origin| origin.document == 0);
                let drop = marked && (self.no_marks || !new_document && !first);
                if new_document && !self.no_marks && !text.starts_with("---") {
                    out.push_str("---\n");
                }
                out.push_str(match (drop, text.split_once('\n')) {
                    (true, Some((_, rest))) => rest,
                    _ => &text,
                });
            }
            Format::Json => match value {
                Value::String(text) if self.raw == Some(true) => {
                    out.push_str(text);
                    out.push('\n');
                }
                value => {
                    let style = Style {
                        indent: match self.compact {
                            true => Indent::Compact,
                            false => Indent::Spaces(self.indent as u8),
                        },
                        ..Style::PLAIN
                    };
                    let mut bytes = Vec::new();
                    print(value, &style, &mut bytes);
                    out.push_str(&String::from_utf8_lossy(&bytes));
                    out.push('\n');
                }
            },
            Format::Props => props(value, "", out),
        }
    }
}

fn take_flag(value: Option<String>) -> bool {
    value.is_none_or(|value| value != "false")
}

/// `a.b.0 = value` lines.
fn props(value: &Value, prefix: &str, out: &mut String) {
    let join = |key: &str| match prefix.is_empty() {
        true => key.to_owned(),
        false => format!("{prefix}.{key}"),
    };
    match value {
        Value::Array(elements) => {
            for (at, element) in elements.iter().enumerate() {
                props(element, &join(&at.to_string()), out);
            }
        }
        Value::Object(map) => {
            for (key, member) in map.iter() {
                let key: &Rc<str> = key;
                props(member, &join(key), out);
            }
        }
        leaf => {
            let text = match leaf {
                Value::String(text) => text.to_string(),
                other => crate::json::to_text(other),
            };
            out.push_str(&format!("{prefix} = {text}\n"));
        }
    }
}
