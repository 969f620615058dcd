//! A run of `patch`: from patch to patch, telling what happens as GNU's does.

use super::apply::{Applier, Outcome};
use super::header::{self, Form, Header};
use super::hunk::{self, Hunk, Lines, Malformed};
use super::options::Config;
use super::target::{self, Target};
use super::{files, reject};
use wardian_applet::cli::{Context, Output};
use wardian_applet::sys::{self, Errno, File, mode};
use wardian_applet::text::quote;

/// What has been done so far.
pub struct Session<'a> {
    context: &'a Context<'a>,
    config: Config,
    out: Output,
    failed: bool,
    /// What earlier patches made of files, in a dry run or with `-o`.
    written: Vec<(Vec<u8>, Option<Vec<u8>>)>,
    /// The collected output for `-o`.
    collected: Vec<u8>,
    /// Reject files begun in this run.
    rejects: Vec<(Vec<u8>, Vec<u8>)>,
    backed_up: Vec<Vec<u8>>,
}

/// One patch in the course of being applied.
struct Job<'p> {
    header: Header<'p>,
    hunks: Vec<Hunk<'p>>,
    name: Vec<u8>,
    reversed: bool,
    skip: bool,
    /// Whether what is skipped is not worth a reject file.
    unsaved: bool,
    /// What is wrong with the patch after these hunks.
    broken: Option<Malformed>,
}

