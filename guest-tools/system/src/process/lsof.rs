//! `lsof`: the open files that `/proc` tells of. The sandbox shows descriptors
//! only of the process that asks, so others are listed by program alone.

use super::table::{Process, name_of, processes, user_id};
use wardian_applet::Args;
use wardian_applet::cli::{Context, Opt, Order, Output, parse};
use wardian_applet::sys::{self, Errno, ExtStat, mode};

#[rustfmt::skip]
const OPTIONS: &[Opt] = &[
    Opt::value(b'p', ""), Opt::value(b'c', ""), Opt::value(b'u', ""), Opt::value(b'd', ""), Opt::value(b'F', ""),
    Opt::flag(b't', ""), Opt::flag(b'a', ""), Opt::flag(b'n', ""), Opt::flag(b'P', ""), Opt::flag(b'l', ""),
    Opt::optional(b'i', ""), Opt::optional(b's', ""), Opt::optional(b'D', ""), Opt::flag(b'w', ""), Opt::flag(b'U', ""),
    Opt::flag(b'N', ""), Opt::flag(b'R', ""), Opt::flag(b'b', ""), Opt::flag(b'O', ""), Opt::flag(b'V', ""),
    Opt::optional(b'r', ""), Opt::optional(b'S', ""), Opt::optional(b'T', ""), Opt::flag(b'v', ""), Opt::flag(b'h', ""),
];

/// One line of the list.
struct Row {
    command: String,
    pid: u32,
    user: String,
    descriptor: String,
    kind: &'static str,
    device: String,
    size: String,
    node: String,
    name: Vec<u8>,
    /// Device and serial number, to find files by.
    file: Option<(u64, u64)>,
}

/// What chooses among processes; nothing given chooses all.
#[derive(Default)]
struct Choice {
    pids: Vec<u32>,
    commands: Vec<Vec<u8>>,
    users: Vec<u32>,
    all: bool,
}

impl Choice {
    fn takes(&self, process: &Process) -> bool {
        let mut tests = Vec::new();
        if !self.pids.is_empty() {
            tests.push(self.pids.contains(&process.pid));
        }
        if !self.commands.is_empty() {
            let named = |name: &Vec<u8>| process.comm.starts_with(name);
            tests.push(self.commands.iter().any(named));
        }
        if !self.users.is_empty() {
            tests.push(self.users.contains(&process.uid));
        }
        match self.all {
            _ if tests.is_empty() => true,
            true => tests.iter().all(|test| *test),
            false => tests.iter().any(|test| *test),
        }
    }
}

/// Runs `lsof`.
pub fn run(args: &Args) -> i32 {
    let context = Context::new(args, "lsof", 1);
    let parsed = match parse(&context, args, OPTIONS, Order::Permute) {
        Ok(parsed) => parsed,
        Err(code) => return code,
    };
    let mut choice = Choice::default();
    let (mut terse, mut network) = (false, false);
    for (letter, _, value) in parsed.options {
        let value = value.unwrap_or_default();
        let parts = value.split(|byte| *byte == b',');
        match letter {
            b'p' => {
                for part in parts {
                    let text = String::from_utf8_lossy(part);
                    match text.parse() {
                        Ok(pid) => choice.pids.push(pid),
                        Err(_) => {
                            context.say(format!("illegal process ID: {text}").as_bytes());
                            return 1;
                        }
                    }
                }
            }
            b'c' => choice.commands.push(value),
            b'u' => {
                for part in parts {
                    match user_id(part) {
                        Some(id) => choice.users.push(id),
                        None => {
                            context.say(&[b"can't get UID for ".as_slice(), part].concat());
                            return 1;
                        }
                    }
                }
            }
            b't' => terse = true,
            b'a' => choice.all = true,
            b'i' => network = true,
            b'v' => return context.version(),
            b'h' => return context.help(),
            _ => {}
        }
    }
    // No process has a socket.
    let mut rows = Vec::new();
    if !network {
        for process in processes().iter().filter(|process| choice.takes(process)) {
            rows.extend(rows_of(process));
        }
    }
    let mut code = i32::from(rows.is_empty());
    if !parsed.operands.is_empty() {
        let mut wanted = Vec::new();
        for path in &parsed.operands {
            match sys::stat(path, true) {
                Ok(stat) => wanted.push((stat.device, stat.inode)),
                Err(errno) => {
                    let text = [b"status error on ".as_slice(), path];
                    context.say_error(&text.concat(), errno);
                    code = 1;
                }
            }
        }
        rows.retain(|row| row.file.is_some_and(|file| wanted.contains(&file)));
        code |= i32::from(rows.is_empty());
    }
    let mut out = Output::stdout();
    if terse {
        let mut pids: Vec<u32> = rows.iter().map(|row| row.pid).collect();
        pids.dedup();
        for pid in pids {
            out.put(format!("{pid}\n").as_bytes());
        }
    } else if !rows.is_empty() {
        print(&rows, &mut out);
    }
    out.finish(&context, code)
}

