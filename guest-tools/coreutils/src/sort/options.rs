//! The options of `sort`.

use super::debug::Debug;
use super::key::{Key, NONE, Order};
use crate::Args;
use crate::cli::{Context, Opt, Order as Permute, choice, parse};
use crate::order::random::Source;
use crate::text::quote::{self, Style};

#[rustfmt::skip]
const OPTIONS: &[Opt] = &[
    Opt::flag(b'b', "ignore-leading-blanks"),
    Opt::flag(b'd', "dictionary-order"),
    Opt::flag(b'f', "ignore-case"),
    Opt::flag(b'i', "ignore-nonprinting"),
    Opt::flag(b'g', "general-numeric-sort"),
    Opt::flag(b'h', "human-numeric-sort"),
    Opt::flag(b'n', "numeric-sort"),
    Opt::flag(b'M', "month-sort"),
    Opt::flag(b'R', "random-sort"),
    Opt::flag(b'V', "version-sort"),
    Opt::flag(b'r', "reverse"),
    Opt::value(0, OLD_KEY),
    Opt::value(0, "sort"),
    Opt::value(0, "random-source"),
    Opt::value(0, "batch-size"),
    Opt::flag(b'c', ""),
    Opt::optional(1, "check"),
    Opt::flag(b'C', ""),
    Opt::value(0, "compress-program"),
    Opt::flag(0, "debug"),
    Opt::value(0, "files0-from"),
    Opt::value(b'k', "key"),
    Opt::flag(b'm', "merge"),
    Opt::value(b'o', "output"),
    Opt::flag(b's', "stable"),
    Opt::value(b'S', "buffer-size"),
    Opt::value(b't', "field-separator"),
    Opt::value(b'T', "temporary-directory"),
    Opt::value(0, "parallel"),
    Opt::flag(b'u', "unique"),
    Opt::value(b'y', ""),
    Opt::flag(b'z', "zero-terminated"),
];

/// Exit code for trouble.
pub const TROUBLE: i32 = 2;

/// What to do.
pub struct Plan {
    /// Keys, the first first; at least one.
    pub keys: Vec<Key>,
    /// Whether lines are compared whole and by bytes, and nothing else.
    pub whole_lines: bool,
    /// Descending for lines whose keys are equal.
    pub reverse: bool,
    /// Lines whose keys are equal stay in order.
    pub stable: bool,
    /// Only the first of equal lines.
    pub unique: bool,
    /// Inputs are sorted already.
    pub merge: bool,
    /// Only see whether the input is sorted: `c` tells where not, `C` does not.
    pub check: Option<u8>,
    /// What separates fields; `None`: blanks.
    pub tab: Option<u8>,
    /// What ends lines.
    pub end: u8,
    /// Where the result goes; `None`: standard output.
    pub output: Option<Vec<u8>>,
    /// Inputs.
    pub files: Vec<Vec<u8>>,
    /// Makes random orders differ.
    pub salt: [u8; 16],
    /// `--debug`.
    pub debug: Option<Debug>,
}

