//! Which file a patch is for, and what is said if there is none.

use super::{Job, Session, shown};
use crate::patch::header::Form;
use crate::patch::hunk::Malformed;
use crate::patch::target::{self, Target};
use wardian_applet::sys::{self, mode};

impl Session<'_> {
    /// Finds the file for a patch.
    pub(super) fn choose(&mut self, job: &mut Job<'_>) -> Result<(), Malformed> {
        let target = match self.config.file.clone() {
            Some(name) => {
                let path = self.path(&name);
                let stat = sys::stat(&path, false).ok();
                Some(Target { name, stat })
            }
            None => {
                let creates =
                    job.absence(0) > 0 || job.header.git.as_ref().is_some_and(|git| git.created);
                let mut refused: Vec<Vec<u8>> = Vec::new();
                let target = target::choose(
                    &self.config.root,
                    &job.header,
                    self.config.strip,
                    creates,
                    |name| {
                        if refused.iter().all(|old| old != name) {
                            refused.push(name.to_vec());
                        }
                    },
                );
                for name in refused {
                    let before = b"Ignoring potentially dangerous file name ";
                    self.say_parts(&[before, &shown(&name), b"\n"]);
                }
                target
            }
        };
        let Some(target) = target else {
            return self.no_file(job);
        };
        job.name = target.name;
        let outside =
            self.config.file.is_none() && target::leads_outside(&self.config.root, &job.name);
        let special = target
            .stat
            .is_some_and(|stat| stat.mode & mode::TYPE != mode::REGULAR);
        if outside || special {
            self.say_parts(&[
                b"File ",
                &shown(&job.name),
                b" is not a regular file -- refusing to patch\n",
            ]);
            job.skip = true;
            self.failed = true;
            let all = job.hunks.clone();
            // What lies outside gets no reject file either.
            let name = if outside {
                Vec::new()
            } else {
                job.name.clone()
            };
            return self.summary(job, &name, &all);
        }
        let mode = target.stat.map(|stat| stat.mode);
        match job.header.form {
            Form::Ed => self.apply_script(job, mode),
            _ => self.apply(job, mode),
        }
    }

    fn no_file(&mut self, job: &mut Job<'_>) -> Result<(), Malformed> {
        self.say(&format!(
            "can't find file to patch at input line {}\n",
            job.header.line
        ));
        let hint = match self.config.strip {
            Some(_) => "Perhaps you used the wrong -p or --strip option?\n",
            None => "Perhaps you should have used the -p or --strip option?\n",
        };
        if job.header.form != Form::Normal || !job.header.text.is_empty() {
            self.say(hint);
        }
        if !job.header.text.is_empty() {
            self.say("The text leading up to this was:\n--------------------------\n");
            for line in &job.header.text {
                self.say_parts(&[b"|", line]);
            }
            self.say("--------------------------\n");
        }
        if self.config.force || self.config.batch {
            self.say("No file to patch.  Skipping patch.\n");
        } else {
            self.say("File to patch: \nSkip this patch? [y] \nSkipping patch.\n");
        }
        self.failed = true;
        job.skip = true;
        let all = job.hunks.clone();
        self.summary(job, b"", &all)
    }
}
