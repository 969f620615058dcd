//! The line of `-ls`.

use super::file::File;
use crate::accounts;
use crate::words::push_escape;
use wardian_applet::sys::{self, ExtStat, mode};
use wardian_applet::text::{quote, time};

/// Seconds in half a mean year: what is older shows its year.
const HALF_YEAR_NS: u64 = 31_556_952 / 2 * 1_000_000_000;

/// The line for a file.
pub fn line(file: &File, stat: &ExtStat) -> Vec<u8> {
    let size = match stat.mode & mode::TYPE {
        mode::CHARACTER | mode::BLOCK => {
            format!("{:3}, {:3}", stat.device_node >> 8, stat.device_node & 0xff)
        }
        _ => format!("{:8}", stat.size_bytes),
    };
    let owner = accounts::user_text(stat.uid);
    let group = accounts::group_text(stat.gid);
    let now = sys::now_ns();
    let recent = stat.modified_ns > now.saturating_sub(HALF_YEAR_NS)
        && stat.modified_ns <= now + 3600 * 1_000_000_000;
    let format: &[u8] = if recent { b"%b %e %H:%M" } else { b"%b %e  %Y" };
    let head = format!(
        "{:9} {:6} {} {:3} {:<8} {:<8} {size} {} ",
        stat.inode,
        stat.blocks.div_ceil(2),
        String::from_utf8_lossy(&mode_text(stat.mode)),
        stat.links,
        String::from_utf8_lossy(&owner),
        String::from_utf8_lossy(&group),
        String::from_utf8_lossy(&time::local(stat.modified_ns).format(format)),
    );
    let mut out = head.into_bytes();
    push_name(&mut out, &file.path);
    if stat.mode & mode::TYPE == mode::LINK
        && let Ok(target) = sys::read_link(&file.path)
    {
        out.extend_from_slice(b" -> ");
        push_name(&mut out, &target);
    }
    out.push(b'\n');
    out
}

fn push_name(out: &mut Vec<u8>, name: &[u8]) {
    for (piece, printable) in quote::pieces(name) {
        match piece {
            [byte @ (b'\\' | b'"' | b' ')] => out.extend([b'\\', *byte]),
            [byte] if !printable => push_escape(out, *byte),
            _ => out.extend_from_slice(piece),
        }
    }
}

/// Type and permissions in ten letters.
pub fn mode_text(bits: u32) -> [u8; 10] {
    let mut text = *b"?rwxrwxrwx";
    text[0] = kind_letter(bits);
    for (place, letter) in text.iter_mut().skip(1).enumerate() {
        if bits >> (8 - place) & 1 == 0 {
            *letter = b'-';
        }
    }
    let special = [
        (mode::SET_UID, 3, b's'),
        (mode::SET_GID, 6, b's'),
        (mode::STICKY, 9, b't'),
    ];
    for (bit, place, letter) in special {
        if bits & bit != 0 {
            let executable = text[place] == b'x';
            text[place] = if executable {
                letter
            } else {
                letter.to_ascii_uppercase()
            };
        }
    }
    text
}

fn kind_letter(bits: u32) -> u8 {
    match bits & mode::TYPE {
        mode::REGULAR => b'-',
        mode::DIRECTORY => b'd',
        mode::LINK => b'l',
        mode::SOCKET => b's',
        mode::FIFO => b'p',
        mode::CHARACTER => b'c',
        mode::BLOCK => b'b',
        _ => b'?',
    }
}
