//! `compgen`, `complete`, `compopt`: programmable completion without line editing.

use super::TABLE;
use crate::exec::{OPTION_TABLE, Run, SHOPT_TABLE, Shell};
use crate::expand::quote_always;
use crate::sys;
use crate::vars::attr;

const KEYWORDS: &[&str] = &[
    "if", "then", "else", "elif", "fi", "case", "esac", "for", "select", "while", "until", "do",
    "done", "in", "function", "time", "{", "}", "!", "[[", "]]", "coproc",
];

const OPTIONS: &[&str] = &[
    "bashdefault",
    "default",
    "dirnames",
    "filenames",
    "noquote",
    "nosort",
    "nospace",
    "plusdirs",
];

/// Actions by their letters; 0: only by name.
const ACTIONS: &[(u8, &str)] = &[
    (b'a', "alias"),
    (b'b', "builtin"),
    (b'c', "command"),
    (b'd', "directory"),
    (b'e', "export"),
    (b'f', "file"),
    (b'g', "group"),
    (b'j', "job"),
    (b'k', "keyword"),
    (b's', "service"),
    (b'u', "user"),
    (b'v', "variable"),
    (0, "arrayvar"),
    (0, "binding"),
    (0, "disabled"),
    (0, "enabled"),
    (0, "function"),
    (0, "helptopic"),
    (0, "hostname"),
    (0, "running"),
    (0, "setopt"),
    (0, "shopt"),
    (0, "signal"),
    (0, "stopped"),
];

/// A completion specification.
#[derive(Default)]
struct Spec {
    options: Vec<Vec<u8>>,
    actions: Vec<&'static str>,
    /// G W P S X C F with their arguments.
    values: Vec<(u8, Vec<u8>)>,
    /// p r D E I
    flags: Vec<u8>,
}

impl Spec {
    fn value(&self, letter: u8) -> Option<&[u8]> {
        self.values
            .iter()
            .rev()
            .find(|(known, _)| *known == letter)
            .map(|(_, value)| value.as_slice())
    }

    /// As `complete -p` prints it, between the command and the name.
    fn text(&self) -> Vec<u8> {
        let mut words: Vec<Vec<u8>> = Vec::new();
        for option in OPTIONS {
            if self.options.iter().any(|given| given == option.as_bytes()) {
                words.push(format!("-o {option}").into_bytes());
            }
        }
        for (letter, action) in ACTIONS {
            if self.actions.contains(action) {
                words.push(match letter {
                    0 => format!("-A {action}").into_bytes(),
                    letter => vec![b'-', *letter],
                });
            }
        }
        for letter in *b"GWPSXCF" {
            if let Some(value) = self.value(letter) {
                let shown = if letter == b'F' {
                    value.to_vec()
                } else {
                    quote_always(value)
                };
                words.push([b"-", [letter].as_slice(), b" ", &shown].concat());
            }
        }
        words.join(&b' ')
    }
}

/// Reads options; the place of the first other argument, or a failed status.
fn parse(sh: &mut Shell, args: &[Vec<u8>], flags: &[u8]) -> Result<(Spec, usize), Run> {
    let builtin = args[0].as_slice();
    let mut spec = Spec::default();
    let mut at = 1;
    while let Some([b'-', letters @ ..]) = args.get(at).map(Vec::as_slice) {
        if letters.is_empty() {
            break;
        }
        at += 1;
        if letters == b"-" {
            break;
        }
        for (place, letter) in letters.iter().enumerate() {
            if flags.contains(letter) {
                spec.flags.push(*letter);
            } else if let Some((_, action)) = ACTIONS.iter().find(|(known, _)| known == letter) {
                spec.actions.push(action);
            } else if b"oAGWPSXCF".contains(letter) {
                let value = match &letters[place + 1..] {
                    [] => {
                        at += 1;
                        args.get(at - 1).cloned()
                    }
                    rest => Some(rest.to_vec()),
                };
                let Some(value) = value else {
                    sh.complain(
                        &[
                            builtin,
                            b": -",
                            &[*letter],
                            b": option requires an argument",
                        ]
                        .concat(),
                    );
                    return Err(sh.usage(builtin));
                };
                take_value(sh, builtin, &mut spec, *letter, value)?;
                break;
            } else {
                return Err(sh.bad_option(builtin, &[b'-', *letter]));
            }
        }
    }
    Ok((spec, at))
}

