//! From the written filter to nodes: names become hops, definitions of the
//! prelude are compiled when something uses them.

mod build;
mod calls;
mod patterns;
mod scope;

use super::ast::{Assignment, Ast, Definition, Operator, Part};
use super::node::{Kind, N, Node};
use crate::json::{Map, Value};
pub use build::maps;
use build::{format_node, literal, native_node, node};
use scope::Binding;
pub use scope::Scope;
use std::cell::OnceCell;
use std::collections::HashMap;

type Result<T> = std::result::Result<T, String>;

/// Compiles programs.
#[derive(Default)]
pub struct Compiler {
    /// Variables with constant values.
    pub globals: HashMap<String, Value>,
    prelude: HashMap<(String, usize), &'static OnceCell<N>>,
}

impl Compiler {
    /// Compiles a program after its definitions.
    ///
    /// # Errors
    /// Which name is not defined.
    pub fn program(&mut self, scope: &Scope, main: &Ast) -> Result<N> {
        self.compile(scope, main)
    }

    /// The scope in which a definition is known.
    ///
    /// # Errors
    /// Which name is not defined.
    pub fn define(
        &mut self,
        scope: &Scope,
        prefix: &str,
        definition: &Definition,
    ) -> Result<Scope> {
        let cell: &'static OnceCell<N> = Box::leak(Box::default());
        let arity = definition.params.len();
        let known = scope.with(Binding::Function(definition.name.clone(), arity, cell));
        let body = self.function(&known, definition)?;
        let _ = cell.set(body);
        Ok(if prefix.is_empty() {
            known
        } else {
            let name = format!("{prefix}::{}", definition.name);
            scope.with(Binding::Function(name, arity, cell))
        })
    }

    /// Carries a module's functions over to the scope of who imports it.
    pub fn export(&self, module: &Scope, prefix: &str, into: &Scope) -> Scope {
        let mut found = Vec::new();
        module.find(|binding, _| -> Option<()> {
            if let Binding::Function(name, arity, cell) = binding {
                found.push((name.clone(), *arity, *cell));
            }
            None
        });
        let mut scope = into.clone();
        for (name, arity, cell) in found.into_iter().rev() {
            if prefix.is_empty() {
                scope = scope.with(Binding::Function(name, arity, cell));
            } else if !name.contains("::") {
                let name = format!("{prefix}::{name}");
                scope = scope.with(Binding::Function(name, arity, cell));
            }
        }
        scope
    }

    fn function(&mut self, scope: &Scope, definition: &Definition) -> Result<N> {
        let mut inner = scope.clone();
        for param in &definition.params {
            let name = param.strip_prefix('$').unwrap_or(param);
            inner = inner.with(Binding::Closure(name.to_owned()));
        }
        self.value_params(&inner, &definition.params, &definition.body)
    }

    /// Binds the parameters with `$`, then the body.
    fn value_params(&mut self, scope: &Scope, params: &[String], body: &Ast) -> Result<N> {
        for (index, param) in params.iter().enumerate() {
            if let Some(name) = param.strip_prefix('$') {
                let source = self.call(scope, name, &[])?;
                let inner = scope.with(Binding::Variable(name.to_owned()));
                let rest = self.value_params(&inner, &params[index + 1..], body)?;
                return Ok(node(Kind::Bind(source, rest)));
            }
        }
        self.compile(scope, body)
    }

