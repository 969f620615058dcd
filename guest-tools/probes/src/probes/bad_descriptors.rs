//! Calls with numbers of no descriptor say so.

use crate::prelude::*;

pub fn run(_: &[OsString]) -> Outcome {
    for fd in [99, 1023, 1 << 30, 0x7fff_ffff, 0x8000_0000, u32::MAX] {
        refused(fd_close(fd), &[BADF])?;
        refused(fd_fdstat_get(fd), &[BADF])?;
        refused(fd_filestat_get(fd), &[BADF])?;
        refused(fd_filestat_set_size(fd, 0), &[BADF])?;
        refused(fd_filestat_set_times(fd, 0, 0, 0), &[BADF])?;
        refused(fd_read(fd, &mut [&mut [0; 4]]), &[BADF])?;
        refused(fd_write(fd, &[b"text"]), &[BADF])?;
        refused(fd_write(fd, &[]), &[BADF])?;
        refused(fd_readdir(fd, &mut [0; 64], 0), &[BADF])?;
        refused(fd_renumber(fd, 1), &[BADF])?;
        refused(fd_renumber(1, fd), &[BADF])?;
        refused(path_create_directory(fd, "x"), &[BADF])?;
        refused(path_filestat_get(fd, 0, "x"), &[BADF])?;
        refused(path_filestat_set_times(fd, 0, "x", 0, 0, 0), &[BADF])?;
        refused(path_link(fd, 0, "x", fd, "y"), &[BADF])?;
        refused(path_open(fd, 0, "x", 0, (0, 0), 0), &[BADF])?;
        refused(path_readlink(fd, "x", &mut [0; 4]), &[BADF])?;
        refused(path_remove_directory(fd, "x"), &[BADF])?;
        refused(path_rename(fd, "x", fd, "y"), &[BADF])?;
        refused(path_symlink("x", fd, "y"), &[BADF])?;
        refused(path_unlink_file(fd, "x"), &[BADF])?;
        refused(sock_accept(fd, 0), &[BADF])?;
        refused(sock_recv(fd, &mut [&mut [0; 4]], 0), &[BADF])?;
        refused(sock_send(fd, &[b"text"], 0), &[BADF])?;
        refused(sock_shutdown(fd, 1), &[BADF])?;
    }
    Ok(())
}
