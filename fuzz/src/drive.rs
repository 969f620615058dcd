//! Runs a target on mutated inputs for a while. No coverage is needed, only
//! what runs tell of themselves, so this works with any toolchain.
//!
//! `WARDIAN_FUZZ_SECONDS`, `WARDIAN_FUZZ_SEED`, `WARDIAN_FUZZ_INPUT`.

use std::any::Any;
use std::cell::Cell;
use std::collections::HashSet;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, Once, PoisonError};
use std::time::{Duration, Instant};

use crate::mutate::{Random, input};
use crate::{Target, Trace};

/// How long a test drives a target unless told otherwise.
const SECONDS: f64 = 2.0;
/// A run that takes longer hangs.
const LONGEST_RUN: Duration = Duration::from_secs(60);
/// How long to look for a smaller input that fails.
const SHRINKING: Duration = Duration::from_secs(20);
/// As much as a guest has, so that what is deep for one is deep here.
const STACK_BYTES: usize = 16 << 20;

/// Drives a target: first the inputs that are kept, then mutations of them.
///
/// `WARDIAN_FUZZ_SECONDS` says how long (2), `WARDIAN_FUZZ_SEED` where the
/// numbers begin (1). With `WARDIAN_FUZZ_INPUT`, only that file is run.
///
/// # Panics
/// If a run does, after writing the input to a file and saying which.
pub fn drive(target: &'static Target) {
    let_shrinking_be_silent();
    let thread = std::thread::Builder::new()
        .stack_size(STACK_BYTES)
        .spawn(move || Driver::new(target).run())
        .expect("a thread");
    if let Err(panic) = thread.join() {
        std::panic::resume_unwind(panic);
    }
}

/// An input being run, and since when.
type Current = Arc<Mutex<Option<(Instant, Vec<u8>)>>>;

struct Driver {
    target: &'static Target,
    corpus: Vec<Vec<u8>>,
    seen: HashSet<u64>,
    /// What is being run, for the watcher.
    current: Current,
    runs: u64,
    /// Whether the input is on disk before it is run: it may end the process.
    cautious: bool,
}

impl Driver {
    fn new(target: &'static Target) -> Driver {
        Driver {
            target,
            corpus: Vec::new(),
            seen: HashSet::new(),
            current: Arc::default(),
            runs: 0,
            cautious: std::env::var_os("WARDIAN_FUZZ_SECONDS").is_some(),
        }
    }

    fn run(mut self) {
        watch(self.target.name, &self.current);
        if let Some(file) = std::env::var_os("WARDIAN_FUZZ_INPUT") {
            let input = std::fs::read(&file).expect("WARDIAN_FUZZ_INPUT is a file");
            (self.target.run)(&input, &mut Trace::default());
            return;
        }
        let time = Duration::from_secs_f64(variable("WARDIAN_FUZZ_SECONDS").unwrap_or(SECONDS));
        let seed: u64 = variable("WARDIAN_FUZZ_SEED").unwrap_or(1);
        let mut random = Random::new(seed);
        let start = Instant::now();
        for kept in kept(self.target.name)
            .into_iter()
            .chain((self.target.seeds)())
        {
            self.attempt(&kept, true);
        }
        while start.elapsed() < time {
            let target = self.target;
            let input = input(&mut random, &self.corpus, target.pieces, target.most_bytes);
            self.attempt(&input, false);
        }
        println!(
            "{}: {} runs in {:.1} s, {} kinds of behaviour, {} inputs, seed {seed}",
            self.target.name,
            self.runs,
            start.elapsed().as_secs_f64(),
            self.seen.len(),
            self.corpus.len(),
        );
    }

    /// Runs an input, and keeps it if it is good for something.
    fn attempt(&mut self, input: &[u8], keep: bool) {
        self.runs += 1;
        if self.cautious {
            let _ = std::fs::write(
                failures().join(format!("{}.running", self.target.name)),
                input,
            );
        }
        match self.once(input) {
            Ok(trace) => {
                let mut new = keep;
                for kind in trace.kinds() {
                    new |= self.seen.insert(*kind);
                }
                if new {
                    self.corpus.push(input.to_vec());
                }
            }
            Err(panic) => self.fail(input, panic),
        }
    }

