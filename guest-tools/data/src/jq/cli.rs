//! The `jq` command: its options, its output, its exit codes.

use super::ast::Ast;
use super::compile::{Compiler, Scope};
use super::context::{Context, Raise};
use super::inputs::{How, Inputs, PARSE};
use super::machine::Machine;
use super::modules::{self, Loader};
use super::node::N;
use super::parse;
use super::regex::Regexes;
use crate::json::{Indent, Map, Style, Value, print, to_text};
use std::rc::Rc;
use wardian_applet::Args;
use wardian_applet::cli::Output;
use wardian_applet::sys;

const HELP: &str = "Usage:\tjq [OPTIONS] FILTER [FILE]...\n\
\tjq [OPTIONS] -f FILE [FILE]...\n\
\tjq [OPTIONS] --args FILTER [STRING]...\n\
\tjq [OPTIONS] --jsonargs FILTER [JSON]...\n\n\
Runs a filter on JSON texts and prints what comes out.\n\n\
  -n, --null-input          do not read the inputs\n\
  -R, --raw-input           take each line as a string\n\
  -s, --slurp               read all inputs into one array\n\
  -c, --compact-output      one result a line\n\
  -r, --raw-output          print strings without quotes\n\
      --raw-output0         as -r, with NUL after each result\n\
  -j, --join-output         as -r, with nothing after each result\n\
  -a, --ascii-output        escape what is not ASCII\n\
  -S, --sort-keys           sort the keys of objects\n\
  -C, --color-output        print with colours\n\
  -M, --monochrome-output   print without colours\n\
      --tab                 indent with tabs\n\
      --indent N            indent with N spaces\n\
      --unbuffered          write each result at once\n\
      --stream              read the inputs as events\n\
      --seq                 separate by RS characters\n\
  -f, --from-file           the filter is in a file\n\
  -L DIR                    look for modules there\n\
  -e, --exit-status         let the last result tell the exit code\n\
      --arg NAME VALUE      set $NAME to a string\n\
      --argjson NAME JSON   set $NAME to a value\n\
      --slurpfile NAME FILE set $NAME to an array of a file's values\n\
      --rawfile NAME FILE   set $NAME to a file's text\n\
      --args, --jsonargs    what follows the filter is arguments, not files\n\
  -h, --help, -V, --version\n";

const HINT: &str = "Use jq --help for help with command-line options,\n\
or see the jq manpage, or online docs  at https://jqlang.github.io/jq\n";

#[derive(PartialEq, Clone, Copy)]
enum Rest {
    Files,
    Strings,
    Values,
}

struct Options {
    how: How,
    null_input: bool,
    raw: bool,
    /// What is written after each result.
    end: &'static [u8],
    style: Style,
    color: Option<bool>,
    exit_status: bool,
    from_file: bool,
    unbuffered: bool,
    library: Vec<String>,
    filter: Option<Vec<u8>>,
    files: Vec<Vec<u8>>,
    named: Map,
    positional: Vec<Value>,
}

fn say(text: &[u8]) {
    let mut output = Output::new(2);
    output.put(text);
    output.flush();
}

fn usage(text: &str) -> i32 {
    say(format!("jq: error: {text}\n{HINT}").as_bytes());
    2
}

/// Runs jq.
pub fn run(args: &Args) -> i32 {
    match parse_options(args) {
        Ok(options) => run_with(options),
        Err(code) => code,
    }
}

fn parse_options(args: &Args) -> Result<Options, i32> {
    let mut options = Options {
        how: How::default(),
        null_input: false,
        raw: false,
        end: b"\n",
        style: Style {
            indent: Indent::Spaces(2),
            ..Style::PLAIN
        },
        color: None,
        exit_status: false,
        from_file: false,
        unbuffered: false,
        library: Vec::new(),
        filter: None,
        files: Vec::new(),
        named: Map::default(),
        positional: Vec::new(),
    };
    let mut rest = args.iter().skip(1);
    let mut only_operands = false;
    let mut kind = Rest::Files;
    while let Some(arg) = rest.next() {
        if only_operands || !arg.starts_with(b"-") || arg.len() == 1 {
            if options.filter.is_none() {
                options.filter = Some(arg.clone());
                continue;
            }
            match kind {
                Rest::Files => options.files.push(arg.clone()),
                Rest::Strings => options.positional.push(lossy(arg)),
                Rest::Values => match one_value(arg) {
                    Some(value) => options.positional.push(value),
                    None => {
                        let shown = String::from_utf8_lossy(arg);
                        return Err(usage(&format!(
                            "Invalid JSON text passed to --jsonargs\n\tJSON text: {shown}"
                        )));
                    }
                },
            }
            continue;
        }
        if arg == b"--" {
            only_operands = true;
        } else if let Some(name) = arg.strip_prefix(b"--") {
            let mut take = |count: usize| -> Option<Vec<Vec<u8>>> {
                (0..count).map(|_| rest.next().cloned()).collect()
            };
            long_option(&mut options, name, &mut kind, &mut take)?;
        } else {
            let mut letters = arg[1..].iter();
            while let Some(letter) = letters.next() {
                if *letter == b'L' {
                    let glued: Vec<u8> = letters.by_ref().copied().collect();
                    let directory = match glued.is_empty() {
                        true => rest.next().cloned(),
                        false => Some(glued),
                    };
                    let Some(directory) = directory else {
                        return Err(usage(
                            "-L takes a parameter: (e.g. -L /search/path or -L/search/path)",
                        ));
                    };
                    options
                        .library
                        .push(String::from_utf8_lossy(&directory).into_owned());
                    break;
                }
                short_option(&mut options, *letter)?;
            }
        }
    }
    Ok(options)
}

