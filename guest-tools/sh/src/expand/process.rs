//! Process substitution: `<( )`, `>( )`.

use crate::ast::ProcessSub;
use crate::exec::{Flow, Shell};
use crate::sys;
use crate::text::push_int;

/// The number of the first descriptor handed out; further ones go down.
const FIRST_FD: u32 = 63;

impl Shell {
    /// Starts the commands; gives the path that reads or writes them.
    pub fn process_substitution(&mut self, process: &ProcessSub) -> Result<Vec<u8>, Flow> {
        self.flush_out();
        let Ok((read, write)) = sys::pipe() else {
            self.complain(b"cannot make pipe for process substitution");
            return Err(Flow::Discard(1));
        };
        let (ours, theirs) = if process.input {
            (read, write)
        } else {
            (write, read)
        };
        let target = u32::from(process.input);
        let child = self.fork_child(None, |sh| {
            sh.state.trace_level += 1;
            sys::close(ours);
            let _ = sys::dup_to(theirs, target);
            sys::close(theirs);
            sh.run_child_list(&process.body)
        });
        sys::close(theirs);
        let Ok(child) = child else {
            sys::close(ours);
            return Err(Flow::Discard(1));
        };
        let number = (0..=FIRST_FD)
            .rev()
            .find(|number| !self.fds.knows(*number) && !sys::is_open(*number))
            .unwrap_or(FIRST_FD);
        let _ = sys::dup_to(ours, number);
        sys::close(ours);
        self.fds.opened(number);
        self.jobs.last_background = Some(child.pid);
        self.jobs.remember(child);
        self.process_subs.push((number, child, process.input));
        let mut path = b"/dev/fd/".to_vec();
        push_int(&mut path, i64::from(number));
        Ok(path)
    }

    /// Closes what the process substitutions of a command left open.
    pub fn end_process_subs(&mut self, from: usize) {
        for (number, child, input) in self.process_subs.split_off(from) {
            sys::close(sys::user_fd(number));
            self.fds.closed(number);
            if !input {
                self.jobs.output_subs.push(child);
            }
        }
    }
}
