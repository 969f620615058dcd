//! `break`, `continue`, `return`, `exit`, `logout`, and `exec` by way of `command`.

use crate::ast::Simple;
use crate::exec::{Flow, FrameKind, Run, Shell};
use crate::text::{int_text, parse_int};

/// `break`
pub fn break_(sh: &mut Shell, args: &[Vec<u8>]) -> Run {
    match levels(sh, args)? {
        Ok(count) => Err(Flow::Break(count)),
        Err(status) => Ok(status),
    }
}

/// `continue`
pub fn continue_(sh: &mut Shell, args: &[Vec<u8>]) -> Run {
    match levels(sh, args)? {
        Ok(count) => Err(Flow::Continue(count)),
        Err(status) => Ok(status),
    }
}

/// Out of how many loops, or the status where there is none.
fn levels(sh: &mut Shell, args: &[Vec<u8>]) -> Result<Result<u32, i32>, Flow> {
    let builtin = args[0].as_slice();
    if sh.loop_depth == 0 {
        sh.fail(
            builtin,
            b"only meaningful in a `for', `while', or `until' loop",
            0,
        )?;
        return Ok(Err(0));
    }
    sh.break_status = 0;
    let words = without_dashes(args);
    let Some(text) = words.first() else {
        return Ok(Ok(1));
    };
    let Some(count) = parse_int(text) else {
        sh.fail_on(builtin, text, "numeric argument required")?;
        return Err(sh.fatal(128));
    };
    if words.len() > 1 {
        sh.fail(builtin, b"too many arguments", 1)?;
        return Err(sh.discard_all());
    }
    if count <= 0 {
        sh.fail_on(builtin, &int_text(count), "loop count out of range")?;
        // The loops end all the same.
        sh.break_status = 1;
        return Err(Flow::Break(sh.loop_depth));
    }
    Ok(Ok(u32::try_from(count)
        .unwrap_or(u32::MAX)
        .min(sh.loop_depth)))
}

fn without_dashes(args: &[Vec<u8>]) -> &[Vec<u8>] {
    match args.get(1).map(Vec::as_slice) {
        Some(b"--") => &args[2..],
        _ => &args[1..],
    }
}

/// `exec`, reached through `command` or `builtin`.
pub fn exec(sh: &mut Shell, args: &[Vec<u8>]) -> Run {
    let simple = Simple {
        line: sh.line,
        ..Simple::default()
    };
    sh.run_exec(&simple, args)
}

/// The status that `exit` and `return` are to give.
fn status_argument(sh: &mut Shell, args: &[Vec<u8>]) -> Result<i32, Flow> {
    let builtin = args[0].as_slice();
    let words = without_dashes(args);
    let Some(text) = words.first() else {
        return Ok(sh.traps.status_before().unwrap_or(sh.status));
    };
    let Some(status) = parse_int(text) else {
        sh.fail_on(builtin, text, "numeric argument required")?;
        return Ok(2);
    };
    if words.len() > 1 {
        sh.fail(builtin, b"too many arguments", 1)?;
        return Err(sh.discard_all());
    }
    Ok((status & 255) as i32)
}

/// `exit`
pub fn exit(sh: &mut Shell, args: &[Vec<u8>]) -> Run {
    let status = status_argument(sh, args)?;
    sh.left = true;
    Err(Flow::Exit(status))
}

/// `logout`
pub fn logout(sh: &mut Shell, args: &[Vec<u8>]) -> Run {
    if !sh.shopt.login_shell {
        return sh.fail(b"logout", b"not login shell: use `exit'", 1);
    }
    exit(sh, args)
}

/// `return`
pub fn return_(sh: &mut Shell, args: &[Vec<u8>]) -> Run {
    let inside = sh
        .frames
        .iter()
        .any(|frame| matches!(frame.kind, FrameKind::Function | FrameKind::Source));
    let status = status_argument(sh, args)?;
    if !inside && !sh.restoring {
        let failed = sh.fail(
            b"return",
            b"can only `return' from a function or sourced script",
            2,
        );
        return match sh.options.posix {
            true => Err(sh.fatal(2)),
            false => failed,
        };
    }
    Err(Flow::Return(status))
}
