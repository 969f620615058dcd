//! `wait`: waits for background processes.

use crate::exec::{Run, Shell};
use crate::jobs::JobState;
use crate::sys::{self, Errno, Process};
use crate::text::{int_text, is_name, parse_int};

/// Sets the variable or element that `-p` names.
fn set_process(sh: &mut Shell, name: &[u8], process: Process) {
    let pid = int_text(i64::from(process.pid));
    if let Err(error) = sh.assign_reference(name, pid) {
        sh.complain(&error.message);
    }
}

/// What ended a wait.
enum Waited {
    Ended(i32),
    /// A trapped signal arrived.
    Signal(u32),
}

/// `wait`
pub fn wait(sh: &mut Shell, args: &[Vec<u8>]) -> Run {
    let mut any = false;
    let mut variable = None;
    let mut at = 1;
    while let Some([b'-', letters @ ..]) = args.get(at).map(Vec::as_slice) {
        if letters.is_empty() {
            break;
        }
        at += 1;
        if letters == b"-" {
            break;
        }
        for (place, letter) in letters.iter().enumerate() {
            match letter {
                b'f' => {}
                b'n' => any = true,
                b'p' => {
                    let rest = &letters[place + 1..];
                    let name = match rest.is_empty() {
                        false => rest.to_vec(),
                        true => match args.get(at) {
                            Some(name) => {
                                at += 1;
                                name.clone()
                            }
                            None => {
                                sh.complain(b"wait: -p: option requires an argument");
                                return sh.usage(b"wait");
                            }
                        },
                    };
                    if sh.parse_reference(&name).is_none() {
                        sh.complain(
                            &[b"wait: `", name.as_slice(), b"': not a valid identifier"].concat(),
                        );
                        return Ok(1);
                    }
                    variable = Some(name);
                    break;
                }
                letter => return sh.bad_option(b"wait", &[b'-', *letter]),
            }
        }
    }
    sh.flush_out();
    if let Some(name) = &variable
        && is_name(name)
    {
        let sym = sh.vars.sym(name);
        sh.vars.unset(sym);
    }
    let ids = &args[at..];
    if any {
        return wait_next(sh, ids, variable.as_deref());
    }
    if ids.is_empty() {
        // What had ended before stays a job if it is `$!`, as in bash.
        let last = sh.jobs.last_background.filter(|_| !sh.interactive);
        let kept = last.filter(|pid| {
            let job = sh.jobs.by_pid(*pid);
            job.is_some_and(|job| job.state != JobState::Running)
        });
        for process in sh.jobs.running() {
            if let Waited::Signal(signal) = wait_one(sh, process) {
                return interrupted(sh, signal);
            }
        }
        for process in sh.jobs.left_over().to_vec() {
            if let Waited::Signal(signal) = wait_one(sh, process) {
                return interrupted(sh, signal);
            }
        }
        forget_done(sh, kept);
        return Ok(0);
    }
    let mut status = 0;
    for id in ids {
        let process = match lookup(sh, id) {
            Ok(process) => process,
            Err(Some(known)) => {
                status = known;
                continue;
            }
            Err(None) => {
                status = unknown(sh, id)?;
                continue;
            }
        };
        match wait_one(sh, process) {
            Waited::Ended(ended) => status = ended,
            Waited::Signal(signal) => return interrupted(sh, signal),
        }
        if let Some(name) = &variable {
            set_process(sh, name, process);
        }
    }
    Ok(status)
}

/// The child that an argument means, or the status of one that has ended.
fn lookup(sh: &Shell, id: &[u8]) -> Result<Process, Option<i32>> {
    if id.starts_with(b"%") {
        return sh.jobs.find(id).map(|job| job.process).ok_or(None);
    }
    let Some(pid) = parse_int(id).and_then(|pid| u32::try_from(pid).ok()) else {
        return Err(None);
    };
    sh.jobs.child(pid).ok_or_else(|| sh.jobs.status_of(pid))
}

