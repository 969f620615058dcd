//! Scripts beside bash and dash, in one run: how fast the shell computes, captures,
//! starts pipelines and reads its text, and what the shortest of execs take.

use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use wardian::Sandbox;

use crate::Host;
use crate::table::{Table, Times, progress, progress_done};

/// How much to do.
#[derive(Clone, Copy, Debug)]
pub struct Plan {
    /// How often a loop goes round that only computes; those that start something go
    /// round a hundredth as often.
    pub rounds: usize,
    /// Lines of the script that is only read.
    pub lines: usize,
    /// How often each is measured.
    pub times: usize,
}

/// A shell of this machine, if it is there.
struct Native {
    name: &'static str,
    there: bool,
}

impl Native {
    fn find(name: &'static str) -> Native {
        let found = run(name, &["-c", ":"]);
        Native {
            name,
            there: found.is_some(),
        }
    }
}

/// What a program prints, and how long it takes.
fn run(program: &str, args: &[&str]) -> Option<(Vec<u8>, Duration)> {
    let start = Instant::now();
    let output = Command::new(program)
        .args(args)
        .stdin(Stdio::null())
        .stderr(Stdio::null())
        .output()
        .ok()?;
    output
        .status
        .success()
        .then(|| (output.stdout, start.elapsed()))
}

/// Does it, and tells.
///
/// # Panics
/// If the machine refuses threads or address space, or there is no bash.
#[must_use]
pub fn shell(plan: &Plan) -> Table {
    let host = Host::new(0);
    let bash = Native::find("bash");
    let dash = Native::find("dash");
    assert!(bash.there, "there is no bash to measure beside");
    let mut bench = Bench {
        sandbox: host.sandbox(),
        host,
        bash,
        dash,
        times: plan.times,
        table: Table::default(),
    };
    let few = plan.rounds / 100;
    let lasting = |rounds: usize, body: &str| {
        format!("i=0; while [ $i -lt {rounds} ]; do {body}; i=$((i+1)); done; echo $i $x")
    };
    for script in ["true", "echo hi"] {
        bench.shortest(script);
    }
    bench.script("computing", &lasting(plan.rounds, ":"), Aim::Dash);
    bench.script(
        "x=$(echo hello)",
        &lasting(few, "x=$(echo hello)"),
        Aim::Bash,
    );
    bench.script("echo $i | cat", &lasting(few, "echo $i | cat"), Aim::Bash);
    bench.reading(plan.lines);
    // Instances keep a megabyte of the pages that they touched, and clear it each time.
    let after = bench.each("true");
    let note = format!("{after:.2?}");
    bench.table.note("exec of true after all that", note);
    progress_done();
    bench.table
}

/// What a script's time is held against.
enum Aim {
    /// No slower than dash.
    Dash,
    /// Thirty times as fast as bash.
    Bash,
}

struct Bench {
    host: Host,
    sandbox: Sandbox,
    bash: Native,
    dash: Native,
    times: usize,
    table: Table,
}

impl Bench {
    /// Median times of one thing in the three shells, one after the other in turn, and
    /// whether they printed the same.
    fn measure(
        &self,
        args: &[&str],
        ours: impl Fn() -> (Vec<u8>, Duration),
    ) -> (Duration, Duration, Option<Duration>, bool) {
        let [mut own, mut bash, mut dash] = [Times::default(), Times::default(), Times::default()];
        let mut same = true;
        // The first is not counted: files and modules are read for it.
        for round in 0..=self.times {
            let (printed, took) = ours();
            let Some((expected, native)) = run(self.bash.name, args) else {
                panic!("bash failed");
            };
            same &= printed == expected;
            let third = match self.dash.there {
                true => run(self.dash.name, args),
                false => None,
            };
            if round > 0 {
                own.push(took);
                bash.push(native);
                if let Some((_, took)) = third {
                    dash.push(took);
                }
            }
        }
        let dash = (dash.count() > 0).then(|| dash.within(500));
        (own.within(500), bash.within(500), dash, same)
    }

