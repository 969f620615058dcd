//! From the command line to starting points, options and an expression.

use super::eval::Expression;
use super::grammar::{self, Node, Token};
use super::parse::Parser;
use super::settings::{Follow, Settings};
use super::test::Test;
use crate::words::quoted;
use wardian_applet::cli::{Context, Output};
use wardian_applet::sys::{self, File, OpenHow};

/// What is to be done.
pub struct Work {
    /// Where to start.
    pub starts: Vec<Vec<u8>>,
    /// Options.
    pub settings: Settings,
    /// For each file.
    pub expression: Expression,
    /// Standard output, then files.
    pub outputs: Vec<Output>,
    /// Exit code so far.
    pub code: i32,
}

const DEBUG_HELP: &[u8] = b"Valid arguments for -D:
all exec opt rates search stat time tree help (accepted; nothing more is printed)
";

/// Reads the command line.
///
/// # Errors
/// The exit code, after a message.
pub fn read(context: &Context<'_>, args: &[Vec<u8>]) -> Result<Work, i32> {
    let mut rest = args.get(1..).unwrap_or_default();
    let mut follow = Follow::Never;
    while let Some((word, tail)) = rest.split_first() {
        match word.as_slice() {
            b"-H" => follow = Follow::Starts,
            b"-L" => follow = Follow::Always,
            b"-P" => follow = Follow::Never,
            b"--" => {
                rest = tail;
                break;
            }
            b"-D" => match tail.split_first() {
                None => {
                    context.say(b"Missing argument after the -D option.");
                    return Err(1);
                }
                Some((value, after)) => {
                    debug(context, value)?;
                    rest = after;
                    continue;
                }
            },
            [b'-', b'O', level @ ..] => optimise(context, level)?,
            _ => break,
        }
        rest = tail;
    }
    let first = rest
        .iter()
        .position(|word| begins_expression(word))
        .unwrap_or(rest.len());
    let (starts, words) = rest.split_at(first);
    let mut parser = Parser::new(context, follow);
    parser.read(words)?;
    let mut code = 0;
    let mut starts = starts.to_vec();
    if let Some(from) = &parser.starts_from {
        if let Some(extra) = starts.first() {
            let text = [b"extra operand ".as_slice(), &quoted(extra)].concat();
            context.say(&text);
            context.say(b"file operands cannot be combined with -files0-from");
            return Err(1);
        }
        starts = starts_from(context, from, &mut code)?;
    } else if starts.is_empty() {
        starts.push(b".".to_vec());
    }
    let expression = build(context, &mut parser)?;
    Ok(Work {
        starts,
        settings: parser.settings,
        expression,
        outputs: parser.outputs,
        code,
    })
}

/// Whether starting points end at this word.
fn begins_expression(word: &[u8]) -> bool {
    matches!(word, [b'-', _, ..] | b"(" | b"!")
}

fn debug(context: &Context<'_>, value: &[u8]) -> Result<(), i32> {
    const KNOWN: [&[u8]; 8] = [
        b"all", b"exec", b"opt", b"rates", b"search", b"stat", b"time", b"tree",
    ];
    for flag in value.split(|byte| *byte == b',') {
        if flag == b"help" {
            let mut out = Output::stdout();
            out.put(DEBUG_HELP);
            return Err(out.finish(context, 0));
        }
        if !KNOWN.contains(&flag) {
            let text = [
                b"Ignoring unrecognised debug flag ".as_slice(),
                &quoted(flag),
            ];
            context.say(&text.concat());
        }
    }
    Ok(())
}

fn optimise(context: &Context<'_>, level: &[u8]) -> Result<(), i32> {
    match level {
        [] | [b'0'..=b'9', ..] if level.iter().all(u8::is_ascii_digit) && !level.is_empty() => {
            Ok(())
        }
        [b'0'..=b'9', ..] => {
            context.say(b"Please specify a decimal number immediately after -O");
            Err(1)
        }
        _ => {
            context.say(b"The -O option must be immediately followed by a decimal integer");
            Err(1)
        }
    }
}

/// Starting points from a file, NUL after each.
fn starts_from(context: &Context<'_>, from: &[u8], code: &mut i32) -> Result<Vec<Vec<u8>>, i32> {
    let mut text = Vec::new();
    let file = match from {
        b"-" => Ok(File::stdin()),
        path => File::open(path, OpenHow::READ),
    };
    if let Err(errno) = file.and_then(|file| file.read_to_end(&mut text)) {
        let subject = [b"cannot open ".as_slice(), &quoted(from), b" for reading"].concat();
        context.say_error(&subject, errno);
        return Err(1);
    }
    if text.last() == Some(&0) {
        text.pop();
    } else if text.is_empty() {
        return Ok(Vec::new());
    }
    let mut starts = Vec::new();
    for (index, name) in text.split(|byte| *byte == 0).enumerate() {
        if name.is_empty() {
            let place = format!(":{}: invalid zero-length file name", index + 1);
            let name: &[u8] = if from == b"-" {
                b"(standard input)"
            } else {
                from
            };
            context.say(&[&quoted(name), place.as_bytes()].concat());
            *code = 1;
        } else {
            starts.push(name.to_vec());
        }
    }
    Ok(starts)
}

fn build(context: &Context<'_>, parser: &mut Parser<'_>) -> Result<Expression, i32> {
    let mut items = std::mem::take(&mut parser.items);
    let mut tests = std::mem::take(&mut parser.tests);
    if !parser.acts {
        let print = Token::Test(tests.len());
        tests.push(Test::Print(0, b'\n'));
        let mut whole = Vec::with_capacity(items.len() + 4);
        if !items.is_empty() {
            grammar::push(&mut whole, Token::Open, None);
            whole.append(&mut items);
            grammar::push(&mut whole, Token::Close, None);
        }
        grammar::push(&mut whole, print, None);
        items = whole;
    }
    let tree = grammar::build(&items).map_err(|message| {
        context.say(&message);
        1
    })?;
    let settings = &parser.settings;
    if parser.prunes && parser.deletes && settings.depth_first && !settings.depth_given {
        context.say(
            b"The -delete action automatically turns on -depth, but -prune does nothing when \
              -depth is in effect.  If you want to carry on anyway, just explicitly use the \
              -depth option.",
        );
        return Err(1);
    }
    Ok(Expression {
        tree: cheapest_first(tree, &tests),
        tests,
    })
}

/// Within rows of `-a`, tests of names come before tests of status; actions
/// and operators keep their places.
fn cheapest_first(tree: Node, tests: &[Test]) -> Node {
    let cost = |node: &Node| match node {
        Node::Test(number) => tests.get(*number).and_then(Test::cost),
        _ => None,
    };
    match tree {
        Node::And(parts) => {
            let mut parts: Vec<Node> = parts
                .into_iter()
                .map(|part| cheapest_first(part, tests))
                .collect();
            parts
                .chunk_by_mut(|a, b| cost(a).is_some() && cost(b).is_some())
                .for_each(|run| run.sort_by_key(|part| cost(part)));
            Node::And(parts)
        }
        Node::Or(parts) => Node::Or(
            parts
                .into_iter()
                .map(|part| cheapest_first(part, tests))
                .collect(),
        ),
        Node::List(parts) => Node::List(
            parts
                .into_iter()
                .map(|part| cheapest_first(part, tests))
                .collect(),
        ),
        Node::Not(inner) => Node::Not(Box::new(cheapest_first(*inner, tests))),
        Node::Test(number) => Node::Test(number),
    }
}

/// Whether input comes from a terminal: then doubtful use is warned about.
pub fn warns() -> bool {
    sys::is_terminal(0)
}