impl<'a> Session<'a> {
    /// A run with these options.
    pub fn new(context: &'a Context<'a>, config: Config) -> Session<'a> {
        // With the result on standard output, messages go elsewhere.
        let fd = if config.output.as_deref() == Some(b"-") {
            2
        } else {
            1
        };
        Session {
            context,
            config,
            out: Output::new(fd),
            failed: false,
            written: Vec::new(),
            collected: Vec::new(),
            rejects: Vec::new(),
            backed_up: Vec::new(),
        }
    }

    /// Applies all patches of the input; gives the exit code.
    pub fn run(mut self) -> i32 {
        let result = self.all();
        self.out.flush();
        match result {
            Ok(()) => i32::from(self.failed),
            Err(Malformed(text)) => {
                self.context.say(&[b"**** ".as_slice(), &text].concat());
                2
            }
        }
    }

    fn all(&mut self) -> Result<(), Malformed> {
        if !self.config.root.is_empty() {
            let root = std::mem::take(&mut self.config.root);
            if let Err(errno) = sys::read_dir(&root) {
                return Err(trouble(b"Can't change to directory ", &root, errno));
            }
            self.config.root = [&root[..], b"/"].concat();
        }
        let bytes = self.input()?;
        let mut lines = Lines::new(&bytes);
        let mut count = 0;
        while let Some(header) = header::find(&mut lines) {
            count += 1;
            if header.cr && !self.config.binary {
                self.say("(Stripping trailing CRs from patch; use --binary to disable.)\n");
                let rest = strip_cr(&bytes);
                let mut again = Lines::new(&rest);
                while again.number < lines.number {
                    again.next();
                }
                let number = self.patch(header, &mut again)?;
                while lines.number < number {
                    lines.next();
                }
            } else {
                self.patch(header, &mut lines)?;
            }
        }
        if count == 0 && !bytes.is_empty() {
            return Err(Malformed(
                b"Only garbage was found in the patch input.".to_vec(),
            ));
        }
        self.finish()
    }

    fn input(&self) -> Result<Vec<u8>, Malformed> {
        match self.config.input.as_deref() {
            None | Some(b"-") => {
                let mut bytes = Vec::new();
                let read = File::stdin().read_to_end(&mut bytes);
                read.map_err(|errno| trouble(b"read error ", b"", errno))?;
                Ok(bytes)
            }
            Some(name) => {
                let path = self.path(name);
                sys::read_file(&path)
                    .map_err(|errno| trouble(b"Can't open patch file ", name, errno))
            }
        }
    }

    fn path(&self, name: &[u8]) -> Vec<u8> {
        match name {
            [b'/', ..] => name.to_vec(),
            _ => [&self.config.root[..], name].concat(),
        }
    }

    /// Applies one patch; gives the number of the line after it.
    fn patch<'p>(&mut self, header: Header<'p>, lines: &mut Lines<'p>) -> Result<usize, Malformed> {
        if header.form == Form::Ed {
            return Err(Malformed(b"ed scripts are not supported".to_vec()));
        }
        let (mut hunks, mut broken) = (Vec::new(), None);
        loop {
            let hunk = match header.form {
                Form::Unified => hunk::unified(lines),
                Form::Context => hunk::context(lines),
                Form::Normal => hunk::normal(lines),
                _ => Ok(None),
            };
            let mut hunk = match hunk {
                Ok(Some(hunk)) => hunk,
                Ok(None) => break,
                Err(error) => {
                    broken = Some(error);
                    break;
                }
            };
            if self.config.reverse {
                hunk.reverse();
            }
            hunks.push(hunk);
        }
        if header.form == Form::GitBinary {
            while lines
                .peek()
                .is_some_and(|line| !line.starts_with(b"diff --git "))
            {
                lines.next();
            }
        }
        let number = lines.number;
        let mut job = Job {
            header,
            hunks,
            name: Vec::new(),
            reversed: self.config.reverse,
            skip: false,
            unsaved: false,
            broken,
        };
        self.choose(&mut job)?;
        Ok(number)
    }

    /// Finds the file for a patch.
    fn choose(&mut self, job: &mut Job<'_>) -> Result<(), Malformed> {
        let target = match self.config.file.clone() {
            Some(name) => {
                let path = self.path(&name);
                let stat = sys::stat(&path, false).ok();
                Some(Target { name, stat })
            }
            None => {
                let creates =
                    job.absence(0) > 0 || job.header.git.as_ref().is_some_and(|git| git.created);
                target::choose(&self.config.root, &job.header, self.config.strip, creates)
            }
        };
        let target = match target {
            Some(target) => Some(target),
            // An earlier patch of a dry run may have made it.
            None => None,
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
        self.to_file(job, target.stat.map(|stat| stat.mode))
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

    fn to_file(&mut self, job: &mut Job<'_>, mode: Option<u32>) -> Result<(), Malformed> {
        let git = job.header.git.clone().unwrap_or_default();
        let to = usize::from(!job.reversed);
        let moved = [&git.rename, &git.copy].into_iter().find_map(|pair| {
            let strip = |name: &Option<Vec<u8>>| {
                target::strip(name.as_ref()?, self.config.strip.or(Some(1)))
            };
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
            let gone =
                output.is_empty() && rejected.is_empty() && (deletes || self.config.remove_empty);
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
            if changed || !mismatch {
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
    fn check_creation(
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
        if empty && job.absence(1) == 1 {
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
    fn ask_reverse(&mut self, job: &mut Job<'_>, text: &[u8]) -> bool {
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

    fn hunk<'p>(
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

    /// Counts the rejected hunks and saves them beside the file.
    fn summary(
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
    fn current(&self, name: &[u8]) -> Result<Option<Vec<u8>>, Malformed> {
        if let Some((_, bytes)) = self.written.iter().rev().find(|(old, _)| old == name) {
            return Ok(bytes.clone());
        }
        match sys::read_file(&self.path(name)) {
            Ok(bytes) => Ok(Some(bytes)),
            Err(Errno::Noent | Errno::Notdir) => Ok(None),
            Err(errno) => Err(trouble(b"Can't open file ", name, errno)),
        }
    }

    fn place(
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

    fn delete(&mut self, name: &[u8]) -> Result<(), Malformed> {
        if self.config.dry_run {
            self.written.push((name.to_vec(), None));
            return Ok(());
        }
        match files::remove(&self.config.root, name) {
            Ok(()) | Err(Errno::Noent) => Ok(()),
            Err(errno) => Err(trouble(b"Can't remove file ", name, errno)),
        }
    }

    fn back_up(&mut self, name: &[u8]) -> Result<(), Malformed> {
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

    fn finish(&mut self) -> Result<(), Malformed> {
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

    fn say(&mut self, text: &str) {
        self.out.put(text.as_bytes());
    }

    fn say_parts(&mut self, parts: &[&[u8]]) {
        parts.iter().for_each(|part| self.out.put(part));
    }
}

impl Job<'_> {
    /// How sure the patch is that the old (0) or new (1) file has nothing: 2 if
    /// it is absent, 1 if it is empty.
    fn absence(&self, side: usize) -> usize {
        let f = if self.reversed { 1 - side } else { side };
        let name = [&self.header.old, &self.header.new][f];
        let git = self.header.git.as_ref();
        let by_git = git.is_some_and(|git| if f == 0 { git.created } else { git.deleted });
        let empty = match self.hunks.first() {
            Some(hunk) => hunk.start[side] == 0 && hunk.count(side) == 0,
            None => by_git,
        };
        let absent = by_git || name.as_ref().is_some_and(|name| name.absent);
        match (empty, absent) {
            (false, _) => 0,
            (true, false) => 1,
            (true, true) => 2,
        }
    }

    fn reverse(&mut self) {
        self.hunks.iter_mut().for_each(Hunk::reverse);
        self.reversed = !self.reversed;
    }
}

fn shown(name: &[u8]) -> Vec<u8> {
    quote::quote(name, quote::Style::Shell)
}

fn trouble(before: &[u8], name: &[u8], errno: Errno) -> Malformed {
    Malformed([before, name, b" : ", errno.message().as_bytes()].concat())
}

fn strip_cr(bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(bytes.len());
    for line in bytes.split_inclusive(|byte| *byte == b'\n') {
        match line.strip_suffix(b"\r\n") {
            Some(content) => {
                out.extend_from_slice(content);
                out.push(b'\n');
            }
            None => out.extend_from_slice(line),
        }
    }
    out
}
