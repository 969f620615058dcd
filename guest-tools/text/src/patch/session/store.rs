//! What a run reads and leaves behind: results, rejects and backups.

use super::{Job, Session, shown, trouble};
use crate::patch::header::Form;
use crate::patch::hunk::{Hunk, Malformed};
use crate::patch::{files, reject};
use wardian_applet::cli::Output;
use wardian_applet::sys::{self, Errno};

impl Session<'_> {
    /// Counts the rejected hunks and saves them beside the file.
    pub(super) fn summary(
        &mut self,
        job: &Job<'_>,
        name: &[u8],
        rejected: &[Hunk<'_>],
    ) -> Result<(), Malformed> {
        let total = job.hunks.len();
        if rejected.is_empty() || total == 0 {
            return Ok(());
        }
        let what = if job.skip { "ignored" } else { "FAILED" };
        let plural = if total == 1 { "" } else { "s" };
        self.say(&format!(
            "{} out of {total} hunk{plural} {what}",
            rejected.len()
        ));
        let file = match &self.config.reject_file {
            Some(file) => file.clone(),
            None => [name, b".rej"].concat(),
        };
        if name.is_empty() || self.config.dry_run || file == b"-" {
            self.say("\n");
            return Ok(());
        }
        self.say_parts(&[b" -- saving rejects to file ", &shown(&file), b"\n"]);
        let unified = match self.config.reject_unified {
            Some(unified) => unified,
            None => job.header.form == Form::Unified,
        };
        let text = reject::write(&job.header, job.reversed, rejected, unified);
        let path = self.path(&file);
        let whole = match self.rejects.iter_mut().find(|(old, _)| *old == path) {
            Some((_, old)) => {
                old.extend(text);
                old.clone()
            }
            None => {
                self.rejects.push((path.clone(), text.clone()));
                text
            }
        };
        files::write(&path, &whole, None)
            .map_err(|errno| trouble(b"Can't create file ", &file, errno))
    }

    /// What a file holds now, with what this run has made of it.
    pub(super) fn current(&self, name: &[u8]) -> Result<Option<Vec<u8>>, Malformed> {
        if let Some((_, bytes)) = self.written.iter().rev().find(|(old, _)| old == name) {
            return Ok(bytes.clone());
        }
        match sys::read_file(&self.path(name)) {
            Ok(bytes) => Ok(Some(bytes)),
            Err(Errno::Noent | Errno::Notdir) => Ok(None),
            Err(errno) => Err(trouble(b"Can't open file ", name, errno)),
        }
    }

    pub(super) fn place(
        &mut self,
        name: &[u8],
        bytes: Vec<u8>,
        gone: bool,
        mode: Option<u32>,
    ) -> Result<(), Malformed> {
        if self.config.output.is_some() {
            self.collected.extend(bytes);
            return Ok(());
        }
        if self.config.dry_run {
            self.written
                .push((name.to_vec(), Some(bytes).filter(|_| !gone)));
            return Ok(());
        }
        if gone {
            return self.delete(name);
        }
        let path = self.path(name);
        files::write(&path, &bytes, mode)
            .map_err(|errno| trouble(b"Can't create file ", name, errno))
    }

    pub(super) fn delete(&mut self, name: &[u8]) -> Result<(), Malformed> {
        if self.config.dry_run {
            self.written.push((name.to_vec(), None));
            return Ok(());
        }
        match files::remove(&self.config.root, name) {
            Ok(()) | Err(Errno::Noent) => Ok(()),
            Err(errno) => Err(trouble(b"Can't remove file ", name, errno)),
        }
    }

    pub(super) fn back_up(&mut self, name: &[u8]) -> Result<(), Malformed> {
        if self.config.dry_run
            || self.config.output.is_some()
            || self.backed_up.iter().any(|old| old == name)
        {
            return Ok(());
        }
        self.backed_up.push(name.to_vec());
        let backup = [
            &self.config.backup_prefix[..],
            name,
            &self.config.backup_suffix,
        ]
        .concat();
        let path = self.path(name);
        let (bytes, mode) = match (sys::read_file(&path), sys::stat(&path, false)) {
            (Ok(bytes), Ok(stat)) => (bytes, Some(stat.mode)),
            // The backup of a file that was not there is empty.
            _ => (Vec::new(), Some(0)),
        };
        let path = self.path(&backup);
        files::write(&path, &bytes, mode)
            .map_err(|errno| trouble(b"Can't create file ", &backup, errno))
    }

    pub(super) fn finish(&mut self) -> Result<(), Malformed> {
        let Some(name) = self.config.output.clone() else {
            return Ok(());
        };
        let bytes = std::mem::take(&mut self.collected);
        if self.config.dry_run {
            return Ok(());
        }
        if name == b"-" {
            self.out.flush();
            let mut out = Output::stdout();
            out.put(&bytes);
            out.flush();
            return Ok(());
        }
        let path = self.path(&name);
        files::write(&path, &bytes, None)
            .map_err(|errno| trouble(b"Can't create file ", &name, errno))
    }
}