    fn compile(&mut self, scope: &Scope, ast: &Ast) -> Result<N> {
        Ok(node(match ast {
            Ast::Identity => Kind::Identity,
            Ast::Descend => Kind::Recurse,
            Ast::Literal(value) => Kind::Literal(value.clone()),
            Ast::Template(format, parts) => return self.template(scope, format.as_deref(), parts),
            Ast::Format(name) => return format_node(name),
            Ast::Index(term, key) => {
                let term = self.compile(scope, term)?;
                let key = self.compile(scope, key)?;
                match &key.kind {
                    Kind::Literal(value) => {
                        let field = Kind::Field(value.clone());
                        match term.kind {
                            Kind::Identity => field,
                            _ => Kind::Pipe(term, node(field)),
                        }
                    }
                    _ => Kind::Index(term, key),
                }
            }
            Ast::Slice(term, from, to) => {
                let from = from.as_ref().map(|f| self.compile(scope, f)).transpose()?;
                let to = to.as_ref().map(|f| self.compile(scope, f)).transpose()?;
                Kind::Slice(self.compile(scope, term)?, from, to)
            }
            Ast::Iterate(term) => match self.compile(scope, term)? {
                Node {
                    kind: Kind::Identity,
                    ..
                } => Kind::Iterate,
                term => Kind::Pipe(term, node(Kind::Iterate)),
            },
            Ast::Try(body, handler) => {
                let handler = handler
                    .as_ref()
                    .map(|h| self.compile(scope, h))
                    .transpose()?;
                Kind::Try(self.compile(scope, body)?, handler)
            }
            Ast::Negate(inner) => Kind::Negate(self.compile(scope, inner)?),
            Ast::Pipe(a, b) => Kind::Pipe(self.compile(scope, a)?, self.compile(scope, b)?),
            Ast::Comma(a, b) => Kind::Comma(self.compile(scope, a)?, self.compile(scope, b)?),
            Ast::Binary(operator, a, b) => {
                Kind::Binary(*operator, self.compile(scope, a)?, self.compile(scope, b)?)
            }
            Ast::And(a, b) => Kind::And(self.compile(scope, a)?, self.compile(scope, b)?),
            Ast::Or(a, b) => Kind::Or(self.compile(scope, a)?, self.compile(scope, b)?),
            Ast::Alternative(a, b) => {
                Kind::Alternative(self.compile(scope, a)?, self.compile(scope, b)?)
            }
            Ast::Assign(how, target, value) => return self.assign(scope, *how, target, value),
            Ast::If(condition, then, other) => Kind::If(
                self.compile(scope, condition)?,
                self.compile(scope, then)?,
                match other {
                    Some(other) => self.compile(scope, other)?,
                    None => node(Kind::Identity),
                },
            ),
            Ast::Reduce(source, patterns, start, update) => {
                let source = self.compile(scope, source)?;
                let start = self.compile(scope, start)?;
                let inner = scope.with(Binding::Hidden);
                let cell = inner.depth();
                let step = self.destructure(&inner, patterns, &mut |this, scope| {
                    let update = this.compile(scope, update)?;
                    Ok(node(Kind::ReduceStep(scope.depth() - cell, update)))
                })?;
                Kind::Reduce(source, start, step)
            }
            Ast::Foreach(source, patterns, start, update, extract) => {
                let source = self.compile(scope, source)?;
                let start = self.compile(scope, start)?;
                let inner = scope.with(Binding::Hidden);
                let cell = inner.depth();
                let step = self.destructure(&inner, patterns, &mut |this, scope| {
                    let update = this.compile(scope, update)?;
                    let extract = match extract {
                        Some(extract) => this.compile(scope, extract)?,
                        None => node(Kind::Identity),
                    };
                    Ok(node(Kind::ForeachStep(
                        scope.depth() - cell,
                        update,
                        extract,
                    )))
                })?;
                Kind::Foreach(source, start, step)
            }
            Ast::Define(definition, rest) => {
                let scope = self.define(scope, "", definition)?;
                return self.compile(&scope, rest);
            }
            Ast::Call(name, args) => return self.call(scope, name, args),
            Ast::Variable(name) => {
                let hops = scope.find(|binding, depth| match binding {
                    Binding::Variable(found) if found == name => Some(scope.depth() - depth),
                    _ => None,
                });
                match hops {
                    Some(hops) => Kind::Variable(hops),
                    None if name == "ENV" => Kind::Literal(self.environment()),
                    None => match self.globals.get(name) {
                        Some(value) => Kind::Literal(value.clone()),
                        None => return Err(format!("${name} is not defined")),
                    },
                }
            }
            Ast::Bind(source, patterns, body) => {
                let source = self.compile(scope, source)?;
                if let [_] = patterns.as_slice() {
                    let body = self.destructure(scope, patterns, &mut |this, scope| {
                        this.compile(scope, body)
                    })?;
                    Kind::Bind(source, body)
                } else {
                    let mut bodies = Vec::new();
                    for pattern in patterns {
                        bodies.push(self.alternative(scope, patterns, pattern, body)?);
                    }
                    Kind::BindAlternatives(source, bodies.into())
                }
            }
            Ast::Label(name, body) => {
                let inner = scope.with(Binding::Label(name.clone()));
                Kind::Label(self.compile(&inner, body)?)
            }
            Ast::Break(name) => {
                let hops = scope.find(|binding, depth| match binding {
                    Binding::Label(found) if found == name => Some(scope.depth() - depth),
                    _ => None,
                });
                Kind::Break(hops.ok_or_else(|| format!("$*label-{name} is not defined"))?)
            }
            Ast::Array(None) => Kind::Literal(Value::array(Vec::new())),
            Ast::Array(Some(inner)) => Kind::Array(self.compile(scope, inner)?),
            Ast::Object(members) if members.is_empty() => {
                Kind::Literal(Value::object(Map::default()))
            }
            Ast::Object(members) => {
                let mut nodes = Vec::new();
                for (key, value) in members {
                    nodes.push((self.compile(scope, key)?, self.compile(scope, value)?));
                }
                Kind::Object(nodes.into())
            }
        }))
    }

    fn template(&mut self, scope: &Scope, format: Option<&str>, parts: &[Part]) -> Result<N> {
        let mut nodes = Vec::new();
        for part in parts {
            nodes.push(match part {
                Part::Text(text) => literal(Value::string(text.as_str())),
                Part::Filter(filter) => {
                    let filter = self.compile(scope, filter)?;
                    node(Kind::Pipe(filter, format_node(format.unwrap_or("text"))?))
                }
            });
        }
        if nodes.iter().all(|node| node.simple) {
            return Ok(node(Kind::Template(nodes.into())));
        }
        let start = literal(Value::string(""));
        Ok(nodes.into_iter().fold(start, |text, part| {
            node(Kind::Binary(Operator::Add, text, part))
        }))
    }

    fn assign(&mut self, scope: &Scope, how: Assignment, target: &Ast, value: &Ast) -> Result<N> {
        if how == Assignment::Update {
            let target = self.compile(scope, target)?;
            return Ok(node(Kind::Modify(target, self.compile(scope, value)?)));
        }
        let source = self.compile(scope, value)?;
        let inner = scope.with(Binding::Hidden);
        let target = self.compile(&inner, target)?;
        let value = node(Kind::Variable(0));
        let identity = node(Kind::Identity);
        let new = match how {
            Assignment::Set | Assignment::Update => value,
            Assignment::Calculate(operator) => node(Kind::Binary(operator, identity, value)),
            Assignment::Alternative => node(Kind::Alternative(identity, value)),
        };
        Ok(node(Kind::Bind(source, node(Kind::Modify(target, new)))))
    }
}