/// Reads the arguments.
///
/// # Errors
/// The exit code, after a message.
pub fn plan(context: &Context<'_>, args: &Args) -> Result<Plan, i32> {
    let args = modern(args);
    let parsed = parse(context, &args, OPTIONS, Permute::Permute)?;
    let mut plan = Plan {
        keys: Vec::new(),
        whole_lines: false,
        reverse: false,
        stable: false,
        unique: false,
        merge: false,
        check: None,
        tab: None,
        end: b'\n',
        output: None,
        files: parsed.operands,
        salt: [0; 16],
        debug: None,
    };
    let mut debug = false;
    let mut old = Vec::new();
    let mut global = Key::LINE;
    let mut marks = Vec::new();
    let mut global_marks: Vec<u8> = Vec::new();
    let (mut list, mut source) = (None, None);
    for (letter, long, value) in parsed.options {
        let given = value.is_some();
        let value = value.unwrap_or_default();
        match (letter, long) {
            (b'b' | b'd' | b'f' | b'i' | b'g' | b'h' | b'n' | b'M' | b'R' | b'V' | b'r', _) => {
                set_order(&mut global, &[letter], (true, true));
                global_marks.push(letter);
            }
            (_, "sort") => {
                const WORDS: &[&[&str]] = &[
                    &["general-numeric"],
                    &["human-numeric"],
                    &["month"],
                    &["numeric"],
                    &["random"],
                    &["version"],
                ];
                let letter = b"ghMnRV"[word(context, &value, "'--sort'", WORDS)?];
                set_order(&mut global, &[letter], (true, true));
                global_marks.push(letter);
            }
            (b'c' | b'C' | 1, _) => {
                const WORDS: &[&[&str]] = &[&["quiet", "silent"], &["diagnose-first"]];
                let wanted = match (given, letter) {
                    (true, _) => b"Cc"[word(context, &value, "'--check'", WORDS)?],
                    (false, b'C') => b'C',
                    (false, _) => b'c',
                };
                if plan.check.is_some_and(|before| before != wanted) {
                    return Err(incompatible(context, b"cC"));
                }
                plan.check = Some(wanted);
            }
            (_, "debug") => debug = true,
            (_, "files0-from") => list = Some(value),
            (_, "random-source") => source = Some(value),
            (b'k', _) | (_, OLD_KEY) => {
                let (written, value) = match letter {
                    b'k' => (None, value.as_slice()),
                    _ => split_old(&value),
                };
                let (key, letters) = key(context, value)?;
                old.push(written);
                plan.keys.push(key);
                marks.push(letters);
            }
            (b'm', _) => plan.merge = true,
            (b'o', _) => {
                if plan.output.as_ref().is_some_and(|before| *before != value) {
                    context.say(b"multiple output files specified");
                    return Err(TROUBLE);
                }
                plan.output = Some(value);
            }
            (b's', _) => plan.stable = true,
            (b't', _) => {
                let tab = separator(context, &value)?;
                if plan.tab.is_some_and(|before| before != tab) {
                    context.say(b"incompatible tabs");
                    return Err(TROUBLE);
                }
                plan.tab = Some(tab);
            }
            (b'u', _) => plan.unique = true,
            (b'z', _) => plan.end = 0,
            (b'S', _) => buffer_size(context, &value)?,
            (_, "parallel") => {
                count(context, "--parallel", &value)?;
                if value.iter().all(|digit| *digit == b'0') {
                    context.say(b"number in parallel must be nonzero");
                    return Err(TROUBLE);
                }
            }
            (_, "batch-size") => batch_size(context, &value)?,
            _ => {}
        }
    }
    let letters = global_marks.clone();
    let whole_line = plan.keys.is_empty();
    settle(context, &mut plan, global, global_marks, &mut marks)?;
    if debug {
        if let Some(letter) = plan.check.or(plan.output.is_some().then_some(b'o')) {
            return Err(incompatible(
                context,
                &[&[letter], b" --debug".as_slice()].concat(),
            ));
        }
        plan.debug = Some(Debug {
            global: letters,
            marks,
            old,
            whole_line,
        });
    }
    if let Some(list) = list {
        plan.files = listed(context, &list, &plan.files)?;
    }
    if plan.check.is_some() {
        if let Some(extra) = plan.files.get(1) {
            let flag = plan.check.unwrap_or_default();
            let quoted = quote::always(extra);
            let text: [&[u8]; 5] = [
                b"extra operand ",
                &quoted,
                b" not allowed with -",
                &[flag],
                b"",
            ];
            return Err({
                context.say(&text.concat());
                TROUBLE
            });
        }
        if plan.output.is_some() {
            return Err(incompatible(
                context,
                &[plan.check.unwrap_or_default(), b'o'],
            ));
        }
    }
    if plan.files.is_empty() {
        plan.files.push(b"-".to_vec());
    }
    if plan.keys.iter().any(|key| key.order == Order::Random) {
        plan.salt = salt(context, source.as_deref())?;
    }
    Ok(plan)
}