fn short_option(options: &mut Options, letter: u8) -> Result<(), i32> {
    match letter {
        b'n' => options.null_input = true,
        b'R' => options.how.raw = true,
        b's' => options.how.slurp = true,
        b'c' => options.style.indent = Indent::Compact,
        b'r' => options.raw = true,
        b'j' => {
            options.raw = true;
            options.end = b"";
        }
        b'a' => options.style.ascii = true,
        b'S' => options.style.sort = true,
        b'C' => options.color = Some(true),
        b'M' => options.color = Some(false),
        b'e' => options.exit_status = true,
        b'f' => options.from_file = true,
        b'h' => {
            let mut output = Output::stdout();
            output.put(HELP.as_bytes());
            output.flush();
            return Err(0);
        }
        b'V' => {
            let mut output = Output::stdout();
            output.put(b"jq-1.7.1\n");
            output.flush();
            return Err(0);
        }
        other => {
            return Err(usage(&format!("Unknown option: -{}", char::from(other))));
        }
    }
    Ok(())
}

fn long_option(
    options: &mut Options,
    name: &[u8],
    kind: &mut Rest,
    take: &mut dyn FnMut(usize) -> Option<Vec<Vec<u8>>>,
) -> Result<(), i32> {
    let letter = match name {
        b"null-input" => b'n',
        b"raw-input" => b'R',
        b"slurp" => b's',
        b"compact-output" => b'c',
        b"raw-output" => b'r',
        b"join-output" => b'j',
        b"ascii-output" => b'a',
        b"sort-keys" => b'S',
        b"color-output" => b'C',
        b"monochrome-output" => b'M',
        b"exit-status" => b'e',
        b"from-file" => b'f',
        b"help" => b'h',
        b"version" => b'V',
        _ => 0,
    };
    if letter != 0 {
        return short_option(options, letter);
    }
    let shown = String::from_utf8_lossy(name).into_owned();
    match name {
        b"raw-output0" => {
            options.raw = true;
            options.end = b"\0";
        }
        b"tab" => options.style.indent = Indent::Tab,
        b"indent" => {
            let Some(given) = take(1) else {
                return Err(usage("--indent takes one parameter"));
            };
            let width = std::str::from_utf8(&given[0])
                .ok()
                .and_then(|n| n.trim().parse::<i32>().ok());
            options.style.indent = match width {
                Some(0) => Indent::Compact,
                Some(width @ 1..=7) => Indent::Spaces(width as u8),
                Some(-1) => Indent::Tab,
                _ if width.is_none() => return Err(usage("--indent takes a number")),
                Some(width) if width > 7 => {
                    return Err(usage("Cannot indent more than 7 characters"));
                }
                _ => return Err(usage("Cannot indent less than zero")),
            };
        }
        b"unbuffered" => options.unbuffered = true,
        b"stream" => options.how.stream = true,
        b"stream-errors" => options.how.stream = true,
        b"seq" => {
            options.how.seq = true;
        }
        b"args" => *kind = Rest::Strings,
        b"jsonargs" => *kind = Rest::Values,
        b"library-path" => {
            let Some(given) = take(1) else {
                return Err(usage("--library-path takes a parameter"));
            };
            options
                .library
                .push(String::from_utf8_lossy(&given[0]).into_owned());
        }
        b"arg" | b"argjson" | b"slurpfile" | b"rawfile" | b"argfile" => {
            let Some(given) = take(2) else {
                let what = if name.ends_with(b"file") {
                    "filename"
                } else {
                    "value"
                };
                let example = if name == b"argjson" { "text" } else { what };
                return Err(usage(&format!(
                    "--{shown} takes two parameters (e.g. --{shown} varname {example})"
                )));
            };
            let variable: Rc<str> = String::from_utf8_lossy(&given[0]).into();
            let value = match name {
                b"arg" => lossy(&given[1]),
                b"argjson" => match one_value(&given[1]) {
                    Some(value) => value,
                    None => {
                        return Err(usage(&format!("Invalid JSON text passed to --{shown}")));
                    }
                },
                _ => file_value(&shown, &given)?,
            };
            if !options.named.contains_key(&variable) {
                options.named.insert(variable, value);
            }
        }
        _ => return Err(usage(&format!("Unknown option: --{shown}"))),
    }
    Ok(())
}

