//! `ps`.

use super::columns::{Column, find, sort_number, value};
use super::table::{Process, processes, user_id};
use wardian_applet::Args;
use wardian_applet::cli::{Context, Output};
use wardian_applet::sys;

/// What to show of which processes.
#[derive(Default)]
struct Plan {
    columns: Vec<Column>,
    all: bool,
    pids: Vec<u32>,
    parents: Vec<u32>,
    names: Vec<Vec<u8>>,
    users: Vec<u32>,
    negate: bool,
    no_header: bool,
    forest: bool,
    /// Names of columns, and whether descending.
    sort: Vec<(String, bool)>,
}

const DEFAULT: &str = "pid,tname=TTY,time,ucmd";
const FULL: &str = "user=UID,pid,ppid,c,stime,tname=TTY,time,cmd";
const LONG: &str = "f,s,uid,pid,ppid,c,opri,ni,addr:1,sz,wchan,tname=TTY,time,ucmd";
const BSD: &str = "pid,tname=TTY,stat,bsdtime,command";
const BSD_USER: &str = "user,pid,%cpu,%mem,vsz,rss,tname=TTY,stat,bsdstart,bsdtime,command";
const BSD_LONG: &str = "f,uid,pid,ppid,priority,ni,vsz,rss,wchan,stat,tname=TTY,bsdtime,command";
const JOBS: &str = "pid,pgid,sid,tname=TTY,time,ucmd";
const BSD_JOBS: &str = "ppid,pid,pgid,sid,tname=TTY,tpgid,stat,uid,bsdtime,command";

const USAGE: &str = "\nUsage:\n ps [options]\n\n Try 'ps --help <simple|list|output|threads|misc|all>'\n  or 'ps --help <s|l|o|t|m|a>'\n for additional help text.\n\nFor more details see ps(1).\n";

/// Runs `ps`.
pub fn run(args: &Args) -> i32 {
    let context = Context::new(args, "ps", 1);
    let plan = match plan(&context, args) {
        Ok(plan) => plan,
        Err(Stop::Code(code)) => return code,
        Err(Stop::Bad(text)) => {
            let mut err = Output::new(2);
            err.put(format!("error: {text}\n{USAGE}").as_bytes());
            err.flush();
            return 1;
        }
    };
    let mut shown: Vec<Process> = processes()
        .into_iter()
        .filter(|process| plan.selects(process))
        .collect();
    for (name, descending) in plan.sort.iter().rev() {
        let text = |process: &Process| find(name).map(|column| value(&column, process));
        shown.sort_by(|a, b| {
            let order = match (sort_number(name, a), sort_number(name, b)) {
                (Some(a), Some(b)) => a.cmp(&b),
                _ => text(a).cmp(&text(b)),
            };
            if *descending { order.reverse() } else { order }
        });
    }
    let depths = if plan.forest {
        forest(&mut shown)
    } else {
        Vec::new()
    };
    let mut out = Output::stdout();
    let rows: Vec<Vec<Vec<u8>>> = shown
        .iter()
        .enumerate()
        .map(|(index, process)| {
            let cell = |column: &Column| {
                let mut text = value(column, process);
                let depth = depths.get(index).copied().unwrap_or(0);
                if depth > 0 && matches!(column.name, "args" | "cmd" | "command" | "comm" | "ucmd")
                {
                    text = [b"    ".repeat(depth - 1).as_slice(), b" \\_ ", &text].concat();
                }
                text
            };
            plan.columns.iter().map(cell).collect()
        })
        .collect();
    if !plan.no_header && plan.columns.iter().any(|column| !column.header.is_empty()) {
        let header: Vec<Vec<u8>> = plan
            .columns
            .iter()
            .map(|column| column.header.clone().into_bytes())
            .collect();
        put_row(&mut out, &plan.columns, &header);
    }
    for row in &rows {
        put_row(&mut out, &plan.columns, row);
    }
    out.finish(&context, i32::from(rows.is_empty()))
}

fn put_row(out: &mut Output, columns: &[Column], row: &[Vec<u8>]) {
    let mut line = Vec::new();
    let last = columns.len().saturating_sub(1);
    // What is too wide takes its room from the gaps that follow.
    let mut column_end = 0;
    for (index, (column, cell)) in columns.iter().zip(row).enumerate() {
        if index > 0 {
            line.push(b' ');
            column_end += 1;
        }
        column_end += column.width;
        if column.left {
            line.extend_from_slice(cell);
            while index < last && line.len() < column_end {
                line.push(b' ');
            }
        } else {
            while line.len() + cell.len() < column_end {
                line.push(b' ');
            }
            line.extend_from_slice(cell);
        }
    }
    line.push(b'\n');
    out.put(&line);
}

