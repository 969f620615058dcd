//! All variables, by number; scopes keep what local ones hide.

use super::sym::{Interner, Sym};
use super::value::{Var, attr};

/// What made a scope.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ScopeKind {
    /// A function call: `local` declares here.
    Function,
    /// Assignments before a command.
    Temporary,
}

/// Variables hidden by those of a function call or of a command's prefix.
pub struct Scope {
    pub kind: ScopeKind,
    saved: Vec<(Sym, Var)>,
}

/// The variables of the shell.
pub struct Vars {
    slots: Vec<Var>,
    pub names: Interner,
    scopes: Vec<Scope>,
    /// Whether the environment for commands has to be made anew.
    pub environment_changed: bool,
}

impl Vars {
    /// No variables but the computed ones.
    pub fn new() -> Vars {
        let mut slots = Vec::with_capacity(Sym::FIXED + 16);
        slots.resize_with(Sym::FIXED, Var::default);
        for slot in slots.iter_mut().take(Sym::COMP_WORDBREAKS.0 as usize + 1) {
            slot.attrs = attr::DYNAMIC;
        }
        for sym in [Sym::BASH_ALIASES, Sym::BASH_CMDS] {
            slots[sym.0 as usize].attrs |= attr::ASSOC;
        }
        Vars {
            slots,
            names: Interner::default(),
            scopes: Vec::new(),
            environment_changed: true,
        }
    }

    /// The number of a name.
    pub fn sym(&mut self, name: &[u8]) -> Sym {
        let sym = self.names.intern(name);
        if sym.0 as usize >= self.slots.len() {
            self.slots.resize_with(sym.0 as usize + 1, Var::default);
        }
        sym
    }

    /// The variable behind a number.
    pub fn get(&self, sym: Sym) -> &Var {
        &self.slots[sym.0 as usize]
    }

    /// The variable behind a number, to change.
    pub fn get_mut(&mut self, sym: Sym) -> &mut Var {
        let var = &mut self.slots[sym.0 as usize];
        if var.attrs & attr::EXPORT != 0 {
            self.environment_changed = true;
        }
        var
    }

    /// The variable of a name, if the name is known.
    pub fn by_name(&self, name: &[u8]) -> Option<&Var> {
        self.names.find(name).map(|sym| self.get(sym))
    }

    /// Numbers of the variables that exist, sorted by name.
    pub fn sorted(&self) -> Vec<Sym> {
        let mut syms: Vec<Sym> = (0..self.slots.len() as u32)
            .map(Sym)
            .filter(|sym| self.get(*sym).exists())
            .collect();
        syms.sort_unstable_by(|a, b| self.names.name(*a).cmp(self.names.name(*b)));
        syms
    }

    /// All variables in the order they were first named.
    pub fn iter(&self) -> impl Iterator<Item = (Sym, &Var)> {
        self.slots
            .iter()
            .enumerate()
            .map(|(at, var)| (Sym(at as u32), var))
    }

    /// Opens a scope.
    pub fn push_scope(&mut self, kind: ScopeKind) {
        self.scopes.push(Scope {
            kind,
            saved: Vec::new(),
        });
    }

    /// Closes the innermost scope: what it hid is back. Gives the names restored.
    pub fn pop_scope(&mut self) -> Vec<Sym> {
        let Some(scope) = self.scopes.pop() else {
            return Vec::new();
        };
        let mut restored = Vec::new();
        for (sym, var) in scope.saved.into_iter().rev() {
            if var.attrs & attr::EXPORT != 0 || self.get(sym).attrs & attr::EXPORT != 0 {
                self.environment_changed = true;
            }
            self.slots[sym.0 as usize] = var;
            restored.push(sym);
        }
        restored
    }