fn file_value(option: &str, given: &[Vec<u8>]) -> Result<Value, i32> {
    let shown = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let bytes = sys::read_file(&given[1]).map_err(|errno| {
        usage(&format!(
            "Bad JSON in --{option} {} {}: Could not open {}: {}",
            shown(&given[0]),
            shown(&given[1]),
            shown(&given[1]),
            errno.message()
        ))
    })?;
    if option == "rawfile" {
        return Ok(Value::string(String::from_utf8_lossy(&bytes).as_ref()));
    }
    modules::values(&bytes).map_err(|text| {
        let (name, file) = (shown(&given[0]), shown(&given[1]));
        usage(&format!("Bad JSON in --{option} {name} {file}: {text}"))
    })
}

fn lossy(bytes: &[u8]) -> Value {
    Value::string(String::from_utf8_lossy(bytes).as_ref())
}

fn one_value(bytes: &[u8]) -> Option<Value> {
    match modules::values(bytes).ok()? {
        Value::Array(values) if values.len() == 1 => Some(values[0].clone()),
        _ => None,
    }
}

/// Compiles a program with its modules.
///
/// # Errors
/// What is wrong with it.
pub fn compile(
    text: &str,
    named: &Map,
    positional: &[Value],
    library: &[String],
) -> Result<N, String> {
    let source = parse::parse(text)?;
    let mut compiler = Compiler::default();
    let mut all = Map::default();
    all.insert("positional".into(), Value::array(positional.to_vec()));
    all.insert("named".into(), Value::object(named.clone()));
    compiler
        .globals
        .insert("ARGS".to_owned(), Value::object(all));
    for (name, value) in named.iter() {
        compiler.globals.insert(name.to_string(), value.clone());
    }
    let mut scope = Scope::default();
    if !(source.imports.is_empty() && source.definitions.is_empty()) {
        let mut loader = Loader {
            compiler: &mut compiler,
            library,
        };
        scope = loader.scope(&source, &scope, None, 0)?;
    }
    compiler.program(&scope, source.main.as_ref().unwrap_or(&Ast::Identity))
}

fn colors() -> Rc<[Vec<u8>; 8]> {
    let mut codes = [
        "1;30", "0;39", "0;39", "0;39", "0;32", "1;39", "1;39", "34;1",
    ]
    .map(|code| format!("\x1b[{code}m").into_bytes());
    if let Ok(given) = std::env::var("JQ_COLORS")
        && given
            .bytes()
            .all(|b| b.is_ascii_digit() || b == b';' || b == b':')
    {
        for (slot, code) in codes.iter_mut().zip(given.split(':')) {
            *slot = format!("\x1b[{code}m").into_bytes();
        }
    }
    Rc::new(codes)
}

fn run_with(mut options: Options) -> i32 {
    let text = match (&options.filter, options.from_file) {
        (Some(path), true) => match sys::read_file(path) {
            Ok(bytes) => bytes,
            Err(errno) => {
                let shown = String::from_utf8_lossy(path);
                say(format!("jq: error: Could not open {shown}: {}\n", errno.message()).as_bytes());
                return 2;
            }
        },
        (Some(text), false) => text.clone(),
        (None, _) if sys::is_terminal(0) || sys::is_terminal(1) => {
            say(HELP.as_bytes());
            return 2;
        }
        (None, _) => b".".to_vec(),
    };
    if options
        .color
        .unwrap_or_else(|| sys::is_terminal(1) && std::env::var_os("NO_COLOR").is_none())
    {
        options.style.colors = Some(colors());
    }
    if options.library.is_empty() {
        if let Ok(home) = std::env::var("HOME") {
            options.library.push(format!("{home}/.jq"));
        }
        options
            .library
            .extend(["/usr/lib/jq".to_owned(), "/usr/local/lib/jq".to_owned()]);
    }
    let program = String::from_utf8_lossy(&text).into_owned();
    let main = match compile(
        &program,
        &options.named,
        &options.positional,
        &options.library,
    ) {
        Ok(main) => main,
        Err(message) => {
            let place = match message.contains("<top-level>") || message.starts_with("module") {
                true => String::new(),
                false => {
                    let first = program.lines().next().unwrap_or_default();
                    format!(" at <top-level>, line 1:\n{first}")
                }
            };
            say(format!("jq: error: {message}{place}\njq: 1 compile error\n").as_bytes());
            return 3;
        }
    };
    let inputs = Inputs::new(options.how, std::mem::take(&mut options.files), say);
    let unreadable = inputs.unreadable.clone();
    let mut context = Context {
        source: Box::new(inputs),
        regexes: Regexes::default(),
        library: std::mem::take(&mut options.library),
        say,
    };
    let mut runner = Runner {
        options: &options,
        output: Output::stdout(),
        buffer: Vec::new(),
        last: None,
        code: 0,
    };
    let ended = runner.run_all(main, &mut context);
    let code = match ended {
        Some(code) => code,
        None if runner.code != 0 => runner.code,
        None if unreadable.get() => 2,
        None if options.exit_status => match runner.last {
            None => 4,
            Some(truth) => i32::from(!truth),
        },
        None => 0,
    };
    runner.output.flush();
    if runner.output.failed() {
        say(b"jq: error: writing output failed\n");
        return 2;
    }
    code
}