/// Puts children behind their parents; gives how deep each is.
fn forest(processes: &mut Vec<Process>) -> Vec<usize> {
    let all = std::mem::take(processes);
    let mut depths = Vec::new();
    let known = |pid: u32| all.iter().any(|process| process.pid == pid);
    let mut stack: Vec<(usize, usize)> = Vec::new();
    for (index, process) in all.iter().enumerate().rev() {
        if !known(process.parent) || process.parent == process.pid {
            stack.push((index, 0));
        }
    }
    let mut seen = vec![false; all.len()];
    while let Some((index, depth)) = stack.pop() {
        if std::mem::replace(&mut seen[index], true) {
            continue;
        }
        processes.push(all[index].clone());
        depths.push(depth);
        for (child, process) in all.iter().enumerate().rev() {
            if process.parent == all[index].pid && !seen[child] {
                stack.push((child, depth + 1));
            }
        }
    }
    depths
}

impl Plan {
    fn selects(&self, process: &Process) -> bool {
        let lists = !(self.pids.is_empty()
            && self.parents.is_empty()
            && self.names.is_empty()
            && self.users.is_empty());
        let listed = self.pids.contains(&process.pid)
            || self.parents.contains(&process.parent)
            || self.users.contains(&process.uid)
            || self.names.iter().any(|name| {
                name[..name.len().min(15)] == process.comm[..process.comm.len().min(15)]
            });
        let own = || process.uid == sys::identity().0;
        let chosen = if self.all {
            true
        } else if lists {
            listed
        } else {
            own()
        };
        chosen != self.negate
    }
}

/// Why there is nothing to show.
enum Stop {
    Code(i32),
    Bad(String),
}

fn add_columns(columns: &mut Vec<Column>, list: &[u8]) -> Result<(), Stop> {
    let list = String::from_utf8_lossy(list).into_owned();
    let mut rest = list.as_str();
    while !rest.is_empty() {
        let end = rest.find([',', ' ', '=']).unwrap_or(rest.len());
        let word = &rest[..end];
        let (name, width) = match word.split_once(':') {
            Some((name, width)) => (name, width.parse().ok()),
            None => (word, None),
        };
        let mut header = None;
        if rest[end..].starts_with('=') {
            // A header takes all that follows.
            header = Some(rest[end + 1..].to_owned());
            rest = "";
        } else {
            rest = rest.get(end + 1..).unwrap_or("");
        }
        if name.is_empty() && header.is_none() {
            continue;
        }
        let Some(mut column) = find(name) else {
            return Err(Stop::Bad(format!(
                "unknown user-defined format specifier \"{name}\""
            )));
        };
        if let Some(width) = width {
            column.width = width;
        }
        if let Some(header) = header {
            column.width = column.width.max(header.len());
            column.header = header;
        }
        columns.push(column);
    }
    Ok(())
}

/// Columns of a format written here, where a header ends at the comma.
fn known_columns(list: &str) -> Vec<Column> {
    let mut columns = Vec::new();
    for word in list.split(',') {
        let _ = add_columns(&mut columns, word.as_bytes());
    }
    columns
}

fn numbers(list: &[u8]) -> Result<Vec<u32>, Stop> {
    let mut out = Vec::new();
    for word in list
        .split(|byte| matches!(byte, b',' | b' '))
        .filter(|word| !word.is_empty())
    {
        let number = std::str::from_utf8(word)
            .ok()
            .and_then(|word| word.parse().ok());
        out.push(number.ok_or_else(|| Stop::Bad("process ID list syntax error".to_owned()))?);
    }
    Ok(out)
}

fn users(list: &[u8]) -> Result<Vec<u32>, Stop> {
    let words = list
        .split(|byte| matches!(byte, b',' | b' '))
        .filter(|word| !word.is_empty());
    words
        .map(|word| user_id(word).ok_or_else(|| Stop::Bad("user name does not exist".to_owned())))
        .collect()
}

fn sort_keys(list: &[u8]) -> Result<Vec<(String, bool)>, Stop> {
    let list = String::from_utf8_lossy(list).into_owned();
    let mut out = Vec::new();
    for word in list.split([',', ' ']).filter(|word| !word.is_empty()) {
        let (name, descending) = match word.as_bytes()[0] {
            b'-' => (&word[1..], true),
            b'+' => (&word[1..], false),
            _ => (word, false),
        };
        if find(name).is_none() {
            return Err(Stop::Bad("unknown sort specifier".to_owned()));
        }
        out.push((name.to_owned(), descending));
    }
    Ok(out)
}

