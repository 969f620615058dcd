//! Directories refuse what only files can do.

use crate::prelude::*;

pub fn run(_: &[OsString]) -> Outcome {
    let dir = scratch::open()?;
    let stat = fd_fdstat_get(dir)?;
    same(stat.filetype, DIRECTORY)?;
    same(stat.base & (R_SEEK | R_TELL | R_READ | R_WRITE), 0)?;
    let mut buffer = [0; 128];
    refused(fd_read(dir, &mut [&mut buffer]), &[BADF])?;
    refused(fd_pread(dir, &mut [&mut buffer], 0), &[BADF])?;
    refused(fd_write(dir, &[&buffer]), &[BADF])?;
    refused(fd_pwrite(dir, &[&buffer], 0), &[BADF])?;
    for whence in [SEEK_SET, SEEK_CUR, SEEK_END] {
        refused(fd_seek(dir, 0, whence), &[BADF])?;
    }
    refused(fd_tell(dir), &[BADF])?;
    refused(fd_allocate(dir, 0, 1), &[BADF])?;
    refused(fd_filestat_set_size(dir, 0), &[BADF])?;
    refused(fd_advise(dir, 0, 0, 0), &[BADF])?;
    fd_sync(dir)?;
    fd_datasync(dir)?;
    Ok(())
}