fn take_value(
    sh: &mut Shell,
    builtin: &[u8],
    spec: &mut Spec,
    letter: u8,
    value: Vec<u8>,
) -> Result<(), Run> {
    match letter {
        b'o' if OPTIONS.iter().any(|known| known.as_bytes() == value) => spec.options.push(value),
        b'o' => {
            return Err(sh
                .fail_on(builtin, &value, "invalid option name")
                .map(|_| 2));
        }
        b'A' => match ACTIONS.iter().find(|(_, name)| name.as_bytes() == value) {
            Some((_, action)) => spec.actions.push(action),
            None => {
                return Err(sh
                    .fail_on(builtin, &value, "invalid action name")
                    .map(|_| 2));
            }
        },
        letter => spec.values.push((letter, value)),
    }
    Ok(())
}

/// `compgen`
pub fn compgen(sh: &mut Shell, args: &[Vec<u8>]) -> Run {
    let (spec, at) = match parse(sh, args, b"") {
        Ok(parsed) => parsed,
        Err(done) => return done,
    };
    let word = args.get(at).cloned().unwrap_or_default();
    let mut found: Vec<Vec<u8>> = Vec::new();
    for action in &spec.actions {
        let mut names = candidates(sh, action, &word);
        if !matches!(*action, "keyword" | "signal") {
            names.sort_unstable();
            names.dedup();
        }
        found.extend(names);
    }
    if let Some(words) = spec.value(b'W') {
        let text = sh.expand_text(words)?;
        let ifs = sh.get_text(b"IFS").unwrap_or_else(|| b" \t\n".to_vec());
        let pieces = text
            .split(|c| ifs.contains(c))
            .filter(|piece| !piece.is_empty());
        found.extend(pieces.map(<[u8]>::to_vec));
    }
    found.retain(|name| name.starts_with(&word));
    if let Some(pattern) = spec.value(b'G') {
        found.extend(crate::pattern::glob(pattern, sh.glob_options()));
    }
    if let Some(command) = spec.value(b'C') {
        sh.complain(b"compgen: warning: -C option may not work as you expect");
        let mut text = command.to_vec();
        for word in [args[0].as_slice(), &word, b""] {
            text.push(b' ');
            crate::text::push_single_quoted(&mut text, word);
        }
        found.extend(
            output_of(sh, text)?
                .split(|c| *c == b'\n')
                .filter(|line| !line.is_empty())
                .map(<[u8]>::to_vec),
        );
    }
    if let Some(function) = spec.value(b'F') {
        sh.complain(b"compgen: warning: -F option may not work as you expect");
        let Some(body) = sh.function(function) else {
            let message = [b"completion: function `", function, b"' not found"].concat();
            sh.complain(&message);
            return Ok(1);
        };
        sh.call_function(
            &body,
            &[function.to_vec(), args[0].clone(), word.clone(), Vec::new()],
        )?;
        let sym = sh.vars.sym(b"COMPREPLY");
        found.extend(sh.elements(sym));
        sh.vars.unset(sym);
    }
    if let Some(filter) = spec.value(b'X') {
        let (negated, pattern) = match filter {
            [b'!', rest @ ..] if !(sh.shopt.extglob && rest.first() == Some(&b'(')) => (true, rest),
            rest => (false, rest),
        };
        let pattern = [b"[[ $1 == ", pattern, b" ]]"].concat();
        let positional = std::mem::take(&mut sh.positional);
        let line = sh.line;
        let mut kept = Vec::new();
        for name in found {
            sh.positional = vec![name.clone()];
            let matched = sh.run_text(pattern.clone(), line)? == 0;
            if matched == negated {
                kept.push(name);
            }
        }
        sh.positional = positional;
        found = kept;
    }
    let has = |option: &[u8]| spec.options.iter().any(|given| given == option);
    if found.is_empty() && (has(b"default") || has(b"bashdefault")) {
        found = sorted(files(&word, false));
        found.retain(|name| name.starts_with(&word));
    }
    if found.is_empty() && has(b"dirnames") || has(b"plusdirs") {
        let mut directories = sorted(files(&word, true));
        directories.retain(|name| name.starts_with(&word));
        found.extend(directories);
    }
    let prefix = spec.value(b'P').unwrap_or_default();
    let suffix = spec.value(b'S').unwrap_or_default();
    for name in &found {
        sh.print(&[prefix, name.as_slice(), suffix, b"\n"].concat());
    }
    let asked = !spec.actions.is_empty() || !spec.values.is_empty() || !spec.options.is_empty();
    Ok(i32::from(asked && found.is_empty()))
}