fn plan(context: &Context<'_>, args: &Args) -> Result<Plan, Stop> {
    let mut plan = Plan::default();
    let mut format = "";
    let (mut full, mut long, mut bsd) = (false, false, false);
    let mut rest = args.get(1..).unwrap_or_default().iter();
    while let Some(arg) = rest.next() {
        if let Some(long_option) = arg.strip_prefix(b"--") {
            let (name, given) = match long_option.iter().position(|byte| *byte == b'=') {
                Some(at) => (&long_option[..at], Some(long_option[at + 1..].to_vec())),
                None => (long_option, None),
            };
            let mut list = || {
                given
                    .clone()
                    .or_else(|| rest.next().cloned())
                    .unwrap_or_default()
            };
            match name {
                b"help" | b"info" => {
                    let mut out = Output::stdout();
                    out.put(USAGE.as_bytes());
                    return Err(Stop::Code(out.finish(context, 0)));
                }
                b"version" => return Err(Stop::Code(context.version())),
                b"no-headers" | b"no-heading" | b"noheader" | b"noheaders" | b"no-header" => {
                    plan.no_header = true
                }
                b"headers" | b"cumulative" => {}
                b"forest" => plan.forest = true,
                b"deselect" => plan.negate = true,
                b"sort" => plan.sort = sort_keys(&list())?,
                b"format" => add_columns(&mut plan.columns, &list())?,
                b"pid" => plan.pids.extend(numbers(&list())?),
                b"ppid" => plan.parents.extend(numbers(&list())?),
                b"user" | b"User" => plan.users.extend(users(&list())?),
                b"width" | b"columns" | b"cols" | b"rows" | b"lines" => drop(list()),
                _ => return Err(Stop::Bad("unknown gnu long option".to_owned())),
            }
            continue;
        }
        let dash = arg.starts_with(b"-") && arg.len() > 1;
        let mut letters = if dash { &arg[1..] } else { arg.as_slice() };
        if !dash
            && letters
                .iter()
                .all(|byte| byte.is_ascii_digit() || *byte == b',')
        {
            plan.pids.extend(numbers(letters)?);
            bsd = true;
            continue;
        }
        while let [letter, tail @ ..] = letters {
            letters = tail;
            let mut list = || match std::mem::take(&mut letters) {
                [] => rest.next().cloned().unwrap_or_default(),
                attached => attached.to_vec(),
            };
            match (dash, letter) {
                (true, b'e' | b'A') => plan.all = true,
                (true, b'a' | b'd') => plan.all = true,
                (true, b'f') => full = true,
                (true, b'F') => full = true,
                (_, b'l') => {
                    long = true;
                    bsd |= !dash;
                }
                (_, b'j') => format = if dash { JOBS } else { BSD_JOBS },
                (_, b'o') => add_columns(&mut plan.columns, &list())?,
                (_, b'p') => plan.pids.extend(numbers(&list())?),
                (true, b'C') => {
                    let names = list();
                    let words = names.split(|byte| matches!(byte, b',' | b' '));
                    plan.names.extend(words.map(<[u8]>::to_vec));
                }
                (true, b'u' | b'U') => plan.users.extend(users(&list())?),
                (true, b'N') => plan.negate = true,
                (true, b'H') => plan.forest = true,
                (true, b't' | b'g' | b'G' | b's') => drop(list()),
                (_, b'w' | b'L' | b'T' | b'm' | b'y' | b'M' | b'c') => {}
                (false, b'a' | b'x' | b'r' | b'g' | b'e' | b'n' | b'S' | b'C' | b'-') => {
                    plan.all |= matches!(letter, b'a' | b'x');
                    bsd = true;
                }
                (false, b'u') => {
                    bsd = true;
                    format = BSD_USER;
                }
                (false, b'v') => format = BSD_LONG,
                (false, b'f') => (bsd, plan.forest) = (true, true),
                (false, b'h') => plan.no_header = true,
                (false, b'k') => plan.sort = sort_keys(&list())?,
                (false, b'U') => plan.users.extend(users(&list())?),
                (false, b'A') => plan.all = true,
                _ if dash => return Err(Stop::Bad("unsupported SysV option".to_owned())),
                _ => return Err(Stop::Bad("unsupported option (BSD syntax)".to_owned())),
            }
        }
    }
    if plan.columns.is_empty() {
        plan.columns = known_columns(match (full, long, bsd) {
            _ if !format.is_empty() => format,
            (true, _, _) => FULL,
            (_, true, true) => BSD_LONG,
            (_, true, false) => LONG,
            (_, _, true) => BSD,
            _ => DEFAULT,
        });
    }
    Ok(plan)
}
