//! The syntax tree of shell scripts.

mod few;
mod print;
mod tree;

pub use few::Few;
pub use print::{
    print_and_or, print_assign, print_command, print_compound, print_function, print_simple,
    print_word, print_word_names,
};
pub use tree::*;
