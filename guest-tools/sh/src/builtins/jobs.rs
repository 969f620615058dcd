//! `jobs`, `fg`, `bg`, `disown`, `suspend`.

use crate::exec::{Run, Shell};
use crate::jobs::{Job, JobState, signal_text};
use crate::text::{int_text, parse_int};

/// Letters of options, or the option that is unknown.
fn options(args: &[Vec<u8>], known: &[u8]) -> Result<(Vec<u8>, usize), Vec<u8>> {
    let mut given = Vec::new();
    let mut at = 1;
    while let Some([b'-', letters @ ..]) = args.get(at).map(Vec::as_slice) {
        if letters.is_empty() {
            break;
        }
        at += 1;
        if letters == b"-" {
            break;
        }
        for letter in letters {
            if !known.contains(letter) {
                return Err(vec![b'-', *letter]);
            }
            given.push(*letter);
        }
        if letters.contains(&b'x') {
            break;
        }
    }
    Ok((given, at))
}

/// `jobs`
pub fn jobs(sh: &mut Shell, args: &[Vec<u8>]) -> Run {
    let (given, at) = match options(args, b"lnprsx") {
        Ok(parsed) => parsed,
        Err(option) => return sh.bad_option(b"jobs", &option),
    };
    if given.contains(&b'x') {
        let words: Vec<Vec<u8>> = args[at..].iter().map(|word| with_pid(sh, word)).collect();
        return match words.is_empty() {
            true => Ok(0),
            false => sh.run_words(&words, true),
        };
    }
    sh.jobs.update();
    let mut status = 0;
    let mut shown = Vec::new();
    if at == args.len() {
        shown.extend(sh.jobs.list().iter().map(|job| job.number));
    }
    for spec in &args[at..] {
        match find(sh, spec) {
            Some(job) => shown.push(job.number),
            None => status = sh.fail_on(b"jobs", spec, "no such job")?,
        }
    }
    for number in shown {
        show(sh, number, &given);
        sh.jobs.notify(number);
    }
    sh.jobs.drop_notified();
    Ok(status)
}

fn with_pid(sh: &Shell, word: &[u8]) -> Vec<u8> {
    match word.starts_with(b"%").then(|| sh.jobs.find(word)).flatten() {
        Some(job) => int_text(i64::from(job.process.pid)),
        None => word.to_vec(),
    }
}

/// A job by `%spec`; a bare number is no job.
fn find<'a>(sh: &'a Shell, spec: &[u8]) -> Option<&'a Job> {
    match spec.starts_with(b"%") {
        true => sh.jobs.find(spec),
        false => None,
    }
}

fn show(sh: &mut Shell, number: u32, given: &[u8]) {
    let list = sh.jobs.list();
    let Some(job) = list.iter().find(|job| job.number == number) else {
        return;
    };
    let running = job.state == JobState::Running;
    if (given.contains(&b'r') && !running) || given.contains(&b's') {
        return;
    }
    if given.contains(&b'n') && (running || job.notified) {
        return;
    }
    if given.contains(&b'p') {
        let leader = job.before.first().unwrap_or(&job.process);
        let line = format!("{}\n", leader.pid);
        sh.print(line.as_bytes());
        return;
    }
    let mark = sh.jobs.mark(number);
    let state = match job.state {
        JobState::Running => "Running".to_string(),
        JobState::Done(_, signal) if signal != 0 => signal_text(signal).to_string(),
        JobState::Done(0, _) => "Done".to_string(),
        JobState::Done(status, _) => format!("Exit {status}"),
    };
    let mut line = format!("[{number}]{mark} ").into_bytes();
    if given.contains(&b'l') {
        line.extend_from_slice(format!("{:>5} ", job.process.pid).as_bytes());
    } else {
        line.push(b' ');
    }
    line.extend_from_slice(format!("{state:<24}").as_bytes());
    line.extend_from_slice(&job.text);
    if running {
        line.extend_from_slice(b" &");
    }
    line.push(b'\n');
    sh.print(&line);
}

