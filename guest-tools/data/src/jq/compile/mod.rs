//! From the written filter to nodes: names become hops, definitions of the
//! prelude are compiled when something uses them.

use super::ast::{Assignment, Ast, Definition, Operator, Part, Pattern};
use super::context::Context;
use super::native;
use super::node::{Kind, N, Native, Node};
use super::prelude;
use crate::json::{Map, Value};
use std::cell::OnceCell;
use std::collections::HashMap;
use std::rc::Rc;

type Result<T> = std::result::Result<T, String>;

enum Binding {
    Variable(String),
    Closure(String),
    Label(String),
    Hidden,
    Function(String, usize, &'static OnceCell<N>),
}

struct ScopeNode {
    binding: Binding,
    /// Slots in the environment, this one included.
    depth: usize,
    parent: Scope,
}

/// What names mean at a place.
#[derive(Clone, Default)]
pub struct Scope(Option<Rc<ScopeNode>>);

impl Scope {
    fn depth(&self) -> usize {
        self.0.as_ref().map_or(0, |node| node.depth)
    }

    fn with(&self, binding: Binding) -> Scope {
        let slot = usize::from(!matches!(binding, Binding::Function(..)));
        Scope(Some(Rc::new(ScopeNode {
            depth: self.depth() + slot,
            binding,
            parent: self.clone(),
        })))
    }