    /// Makes a variable belong to the innermost scope of a kind; what it was
    /// is kept. False if the scope has it already or there is no such scope.
    pub fn hide(&mut self, sym: Sym, kind: ScopeKind) -> bool {
        let Some(at) = self.scopes.iter().rposition(|scope| scope.kind == kind) else {
            return false;
        };
        if self.scopes[at].saved.iter().any(|(saved, _)| *saved == sym) {
            return false;
        }
        // A temporary assignment in an inner scope must not survive this one.
        let old = std::mem::take(&mut self.slots[sym.0 as usize]);
        if old.attrs & attr::EXPORT != 0 {
            self.environment_changed = true;
        }
        self.scopes[at].saved.push((sym, old));
        true
    }

    /// Whether the variable is local to the innermost function.
    pub fn is_local(&self, sym: Sym) -> bool {
        self.scopes
            .iter()
            .rev()
            .find(|scope| scope.kind == ScopeKind::Function)
            .is_some_and(|scope| scope.saved.iter().any(|(saved, _)| *saved == sym))
    }

    /// The variables local to the innermost function.
    pub fn locals(&self) -> Vec<Sym> {
        let mut syms: Vec<Sym> = self
            .scopes
            .iter()
            .rev()
            .find(|scope| scope.kind == ScopeKind::Function)
            .map(|scope| scope.saved.iter().map(|(sym, _)| *sym).collect())
            .unwrap_or_default();
        syms.sort_unstable_by(|a, b| self.names.name(*a).cmp(self.names.name(*b)));
        syms
    }

    /// The variable that the innermost function's local one hides.
    pub fn hidden(&self, sym: Sym) -> Option<&Var> {
        self.scopes.iter().rev().find_map(|scope| {
            scope
                .saved
                .iter()
                .find(|(saved, _)| *saved == sym)
                .map(|(_, var)| var)
        })
    }

    /// The outermost variable of this name, to change.
    pub fn global_mut(&mut self, sym: Sym) -> &mut Var {
        self.environment_changed = true;
        for scope in &mut self.scopes {
            if let Some(at) = scope.saved.iter().position(|(saved, _)| *saved == sym) {
                return &mut scope.saved[at].1;
            }
        }
        &mut self.slots[sym.0 as usize]
    }

    /// Whether an assignment before a command made the variable that is seen.
    pub fn is_temporary(&self, sym: Sym) -> bool {
        self.scopes
            .iter()
            .rev()
            .find(|scope| scope.saved.iter().any(|(saved, _)| *saved == sym))
            .is_some_and(|scope| scope.kind == ScopeKind::Temporary)
    }

    /// Gives the variables that assignments before commands hide this value, too.
    pub fn propagate(&mut self, sym: Sym) {
        let value = self.slots[sym.0 as usize].value.clone();
        for scope in &mut self.scopes {
            if scope.kind == ScopeKind::Temporary
                && let Some((_, var)) = scope.saved.iter_mut().find(|(saved, _)| *saved == sym)
            {
                var.value = value.clone();
            }
        }
    }

    /// Removes a variable: a local one of this function stays, without value;
    /// one of a calling function gives way to what it hid.
    pub fn unset(&mut self, sym: Sym) {
        let slot = sym.0 as usize;
        if self.slots[slot].attrs & attr::EXPORT != 0 {
            self.environment_changed = true;
        }
        let local = self
            .scopes
            .iter()
            .rposition(|scope| scope.kind == ScopeKind::Function);
        for (at, scope) in self.scopes.iter_mut().enumerate().rev() {
            let Some(found) = scope.saved.iter().position(|(saved, _)| *saved == sym) else {
                continue;
            };
            if Some(at) == local {
                self.slots[slot] = Var {
                    attrs: 0,
                    ..Var::default()
                };
                return;
            }
            let (_, var) = scope.saved.remove(found);
            self.slots[slot] = var;
            return;
        }
        self.slots[slot] = Var::default();
    }
}

impl Vars {
    /// Makes room for every name that has a number.
    pub fn reserve_all(&mut self) {
        let count = self.names.count();
        if self.slots.len() < count {
            self.slots.resize(count, Var::default());
        }
    }
}
