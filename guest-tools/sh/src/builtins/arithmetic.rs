//! `let`.

use crate::arith;
use crate::exec::{Run, Shell};

/// `let`: the status says whether the last value is not 0.
pub fn let_(sh: &mut Shell, args: &[Vec<u8>]) -> Run {
    let mut words = &args[1..];
    if words.first().is_some_and(|word| word == b"--") {
        words = &words[1..];
    }
    if words.is_empty() {
        return sh.fail(b"let", b"expression expected", 1);
    }
    let mut value = 0;
    for word in words {
        match arith::eval_text(sh, word) {
            Ok(result) => value = result,
            Err(error) if error.unbound => {
                sh.complain(&error.text());
                return Err(sh.fatal_unset());
            }
            Err(error) if error.source.is_none() => {
                sh.complain(&error.text());
                return Ok(1);
            }
            Err(error) => return sh.fail(b"let", &error.text(), 1),
        }
    }
    Ok(i32::from(value == 0))
}
