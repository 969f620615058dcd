//! One command of a shell: its outputs go to this process's own as they come,
//! Ctrl-C ends it, what is typed meanwhile is its input.

use wardian::{CancelToken, Exec, ExecResult, InputWriter};

use crate::interrupt::Interrupts;
use crate::output;

/// Runs it to its end. `typed`: standard input is a terminal.
///
/// # Errors
/// As [`Exec::run`].
pub async fn run(exec: Exec, typed: bool) -> anyhow::Result<ExecResult> {
    let token = CancelToken::new();
    let exec = exec.cancel(&token);
    // Before anything can be seen of the command that one may want to end.
    let mut interrupts = Interrupts::listen()?;
    let exec = match typed {
        true => exec,
        false => exec.no_stdin(),
    };
    let (input, output, errors, result) = exec.stream().split();
    let feeding = typed.then(|| Feed::begin(input));
    let output = tokio::spawn(output::copy(output, std::io::stdout()));
    let errors = tokio::spawn(output::copy(errors, std::io::stderr()));
    let mut running = tokio::spawn(result);
    let result = loop {
        tokio::select! {
            result = &mut running => break result?,
            () = interrupts.next() => token.cancel(),
        }
    };
    if let Some(feeding) = feeding {
        feeding.end();
    }
    let _ = tokio::join!(output, errors);
    Ok(result?)
}

/// A terminal's lines on their way to a command, until it has ended.
struct Feed {
    #[cfg(unix)]
    thread: Option<(std::thread::JoinHandle<()>, std::io::PipeWriter)>,
}

#[cfg(unix)]
impl Feed {
    /// Passes lines on as they are typed, until Ctrl-D.
    fn begin(input: InputWriter) -> Feed {
        let handle = tokio::runtime::Handle::current();
        // Closing it ends the thread, which otherwise waits for somebody to type.
        let thread = std::io::pipe().ok().map(|(ended, end)| {
            let copy = move || pass_on(&ended, |typed| handle.block_on(input.write_all(typed)));
            (std::thread::spawn(copy), end)
        });
        Feed { thread }
    }

    /// What is typed from here on is left for the next prompt.
    fn end(self) {
        if let Some((thread, end)) = self.thread {
            drop(end);
            let _ = tokio::task::block_in_place(|| thread.join());
        }
    }
}

/// Gives what is typed to `take` until it wants no more, or `ended` is closed.
#[cfg(unix)]
fn pass_on(ended: &std::io::PipeReader, take: impl Fn(&[u8]) -> bool) {
    use rustix::event::{PollFd, PollFlags, poll};
    use rustix::io::{Errno, read};

    const BLOCK_BYTES: usize = 4096;
    let stdin = std::io::stdin();
    let mut block = vec![0; BLOCK_BYTES];
    loop {
        let mut both = [
            PollFd::new(ended, PollFlags::IN),
            PollFd::new(&stdin, PollFlags::IN),
        ];
        match poll(&mut both, None) {
            Ok(_) if both.iter().take(1).any(|fd| !fd.revents().is_empty()) => return,
            Ok(_) => {}
            Err(Errno::INTR) => continue,
            Err(_) => return,
        }
        let count = read(&stdin, &mut block).unwrap_or(0);
        let typed = block.get(..count).unwrap_or_default();
        if typed.is_empty() || !take(typed) {
            return;
        }
    }
}

/// A console that cannot be waited for: commands find their input empty.
#[cfg(not(unix))]
impl Feed {
    fn begin(_: InputWriter) -> Feed {
        Feed {}
    }

    fn end(self) {}
}
