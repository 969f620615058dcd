//! The preopened directories tell their names, to buffers that are long enough.

use crate::prelude::*;

pub fn run(_: &[OsString]) -> Outcome {
    let names: Vec<Vec<u8>> = scratch::preopens().map(|(_, name)| name).collect();
    same(names, vec![scratch::NAME.to_vec(), b"/".to_vec()])?;
    let (kind, length) = fd_prestat_get(3)?;
    same((kind, length), (0, scratch::NAME.len()))?;
    let mut short = vec![0; length - 1];
    refused(fd_prestat_dir_name(3, &mut short), &[NAMETOOLONG, INVAL])?;
    let mut long = vec![b'#'; length + 1];
    fd_prestat_dir_name(3, &mut long)?;
    same(long.last(), Some(&b'#'))?;
    for stranger in [0, 1, 2, 5, u32::MAX] {
        refused(fd_prestat_get(stranger), &[BADF])?;
        refused(fd_prestat_dir_name(stranger, &mut long), &[BADF])?;
    }
    Ok(())
}
