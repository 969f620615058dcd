//! Tools that cut a file in pieces: `csplit`, `split`.

pub mod csplit;
mod names;
pub mod split;
mod split_options;

use crate::cli::Context;
use crate::sys::{Errno, File, OpenHow};
use crate::text::quote;

/// All that an input holds; `-` is standard input.
fn read_all(name: &[u8]) -> Result<Vec<u8>, (bool, Errno)> {
    let file = match name {
        b"-" => Ok(File::stdin()),
        path => File::open(path, OpenHow::READ),
    };
    let mut text = Vec::new();
    let file = file.map_err(|errno| (true, errno))?;
    file.read_to_end(&mut text)
        .map_err(|errno| (false, errno))?;
    Ok(text)
}

/// Says that an input cannot be opened or read.
fn complain(context: &Context<'_>, name: &[u8], (opening, errno): (bool, Errno)) {
    if opening {
        let quoted = quote::always(name);
        context.say_error(
            &[b"cannot open ".as_slice(), &quoted, b" for reading"].concat(),
            errno,
        );
    } else {
        context.say_error(&quote::if_needed(name), errno);
    }
}
