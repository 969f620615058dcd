//! The processes that `/proc` shows, in Linux's formats; what a file lacks is 0.

use std::sync::OnceLock;
use wardian_applet::sys;

/// Clock ticks in a second.
pub const TICKS: u64 = 100;
/// Bytes of a page in `/proc`.
pub const PAGE_BYTES: u64 = 4096;

/// A process.
#[derive(Clone, Debug, Default)]
pub struct Process {
    /// Process number.
    pub pid: u32,
    /// Name of the program, at most 15 bytes.
    pub comm: Vec<u8>,
    /// State letter.
    pub state: u8,
    /// Parent.
    pub parent: u32,
    /// Process group.
    pub group: u32,
    /// Session.
    pub session: u32,
    /// Terminal's device number, 0 for none.
    pub terminal: u32,
    /// Foreground group of the terminal.
    pub foreground: i64,
    /// Ticks of processor time, user's and system's.
    pub time: u64,
    /// Priority as the kernel has it.
    pub priority: i64,
    /// Niceness.
    pub nice: i64,
    /// Threads.
    pub threads: u64,
    /// Start, in ticks after boot.
    pub start: u64,
    /// Virtual memory in bytes.
    pub virtual_bytes: u64,
    /// Memory in use in bytes.
    pub resident_bytes: u64,
    /// Arguments.
    pub arguments: Vec<Vec<u8>>,
    /// User.
    pub uid: u32,
    /// Group of the user.
    pub gid: u32,
}

fn number(text: Option<&[u8]>) -> i64 {
    let text = text.and_then(|text| std::str::from_utf8(text).ok());
    text.and_then(|text| text.parse().ok()).unwrap_or(0)
}

fn words(text: &[u8]) -> impl Iterator<Item = &[u8]> {
    let words = text.split(|byte| byte.is_ascii_whitespace());
    words.filter(|word| !word.is_empty())
}

impl Process {
    fn read(pid: u32) -> Option<Process> {
        let directory = format!("/proc/{pid}");
        let file = |name: &str| sys::read_file(format!("{directory}/{name}").as_bytes());
        let mut process = Process::parse(&file("stat").ok()?)?;
        process.pid = pid;
        if let Ok(text) = file("cmdline") {
            let text = text.strip_suffix(b"\0").unwrap_or(&text);
            if !text.is_empty() {
                process.arguments = text.split(|byte| *byte == 0).map(<[u8]>::to_vec).collect();
            }
        }
        let status = file("status").unwrap_or_default();
        for line in status.split(|byte| *byte == b'\n') {
            // The second number is the effective one.
            if let Some(rest) = line.strip_prefix(b"Uid:") {
                process.uid = number(words(rest).nth(1)) as u32;
            } else if let Some(rest) = line.strip_prefix(b"Gid:") {
                process.gid = number(words(rest).nth(1)) as u32;
            }
        }
        Some(process)
    }

    fn parse(stat: &[u8]) -> Option<Process> {
        let open = stat.iter().position(|byte| *byte == b'(')?;
        let close = stat.iter().rposition(|byte| *byte == b')')?;
        let comm = stat.get(open + 1..close)?.to_vec();
        let fields: Vec<&[u8]> = words(stat.get(close + 1..)?).collect();
        // Numbered as in proc(5), where the state is the third.
        let field = |index: usize| number(fields.get(index - 3).copied());
        let unsigned = |index: usize| field(index).max(0) as u64;
        Some(Process {
            comm,
            state: fields
                .first()
                .and_then(|state| state.first())
                .copied()
                .unwrap_or(b'?'),
            parent: unsigned(4) as u32,
            group: unsigned(5) as u32,
            session: unsigned(6) as u32,
            terminal: unsigned(7) as u32,
            foreground: field(8),
            time: unsigned(14) + unsigned(15),
            priority: if fields.len() > 15 { field(18) } else { 20 },
            nice: field(19),
            threads: unsigned(20).max(1),
            start: unsigned(22),
            virtual_bytes: unsigned(23),
            resident_bytes: unsigned(24) * PAGE_BYTES,
            ..Process::default()
        })
    }

    /// The command line, or the name in brackets.
    pub fn command_line(&self) -> Vec<u8> {
        if self.arguments.is_empty() {
            return [b"[".as_slice(), &self.comm, b"]"].concat();
        }
        let mut line = self.arguments.join(b" ".as_slice());
        for byte in &mut line {
            if *byte < 0x20 || *byte == 0x7f {
                *byte = b'?';
            }
        }
        line
    }

    /// Nanoseconds since the epoch at which it started.
    pub fn started_ns(&self) -> u64 {
        boot_ns() + self.start * (1_000_000_000 / TICKS)
    }

    /// Seconds since it started.
    pub fn elapsed(&self) -> u64 {
        uptime_ns().saturating_sub(self.start * (1_000_000_000 / TICKS)) / 1_000_000_000
    }

