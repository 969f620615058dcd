//! Texts below `/proc/PID`, in the forms of Linux's proc(5). What a sandbox does
//! not have (swap, priorities, addresses) is zero.

use wardian_abi::Errno;

use super::ctx::Strings;

/// Clock ticks a second, as `getconf CLK_TCK` says.
const TICKS_PER_SECOND: u64 = 100;
/// Size of a page in the texts that count in pages.
const PAGE_BYTES: u64 = 4096;

/// A process of the sandbox, as others may know it.
#[derive(Clone, Debug)]
pub struct ProcessView {
    /// Its number.
    pub pid: u32,
    /// Its parent's.
    pub parent_pid: u32,
    /// Its process group's.
    pub group: u32,
    /// Its session's.
    pub session: u32,
    /// Whom it runs as.
    pub uid: u32,
    /// The group it runs as.
    pub gid: u32,
    /// Its arguments.
    pub args: Strings,
    /// Whether it computes or waits.
    pub running: bool,
    /// CPU time in nanoseconds.
    pub cpu_ns: u64,
    /// Linear memory in bytes.
    pub memory_bytes: u64,
    /// When it started, in nanoseconds since the sandbox did.
    pub started_ns: u64,
}

impl ProcessView {
    /// The first 15 bytes of the program's name.
    fn comm(&self) -> String {
        let program = self.args.iter().next().unwrap_or_default();
        let name = program.rsplit(|byte| *byte == b'/').next();
        let name = name.unwrap_or_default();
        String::from_utf8_lossy(name.get(..15).unwrap_or(name)).into_owned()
    }

    fn state(&self) -> char {
        if self.running { 'R' } else { 'S' }
    }
}

/// The text with this name of a process.
///
/// # Errors
/// `ENOENT`: there is none.
pub(super) fn text(process: &ProcessView, name: &str) -> Result<Vec<u8>, Errno> {
    Ok(match name {
        "cmdline" => process.args.block().to_vec(),
        "comm" => format!("{}\n", process.comm()).into_bytes(),
        "stat" => stat(process).into_bytes(),
        "statm" => {
            let pages = process.memory_bytes / PAGE_BYTES;
            format!("{pages} {pages} 0 0 0 {pages} 0\n").into_bytes()
        }
        "status" => status(process).into_bytes(),
        _ => return Err(Errno::Noent),
    })
}

/// The 52 fields of proc(5), table "/proc/pid/stat".
fn stat(process: &ProcessView) -> String {
    let ticks = |ns: u64| ns / (1_000_000_000 / TICKS_PER_SECOND);
    let zeros = |count: usize| " 0".repeat(count);
    format!(
        "{pid} ({comm}) {state} {parent} {group} {session} 0 -1 0{minor} {user} 0 0 0 20 0 1 0 {start} \
         {size} {resident}{rest}\n",
        pid = process.pid,
        comm = process.comm(),
        state = process.state(),
        parent = process.parent_pid,
        group = process.group,
        session = process.session,
        minor = zeros(4),
        user = ticks(process.cpu_ns),
        start = ticks(process.started_ns),
        size = process.memory_bytes,
        resident = process.memory_bytes / PAGE_BYTES,
        rest = zeros(28),
    )
}

fn status(process: &ProcessView) -> String {
    let (pid, uid, gid) = (process.pid, process.uid, process.gid);
    let state = if process.running {
        "R (running)"
    } else {
        "S (sleeping)"
    };
    let size = process.memory_bytes >> 10;
    format!(
        "Name:\t{}\nState:\t{state}\nTgid:\t{pid}\nNgid:\t0\nPid:\t{pid}\nPPid:\t{}\nTracerPid:\t0\n\
         Uid:\t{uid}\t{uid}\t{uid}\t{uid}\nGid:\t{gid}\t{gid}\t{gid}\t{gid}\n\
         VmSize:\t{size:8} kB\nVmRSS:\t{size:8} kB\nThreads:\t1\n",
        process.comm(),
        process.parent_pid
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stat_has_the_fields_of_linux() {
        let process = ProcessView {
            pid: 7,
            parent_pid: 1,
            group: 7,
            session: 1,
            uid: 1000,
            gid: 1000,
            args: Strings::from_list(["/usr/bin/a-rather-long-name", "x"].iter()),
            running: true,
            cpu_ns: 1_250_000_000,
            memory_bytes: 1 << 20,
            started_ns: 2_000_000_000,
        };
        let stat = String::from_utf8(text(&process, "stat").unwrap()).unwrap();
        let fields: Vec<&str> = stat.split_whitespace().collect();
        assert_eq!(fields.len(), 52, "{stat}");
        assert_eq!(fields[1], "(a-rather-long-n)");
        assert_eq!((fields[13], fields[21]), ("125", "200"));
        assert_eq!((fields[22], fields[23]), ("1048576", "256"));
        assert_eq!(
            text(&process, "cmdline").unwrap(),
            b"/usr/bin/a-rather-long-name\0x\0"
        );
    }
}