/// Gives keys without an order the global one, and checks orders.
fn settle(
    context: &Context<'_>,
    plan: &mut Plan,
    global: Key,
    global_marks: Vec<u8>,
    marks: &mut Vec<Vec<u8>>,
) -> Result<(), i32> {
    for (key, marks) in plan.keys.iter_mut().zip(marks.iter_mut()) {
        if key.is_plain() && !key.reverse {
            let place = *key;
            *key = Key {
                start_word: place.start_word,
                start_char: place.start_char,
                end_word: place.end_word,
                end_char: place.end_char,
                ..global
            };
            marks.clone_from(&global_marks);
        }
    }
    plan.reverse = global.reverse;
    if plan.keys.is_empty() {
        plan.whole_lines = global.is_plain();
        plan.keys.push(global);
        marks.push(global_marks);
    }
    for marks in marks {
        let kinds = |set: &[u8]| set.iter().any(|letter| marks.contains(letter));
        let text = usize::from(kinds(b"V") || kinds(b"R") || kinds(b"d") || kinds(b"i"));
        let several = [b"g", b"h", b"M", b"n"]
            .iter()
            .filter(|set| kinds(set.as_slice()))
            .count();
        if several + text > 1 {
            let mut letters: Vec<u8> = marks
                .iter()
                .copied()
                .filter(|b| b"MRVdfghinr".contains(b))
                .collect();
            letters.retain(|letter| !b"fr".contains(letter));
            letters.sort_by_key(|letter| b"dghiMnRV".iter().position(|known| known == letter));
            letters.dedup();
            return Err(incompatible(context, &letters));
        }
    }
    Ok(())
}

fn incompatible(context: &Context<'_>, letters: &[u8]) -> i32 {
    context.say(&[b"options '-".as_slice(), letters, b"' are incompatible"].concat());
    TROUBLE
}

/// The group of a word. GNU's helper for such words has its own exit code.
fn word(context: &Context<'_>, word: &[u8], of: &str, groups: &[&[&str]]) -> Result<usize, i32> {
    choice(context, word, of, groups).map_err(|_| 1)
}

fn separator(context: &Context<'_>, value: &[u8]) -> Result<u8, i32> {
    match value {
        [] => {
            context.say(b"empty tab");
            Err(TROUBLE)
        }
        [byte] => Ok(*byte),
        b"\\0" => Ok(0),
        _ => {
            context.say(&[b"multi-character tab ".as_slice(), &quote::always(value)].concat());
            Err(TROUBLE)
        }
    }
}

fn buffer_size(context: &Context<'_>, value: &[u8]) -> Result<(), i32> {
    let digits = value.iter().take_while(|b| b.is_ascii_digit()).count();
    let fit = digits > 0
        && matches!(
            &value[digits..],
            [] | [b'%'
                | b'b'
                | b'k'
                | b'K'
                | b'm'
                | b'M'
                | b'g'
                | b'G'
                | b't'
                | b'T'
                | b'P'
                | b'E'
                | b'Z'
                | b'Y'
                | b'R'
                | b'Q']
        );
    if fit {
        return Ok(());
    }
    let problem = if digits > 0 {
        "invalid suffix in -S argument "
    } else {
        "invalid -S argument "
    };
    context.say(&[problem.as_bytes(), &quote::always(value)].concat());
    Err(TROUBLE)
}

fn count(context: &Context<'_>, option: &str, value: &[u8]) -> Result<(), i32> {
    if !value.is_empty() && value.iter().all(u8::is_ascii_digit) {
        return Ok(());
    }
    let text = format!("invalid {option} argument ");
    context.say(&[text.as_bytes(), &quote::always(value)].concat());
    Err(TROUBLE)
}

/// Nothing depends on the size, but GNU's limits hold.
fn batch_size(context: &Context<'_>, value: &[u8]) -> Result<(), i32> {
    count(context, "--batch-size", value)?;
    let number: Option<u64> = std::str::from_utf8(value)
        .ok()
        .and_then(|text| text.parse().ok());
    let problem: &[u8] = match number {
        Some(0 | 1) => b"invalid --batch-size argument ",
        None => b"--batch-size argument ",
        Some(_) => return Ok(()),
    };
    let end: &[u8] = if number.is_none() { b" too large" } else { b"" };
    context.say(&[problem, &quote::always(value), end].concat());
    if number.is_some() {
        context.say(b"minimum --batch-size argument is '2'");
    }
    Err(TROUBLE)
}