    fn find<T>(&self, mut pick: impl FnMut(&Binding, usize) -> Option<T>) -> Option<T> {
        let mut scope = self;
        while let Some(node) = &scope.0 {
            if let Some(found) = pick(&node.binding, node.depth) {
                return Some(found);
            }
            scope = &node.parent;
        }
        None
    }
}

/// Compiles programs.
#[derive(Default)]
pub struct Compiler {
    /// Variables with constant values.
    pub globals: HashMap<String, Value>,
    prelude: HashMap<(String, usize), &'static OnceCell<N>>,
}

fn node(kind: Kind) -> N {
    let simple = is_simple(&kind);
    Box::leak(Box::new(Node { kind, simple }))
}

fn is_simple(kind: &Kind) -> bool {
    match kind {
        Kind::Identity | Kind::Literal(_) | Kind::Field(_) | Kind::Variable(_) => true,
        Kind::Index(a, b)
        | Kind::Pipe(a, b)
        | Kind::Binary(_, a, b)
        | Kind::And(a, b)
        | Kind::Or(a, b)
        | Kind::Bind(a, b) => a.simple && b.simple,
        Kind::Modify(target, change) => is_place(target) && change.simple,
        Kind::Slice(a, b, c) => {
            a.simple && b.is_none_or(|n| n.simple) && c.is_none_or(|n| n.simple)
        }
        Kind::Negate(a) | Kind::GetPath(a) => a.simple,
        Kind::If(a, b, c) => a.simple && b.simple && c.simple,
        Kind::Object(members) => members.iter().all(|(k, v)| k.simple && v.simple),
        Kind::Template(parts) | Kind::Native(_, parts) => parts.iter().all(|n| n.simple),
        Kind::Array(inner) => maps(inner).is_some() || inner.simple,
        _ => false,
    }
}

/// Whether a node is a chain of constant or calculated keys.
fn is_place(target: N) -> bool {
    match &target.kind {
        Kind::Identity | Kind::Field(_) => true,
        Kind::Pipe(a, b) => is_place(a) && is_place(b),
        Kind::Index(term, key) => matches!(term.kind, Kind::Identity) && key.simple,
        _ => false,
    }
}

/// What is done to each member, if a node is `.[] | f` with a simple `f`.
pub fn maps(inner: N) -> Option<N> {
    match inner.kind {
        Kind::Pipe(
            Node {
                kind: Kind::Iterate,
                ..
            },
            f,
        ) if f.simple => Some(f),
        _ => None,
    }
}

fn literal(value: Value) -> N {
    node(Kind::Literal(value))
}

fn native_node(run: Native, args: Vec<N>) -> N {
    node(Kind::Native(run, args.into()))
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

    /// One alternative of `?//`: all variables of all are null, then its own are set.
    fn alternative(
        &mut self,
        scope: &Scope,
        all: &[Pattern],
        pattern: &Pattern,
        body: &Ast,
    ) -> Result<N> {
        let mut names = Vec::new();
        all.iter()
            .for_each(|pattern| variables(pattern, &mut names));
        let value = scope.with(Binding::Hidden);
        let mut inner = value.clone();
        for name in &names {
            inner = inner.with(Binding::Variable(name.clone()));
        }
        let source = node(Kind::Variable(names.len()));
        let body =
            self.destructure(&inner, std::slice::from_ref(pattern), &mut |this, scope| {
                this.compile(scope, body)
            })?;
        let mut out = node(Kind::Bind(source, body));
        for _ in &names {
            out = node(Kind::Bind(literal(Value::Null), out));
        }
        Ok(out)
    }

    /// What runs once the value to take apart is in the slot after `scope`.
    fn destructure(
        &mut self,
        scope: &Scope,
        patterns: &[Pattern],
        body: &mut dyn FnMut(&mut Compiler, &Scope) -> Result<N>,
    ) -> Result<N> {
        match patterns {
            [Pattern::Variable(name)] => body(self, &scope.with(Binding::Variable(name.clone()))),
            [Pattern::Array(parts)] => {
                let inner = scope.with(Binding::Hidden);
                let slot = inner.depth();
                self.elements(&inner, slot, parts, 0, body)
            }
            [Pattern::Object(members)] => {
                let inner = scope.with(Binding::Hidden);
                let slot = inner.depth();
                self.members(&inner, slot, members, body)
            }
            several => {
                // `?//` inside reduce and foreach.
                let inner = scope.with(Binding::Hidden);
                let mut names = Vec::new();
                several
                    .iter()
                    .for_each(|pattern| variables(pattern, &mut names));
                let mut bodies = Vec::new();
                for pattern in several {
                    let mut known = inner.with(Binding::Hidden);
                    for name in &names {
                        known = known.with(Binding::Variable(name.clone()));
                    }
                    let one = std::slice::from_ref(pattern);
                    let rest = self.destructure(&known, one, body)?;
                    let mut out = node(Kind::Bind(node(Kind::Variable(names.len())), rest));
                    for _ in &names {
                        out = node(Kind::Bind(literal(Value::Null), out));
                    }
                    bodies.push(out);
                }
                let source = node(Kind::Variable(0));
                Ok(node(Kind::BindAlternatives(source, bodies.into())))
            }
        }
    }

    fn elements(
        &mut self,
        scope: &Scope,
        slot: usize,
        parts: &[Pattern],
        index: usize,
        body: &mut dyn FnMut(&mut Compiler, &Scope) -> Result<N>,
    ) -> Result<N> {
        let Some(part) = parts.get(index) else {
            return body(self, scope);
        };
        let value = node(Kind::Variable(scope.depth() - slot));
        let source = node(Kind::Index(value, literal(Value::from(index))));
        let one = std::slice::from_ref(part);
        let rest = self.destructure(scope, one, &mut |this, scope| {
            this.elements(scope, slot, parts, index + 1, body)
        })?;
        Ok(node(Kind::Bind(source, rest)))
    }

    fn members(
        &mut self,
        scope: &Scope,
        slot: usize,
        members: &[(Option<String>, Ast, Option<Pattern>)],
        body: &mut dyn FnMut(&mut Compiler, &Scope) -> Result<N>,
    ) -> Result<N> {
        let Some(((name, key, inner), others)) = members.split_first() else {
            return body(self, scope);
        };
        let value = node(Kind::Variable(scope.depth() - slot));
        let key = self.compile(scope, key)?;
        let source = node(Kind::Index(value, key));
        let mut rest = |this: &mut Compiler, scope: &Scope| this.members(scope, slot, others, body);
        let bound = match (name, inner) {
            (Some(name), None) => rest(self, &scope.with(Binding::Variable(name.clone())))?,
            (None, Some(inner)) => {
                self.destructure(scope, std::slice::from_ref(inner), &mut rest)?
            }
            (Some(name), Some(inner)) => {
                let known = scope.with(Binding::Variable(name.clone()));
                let again = node(Kind::Variable(0));
                let one = std::slice::from_ref(inner);
                let rest = self.destructure(&known, one, &mut rest)?;
                node(Kind::Bind(again, rest))
            }
            (None, None) => rest(self, &scope.with(Binding::Hidden))?,
        };
        Ok(node(Kind::Bind(source, bound)))
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

    fn call(&mut self, scope: &Scope, name: &str, args: &[Ast]) -> Result<N> {
        enum Found {
            Closure(usize),
            Function(usize, &'static OnceCell<N>),
        }
        let found = scope.find(|binding, depth| match binding {
            Binding::Closure(found) if args.is_empty() && found == name => {
                Some(Found::Closure(scope.depth() - depth))
            }
            Binding::Function(found, arity, cell) if *arity == args.len() && found == name => {
                Some(Found::Function(scope.depth() - depth, *cell))
            }
            _ => None,
        });
        match found {
            Some(Found::Closure(hops)) => return Ok(node(Kind::Closure(hops))),
            Some(Found::Function(hops, cell)) => {
                let args = self.all(scope, args)?;
                return Ok(node(Kind::Call(cell, hops, args.into())));
            }
            None => {}
        }
        let name = name.strip_prefix("builtin::").unwrap_or(name);
        if let Some(special) = self.special(scope, name, args)? {
            return Ok(special);
        }
        if let Some(run) = native::find(name, args.len()) {
            let args = self.all(scope, args)?;
            return Ok(native_node(run, args));
        }
        let Some(cell) = self.prelude(name, args.len())? else {
            return Err(format!("{name}/{} is not defined", args.len()));
        };
        let args = self.all(scope, args)?;
        Ok(node(Kind::Call(cell, scope.depth(), args.into())))
    }

    fn all(&mut self, scope: &Scope, args: &[Ast]) -> Result<Vec<N>> {
        args.iter().map(|arg| self.compile(scope, arg)).collect()
    }

    /// Functions that are nodes of their own.
    fn special(&mut self, scope: &Scope, name: &str, args: &[Ast]) -> Result<Option<N>> {
        let kind = match (name, args) {
            ("empty", []) => Kind::Empty,
            ("recurse", []) => Kind::Recurse,
            ("path", [f]) => Kind::Path(self.compile(scope, f)?),
            ("getpath", [f]) => Kind::GetPath(self.compile(scope, f)?),
            ("select", [f]) => Kind::If(
                self.compile(scope, f)?,
                node(Kind::Identity),
                node(Kind::Empty),
            ),
            ("map", [f]) => {
                let f = self.compile(scope, f)?;
                Kind::Array(node(Kind::Pipe(node(Kind::Iterate), f)))
            }
            ("first", [f]) => Kind::First(self.compile(scope, f)?),
            ("limit", [n, f]) => Kind::Limit(self.compile(scope, n)?, self.compile(scope, f)?),
            ("_modify", [p, f]) => Kind::Modify(self.compile(scope, p)?, self.compile(scope, f)?),
            ("range", [to]) => Kind::Range(
                literal(Value::Number(0.0)),
                self.compile(scope, to)?,
                literal(Value::Number(1.0)),
            ),
            ("range", [from, to]) => Kind::Range(
                self.compile(scope, from)?,
                self.compile(scope, to)?,
                literal(Value::Number(1.0)),
            ),
            ("range", [from, to, by]) => Kind::Range(
                self.compile(scope, from)?,
                self.compile(scope, to)?,
                self.compile(scope, by)?,
            ),
            ("env", []) => Kind::Literal(self.environment()),
            ("sort_by" | "group_by" | "unique_by" | "min_by" | "max_by", [f]) => {
                let f = self.compile(scope, f)?;
                let keys = node(Kind::Pipe(node(Kind::Iterate), node(Kind::Array(f))));
                let run = native::by_keys(name);
                Kind::Native(run, vec![node(Kind::Array(keys))].into())
            }
            ("tostream", []) => {
                let all = native_node(native::stream_events, Vec::new());
                Kind::Pipe(all, node(Kind::Iterate))
            }
            _ => return Ok(None),
        };
        Ok(Some(node(kind)))
    }

    fn environment(&self) -> Value {
        let mut map = Map::default();
        for (name, value) in std::env::vars_os() {
            let (name, value) = (name.to_string_lossy(), value.to_string_lossy());
            map.insert(name.as_ref().into(), Value::string(value.as_ref()));
        }
        Value::object(map)
    }

    fn prelude(&mut self, name: &str, arity: usize) -> Result<Option<&'static OnceCell<N>>> {
        let key = (name.to_owned(), arity);
        if let Some(cell) = self.prelude.get(&key) {
            return Ok(Some(cell));
        }
        let Some((params, body)) = prelude::find(name, arity) else {
            return Ok(None);
        };
        let cell: &'static OnceCell<N> = Box::leak(Box::default());
        self.prelude.insert(key, cell);
        let definition = Definition {
            name: name.to_owned(),
            params: params.iter().map(|param| (*param).to_owned()).collect(),
            body: super::parse::filter(body)?,
        };
        let body = self.function(&Scope::default(), &definition)?;
        let _ = cell.set(body);
        Ok(Some(cell))
    }
}

fn variables(pattern: &Pattern, out: &mut Vec<String>) {
    match pattern {
        Pattern::Variable(name) => {
            if !out.contains(name) {
                out.push(name.clone());
            }
        }
        Pattern::Array(parts) => parts.iter().for_each(|part| variables(part, out)),
        Pattern::Object(members) => {
            for (name, _, inner) in members {
                if let Some(name) = name
                    && !out.contains(name)
                {
                    out.push(name.clone());
                }
                if let Some(inner) = inner {
                    variables(inner, out);
                }
            }
        }
    }
}

fn format_node(name: &str) -> Result<N> {
    match native::format(name) {
        Some(run) => Ok(native_node(run, Vec::new())),
        None => {
            let text = format!("{name} is not a valid format");
            let run: Native = |_: &mut Context, _, args: &mut [Value]| {
                Err(super::context::Raise::Error(std::mem::take(&mut args[0])))
            };
            Ok(native_node(run, vec![literal(Value::string(text))]))
        }
    }
}