    /// Name of the terminal.
    pub fn terminal_name(&self) -> String {
        match (self.terminal >> 8, self.terminal & 0xff) {
            (0, 0) => "?".to_owned(),
            (136..=143, minor) => format!("pts/{minor}"),
            (4, minor) => format!("tty{minor}"),
            _ => "?".to_owned(),
        }
    }

    /// State with BSD's marks.
    pub fn full_state(&self) -> String {
        let mut text = char::from(self.state).to_string();
        match self.nice {
            ..0 => text.push('<'),
            0 => {}
            _ => text.push('N'),
        }
        if self.session == self.pid {
            text.push('s');
        }
        if self.threads > 1 {
            text.push('l');
        }
        if self.foreground > 0 && self.foreground == i64::from(self.group) {
            text.push('+');
        }
        text
    }

    /// Share of one processor since the start, in tenths of a percent.
    pub fn cpu_tenths(&self) -> u64 {
        match self.elapsed() {
            0 => 0,
            seconds => self.time * 1000 / TICKS / seconds,
        }
    }
}

/// All processes, by number.
pub fn processes() -> Vec<Process> {
    let entries = sys::read_dir(b"/proc").unwrap_or_default();
    let mut pids: Vec<u32> = entries
        .iter()
        .filter_map(|entry| std::str::from_utf8(&entry.name).ok()?.parse().ok())
        .collect();
    pids.sort_unstable();
    pids.into_iter().filter_map(Process::read).collect()
}

/// Time since the machine started.
pub fn uptime_ns() -> u64 {
    let text = sys::read_file(b"/proc/uptime").unwrap_or_default();
    let word = words(&text)
        .next()
        .and_then(|word| std::str::from_utf8(word).ok());
    let seconds: Option<f64> = word.and_then(|word| word.parse().ok());
    match seconds {
        Some(seconds) => (seconds * 1e9) as u64,
        None => crate::kernel::machine().uptime_ns,
    }
}

/// When the machine started, in nanoseconds since the epoch.
pub fn boot_ns() -> u64 {
    static BOOT: OnceLock<u64> = OnceLock::new();
    *BOOT.get_or_init(|| sys::now_ns().saturating_sub(uptime_ns()))
}

/// A value of `/proc/meminfo` in KiB.
pub fn memory(name: &str) -> u64 {
    static TEXT: OnceLock<Vec<u8>> = OnceLock::new();
    let text = TEXT.get_or_init(|| sys::read_file(b"/proc/meminfo").unwrap_or_default());
    let mut lines = text.split(|byte| *byte == b'\n');
    lines
        .find_map(|line| line.strip_prefix(name.as_bytes())?.strip_prefix(b":"))
        .map_or(0, |rest| number(words(rest).next()).max(0) as u64)
}

/// Digits that process numbers may have.
pub fn pid_width() -> usize {
    static WIDTH: OnceLock<usize> = OnceLock::new();
    *WIDTH.get_or_init(|| {
        let text = sys::read_file(b"/proc/sys/kernel/pid_max").unwrap_or_default();
        let most = number(words(&text).next()).max(2) - 1;
        most.to_string().len().max(5)
    })
}

/// A user's or group's name out of `/etc/passwd` or `/etc/group`, else the number.
pub fn name_of(file: &str, id: u32) -> String {
    let text = sys::read_file(file.as_bytes()).unwrap_or_default();
    let wanted = id.to_string();
    for line in text.split(|byte| *byte == b'\n') {
        let mut fields = line.split(|byte| *byte == b':');
        let name = fields.next().unwrap_or_default();
        if fields.nth(1) == Some(wanted.as_bytes()) {
            return String::from_utf8_lossy(name).into_owned();
        }
    }
    wanted
}

/// A user's number by name or number.
pub fn user_id(text: &[u8]) -> Option<u32> {
    if let Some(id) = std::str::from_utf8(text)
        .ok()
        .and_then(|text| text.parse().ok())
    {
        return Some(id);
    }
    let users = sys::read_file(b"/etc/passwd").unwrap_or_default();
    let mut lines = users.split(|byte| *byte == b'\n');
    lines.find_map(|line| {
        let mut fields = line.split(|byte| *byte == b':');
        let name = fields.next()?;
        let id = fields.nth(1)?;
        (name == text).then(|| std::str::from_utf8(id).ok()?.parse().ok())?
    })
}

#[cfg(test)]
mod tests {
    use super::Process;

    #[test]
    fn stat_lines_are_read() {
        let line = b"7 (a (b) c) S 1 7 5 34816 9 0 0 0 0 0 120 30 0 0 20 5 2 0 400 8192 3 x\n";
        let process = Process::parse(line).unwrap();
        assert_eq!(process.comm, b"a (b) c");
        assert_eq!((process.parent, process.group, process.session), (1, 7, 5));
        assert_eq!((process.time, process.nice, process.threads), (150, 5, 2));
        assert_eq!(process.terminal_name(), "pts/0");
        assert!(Process::parse(b"7 (x) R 1\n").is_some());
    }
}