fn candidates(sh: &mut Shell, action: &str, word: &[u8]) -> Vec<Vec<u8>> {
    let texts = |names: &[&str]| {
        names
            .iter()
            .map(|name| name.as_bytes().to_vec())
            .collect::<Vec<_>>()
    };
    let builtins = || {
        TABLE
            .iter()
            .map(|builtin| builtin.name.as_bytes().to_vec())
            .collect::<Vec<_>>()
    };
    match action {
        "alias" => sh.aliases.keys().cloned().collect(),
        "builtin" | "helptopic" => builtins(),
        "enabled" => builtins()
            .into_iter()
            .filter(|name| !sh.state.is_disabled(name))
            .collect(),
        "disabled" => sh.state.disabled.iter().cloned().collect(),
        "function" => sh.functions.keys().cloned().collect(),
        "binding" => super::bind::functions()
            .map(|name| name.as_bytes().to_vec())
            .collect(),
        "keyword" => texts(KEYWORDS),
        "variable" | "export" | "arrayvar" => {
            let wanted = match action {
                "export" => attr::EXPORT,
                "arrayvar" => attr::INDEXED | attr::ASSOC,
                _ => u16::MAX,
            };
            let syms = sh.vars.sorted();
            let chosen = syms
                .into_iter()
                .filter(|sym| sh.vars.get(*sym).attrs & wanted != 0 || wanted == u16::MAX);
            chosen.map(|sym| sh.vars.names.name(sym).to_vec()).collect()
        }
        "setopt" => OPTION_TABLE
            .iter()
            .map(|(name, _, _)| name.as_bytes().to_vec())
            .collect(),
        "shopt" => SHOPT_TABLE
            .iter()
            .map(|(name, _, _)| name.as_bytes().to_vec())
            .collect(),
        "signal" => (1..=64)
            .filter_map(super::trap::signal_name)
            .map(|name| format!("SIG{name}").into_bytes())
            .collect(),
        "user" | "group" => {
            let path: &[u8] = if action == "user" {
                b"/etc/passwd"
            } else {
                b"/etc/group"
            };
            let text = sh.read_file(path).unwrap_or_default();
            let names = text
                .split(|c| *c == b'\n')
                .filter_map(|line| line.split(|c| *c == b':').next());
            names
                .filter(|name| !name.is_empty())
                .map(<[u8]>::to_vec)
                .collect()
        }
        "file" => files(word, false),
        "directory" => files(word, true),
        "command" => {
            let mut names = builtins();
            names.extend(texts(KEYWORDS));
            names.extend(sh.functions.keys().cloned());
            names.extend(sh.aliases.keys().cloned());
            let search = sh.get_text(b"PATH").unwrap_or_default();
            for dir in search.split(|c| *c == b':') {
                let entries = sys::read_dir(dir).unwrap_or_default();
                names.extend(
                    entries
                        .into_iter()
                        .filter(|entry| entry.is_dir != Some(true))
                        .map(|entry| entry.name),
                );
            }
            names
        }
        _ => Vec::new(),
    }
}

fn files(word: &[u8], directories: bool) -> Vec<Vec<u8>> {
    let slash = word.iter().rposition(|c| *c == b'/').map_or(0, |at| at + 1);
    let (dir, start) = word.split_at(slash);
    let entries = sys::read_dir(if dir.is_empty() { b"." } else { dir }).unwrap_or_default();
    let visible = entries.into_iter().filter(|entry| {
        entry.name != b"."
            && entry.name != b".."
            && (!entry.name.starts_with(b".") || start.starts_with(b"."))
    });
    visible
        .map(|entry| [dir, entry.name.as_slice()].concat())
        .filter(|path| !directories || sys::stat(path, true).is_ok_and(|stat| sys::is_dir(&stat)))
        .collect()
}

