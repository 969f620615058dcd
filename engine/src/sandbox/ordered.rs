//! Execs of deterministic sandboxes. Whoever watches over one takes turns with
//! its processes, so that it steps in at the same moment of each run; only the
//! wall-clock limit and a cancel come from outside.

use std::future::poll_fn;
use std::sync::Arc;
use std::time::Instant;

use tokio::sync::{OwnedSemaphorePermit, oneshot};
use wardian_abi::{Signal, WaitStatus};

use super::exec::{Exec, ExecResult};
use super::run::{Ended, Overflow, cancelled, collected};
use crate::error::Error;
use crate::fd::{PipeReader, PipeWriter};
use crate::process::{Job, Kernel, Process};

/// How much of a stream is taken at a time.
const BLOCK_BYTES: usize = 64 << 10;

/// Runs a job until its first process has ended, or something ends it, and
/// nothing of it is left. Gives `turn` back; who has lost interest in all of it
/// gives the turn to the next when nothing is left.
pub(super) async fn until_end(
    kernel: &Arc<Kernel>,
    job: &Arc<Job>,
    process: &Arc<Process>,
    overflow: impl Future<Output = Overflow> + Send + 'static,
    outside: impl Future<Output = Ended>,
    turn: OwnedSemaphorePermit,
) -> (Ended, WaitStatus, Option<OwnedSemaphorePermit>) {
    let (sender, receiver) = oneshot::channel();
    let watch = watch(kernel.clone(), job.clone(), process.clone(), overflow);
    job.scheduler().spawn(async move {
        let (ended, status) = watch.await;
        let _ = sender.send((ended, status, turn));
    });
    let mut end = std::pin::pin!(job.scheduler().run_until(Instant::now(), receiver));
    let (ended, seen) = tokio::select! {
        biased;
        seen = &mut end => (None, seen),
        ended = outside => {
            kernel.kill_job(job, Signal::KILL);
            (Some(ended), end.await)
        }
    };
    // Only a defect of the host's ends the watch before it has seen the end.
    match seen {
        Ok((seen, status, turn)) => (ended.unwrap_or(seen), status, Some(turn)),
        Err(_) => (Ended::Stalled, WaitStatus::default(), None),
    }
}

async fn watch(
    kernel: Arc<Kernel>,
    job: Arc<Job>,
    process: Arc<Process>,
    overflow: impl Future<Output = Overflow>,
) -> (Ended, WaitStatus) {
    let end = || poll_fn(|cx| process.completion.poll(cx));
    let ended = tokio::select! {
        biased;
        status = end() => Ended::ByItself(status),
        overflow = overflow => Ended::Overflow(overflow),
        () = job.scheduler().stalled() => Ended::Stalled,
    };
    let status = match ended {
        Ended::ByItself(status) => status,
        _ => {
            kernel.kill_job(&job, Signal::KILL);
            end().await
        }
    };
    if let (false, Some(time)) = (job.is_empty(), kernel.virtual_time()) {
        let grace = kernel.limits().background_grace.as_nanos();
        let grace = time.sleep(u64::try_from(grace).unwrap_or(u64::MAX));
        tokio::select! {
            biased;
            () = job.wait_until_empty() => {}
            () = grace => {}
            () = job.scheduler().stalled() => {}
        }
        kernel.kill_job(&job, Signal::KILL);
        job.wait_until_empty().await;
    }
    (ended, status)
}

/// Runs with streams: all of the input is taken before the command begins, and
/// its outputs are given when it has ended, so that who reads and writes them
/// has no part in the order of things.
pub(super) async fn streamed(
    mut exec: Exec,
    stdin: PipeReader,
    stdout: PipeWriter,
    stderr: PipeWriter,
) -> Result<ExecResult, Error> {
    exec.stdin = Vec::new();
    if !exec.no_stdin {
        let cancel = exec.cancel.clone();
        let read = read_all(&stdin, &mut exec.stdin);
        tokio::select! {
            biased;
            () = cancelled(cancel.as_ref()) => {}
            () = read => {}
        }
    }
    drop(stdin);
    let mut result = collected(exec).await?;
    let (output, errors) = (
        std::mem::take(&mut result.stdout),
        std::mem::take(&mut result.stderr),
    );
    let write_output = async {
        let _ = stdout.write_all(&output).await;
        drop(stdout);
    };
    let write_errors = async {
        let _ = stderr.write_all(&errors).await;
        drop(stderr);
    };
    tokio::join!(write_output, write_errors);
    Ok(result)
}

async fn read_all(stdin: &PipeReader, input: &mut Vec<u8>) {
    let mut block = vec![0; BLOCK_BYTES];
    loop {
        let count = stdin.read(&mut block).await;
        match block.get(..count) {
            Some(data) if !data.is_empty() => input.extend_from_slice(data),
            _ => return,
        }
    }
}