/// Adds ordering letters to a key; gives what is left of the text.
fn set_order<'a>(key: &mut Key, letters: &'a [u8], blanks: (bool, bool)) -> &'a [u8] {
    let mut rest = letters;
    while let [letter, tail @ ..] = rest {
        match letter {
            b'b' => {
                key.skip_start |= blanks.0;
                key.skip_end |= blanks.1;
            }
            b'd' => key.dictionary = true,
            b'f' => key.fold = true,
            b'i' => key.printing = true,
            b'g' => key.order = Order::General,
            b'h' => key.order = Order::Size,
            b'n' => key.order = Order::Number,
            b'M' => key.order = Order::Month,
            b'R' => key.order = Order::Random,
            b'V' => key.order = Order::Version,
            b'r' => key.reverse = true,
            _ => return rest,
        }
        rest = tail;
    }
    rest
}

/// A key as `-k` gives it, and the letters in it.
fn key(context: &Context<'_>, spec: &[u8]) -> Result<(Key, Vec<u8>), i32> {
    let bad = |text: &str| {
        let quoted = quote::quote(spec, Style::Locale);
        context.say(&[text.as_bytes(), b": invalid field specification ", &quoted].concat());
        TROUBLE
    };
    let number = |text: &[u8], what: &str| -> Result<usize, i32> {
        let digits = text.iter().take_while(|b| b.is_ascii_digit()).count();
        if digits == 0 {
            let quoted = quote::quote(text, Style::Locale);
            context.say(&[what.as_bytes(), b": invalid count at start of ", &quoted].concat());
            return Err(TROUBLE);
        }
        let value = text[..digits].iter().fold(0_usize, |sum, digit| {
            sum.saturating_mul(10)
                .saturating_add(usize::from(digit - b'0'))
        });
        Ok(value.min(NONE - 1))
    };
    let skip = |text: &'_ [u8]| text.iter().take_while(|b| b.is_ascii_digit()).count();
    let mut key = Key::LINE;
    let word = number(spec, "invalid number at field start")?;
    let mut rest = &spec[skip(spec)..];
    key.start_word = word
        .checked_sub(1)
        .ok_or_else(|| bad("field number is zero"))?;
    if let [b'.', tail @ ..] = rest {
        let skipped = number(tail, "invalid number after '.'")?;
        key.start_char = skipped
            .checked_sub(1)
            .ok_or_else(|| bad("character offset is zero"))?;
        rest = &tail[skip(tail)..];
    }
    if key.start_word == 0 && key.start_char == 0 {
        key.start_word = NONE;
    }
    let mut letters = rest.to_vec();
    rest = set_order(&mut key, rest, (true, false));
    if let [b',', tail @ ..] = rest {
        let word = number(tail, "invalid number after ','")?;
        key.end_word = word
            .checked_sub(1)
            .ok_or_else(|| bad("field number is zero"))?;
        rest = &tail[skip(tail)..];
        if let [b'.', tail @ ..] = rest {
            key.end_char = number(tail, "invalid number after '.'")?;
            rest = &tail[skip(tail)..];
        }
        letters.extend_from_slice(rest);
        rest = set_order(&mut key, rest, (false, true));
    }
    if !rest.is_empty() {
        return Err(bad("stray character in field spec"));
    }
    Ok((key, letters))
}

/// Sets apart how a key was written from what it means.
const OLD: char = '\u{1}';

/// The option that such a key becomes, which nobody types.
const OLD_KEY: &str = "\u{1}";

/// How an old key was written and is better written, and the key.
fn split_old(value: &[u8]) -> (Option<(String, String)>, &[u8]) {
    let mut parts = value.splitn(4, |byte| *byte == OLD as u8);
    let text = |part: &[u8]| String::from_utf8_lossy(part).into_owned();
    match (parts.next(), parts.next(), parts.next(), parts.next()) {
        (Some(b""), Some(old), Some(new), Some(key)) => (Some((text(old), text(new))), key),
        _ => (None, value),
    }
}