fn sorted(mut names: Vec<Vec<u8>>) -> Vec<Vec<u8>> {
    names.sort_unstable();
    names
}

/// What a command prints.
fn output_of(sh: &mut Shell, text: Vec<u8>) -> Result<Vec<u8>, crate::exec::Flow> {
    let options = sh.parse_options();
    let mut input = crate::lexer::Input::new(text, sh.line);
    let parsed = crate::parser::Parser::new(&mut input, &mut sh.vars, &sh.aliases, options);
    match { parsed }.parse_all() {
        Ok(list) => sh.capture(&list),
        Err(error) => {
            sh.syntax_error(&error);
            Ok(Vec::new())
        }
    }
}

/// `complete`
pub fn complete(sh: &mut Shell, args: &[Vec<u8>]) -> Run {
    let (spec, at) = match parse(sh, args, b"prDEI") {
        Ok(parsed) => parsed,
        Err(done) => return done,
    };
    let mut names: Vec<Vec<u8>> = args.get(at..).unwrap_or_default().to_vec();
    for letter in *b"DEI" {
        if spec.flags.contains(&letter) {
            names = vec![vec![b'-', letter]];
        }
    }
    let given = !spec.text().is_empty();
    if spec.flags.contains(&b'r') {
        if names.is_empty() {
            sh.state.completions.clear();
        }
        let mut status = 0;
        for name in names {
            let before = sh.state.completions.len();
            sh.state.completions.retain(|(known, _)| *known != name);
            if sh.state.completions.len() == before && sh.state.completed {
                status = sh.fail_on(b"complete", &name, "no completion specification")?;
            }
        }
        return Ok(status);
    }
    if names.is_empty() && given {
        return sh.usage(b"complete");
    }
    if names.is_empty() || spec.flags.contains(&b'p') {
        if names.is_empty() {
            // As bash's table of 512 lists them: by bucket, the latest first.
            let order = |name: &[u8]| crate::vars::bucket_hash(name) & 511;
            names = sh
                .state
                .completions
                .iter()
                .rev()
                .map(|(name, _)| name.clone())
                .collect();
            names.sort_by_key(|name| order(name));
        }
        let mut status = 0;
        for name in names {
            let found = sh
                .state
                .completions
                .iter()
                .find(|(known, _)| *known == name);
            match found
                .map(|(name, text)| [b"complete ", text.as_slice(), b" ", name, b"\n"].concat())
            {
                Some(line) => sh.print(&line),
                None => status = sh.fail_on(b"complete", &name, "no completion specification")?,
            }
        }
        return Ok(status);
    }
    for name in names {
        sh.state.completed = true;
        let known = sh
            .state
            .completions
            .iter_mut()
            .find(|(known, _)| *known == name);
        match known {
            Some((_, text)) => *text = spec.text(),
            None => sh.state.completions.push((name, spec.text())),
        }
    }
    Ok(0)
}

/// `compopt`
pub fn compopt(sh: &mut Shell, args: &[Vec<u8>]) -> Run {
    let (spec, at) = match parse(sh, args, b"DEI") {
        Ok(parsed) => parsed,
        Err(done) => return done,
    };
    let names = args.get(at..).unwrap_or_default();
    if names.is_empty() && spec.flags.is_empty() {
        return sh.fail(
            b"compopt",
            b"not currently executing completion function",
            1,
        );
    }
    let mut status = 0;
    for name in names {
        let Some(place) = sh
            .state
            .completions
            .iter()
            .position(|(known, _)| known == name)
        else {
            status = sh.fail_on(b"compopt", name, "no completion specification")?;
            continue;
        };
        let text = &mut sh.state.completions[place].1;
        for option in &spec.options {
            *text = [b"-o ", option.as_slice(), b" ", text].concat();
        }
    }
    Ok(status)
}
