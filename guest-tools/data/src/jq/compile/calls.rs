//! Calls: of parameters, of functions, of those that are nodes of their own.

use super::{Binding, Compiler, Result, Scope, literal, native_node, node};
use crate::jq::ast::{Ast, Definition};
use crate::jq::node::{Kind, N};
use crate::jq::{native, parse, prelude};
use crate::json::{Map, Value};
use std::cell::OnceCell;

impl Compiler {
    pub(super) fn call(&mut self, scope: &Scope, name: &str, args: &[Ast]) -> Result<N> {
        enum Found {
            Closure(usize),
            Function(usize, &'static OnceCell<N>),
        }
        let found = scope.find(|binding, depth| match binding {
            Binding::Closure(found) if args.is_empty() && found == name => {
                Some(Found::Closure(scope.depth() - depth))
            }
            Binding::Function(found, arity, cell) if *arity == args.len() && found == name => {
                Some(Found::Function(scope.depth() - depth, cell))
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

    pub(super) fn all(&mut self, scope: &Scope, args: &[Ast]) -> Result<Vec<N>> {
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

    pub(super) fn environment(&self) -> Value {
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
            body: parse::filter(body)?,
        };
        let body = self.function(&Scope::default(), &definition)?;
        let _ = cell.set(body);
        Ok(Some(cell))
    }
}