/// The arguments with `+POS1 [-POS2]` written as `-k`.
fn modern(args: &Args) -> Args {
    let mut out = Args::with_capacity(args.len());
    let mut rest = args.iter().peekable();
    let mut operands_only = false;
    while let Some(arg) = rest.next() {
        operands_only |= arg == b"--";
        let from = arg
            .strip_prefix(b"+")
            .filter(|_| !operands_only && !out.is_empty());
        let Some((word, skipped, letters)) = from.and_then(position) else {
            let takes_value = arg.len() == 2 && b"kotSTy".contains(&arg[1]) && arg[0] == b'-';
            out.push(arg.clone());
            if takes_value && !operands_only {
                out.extend(rest.next().cloned());
            }
            continue;
        };
        let mut key = format!("{}.{}", word + 1, skipped + 1).into_bytes();
        key.extend_from_slice(letters);
        let (mut written, mut better) = (format!("+{word}"), format!("-k {}", word + 1));
        let to = rest.peek().and_then(|next| next.strip_prefix(b"-"));
        if let Some((word, chars, letters)) = to.and_then(position) {
            let end = match chars {
                0 => format!(",{}", word.max(1)),
                chars => format!(",{}.{chars}", word + 1),
            };
            written += &format!(" -{word}");
            better += end.split('.').next().unwrap_or_default();
            key.extend_from_slice(end.as_bytes());
            key.extend_from_slice(letters);
            rest.next();
        }
        // How it was written goes before it, for `--debug` to tell.
        let note = format!("--{OLD_KEY}={OLD}{written}{OLD}{better}{OLD}");
        out.push([note.as_bytes(), &key].concat());
    }
    out
}

/// `WORD[.CHARS][LETTERS]` counted from 0.
fn position(text: &[u8]) -> Option<(usize, usize, &[u8])> {
    let number = |text: &[u8]| -> Option<(usize, usize)> {
        let digits = text.iter().take_while(|b| b.is_ascii_digit()).count();
        let value = std::str::from_utf8(&text[..digits]).ok()?.parse().ok()?;
        Some((value, digits))
    };
    let (word, used) = number(text)?;
    let (mut chars, mut rest) = (0, &text[used..]);
    if let [b'.', tail @ ..] = rest {
        let (value, used) = number(tail)?;
        (chars, rest) = (value, &tail[used..]);
    }
    let fit = set_order(&mut Key::LINE.clone(), rest, (true, true)).is_empty();
    (fit && word < NONE / 2).then_some((word, chars, rest))
}

fn listed(context: &Context<'_>, list: &[u8], operands: &[Vec<u8>]) -> Result<Vec<Vec<u8>>, i32> {
    if let Some(extra) = operands.first() {
        context.say(&[b"extra operand ".as_slice(), &quote::always(extra)].concat());
        let mut err = crate::cli::Output::new(2);
        err.put(b"file operands cannot be combined with --files0-from\n");
        err.flush();
        return Err(context.usage(b""));
    }
    let mut text = Vec::new();
    let result = match list {
        b"-" => crate::sys::File::stdin().read_to_end(&mut text),
        path => crate::sys::read_file(path).map(|contents| text = contents),
    };
    if let Err(errno) = result {
        context.say_error(&[b"open failed: ", list].concat(), errno);
        return Err(TROUBLE);
    }
    let mut names: Vec<_> = text.split(|byte| *byte == 0).map(<[u8]>::to_vec).collect();
    names.pop_if(|last| last.is_empty());
    if names.is_empty() {
        context.say(&[b"no input from ".as_slice(), &quote::always(list)].concat());
        return Err(TROUBLE);
    }
    for (index, name) in names.iter().enumerate() {
        let problem = if name.is_empty() {
            let at = format!(":{}: invalid zero-length file name", index + 1);
            [&quote::if_needed(list), at.as_bytes()].concat()
        } else if name == b"-" && list == b"-" {
            b"when reading file names from stdin, no file name of '-' allowed".to_vec()
        } else {
            continue;
        };
        context.say(&problem);
        return Err(TROUBLE);
    }
    Ok(names)
}

fn salt(context: &Context<'_>, source: Option<&[u8]>) -> Result<[u8; 16], i32> {
    let mut salt = [0; 16];
    let mut random = Source::open(context, source.map(<[u8]>::to_vec)).map_err(|_| TROUBLE)?;
    random.fill(context, &mut salt).map_err(|_| TROUBLE)?;
    Ok(salt)
}