fn unknown(sh: &mut Shell, id: &[u8]) -> Run {
    if id.starts_with(b"%") {
        sh.fail_on(b"wait", id, "no such job")?;
        return Ok(127);
    }
    if id.first().is_some_and(u8::is_ascii_digit) && parse_int(id).is_some() {
        let message = [b"pid ", id, b" is not a child of this shell"].concat();
        return sh.fail(b"wait", &message, 127);
    }
    let message = [b"`", id, b"': not a pid or valid job spec"].concat();
    sh.fail(b"wait", &message, 1)
}

fn wait_one(sh: &mut Shell, process: Process) -> Waited {
    if let Some(JobState::Done(status, _)) = sh.jobs.by_pid(process.pid).map(|job| job.state) {
        sh.jobs.ended(process, status);
        return Waited::Ended(status);
    }
    loop {
        match sys::wait(process, true) {
            Ok(status) => {
                let code = status.exit_code as i32;
                sh.announce_job(process, status.signal);
                sh.jobs.ended(process, code);
                return Waited::Ended(code);
            }
            Err(Errno::Intr) => {
                if let Some(signal) = trapped(sh) {
                    return Waited::Signal(signal);
                }
            }
            Err(_) => {
                sh.jobs.ended(process, 127);
                return Waited::Ended(127);
            }
        }
    }
}

/// The trapped signal that interrupted a wait; its action has not run yet.
fn trapped(sh: &mut Shell) -> Option<u32> {
    sh.heed_deadly();
    sh.traps.next_arrived()
}

fn interrupted(sh: &mut Shell, signal: u32) -> Run {
    if let Some(action) = sh
        .traps
        .get(crate::trap::Event::Signal(signal))
        .map(<[u8]>::to_vec)
        && !action.is_empty()
    {
        let (status, line) = (sh.status, sh.line);
        sh.traps.running += 1;
        let result = sh.run_text(action, line);
        sh.traps.running -= 1;
        result?;
        (sh.status, sh.line) = (status, line);
    }
    Ok(128 + signal as i32)
}

/// `wait -n`: the next child to end, of some or of all.
fn wait_next(sh: &mut Shell, ids: &[Vec<u8>], variable: Option<&[u8]>) -> Run {
    let mut candidates = Vec::new();
    let mut missing = 0;
    for id in ids {
        match lookup(sh, id) {
            Ok(process) => candidates.push(process),
            Err(_) => {
                sh.fail_on(b"wait", id, "no such job")?;
                missing = 127;
            }
        }
    }
    if ids.is_empty() {
        let done = sh
            .jobs
            .list()
            .iter()
            .filter(|job| job.state != JobState::Running);
        candidates = done
            .map(|job| job.process)
            .chain(sh.jobs.running())
            .collect();
    }
    if candidates.is_empty() {
        return Ok(if missing != 0 { missing } else { 127 });
    }
    let done = candidates.iter().position(|process| {
        sh.jobs
            .by_pid(process.pid)
            .is_some_and(|job| job.state != JobState::Running)
    });
    let at = loop {
        if let Some(at) = done {
            break at;
        }
        match sys::wait_any(&candidates) {
            Ok(at) => break at,
            Err(Errno::Intr) => {
                if let Some(signal) = trapped(sh) {
                    return interrupted(sh, signal);
                }
            }
            Err(_) => return Ok(127),
        }
    };
    let process = candidates[at];
    match wait_one(sh, process) {
        Waited::Ended(status) => {
            if let Some(name) = variable {
                set_process(sh, name, process);
            }
            Ok(status)
        }
        Waited::Signal(signal) => interrupted(sh, signal),
    }
}

fn forget_done(sh: &mut Shell, kept: Option<u32>) {
    let done: Vec<(Process, i32)> = sh
        .jobs
        .list()
        .iter()
        .filter_map(|job| match job.state {
            JobState::Done(status, _) => Some((job.process, status)),
            JobState::Running => None,
        })
        .filter(|(process, _)| kept != Some(process.pid))
        .collect();
    for (process, status) in done {
        sh.jobs.ended(process, status);
    }
}
