//! Reading the files that operands name.

use crate::cli::Context;
use crate::sys::{Errno, File, OpenHow};

/// Opens an operand; `-` is standard input.
pub fn open(name: &[u8]) -> Result<File, Errno> {
    match name {
        b"-" => Ok(File::stdin()),
        path => File::open(path, OpenHow::READ),
    }
}

/// All of an operand's contents.
pub fn read(name: &[u8]) -> Result<Vec<u8>, Errno> {
    let mut text = Vec::new();
    open(name)?.read_to_end(&mut text)?;
    Ok(text)
}

/// Calls `each` with the contents of every operand, or of standard input;
/// gives 1 if one could not be read, after `before` and its name.
pub fn each(
    context: &Context<'_>,
    operands: &[Vec<u8>],
    before: &str,
    mut each: impl FnMut(&[u8], &[u8]),
) -> i32 {
    let stdin = [b"-".to_vec()];
    let names = if operands.is_empty() {
        stdin.as_slice()
    } else {
        operands
    };
    let mut code = 0;
    for name in names {
        match read(name) {
            Ok(text) => each(name, &text),
            Err(errno) => {
                context.say_error(&[before.as_bytes(), name.as_slice()].concat(), errno);
                code = 1;
            }
        }
    }
    code
}
