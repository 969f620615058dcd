//! Members as lines, as `ls -l` shows files.

use super::format::Member;
use std::collections::HashMap;
use wardian_applet::sys::{self, mode};
use wardian_applet::text::time;

/// Seconds after which the year is of more use than the time of day.
const HALF_YEAR: u64 = 6 * 30 * 86_400;

/// Names of owners and groups, as far as they have been looked up.
#[derive(Default)]
pub struct Names(HashMap<(bool, u32), Vec<u8>>);

impl Names {
    fn get(&mut self, group: bool, id: u32, numeric: bool) -> Vec<u8> {
        let number = || id.to_string().into_bytes();
        if numeric {
            return number();
        }
        let file: &[u8] = if group { b"/etc/group" } else { b"/etc/passwd" };
        let known = self.0.entry((group, id));
        let name = known.or_insert_with(|| crate::tar::lookup(file, id).unwrap_or_else(number));
        name.clone()
    }
}

/// A member in the long form, without its newline.
pub fn long(member: &Member, names: &mut Names, numeric: bool) -> Vec<u8> {
    let kind = match member.kind() {
        mode::DIRECTORY => b'd',
        mode::LINK => b'l',
        mode::CHARACTER => b'c',
        mode::BLOCK => b'b',
        mode::FIFO => b'p',
        mode::SOCKET => b's',
        _ => b'-',
    };
    let mut out = vec![kind];
    for (shift, special, letter) in [(6, 0o4000, b's'), (3, 0o2000, b's'), (0, 0o1000, b't')] {
        let part = member.mode >> shift;
        out.push(if part & 4 != 0 { b'r' } else { b'-' });
        out.push(if part & 2 != 0 { b'w' } else { b'-' });
        out.push(match (member.mode & special != 0, part & 1 != 0) {
            (true, true) => letter,
            (true, false) => letter.to_ascii_uppercase(),
            (false, true) => b'x',
            (false, false) => b'-',
        });
    }
    out.extend_from_slice(format!(" {:3} ", member.links.max(1)).as_bytes());
    for group in [false, true] {
        let id = if group { member.gid } else { member.uid };
        let mut name = names.get(group, id, numeric);
        name.truncate(8);
        name.resize(9, b' ');
        out.extend_from_slice(&name);
    }
    let size = match member.kind() {
        mode::CHARACTER | mode::BLOCK => format!("{:3}, {:3} ", member.node.0, member.node.1),
        _ => format!("{:8} ", member.size),
    };
    out.extend_from_slice(size.as_bytes());
    let now = sys::now_ns() / 1_000_000_000;
    let recent = member.modified <= now && now - member.modified <= HALF_YEAR;
    let format: &[u8] = if recent {
        b"%b %e %H:%M "
    } else {
        b"%b %e  %Y "
    };
    let date = time::local(member.modified.saturating_mul(1_000_000_000));
    out.extend(date.format(format));
    out.extend_from_slice(&member.name);
    if let Some(link) = &member.link {
        out.extend_from_slice(b" -> ");
        out.extend_from_slice(link);
    } else if let Some(link) = &member.hard_link {
        out.extend_from_slice(b" link to ");
        out.extend_from_slice(link);
    }
    out
}
