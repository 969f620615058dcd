//! One patch applied to its file, hunk by hunk.

use super::{Job, Session, shown};
use crate::patch::apply::{Applier, Outcome};
use crate::patch::header::Form;
use crate::patch::hunk::{Hunk, Malformed};
use crate::patch::target;
use wardian_applet::sys;

impl Session<'_> {
    pub(super) fn apply(&mut self, job: &mut Job<'_>, mode: Option<u32>) -> Result<(), Malformed> {
        let git = job.header.git.clone().unwrap_or_default();
        let to = usize::from(!job.reversed);
        let moved = [&git.rename, &git.copy].into_iter().find_map(|pair| {
            // These names come without git's `a/` and `b/`.
            let count = self.config.strip.map_or(0, |count| count.saturating_sub(1));
            let strip = |name: &Option<Vec<u8>>| target::strip(name.as_ref()?, Some(count));
            Some((strip(&pair[1 - to])?, strip(&pair[to])?))
        });
        let moved = moved.filter(|(from, to)| {
            self.config.file.is_none() && target::is_safe(from) && target::is_safe(to) && from != to
        });
        let copied = git.copy[1].is_some();
        let mut source = job.name.clone();
        let mut result = job.name.clone();
        let mut note: Vec<u8> = Vec::new();
        if let Some((from, to)) = &moved {
            let exists = |name: &[u8]| sys::stat(&self.path(name), false).is_ok();
            let verb: &[u8] = match (copied, exists(from)) {
                (true, _) => b"copied",
                (false, true) => b"renamed",
                (false, false) => b"already renamed",
            };
            source = if exists(from) {
                from.clone()
            } else {
                to.clone()
            };
            result = to.clone();
            note = [b" (".as_slice(), verb, b" from ", &shown(from), b")"].concat();
        }
        if let Some(output) = &self.config.output {
            result = output.clone();
            note = [b" (read from ".as_slice(), &shown(&job.name), b")"].concat();
        }
        job.name = result.clone();
        let old = self.current(&source)?;
        let absent = old.is_none();
        let bytes = old.unwrap_or_default();
        self.check_creation(job, &source, absent, bytes.is_empty())?;
        let verb: &[u8] = if self.config.dry_run {
            b"checking"
        } else {
            b"patching"
        };
        if !self.config.quiet && !job.skip {
            self.say_parts(&[verb, b" file ", &shown(&result), &note, b"\n"]);
        }
        if job.header.form == Form::GitBinary {
            self.say_parts(&[
                b"File ",
                &shown(&result),
                b": git binary diffs are not supported.\n",
            ]);
            self.failed = true;
            return Ok(());
        }
        let mut applier = Applier::new(&bytes, self.config.loose, self.config.fuzz);
        applier.define.clone_from(&self.config.define);
        let (mut rejected, mut mismatch) = (Vec::new(), false);
        for at in 0..job.hunks.len() {
            self.hunk(job, at, &mut applier, &mut rejected, &mut mismatch);
        }
        if let Some(error) = job.broken.take() {
            return Err(error);
        }
        applier.finish();
        let output = std::mem::take(&mut applier.output);
        if !job.skip {
            let deletes =
                job.absence(1) == 2 || git.deleted && !job.reversed || git.created && job.reversed;
            // What is left empty goes, even if a hunk failed.
            let gone = output.is_empty() && (deletes || self.config.remove_empty);
            if deletes && !output.is_empty() && self.config.output.is_none() {
                let text = [b"Not deleting file ".as_slice(), &shown(&result)];
                self.say_parts(&[&text.concat(), b" as content differs from patch\n"]);
                self.failed = true;
            }
            let new_mode = git.mode[to].filter(|_| git.mode != [None, None]);
            let mode = match (mode, new_mode) {
                (old, Some(new)) => Some(old.map_or(new, |old| old & 0o7000 | new)),
                (old, None) => old,
            };
            let backup = self.config.backup || mismatch && self.config.backup_if_mismatch;
            let changed = job.hunks.len() > rejected.len() || moved.is_some() || new_mode.is_some();
            if backup {
                self.back_up(&result)?;
            }
            if changed || gone || !mismatch {
                self.place(&result, output, gone, mode)?;
            }
            if let Some((from, _)) = moved.filter(|_| !copied)
                && from != result
                && self.config.output.is_none()
            {
                self.delete(&from)?;
            }
        }
        if !rejected.is_empty() {
            self.failed = true;
            let name = job.name.clone();
            let name = if job.unsaved { Vec::new() } else { name };
            self.summary(job, &name, &rejected)?;
        }
        Ok(())
    }

    /// Asks what to do if the patch makes a file that is there already.
    pub(super) fn check_creation(
        &mut self,
        job: &mut Job<'_>,
        name: &[u8],
        absent: bool,
        empty: bool,
    ) -> Result<(), Malformed> {
        let claims = job.absence(usize::from(empty));
        if usize::from(!empty) >= claims || job.hunks.is_empty() {
            return Ok(());
        }
        // A patch that says which side is absent knows of an empty other side.
        let gone = usize::from(absent);
        if empty && job.absence(gone) == 1 && job.absence(1 - gone) == 2 {
            return Ok(());
        }
        let text = [
            b"The next patch".as_slice(),
            if job.reversed {
                b", when reversed,"
            } else {
                b""
            },
            b" would ",
            match (absent, empty) {
                (true, _) => b"delete",
                (_, true) => b"empty out",
                _ => b"create",
            },
            b" the file ",
            &shown(name),
            b",\nwhich ",
            match (absent, empty) {
                (true, _) => b"does not exist",
                (_, true) => b"is already empty",
                _ => b"already exists",
            },
            b"!",
        ];
        self.ask_reverse(job, &text.concat());
        job.unsaved = job.skip;
        Ok(())
    }

    /// Whether a patch that looks reversed is to be turned round: only `-t`
    /// says so, for nobody is there to ask.
    pub(super) fn ask_reverse(&mut self, job: &mut Job<'_>, text: &[u8]) -> bool {
        self.say_parts(&[text]);
        if self.config.forward {
            self.say("  Skipping patch.\n");
            job.skip = true;
            return false;
        }
        if self.config.force {
            self.say("  Applying it anyway.\n");
            return false;
        }
        if self.config.batch {
            let reversed = job.reversed;
            self.say(if reversed {
                "  Ignoring -R.\n"
            } else {
                "  Assuming -R.\n"
            });
            job.reverse();
            return true;
        }
        let question = if job.reversed {
            "  Ignore -R? [n] \n"
        } else {
            "  Assume -R? [n] \n"
        };
        self.say(question);
        self.say("Apply anyway? [n] \n");
        if !self.config.quiet {
            self.say("Skipping patch.\n");
        }
        job.skip = true;
        false
    }

    pub(super) fn hunk<'p>(
        &mut self,
        job: &mut Job<'p>,
        index: usize,
        applier: &mut Applier<'_>,
        rejected: &mut Vec<Hunk<'p>>,
        mismatch: &mut bool,
    ) {
        let number = index + 1;
        let hunk = job.hunks[index].clone();
        let unsure = index == 0 && !self.config.force && job.reversed == self.config.reverse;
        let mut turned = hunk.clone();
        turned.reverse();
        let mut turn = false;
        let found = if job.skip {
            None
        } else {
            applier.find(&hunk, |fuzz| {
                let found = applier
                    .find_with(&turned, fuzz)
                    .filter(|_| unsure && !turn)?;
                turn = true;
                Some(found)
            })
        };
        let mut hunk = hunk;
        let mut found = found;
        if turn {
            let text: &[u8] = match job.reversed {
                true => b"Unreversed patch detected!",
                false => b"Reversed (or previously applied) patch detected!",
            };
            if self.ask_reverse(job, text) {
                hunk = turned;
                *mismatch = true;
            } else {
                found = if job.skip {
                    None
                } else {
                    applier.find(&hunk, |_| None)
                };
            }
        }
        if job.skip {
            rejected.push(hunk);
            return;
        }
        let exists =
            found.is_some_and(|(at, _)| at == 1) && job.absence(0) == 2 && !applier.is_empty();
        let outcome = match found.filter(|_| !exists) {
            Some((at, fuzz)) => applier.apply(&hunk, at, fuzz),
            None => applier.fail(&hunk),
        };
        match outcome {
            Outcome::Failed { at } => {
                if !self.config.quiet {
                    self.say(&format!("Hunk #{number} FAILED at {at}.\n"));
                }
                *mismatch = true;
                // Numbers in reject files are those of the new file.
                let growth = applier.growth();
                hunk.start = hunk.start.map(|line| line.saturating_add_signed(growth));
                rejected.push(hunk);
            }
            Outcome::Applied { at, fuzz, offset } => {
                *mismatch |= fuzz > 0 || offset != 0;
                let notable = fuzz > 0 || offset != 0 || self.config.verbose;
                if notable && !self.config.quiet {
                    let mut text = format!("Hunk #{number} succeeded at {at}");
                    if fuzz > 0 {
                        text.push_str(&format!(" with fuzz {fuzz}"));
                    }
                    if offset != 0 {
                        let plural = if offset == 1 { "" } else { "s" };
                        text.push_str(&format!(" (offset {offset} line{plural})"));
                    }
                    self.say(&format!("{text}.\n"));
                }
            }
        }
    }
}
