//! Variables: names, values, attributes and the scopes of functions.

mod array;
mod hash;
mod sym;
mod table;
mod value;

pub use array::{Assoc, Indexed, bucket_hash};
pub use hash::{FastMap, FastSet};
pub use sym::Sym;
pub use table::{ScopeKind, Vars};
pub use value::{Value, Var, attr};
