//! `caller`: where the running function was called.

use crate::exec::{Run, Shell};
use crate::text::parse_int;
use crate::vars::Sym;

/// `caller`
pub fn caller(sh: &mut Shell, args: &[Vec<u8>]) -> Run {
    let lines = sh.elements(Sym::BASH_LINENO);
    let sources = sh.elements(Sym::BASH_SOURCE);
    let names = sh.elements(Sym::FUNCNAME);
    let Some(text) = args.get(1) else {
        let Some(line) = lines.first() else {
            return Ok(1);
        };
        let source = sources.get(1).map_or(&b"NULL"[..], Vec::as_slice);
        let text = [line.as_slice(), b" ", source, b"\n"].concat();
        sh.print(&text);
        return Ok(0);
    };
    if let [b'-', letter, ..] = text.as_slice() {
        return sh.bad_option(b"caller", &[b'-', *letter]);
    }
    let Some(level) = parse_int(text).and_then(|level| usize::try_from(level).ok()) else {
        sh.fail_on(b"caller", text, "invalid number")?;
        return sh.usage(b"caller");
    };
    let (Some(line), Some(source), Some(name)) = (
        lines.get(level),
        sources.get(level + 1),
        names.get(level + 1),
    ) else {
        return Ok(1);
    };
    let text = [line, name, source].map(Vec::as_slice).join(&b' ');
    sh.print(&text);
    sh.print(b"\n");
    Ok(0)
}