struct Runner<'a> {
    options: &'a Options,
    output: Output,
    buffer: Vec<u8>,
    /// Whether the last result was true.
    last: Option<bool>,
    code: i32,
}

impl Runner<'_> {
    /// Runs the filter on all inputs; gives the exit code if it was halted.
    fn run_all(&mut self, main: N, context: &mut Context) -> Option<i32> {
        if self.options.null_input {
            return self.run_one(main, context, Value::Null);
        }
        while let Some(next) = context.source.next() {
            let halted = match next {
                Ok(input) => self.run_one(main, context, input),
                Err(raise) => self.report(context, raise),
            };
            if halted.is_some() || self.output.failed() {
                return halted;
            }
        }
        None
    }

    fn run_one(&mut self, main: N, context: &mut Context, input: Value) -> Option<i32> {
        if main.simple {
            return match super::simple::eval(context, main, &None, input) {
                Ok(value) => {
                    self.show(&value);
                    None
                }
                Err(raise) => self.report(context, raise),
            };
        }
        let mut machine = Machine::new(main, input);
        while let Some(result) = machine.next(context) {
            match result {
                Ok(value) => self.show(&value),
                Err(raise) => return self.report(context, raise),
            }
            if self.output.failed() {
                break;
            }
        }
        None
    }

    fn show(&mut self, value: &Value) {
        self.last = Some(value.truthy());
        if self.options.how.seq {
            self.output.put(b"\x1e");
        }
        match value {
            Value::String(text) if self.options.raw && !self.options.style.ascii => {
                if self.options.end == b"\0" && text.contains('\0') {
                    say(b"jq: error (at <unknown>): Cannot dump a string containing NUL with --raw-output0 option\n");
                    self.code = 5;
                    return;
                }
                self.output.put(text.as_bytes());
            }
            value => {
                self.buffer.clear();
                print(value, &self.options.style, &mut self.buffer);
                let mut shown: &[u8] = &self.buffer;
                if self.options.raw && matches!(value, Value::String(_)) {
                    shown = shown
                        .strip_prefix(b"\"")
                        .and_then(|shown| shown.strip_suffix(b"\""))
                        .unwrap_or(shown);
                }
                self.output.put(shown);
                if self.buffer.capacity() > 1 << 24 {
                    self.buffer = Vec::new();
                }
            }
        }
        self.output.put(self.options.end);
        if self.options.unbuffered {
            self.output.flush();
        }
    }

    /// Reports an error; gives the exit code if it is the end.
    fn report(&mut self, context: &Context, raise: Raise) -> Option<i32> {
        let value = match raise {
            Raise::Halt(code) => return Some(code),
            Raise::Error(value) => value,
        };
        if let Value::String(text) = &value
            && let Some(text) = text.strip_prefix(PARSE)
        {
            self.code = 2;
            say(format!("jq: parse error: {text}\n").as_bytes());
            return None;
        }
        self.code = 5;
        let place = if self.options.null_input {
            "<unknown>".to_owned()
        } else {
            let file = context
                .source
                .file()
                .unwrap_or_else(|| "<stdin>".to_owned());
            format!("{file}:{}", context.source.line())
        };
        let text = match &value {
            Value::String(text) => format!("jq: error (at {place}): {text}\n"),
            other => format!(
                "jq: error (at {place}) (not a string): {}\n",
                to_text(other)
            ),
        };
        say(text.as_bytes());
        None
    }
}
