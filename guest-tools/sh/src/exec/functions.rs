//! The functions of a shell. One that a state brought is text until its first call.

use std::rc::Rc;

use super::Shell;
use crate::ast::Function;
use crate::lexer::Input;
use crate::parser::{Aliases, ParseOptions, Parser};
use crate::vars::{FastMap, Vars};

/// A function as text, as a tree, or both.
#[derive(Clone)]
pub struct Definition {
    tree: Option<Rc<Function>>,
    /// Text that is read as this very definition.
    text: Option<Rc<[u8]>>,
    /// The line on which the text starts.
    pub line: u32,
}

impl Definition {
    /// A function that was just parsed.
    pub fn parsed(function: Rc<Function>) -> Definition {
        Definition {
            line: function.line,
            tree: Some(function),
            text: None,
        }
    }

    /// A function that is parsed when it is needed.
    pub fn unparsed(text: &[u8], line: u32) -> Definition {
        Definition {
            tree: None,
            text: Some(text.into()),
            line,
        }
    }
}

/// Functions by name.
pub type Functions = FastMap<Vec<u8>, Definition>;

/// The function that a text defines; extended patterns are read whatever the options.
fn parse(text: &[u8], line: u32, name: &[u8], vars: &mut Vars) -> Option<Rc<Function>> {
    let options = ParseOptions {
        extglob: true,
        ..ParseOptions::default()
    };
    let aliases = Aliases::default();
    let mut input = Input::new(text.to_vec(), line);
    let list = Parser::new(&mut input, vars, &aliases, options)
        .parse_all()
        .ok()?;
    match list.items.as_slice() {
        [item] => match item.first.commands.as_slice() {
            [crate::ast::Command::Function(function)] if function.name == name => {
                Some(Rc::clone(function))
            }
            _ => None,
        },
        _ => None,
    }
}

impl Shell {
    /// The function of a name.
    #[inline]
    pub fn function(&mut self, name: &[u8]) -> Option<Rc<Function>> {
        match &self.functions.get(name)?.tree {
            Some(tree) => Some(Rc::clone(tree)),
            None => self.parse_function(name),
        }
    }

    #[cold]
    fn parse_function(&mut self, name: &[u8]) -> Option<Rc<Function>> {
        let definition = self.functions.get_mut(name)?;
        let text = definition.text.clone()?;
        definition.tree = parse(&text, definition.line, name, &mut self.vars);
        if definition.tree.is_none() {
            self.complain(&[name, b": the function's text is damaged"].concat());
        }
        self.functions.get(name)?.tree.clone()
    }

    /// Text that defines a function when it is read; none where that cannot be.
    pub fn function_text(&mut self, name: &[u8]) -> Option<Rc<[u8]>> {
        if let Some(text) = &self.functions.get(name)?.text {
            return Some(Rc::clone(text));
        }
        let function = self.function(name)?;
        let mut text = Vec::new();
        crate::ast::print_function(&function, &mut self.vars, &mut text);
        text.push(b'\n');
        if parse(&text, 1, name, &mut self.vars).is_none() {
            text.splice(..0, b"function ".iter().copied());
            parse(&text, 1, name, &mut self.vars)?;
        }
        let text: Rc<[u8]> = text.into();
        self.functions.get_mut(name)?.text = Some(Rc::clone(&text));
        Some(text)
    }
}
