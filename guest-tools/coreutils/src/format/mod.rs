//! Numbers and text in `printf`'s formats. How conversions are padded and how
//! long doubles are read and shown is the shell's own code.

mod escape;
pub mod printf;

#[path = "../../../sh/src/builtins/printf/decimal.rs"]
pub mod decimal;
#[path = "../../../sh/src/builtins/printf/float.rs"]
pub mod float;
#[expect(dead_code, reason = "the shell needs more of it")]
#[path = "../../../sh/src/builtins/printf/spec.rs"]
pub mod spec;
