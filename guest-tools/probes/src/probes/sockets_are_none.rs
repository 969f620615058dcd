//! The socket calls know that there is no socket.

use crate::prelude::*;

pub fn run(_: &[OsString]) -> Outcome {
    let dir = scratch::open()?;
    let file = scratch::file(dir, "file")?;
    for fd in [1, dir, file] {
        refused(sock_accept(fd, 0), &[NOTSOCK])?;
        refused(sock_shutdown(fd, 1), &[NOTSOCK])?;
    }
    for fd in [dir, file] {
        refused(sock_recv(fd, &mut [&mut [0; 4]], 0), &[NOTSOCK])?;
        refused(sock_send(fd, &[b"text"], 0), &[NOTSOCK])?;
    }
    Ok(())
}
