//! What a command can be known to do before it runs: some need no fork.

use super::Shell;
use crate::ast::{Command, List, Param, ParamOp, Part, Simple, Subscript, Word};
use crate::vars::Sym;

/// What a simple command amounts to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purity {
    /// A builtin that prints and leaves the shell as it is.
    Output,
    /// A program, with words that leave the shell as it is.
    External,
    None,
}

/// Classifies a simple command.
pub fn of_simple(sh: &Shell, simple: &Simple) -> Purity {
    if sh.options.xtrace || sh.options.nounset || sh.traps.has_debug() {
        return Purity::None;
    }
    let Some(name) = simple.words.first().and_then(Word::as_literal) else {
        return Purity::None;
    };
    if sh.functions.contains_key(name) || !simple.words.iter().skip(1).all(word_is_pure) {
        return Purity::None;
    }
    match name {
        b"echo" | b"printf" | b"pwd" | b"test" | b"[" | b"true" | b"false" | b":" => {
            let plain = simple.assigns.is_empty()
                && simple.redirects.is_empty()
                && !sh.state.is_disabled(name)
                && !(name == b"printf" && assigns_by_printf(simple));
            if plain { Purity::Output } else { Purity::None }
        }
        _ if crate::builtins::find(name).is_some() => Purity::None,
        _ if !simple.assigns.is_empty() => Purity::None,
        _ => {
            let pure = simple
                .redirects
                .iter()
                .all(|redirect| match &redirect.target {
                    crate::ast::RedirectTarget::Word(word) => {
                        word_is_pure(word)
                            && !matches!(redirect.fd, crate::ast::RedirectFd::Variable(_))
                    }
                    crate::ast::RedirectTarget::HereDoc(heredoc) => {
                        heredoc.body.get().is_none_or(word_is_pure)
                    }
                });
            if pure { Purity::External } else { Purity::None }
        }
    }
}

fn assigns_by_printf(simple: &Simple) -> bool {
    simple
        .words
        .get(1)
        .is_none_or(|word| match word.parts.first() {
            Some(Part::Literal(text)) => text.starts_with(b"-"),
            Some(Part::Single(_) | Part::Double(_)) => false,
            _ => true,
        })
}

/// Whether a list is nothing but commands that only print.
pub fn only_prints(sh: &Shell, list: &List) -> bool {
    list.items.iter().all(|item| {
        !item.background
            && std::iter::once(&item.first)
                .chain(item.rest.iter().map(|(_, pipeline)| pipeline))
                .all(|pipeline| {
                    pipeline.time.is_none()
                        && match pipeline.commands.as_slice() {
                            [Command::Simple(simple)] => of_simple(sh, simple) == Purity::Output,
                            _ => false,
                        }
                })
    })
}

/// Whether expanding the word leaves the shell as it is and cannot fail.
fn word_is_pure(word: &Word) -> bool {
    word.assign.is_none() && word.parts.iter().all(part_is_pure)
}

fn part_is_pure(part: &Part) -> bool {
    match part {
        Part::Literal(_) | Part::Single(_) | Part::Escaped(_) | Part::Tilde(_) => true,
        Part::Double(parts) => parts.iter().all(part_is_pure),
        Part::Param(param) => param_is_pure(param),
        // Each runs in a process or a buffer of its own.
        Part::Command(command) => command.error.is_none(),
        Part::Arith(_) | Part::Process(_) => false,
    }
}

fn param_is_pure(param: &Param) -> bool {
    if param.indirect
        || matches!(
            param.name,
            crate::ast::ParamName::Variable(Sym::RANDOM | Sym::BASHPID | Sym::BASH_SUBSHELL)
        )
    {
        return false;
    }
    match &param.index {
        None | Some(Subscript::At | Subscript::Star) => {}
        Some(Subscript::Expr(arith)) => match arith.text.parts.as_slice() {
            [Part::Literal(text)] if text.iter().all(u8::is_ascii_alphanumeric) => {}
            [Part::Param(inner)] if param_is_pure(inner) => {}
            _ => return false,
        },
    }
    match &param.op {
        ParamOp::Value | ParamOp::Length | ParamOp::Keys { .. } => true,
        ParamOp::Default { word, .. } | ParamOp::Alternative { word, .. } => word_is_pure(word),
        ParamOp::RemovePrefix { pattern, .. } | ParamOp::RemoveSuffix { pattern, .. } => {
            word_is_pure(pattern)
        }
        ParamOp::Replace { pattern, with, .. } => {
            word_is_pure(pattern) && with.as_ref().is_none_or(word_is_pure)
        }
        ParamOp::Case { pattern, .. } => word_is_pure(pattern),
        _ => false,
    }
}