/// `fg`
pub fn fg(sh: &mut Shell, args: &[Vec<u8>]) -> Run {
    let Some(number) = controlled(sh, b"fg", args)? else {
        return Ok(1);
    };
    let Some(job) = sh
        .jobs
        .list()
        .iter()
        .find(|job| job.number == number)
        .cloned()
    else {
        return Ok(1);
    };
    sh.print(&[job.text.as_slice(), b"\n"].concat());
    sh.flush_out();
    let status = match job.state {
        JobState::Done(status, _) => status,
        JobState::Running => sh.wait_for(job.process),
    };
    let closed = crate::sys::Process {
        fd: 0,
        ..job.process
    };
    sh.jobs.ended(closed, status);
    Ok(status)
}

/// `bg`
pub fn bg(sh: &mut Shell, args: &[Vec<u8>]) -> Run {
    if let Some(number) = controlled(sh, b"bg", args)? {
        sh.fail(
            b"bg",
            format!("job {number} already in background").as_bytes(),
            0,
        )?;
        return Ok(0);
    }
    Ok(1)
}

/// The job meant, if there is job control.
fn controlled(
    sh: &mut Shell,
    builtin: &[u8],
    args: &[Vec<u8>],
) -> Result<Option<u32>, crate::exec::Flow> {
    if !sh.options.monitor {
        sh.fail(builtin, b"no job control", 1)?;
        return Ok(None);
    }
    sh.jobs.update();
    let at = usize::from(args.get(1).is_some_and(|arg| arg == b"--")) + 1;
    let spec = args.get(at).map_or(&b"%+"[..], Vec::as_slice);
    let found = match parse_int(spec) {
        Some(number) => sh
            .jobs
            .list()
            .iter()
            .find(|job| i64::from(job.number) == number),
        None => sh.jobs.find(spec),
    };
    match found.map(|job| job.number) {
        Some(number) => Ok(Some(number)),
        None => {
            let shown = args.get(at).map_or(&b"current"[..], Vec::as_slice);
            sh.fail_on(builtin, shown, "no such job")?;
            Ok(None)
        }
    }
}

/// `disown`
pub fn disown(sh: &mut Shell, args: &[Vec<u8>]) -> Run {
    let (given, at) = match options(args, b"ahr") {
        Ok(parsed) => parsed,
        Err(option) => return sh.bad_option(b"disown", &option),
    };
    let keep = given.contains(&b'h');
    let mut numbers = Vec::new();
    let mut status = 0;
    if at < args.len() {
        for spec in &args[at..] {
            let found = match parse_int(spec) {
                Some(pid) => sh
                    .jobs
                    .list()
                    .iter()
                    .find(|job| i64::from(job.process.pid) == pid),
                None => find(sh, spec),
            };
            match found.map(|job| job.number) {
                Some(number) => numbers.push(number),
                None => status = sh.fail_on(b"disown", spec, "no such job")?,
            }
        }
    } else if given.iter().any(|letter| matches!(letter, b'a' | b'r')) {
        sh.jobs.update();
        let running_only = given.contains(&b'r');
        let jobs = sh.jobs.list().iter();
        numbers.extend(
            jobs.filter(|job| !running_only || job.state == JobState::Running)
                .map(|job| job.number),
        );
    } else {
        match sh.jobs.current_number() {
            0 => status = sh.fail_on(b"disown", b"current", "no such job")?,
            number => numbers.push(number),
        }
    }
    if !keep {
        for number in numbers {
            sh.jobs.disown(number);
        }
    }
    Ok(status)
}

/// `suspend`
pub fn suspend(sh: &mut Shell, args: &[Vec<u8>]) -> Run {
    match options(args, b"f") {
        Ok(_) => sh.fail(b"suspend", b"cannot suspend: no job control", 1),
        Err(option) => sh.bad_option(b"suspend", &option),
    }
}
