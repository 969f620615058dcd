//! `tail -f` and `tail -F`: looking at files again and again.

use super::{Follow, Input, Problem, Tail, followable, giving_up};
use crate::sys::{self, File, OpenHow, mode};
use crate::text::quote;

/// How long news may take unless polling was asked for.
const PROMPT_NS: u64 = 50_000_000;

impl Tail<'_> {
    /// Shows what is added to the inputs, until none is left or the output fails.
    pub(super) fn follow(&mut self, inputs: &mut [Input]) {
        let by_name = self.want.follow == Some(Follow::Name);
        // Nothing but pipes on standard input: they have ended.
        let only_pipes = inputs
            .iter()
            .all(|input| input.ignored && input.problem.is_none());
        if only_pipes {
            return;
        }
        let pause = match self.want.poll {
            true => self.want.sleep_ns,
            false => self.want.sleep_ns.min(PROMPT_NS),
        };
        let piped = sys::fstat(1).is_ok_and(|stat| stat.mode & mode::TYPE == mode::FIFO);
        let mut writer_gone = false;
        loop {
            let mut moved = false;
            for input in inputs.iter_mut().filter(|input| !input.ignored) {
                if input.file.is_none() {
                    self.look(input);
                }
                moved |= self.advance(input);
                if by_name && input.file.is_some() {
                    self.look(input);
                    moved |= self.advance(input);
                }
            }
            let live = by_name && self.want.retry
                || inputs
                    .iter()
                    .any(|input| input.file.is_some() || (!input.ignored && self.want.retry));
            self.out.flush();
            if self.out.failed() {
                return;
            }
            if !live {
                self.context.say(b"no files remaining");
                self.code = 1;
                return;
            }
            if moved {
                continue;
            }
            if writer_gone {
                return;
            }
            // What the writer left behind is shown before the end.
            writer_gone = self.want.pid.is_some_and(|pid| pid > 0 && !alive(pid));
            if !writer_gone {
                let _ = sys::wait_readable(None, Some(pause));
            }
            if piped && sys::reader_gone(1) {
                die_of_pipe();
                self.code = 1;
                return;
            }
        }
    }

    /// Copies what was added to a followed input; whether there was anything.
    fn advance(&mut self, input: &mut Input) -> bool {
        let Some(file) = &input.file else {
            return false;
        };
        let Ok(stat) = sys::fstat(file.fd()) else {
            return false;
        };
        if stat.mode & mode::TYPE != mode::REGULAR {
            return self.drain(input);
        }
        if stat.size_bytes < input.at {
            let text = [
                &quote::if_needed(input.label()),
                b": file truncated".as_slice(),
            ];
            self.out.flush();
            self.context.say(&text.concat());
            input.at = sys::seek(file.fd(), 0, 0).unwrap_or(0);
        }
        if stat.size_bytes == input.at {
            return false;
        }
        let label = input.label().to_vec();
        self.header(&label, false);
        let _ = self.copy_rest(file);
        input.at = sys::seek(file.fd(), 0, 1).unwrap_or(stat.size_bytes);
        true
    }

    /// Copies what a FIFO or device holds at present.
    fn drain(&mut self, input: &Input) -> bool {
        let Some(file) = &input.file else {
            return false;
        };
        let mut buf = [0; 4096];
        let mut moved = false;
        while sys::wait_readable(Some(file.fd()), Some(0)).unwrap_or(false) {
            match file.read(&mut buf) {
                Ok(got) if got > 0 => {
                    if !std::mem::replace(&mut moved, true) {
                        let label = input.label().to_vec();
                        self.header(&label, false);
                    }
                    self.out.put(&buf[..got]);
                    self.out.flush();
                }
                _ => break,
            }
            if self.out.failed() {
                break;
            }
        }
        moved
    }

    /// Looks what a name stands for by now.
    fn look(&mut self, input: &mut Input) {
        if input.name == b"-" {
            return;
        }
        let label = quote::always(input.label());
        let tell = |text: &[u8]| self.context.say(&[&label, text].concat());
        let how = OpenHow {
            nonblock: true,
            ..OpenHow::READ
        };
        let found = match (sys::stat(&input.name, true), &input.file) {
            (Ok(new), Some(file))
                if sys::fstat(file.fd())
                    .is_ok_and(|old| (new.device, new.inode) == (old.device, old.inode)) =>
            {
                return;
            }
            (Ok(stat), _) => File::open(&input.name, how).map(|file| (file, stat)),
            (Err(errno), _) => Err(errno),
        };
        let was_fit = input.fit;
        let before = input.problem;
        match found {
            Err(errno) => {
                let problem = Some(Problem::Error(errno));
                input.fit = !self.want.retry;
                if !input.fit {
                    if was_fit {
                        let text = [&label, b" has become inaccessible".as_slice()].concat();
                        self.context.say_error(&text, errno);
                    }
                } else if before != problem {
                    self.context
                        .say_error(&quote::if_needed(input.label()), errno);
                }
                (input.file, input.problem) = (None, problem);
                input.ignored |= !self.want.retry;
            }
            Ok((_, stat)) if !followable(stat.mode & mode::TYPE) => {
                let keep = self.want.retry && self.want.follow == Some(Follow::Name);
                input.fit = false;
                input.ignored = !keep;
                if was_fit || before != Some(Problem::Kind) {
                    tell(
                        &[
                            b" has been replaced with an untailable file".as_slice(),
                            giving_up(!keep),
                        ]
                        .concat(),
                    );
                }
                (input.file, input.problem) = (None, Some(Problem::Kind));
            }
            Ok((file, _)) => {
                let absent = Some(Problem::Error(sys::Errno::Noent));
                if before.is_some() && before != absent {
                    tell(b" has become accessible");
                } else if input.file.is_none() {
                    tell(b" has appeared;  following new file");
                } else {
                    tell(b" has been replaced;  following new file");
                }
                (input.file, input.at) = (Some(file), 0);
                (input.problem, input.fit) = (None, true);
            }
        }
    }
}

#[cfg(target_os = "wasi")]
fn alive(pid: i32) -> bool {
    wardian_abi::imports::kill(pid, 0).is_ok()
}

/// Ends as by a write that nobody reads, unless that is ignored.
fn die_of_pipe() {
    #[cfg(target_os = "wasi")]
    {
        const SIGPIPE: u32 = 13;
        let pid = wardian_abi::imports::process_info().pid;
        let _ = wardian_abi::imports::kill(i32::try_from(pid).unwrap_or_default(), SIGPIPE);
    }
}

#[cfg(not(target_os = "wasi"))]
fn alive(_pid: i32) -> bool {
    true
}
