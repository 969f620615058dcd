//! Entry of forked children: the address of a task becomes the task again.
#![allow(unsafe_code)]

use super::Shell;
use crate::sys;

/// What a forked child runs; it lies in memory that the child has a copy of.
pub struct ChildTask<'a> {
    pub shell: *mut Shell,
    pub run: &'a mut dyn FnMut(&mut Shell) -> i32,
}

/// Runs the task at an address and ends the process with its status.
pub fn child_main(argument: usize) {
    // SAFETY: the address is that of the task which `Shell::fork_child` made
    // before it forked; the child's memory is a copy in which it still lies,
    // and the frames that borrow it exist only in the parent.
    let task = unsafe { &mut *(argument as *mut ChildTask<'_>) };
    // SAFETY: likewise for the shell; no reference to it is live in the child.
    let shell = unsafe { &mut *task.shell };
    shell.become_child();
    let status = (task.run)(shell);
    let status = shell.leave_child(status);
    sys::exit(status);
}
