//! `coproc`: a background command with pipes to its input and output.

use super::Shell;
use super::flow::Run;
use crate::ast::Command;
use crate::sys;
use crate::text::int_text;

impl Shell {
    pub(super) fn run_coproc(&mut self, name: &[u8], body: &Command) -> Run {
        self.tail = false;
        if !crate::text::is_name(name) {
            self.complain(&[b"`", name, b"': not a valid identifier"].concat());
            return Ok(1);
        }
        self.flush_out();
        let (Ok((out_read, out_write)), Ok((in_read, in_write))) = (sys::pipe(), sys::pipe())
        else {
            self.complain(b"coproc: cannot make pipes");
            return Ok(1);
        };
        let child = self.fork_child(None, |sh| {
            let _ = sys::dup_to(in_read, 0);
            let _ = sys::dup_to(out_write, 1);
            for fd in [out_read, out_write, in_read, in_write] {
                sys::close(fd);
            }
            sh.tail = true;
            let result = sh.run_command(body);
            sh.exit_status(result)
        });
        sys::close(out_write);
        sys::close(in_read);
        let Ok(child) = child else {
            sys::close(out_read);
            sys::close(in_write);
            return Ok(1);
        };
        let mut numbers = Vec::new();
        for fd in [out_read, in_write] {
            let number = (10..=63)
                .rev()
                .find(|number| !self.fds.knows(*number) && !sys::is_open(*number))
                .unwrap_or(63);
            let _ = sys::dup_to(fd, number);
            sys::close(fd);
            self.fds.opened(number);
            numbers.push((None, false, int_text(i64::from(number))));
        }
        let sym = self.vars.sym(name);
        if let Err(error) = self.assign_array(sym, numbers, false) {
            self.complain(&error.message);
        }
        let pid_name = [name, b"_PID"].concat();
        self.set_text(&pid_name, int_text(i64::from(child.pid)));
        let mut text = b"coproc ".to_vec();
        text.extend_from_slice(name);
        text.push(b' ');
        crate::ast::print_command(body, &mut self.vars, &mut text);
        self.jobs.add(child, Vec::new(), text);
        Ok(0)
    }
}
