//! `dirs`, `pushd` and `popd`: the directory stack.

use crate::exec::{Run, Shell};
use crate::text::parse_int;
use crate::vars::Sym;

/// An entry counted from the top (`+N`) or the bottom (`-N`).
struct Entry<'a> {
    text: &'a [u8],
    number: usize,
    from_bottom: bool,
}

impl Entry<'_> {
    fn parse(text: &[u8]) -> Option<Entry<'_>> {
        let digits = text.strip_prefix(b"+").or(text.strip_prefix(b"-"))?;
        if digits.is_empty() || !digits.iter().all(u8::is_ascii_digit) {
            return None;
        }
        Some(Entry {
            text,
            number: usize::try_from(parse_int(digits)?).ok()?,
            from_bottom: text[0] == b'-',
        })
    }

    /// The position in a stack of this size.
    fn position(&self, size: usize) -> Option<usize> {
        match self.from_bottom {
            true => (size - 1).checked_sub(self.number),
            false => (self.number < size).then_some(self.number),
        }
    }
}

/// `dirs`.
pub fn dirs(sh: &mut Shell, args: &[Vec<u8>]) -> Run {
    let (mut long, mut lines, mut numbers) = (false, false, false);
    let mut wanted = None;
    for arg in &args[1..] {
        if let Some(entry) = Entry::parse(arg) {
            wanted = Some(entry);
            continue;
        }
        if arg == b"--" {
            break;
        }
        let Some(letters) = arg.strip_prefix(b"-").filter(|letters| !letters.is_empty()) else {
            return sh.bad_option(b"dirs", arg);
        };
        for letter in letters {
            match letter {
                b'c' => {
                    sh.state.directories.clear();
                    return Ok(0);
                }
                b'l' => long = true,
                b'p' => lines = true,
                b'v' => (lines, numbers) = (true, true),
                _ => {
                    sh.complain(&[b"dirs: ", arg.as_slice(), b": invalid number"].concat());
                    return sh.usage(b"dirs");
                }
            }
        }
    }
    let stack = sh.directory_stack();
    let home = home(sh);
    let shown = |dir: &[u8]| {
        if long {
            dir.to_vec()
        } else {
            abbreviated(dir, home.as_deref())
        }
    };
    let mut out = Vec::new();
    match wanted {
        Some(entry) => {
            let Some(at) = entry.position(stack.len()) else {
                return out_of_range(sh, b"dirs", &entry);
            };
            if numbers {
                out.extend_from_slice(format!("{at:2}  ").as_bytes());
            }
            out.extend_from_slice(&shown(&stack[at]));
        }
        None => {
            for (at, dir) in stack.iter().enumerate() {
                if at > 0 {
                    out.push(if lines { b'\n' } else { b' ' });
                }
                if numbers {
                    out.extend_from_slice(format!("{at:2}  ").as_bytes());
                }
                out.extend_from_slice(&shown(dir));
            }
        }
    }
    out.push(b'\n');
    sh.print(&out);
    Ok(0)
}

/// `popd`.
pub fn popd(sh: &mut Shell, args: &[Vec<u8>]) -> Run {
    let mut stay = false;
    let mut wanted = None;
    for arg in &args[1..] {
        match Entry::parse(arg) {
            Some(entry) => wanted = Some(entry),
            None if arg == b"-n" => stay = true,
            None if arg == b"--" => {}
            None if arg.starts_with(b"-") => return bad_number(sh, b"popd", arg),
            None => {
                sh.complain(&[b"popd: ", arg.as_slice(), b": invalid argument"].concat());
                return sh.usage(b"popd");
            }
        }
    }
    let size = sh.state.directories.len() + 1;
    if size == 1 {
        return sh.fail(b"popd", b"directory stack empty", 1);
    }
    let at = match &wanted {
        None => 0,
        Some(entry) => match entry.position(size) {
            Some(at) => at,
            None => return out_of_range(sh, b"popd", entry),
        },
    };
    if at > 0 {
        sh.state.directories.remove(at - 1);
    } else if stay {
        sh.state.directories.remove(0);
    } else {
        let target = sh.state.directories[0].clone();
        if let Err(errno) = sh.enter_directory(&target, sh.options.physical) {
            return sh.fail_on(b"popd", &target, errno.message());
        }
        sh.state.directories.remove(0);
    }
    dirs(sh, &[b"dirs".to_vec()])
}