fn rows_of(process: &Process) -> Vec<Row> {
    let directory = format!("/proc/{}", process.pid);
    let mut rows = Vec::new();
    for (descriptor, file) in [("cwd", "cwd"), ("rtd", "root"), ("txt", "exe")] {
        let path = format!("{directory}/{file}");
        match sys::read_link(path.as_bytes()) {
            Ok(target) => {
                let stat = sys::stat(&target, true).ok();
                rows.push(row(process, descriptor.to_owned(), stat, target));
            }
            Err(errno) if file == "cwd" => {
                rows.push(unknown(process, &path, errno));
                return rows;
            }
            Err(_) => {}
        }
    }
    let entries = sys::read_dir(format!("{directory}/fd").as_bytes()).unwrap_or_default();
    let mut numbers: Vec<u32> = entries
        .iter()
        .filter_map(|entry| std::str::from_utf8(&entry.name).ok()?.parse().ok())
        .collect();
    numbers.sort_unstable();
    for number in numbers {
        // The directory that is read here has been closed.
        let Ok(stat) = sys::fstat(number) else {
            continue;
        };
        let path = format!("{directory}/fd/{number}");
        let target = sys::read_link(path.as_bytes()).unwrap_or_default();
        rows.push(row(process, format!("{number}u"), Some(stat), target));
    }
    rows
}

fn row(process: &Process, descriptor: String, stat: Option<ExtStat>, name: Vec<u8>) -> Row {
    let kind = match stat.map(|stat| stat.mode & mode::TYPE) {
        Some(mode::DIRECTORY) => "DIR",
        Some(mode::REGULAR) => "REG",
        Some(mode::CHARACTER) => "CHR",
        Some(mode::BLOCK) => "BLK",
        Some(mode::FIFO) => "FIFO",
        Some(mode::LINK) => "LINK",
        Some(mode::SOCKET) => "sock",
        _ => "unknown",
    };
    let sized = matches!(kind, "DIR" | "REG" | "LINK");
    Row {
        kind,
        descriptor,
        device: stat.map_or(String::new(), |stat| {
            format!("{},{}", stat.device >> 8, stat.device & 0xff)
        }),
        size: match stat {
            Some(stat) if sized => stat.size_bytes.to_string(),
            Some(_) => "0t0".to_owned(),
            None => String::new(),
        },
        node: stat.map_or(String::new(), |stat| stat.inode.to_string()),
        file: stat.map(|stat| (stat.device, stat.inode)),
        name,
        ..of(process)
    }
}

fn unknown(process: &Process, path: &str, errno: Errno) -> Row {
    Row {
        descriptor: "cwd".to_owned(),
        kind: "unknown",
        name: format!("{path} (readlink: {})", errno.message()).into_bytes(),
        ..of(process)
    }
}

fn of(process: &Process) -> Row {
    let mut command = String::from_utf8_lossy(&process.comm).into_owned();
    command.truncate(command.floor_char_boundary(9));
    Row {
        command,
        pid: process.pid,
        user: name_of("/etc/passwd", process.uid),
        descriptor: String::new(),
        kind: "",
        device: String::new(),
        size: String::new(),
        node: String::new(),
        name: Vec::new(),
        file: None,
    }
}

fn print(rows: &[Row], out: &mut Output) {
    let width = |head: &str, of: &dyn Fn(&Row) -> usize| {
        let most = rows.iter().map(of).max();
        most.unwrap_or(0).max(head.len())
    };
    let command = width("COMMAND", &|row| row.command.len());
    let pid = width("PID", &|row| row.pid.to_string().len()).max(4);
    let user = width("USER", &|row| row.user.len());
    let kind = width("TYPE", &|row| row.kind.len());
    let device = width("DEVICE", &|row| row.device.len());
    let size = width("SIZE/OFF", &|row| row.size.len());
    let node = width("NODE", &|row| row.node.len());
    out.put(
        format!(
            "{:command$} {:>pid$} {:>user$}   FD {:>kind$} {:>device$} {:>size$} {:>node$} NAME\n",
            "COMMAND", "PID", "USER", "TYPE", "DEVICE", "SIZE/OFF", "NODE"
        )
        .as_bytes(),
    );
    for row in rows {
        out.put(
            format!(
                "{:command$} {:>pid$} {:>user$} {:>4} {:>kind$} {:>device$} {:>size$} {:>node$} ",
                row.command,
                row.pid,
                row.user,
                row.descriptor,
                row.kind,
                row.device,
                row.size,
                row.node
            )
            .as_bytes(),
        );
        out.put(&row.name);
        out.put_byte(b'\n');
    }
}