    fn once(&self, input: &[u8]) -> Result<Trace, Box<dyn Any + Send>> {
        *lock(&self.current) = Some((Instant::now(), input.to_vec()));
        let mut trace = Trace::default();
        let run = || (self.target.run)(input, &mut trace);
        let result = catch_unwind(AssertUnwindSafe(run));
        *lock(&self.current) = None;
        result.map(|()| trace)
    }

    /// Writes the input down, also a smaller one that fails, and panics.
    fn fail(&self, input: &[u8], panic: Box<dyn Any + Send>) -> ! {
        let file = failures().join(format!("{}-{}", self.target.name, self.runs));
        let written = std::fs::write(&file, input);
        eprintln!(
            "{}: run {} failed on {} bytes: {} ({written:?})",
            self.target.name,
            self.runs,
            input.len(),
            file.display(),
        );
        let smaller = self.shrink(input);
        let written = std::fs::write(file.with_extension("small"), &smaller);
        eprintln!(
            "{}: {} bytes are enough: {}.small ({written:?})\n{}\nrun it alone with \
             WARDIAN_FUZZ_INPUT=FILE cargo test --workspace --test targets -- {}",
            self.target.name,
            smaller.len(),
            file.display(),
            smaller.escape_ascii(),
            self.target.name,
        );
        std::panic::resume_unwind(panic)
    }

    /// Takes parts away as long as it fails without them.
    fn shrink(&self, input: &[u8]) -> Vec<u8> {
        let start = Instant::now();
        SHRINKING_NOW.set(true);
        let mut input = input.to_vec();
        let mut part = input.len().div_ceil(2);
        while part > 0 {
            let mut at = 0;
            while at < input.len() {
                if start.elapsed() > SHRINKING {
                    return input;
                }
                let mut less = input.clone();
                less.drain(at..(at + part).min(input.len()));
                if self.once(&less).is_err() {
                    input = less;
                } else {
                    at += part;
                }
            }
            part /= 2;
        }
        input
    }
}

thread_local! {
    /// Whether this thread panics to see whether it does.
    static SHRINKING_NOW: Cell<bool> = const { Cell::new(false) };
}

fn let_shrinking_be_silent() {
    static HOOK: Once = Once::new();
    HOOK.call_once(|| {
        let before = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |info| {
            if !SHRINKING_NOW.get() {
                before(info);
            }
        }));
    });
}

/// Ends the process when a run does not.
fn watch(name: &'static str, current: &Current) {
    let current = Arc::downgrade(current);
    let look = move || {
        while let Some(current) = current.upgrade() {
            if let Some((since, input)) = &*lock(&current)
                && since.elapsed() > LONGEST_RUN
            {
                let file = failures().join(format!("{name}-hangs"));
                let written = std::fs::write(&file, input);
                eprintln!("{name}: a run hangs: {} ({written:?})", file.display());
                std::process::abort();
            }
            drop(current);
            std::thread::park_timeout(Duration::from_secs(1));
        }
    };
    // Without a watcher a hang is noticed later.
    let _ = std::thread::Builder::new().spawn(look);
}

/// Inputs that once found something, by name.
fn kept(name: &str) -> Vec<Vec<u8>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("corpus")
        .join(name);
    let Ok(entries) = std::fs::read_dir(folder) else {
        return Vec::new();
    };
    let mut files: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    files.sort();
    files.iter().flat_map(std::fs::read).collect()
}

/// Where failing inputs go.
fn failures() -> PathBuf {
    let folder = std::env::temp_dir().join("wardian-fuzz");
    let _ = std::fs::create_dir_all(&folder);
    folder
}

fn variable<T: std::str::FromStr>(name: &str) -> Option<T> {
    let text = std::env::var(name).ok()?;
    match text.parse() {
        Ok(value) => Some(value),
        Err(_) => panic!("{name}={text}: not a number"),
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
