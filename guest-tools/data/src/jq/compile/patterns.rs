//! Taking values apart: `as [$a, {b: $c}]` and `?//`.

use super::{Binding, Compiler, Result, Scope, literal, node};
use crate::jq::ast::{Ast, Pattern};
use crate::jq::node::{Kind, N};
use crate::json::Value;

impl Compiler {
    /// One alternative of `?//`: all variables of all are null, then its own are set.
    pub(super) fn alternative(
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
    pub(super) fn destructure(
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