    /// A script that prints something.
    fn script(&mut self, what: &str, script: &str, aim: Aim) {
        progress(what);
        let ours = || {
            let start = Instant::now();
            let exec = self.sandbox.exec(script).timeout(Duration::from_secs(600));
            let result = self.host.tokio.block_on(exec.run()).expect("it starts");
            (result.stdout, start.elapsed())
        };
        let (own, bash, dash, same) = self.measure(&["-c", script], ours);
        let (text, reached) = match aim {
            Aim::Dash => ("no slower than dash", dash.is_none_or(|dash| own <= dash)),
            Aim::Bash => ("30x bash", own * 30 <= bash),
        };
        let value = beside(own, bash, dash);
        self.table.figure(what, text, value, reached);
        let value = if same { "as bash" } else { "not as bash" };
        self.table.must("  what it prints", value.into(), same);
    }

    /// A long script that is only read (`-n`).
    fn reading(&mut self, lines: usize) {
        progress("reading");
        let text = long_script(lines);
        let folder = std::env::temp_dir();
        let path = folder.join(format!("wardian-bench-{}.sh", std::process::id()));
        std::fs::write(&path, &text).expect("a temporary file");
        self.sandbox.fs().write("long.sh", &text).expect("fits");
        let ours = || {
            let start = Instant::now();
            let exec = self.sandbox.command(["bash", "-n", "long.sh"]);
            let result = self.host.tokio.block_on(exec.run()).expect("it starts");
            assert_eq!(result.exit_code, 0, "{}", result.stderr_text());
            (result.stdout, start.elapsed())
        };
        let native = path.display().to_string();
        let (own, bash, dash, _) = self.measure(&["-n", &native], ours);
        let _ = std::fs::remove_file(&path);
        let rate = text.len() as f64 / own.as_secs_f64() / 1e6;
        let value = format!("{rate:.0} MB/s; {}", beside(own, bash, dash));
        let what = format!("reading {lines} lines, {} KB", text.len() / 1000);
        self.table.figure(&what, ">= 20 MB/s", value, rate >= 20.0);
    }

    /// What one of many execs takes, one after the other.
    fn each(&self, script: &str) -> Duration {
        let rounds = 1000;
        let mut times = Times::default();
        self.host.tokio.block_on(async {
            for _ in 0..=self.times {
                let start = Instant::now();
                for _ in 0..rounds {
                    let result = self.sandbox.exec(script).run().await;
                    assert_eq!(result.expect("it starts").exit_code, 0);
                }
                times.push(start.elapsed() / rounds);
            }
        });
        times.within(500)
    }

    /// One command, over and over.
    fn shortest(&mut self, script: &str) {
        progress(script);
        let own = self.each(script);
        let (_, bash, dash, _) = self.measure(&["-c", script], || {
            let exec = self.sandbox.exec(script);
            let result = self.host.tokio.block_on(exec.run()).expect("it starts");
            (result.stdout, Duration::ZERO)
        });
        let reached = own <= Duration::from_micros(10);
        let what = format!("exec of {script}");
        self.table
            .figure(&what, "<= 10 us", beside(own, bash, dash), reached);
    }
}

fn beside(own: Duration, bash: Duration, dash: Option<Duration>) -> String {
    let ratio = |native: Duration| native.as_secs_f64() / own.as_secs_f64();
    let mut text = format!("{own:.2?}; bash {bash:.2?}, {:.1}x", ratio(bash));
    if let Some(dash) = dash {
        text.push_str(&format!("; dash {dash:.2?}, {:.1}x", ratio(dash)));
    }
    text
}

/// Lines as scripts have them.
fn long_script(lines: usize) -> String {
    const BLOCK: [&str; 10] = [
        "# Looks at one of the files and says what it found.",
        "check() {",
        "  name=$1; count=${2:-0}",
        "  if [ -f \"$name\" ] && [ \"$count\" -gt 3 ]; then",
        "    echo \"file $name: $((count * 2 + 1)) lines\" >> \"${out}/log.txt\" 2>&1",
        "  else",
        "    for part in a b 'c d'; do printf '%s\\n' \"$part\" | grep -v x; done",
        "  fi",
        "}",
        "case $mode in start|stop) check \"$file\" $(wc -l < \"$file\") ;; *) exit 2 ;; esac",
    ];
    let mut text = String::new();
    for line in BLOCK.iter().cycle().take(lines - lines % BLOCK.len()) {
        text.push_str(line);
        text.push('\n');
    }
    text
}
