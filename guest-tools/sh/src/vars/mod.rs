//! Variables: names, values, attributes and the scopes of functions.

mod array;
mod hash;
mod sym;
mod table;
mod value;

pub use array::{Assoc, Indexed};
pub use hash::{FastMap, FastSet};
pub use sym::{Interner, Sym};
pub use table::{Scope, ScopeKind, Vars};
pub use value::{Value, Var, attr};