/// `pushd`.
pub fn pushd(sh: &mut Shell, args: &[Vec<u8>]) -> Run {
    let mut words = &args[1..];
    let mut stay = false;
    while let Some(word) = words.first() {
        match word.as_slice() {
            b"-n" => stay = true,
            b"--" => {
                words = &words[1..];
                break;
            }
            _ => break,
        }
        words = &words[1..];
    }
    if words.len() > 1 {
        return sh.fail(b"pushd", b"too many arguments", 1);
    }
    let mut stack = sh.directory_stack();
    let (at, named) = match words.first() {
        None => {
            if stack.len() < 2 {
                return sh.fail(b"pushd", b"no other directory", 1);
            }
            (1, None)
        }
        Some(word) => match Entry::parse(word) {
            Some(_) if stack.len() < 2 => return sh.fail(b"pushd", b"directory stack empty", 1),
            Some(entry) => match entry.position(stack.len()) {
                Some(at) => (at, None),
                None => return out_of_range(sh, b"pushd", &entry),
            },
            None if word == b"-" => match sh.get_text(b"OLDPWD") {
                Some(old) => (0, Some(old)),
                None => return sh.fail(b"cd", b"OLDPWD not set", 1),
            },
            None if word.starts_with(b"-") || word.starts_with(b"+") => {
                return bad_number(sh, b"pushd", word);
            }
            None => (0, Some(word.clone())),
        },
    };
    if let Some(target) = named {
        if stay {
            sh.state.directories.insert(0, target);
        } else {
            if let Err(errno) = sh.enter_directory(&target, sh.options.physical) {
                return sh.fail_on(b"pushd", &target, errno.message());
            }
            sh.state.directories = stack;
        }
        return dirs(sh, &[b"dirs".to_vec()]);
    }
    if words.is_empty() {
        stack.swap(0, 1);
    } else {
        stack.rotate_left(at);
    }
    if !stay && let Err(errno) = sh.enter_directory(&stack[0].clone(), sh.options.physical) {
        return sh.fail_on(b"pushd", &stack[0].clone(), errno.message());
    }
    stack.remove(0);
    sh.state.directories = stack;
    dirs(sh, &[b"dirs".to_vec()])
}

fn out_of_range(sh: &mut Shell, builtin: &[u8], entry: &Entry) -> Run {
    if sh.state.directories.is_empty() {
        return sh.fail(builtin, b"directory stack empty", 1);
    }
    let text = if builtin == b"dirs" {
        &entry.text[1..]
    } else {
        entry.text
    };
    sh.fail_on(builtin, text, "directory stack index out of range")
}

fn bad_number(sh: &mut Shell, builtin: &[u8], arg: &[u8]) -> Run {
    sh.complain(&[builtin, b": ", arg, b": invalid number"].concat());
    sh.usage(builtin)
}

fn home(sh: &Shell) -> Option<Vec<u8>> {
    sh.vars
        .get(Sym::HOME)
        .value
        .text()
        .map(std::borrow::Cow::into_owned)
}

/// The path with `~` for the home directory.
fn abbreviated(dir: &[u8], home: Option<&[u8]>) -> Vec<u8> {
    if let Some(home) = home
        && home.len() > 1
        && let Some(rest) = dir.strip_prefix(home)
        && (rest.is_empty() || rest[0] == b'/')
    {
        return [b"~", rest].concat();
    }
    dir.to_vec()
}

impl Shell {
    /// `DIRSTACK`: the current directory, then the stack.
    pub fn directory_stack(&mut self) -> Vec<Vec<u8>> {
        let mut stack = vec![self.current_directory().unwrap_or_default()];
        stack.extend(self.state.directories.iter().cloned());
        stack
    }
}
