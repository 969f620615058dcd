//! `tac` without options: uutils' buffers its input in a temporary file, which
//! WASI's standard library cannot name.

use super::with_buffer;
use crate::Args;
use crate::cli::{Context, Output};
use crate::sys::{Errno, File, OpenHow};
use crate::text::quote;

/// Runs `tac`; `None`: there are options, which uutils knows.
pub fn run(args: &Args) -> Option<i32> {
    let operands = args.get(1..).unwrap_or_default();
    if operands
        .iter()
        .any(|arg| arg.len() > 1 && arg.starts_with(b"-"))
    {
        return None;
    }
    let context = Context::new(args, "tac", 1);
    let stdin = [b"-".to_vec()];
    let files = if operands.is_empty() {
        &stdin
    } else {
        operands
    };
    let mut out = Output::stdout();
    let mut code = 0;
    for name in files {
        let file = match name.as_slice() {
            b"-" => Ok(File::stdin()),
            path => File::open(path, OpenHow::READ),
        };
        let file = match file {
            Ok(file) => file,
            Err(errno) => {
                out.flush();
                let quoted = quote::always(name);
                let subject: [&[u8]; 3] = [b"failed to open ", &quoted, b" for reading"];
                context.say_error(&subject.concat(), errno);
                code = 1;
                continue;
            }
        };
        let mut text = Vec::new();
        if let Err(errno) = read_all(&file, &mut text) {
            out.flush();
            let quoted = quote::if_needed(name);
            let subject: [&[u8]; 2] = [&quoted, b": read error"];
            context.say_error(&subject.concat(), errno);
            code = 1;
            continue;
        }
        put_reversed(&text, &mut out);
    }
    Some(out.finish(&context, code))
}

fn read_all(file: &File, text: &mut Vec<u8>) -> Result<(), Errno> {
    with_buffer(|buf| {
        loop {
            match file.read(buf) {
                Ok(0) => return Ok(()),
                Ok(count) => text.extend_from_slice(&buf[..count]),
                Err(Errno::Intr) => {}
                Err(errno) => return Err(errno),
            }
        }
    })
}

/// The records from the last to the first, each with the newline that ended it.
fn put_reversed(text: &[u8], out: &mut Output) {
    let mut end = text.len();
    while end > 0 {
        let body = &text[..end - 1];
        let start = memchr::memrchr(b'\n', body).map_or(0, |at| at + 1);
        out.put(&text[start..end]);
        end = start;
    }
}
