//! `trap`, and the names of signals.

use crate::exec::{Run, Shell};
use crate::expand::quote_always;
use crate::text::{parse_int, push_single_quoted};
use crate::trap::Event;

const NAMES: [&str; 31] = [
    "HUP", "INT", "QUIT", "ILL", "TRAP", "ABRT", "BUS", "FPE", "KILL", "USR1", "SEGV", "USR2",
    "PIPE", "ALRM", "TERM", "STKFLT", "CHLD", "CONT", "STOP", "TSTP", "TTIN", "TTOU", "URG",
    "XCPU", "XFSZ", "VTALRM", "PROF", "WINCH", "IO", "PWR", "SYS",
];

/// The name of a signal, without SIG.
pub fn signal_name(signal: u32) -> Option<String> {
    match signal {
        1..=31 => NAMES.get(signal as usize - 1).map(ToString::to_string),
        34 => Some("RTMIN".into()),
        35..=49 => Some(format!("RTMIN+{}", signal - 34)),
        50..=63 => Some(format!("RTMAX-{}", 64 - signal)),
        64 => Some("RTMAX".into()),
        _ => None,
    }
}

/// The signal of a name, with or without SIG, in either case.
pub fn signal_number(name: &[u8]) -> Option<u32> {
    let name = name.to_ascii_uppercase();
    let name = name.strip_prefix(b"SIG").unwrap_or(&name);
    match name {
        b"CLD" => return Some(17),
        b"POLL" => return Some(29),
        b"IOT" => return Some(6),
        _ => {}
    }
    (1..=64).find(|signal| signal_name(*signal).is_some_and(|known| known.as_bytes() == name))
}

/// All signals in five columns.
pub fn print_signals(sh: &mut Shell) {
    let mut column = 0;
    let mut out = String::new();
    for signal in 1..=64 {
        if let Some(name) = signal_name(signal) {
            out.push_str(&format!("{signal:2}) SIG{name}"));
            column += 1;
            out.push(if column % 5 == 0 { '\n' } else { '\t' });
        }
    }
    if column % 5 != 0 {
        out.push('\n');
    }
    sh.print(out.as_bytes());
}

/// The event of a name or number.
pub fn event_of(text: &[u8]) -> Option<Event> {
    if let Some(number) = parse_int(text) {
        return match number {
            0 => Some(Event::Exit),
            1..=64 => signal_name(number as u32).map(|_| Event::Signal(number as u32)),
            _ => None,
        };
    }
    let upper = text.to_ascii_uppercase();
    match upper.strip_prefix(b"SIG").unwrap_or(&upper) {
        b"EXIT" => Some(Event::Exit),
        b"ERR" => Some(Event::Err),
        b"DEBUG" => Some(Event::Debug),
        b"RETURN" => Some(Event::Return),
        _ => signal_number(text).map(Event::Signal),
    }
}

/// The name of an event as `trap` prints it.
pub fn event_name(event: Event) -> String {
    match event {
        Event::Exit => "EXIT".to_string(),
        Event::Err => "ERR".to_string(),
        Event::Debug => "DEBUG".to_string(),
        Event::Return => "RETURN".to_string(),
        Event::Signal(signal) => format!("SIG{}", signal_name(signal).unwrap_or_default()),
    }
}

fn print(sh: &mut Shell, event: Event, action: &[u8]) {
    let name = event_name(event);
    let mut line = b"trap -- ".to_vec();
    match action.is_ascii() {
        true => push_single_quoted(&mut line, action),
        false => line.extend_from_slice(&quote_always(action)),
    }
    line.push(b' ');
    line.extend_from_slice(name.as_bytes());
    line.push(b'\n');
    sh.print(&line);
}

fn invalid(sh: &mut Shell, text: &[u8]) -> Run {
    sh.fail_on(b"trap", text, "invalid signal specification")
}

/// `trap`
pub fn trap(sh: &mut Shell, args: &[Vec<u8>]) -> Run {
    let mut at = 1;
    let mut show = false;
    while let Some([b'-', letters @ ..]) = args.get(at).map(Vec::as_slice) {
        if letters.is_empty() {
            break;
        }
        at += 1;
        if letters == b"-" {
            break;
        }
        for letter in letters {
            match letter {
                b'l' => {
                    print_signals(sh);
                    return Ok(0);
                }
                b'p' => show = true,
                letter => return sh.bad_option(b"trap", &[b'-', *letter]),
            }
        }
    }
    let words = &args[at..];
    if words.is_empty() {
        for (event, action) in sh.traps.list() {
            print(sh, event, &action);
        }
        return Ok(0);
    }
    let mut status = 0;
    if show {
        for word in words {
            match event_of(word) {
                Some(event) => {
                    if let Some(action) = sh.traps.get(event).map(<[u8]>::to_vec) {
                        print(sh, event, &action);
                    }
                }
                None => status = invalid(sh, word)?,
            }
        }
        return Ok(status);
    }
    let number = parse_int(&words[0]).is_some() && event_of(&words[0]).is_some();
    if words.len() == 1 && words[0] != b"-" && event_of(&words[0]).is_none() {
        return sh.usage(b"trap");
    }
    let (action, names) = if words.len() == 1 && words[0] != b"-" || number {
        (None, words)
    } else if words[0] == b"-" {
        (None, &words[1..])
    } else {
        (Some(words[0].clone()), &words[1..])
    };
    for word in names {
        match event_of(word) {
            Some(event) => sh.traps.set(event, action.clone()),
            None => status = invalid(sh, word)?,
        }
    }
    Ok(status)
}
