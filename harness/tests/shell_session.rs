//! Shells that live from script to script: what stays, what does not, what
//! becomes of them when a script is ended or the sandbox is forked.

#[path = "support/runtime.rs"]
mod runtime;

use std::sync::OnceLock;
use std::time::Duration;

use runtime::runtime;
use wardian::{CancelToken, ExecResult, Limits, Sandbox, Shell, ShellState, Syntax};

fn sandbox_with(limits: Limits) -> Sandbox {
    Sandbox::builder(runtime())
        .tools(&wardian::tools())
        .limits(limits)
        .build()
        .expect("a sandbox")
}

fn sandbox() -> Sandbox {
    sandbox_with(Limits::default())
}

fn block_on<T>(future: impl Future<Output = T>) -> T {
    static TOKIO: OnceLock<tokio::runtime::Runtime> = OnceLock::new();
    let tokio = TOKIO.get_or_init(|| {
        tokio::runtime::Builder::new_multi_thread()
            .enable_all()
            .build()
            .expect("threads")
    });
    tokio.block_on(future)
}

fn run(shell: &Shell, script: &str) -> ExecResult {
    block_on(shell.exec(script).run()).expect("it starts")
}

#[track_caller]
fn check(shell: &Shell, script: &str, code: i32, stdout: &str) {
    let result = run(shell, script);
    let errors = result.stderr_text();
    assert_eq!(
        (result.exit_code, &*result.stdout_text()),
        (code, stdout),
        "{script}: {errors}"
    );
}

/// A session: scripts, each with its exit code and standard output.
type Session = (&'static str, &'static [(&'static str, i32, &'static str)]);

const SESSIONS: &[Session] = &[
    (
        "variables of every kind",
        &[
            (
                "a=1 b='x y'; export c=3; declare -i n=5; readonly r=6",
                0,
                "",
            ),
            (
                "n=n+1; echo \"$a|$b|$n|$r\"; printenv c",
                0,
                "1|x y|6|6\n3\n",
            ),
            ("r=7", 1, ""),
            ("echo $r", 0, "6\n"),
            ("unset a; a2=$'new\\nline \\xff'; declare -n ref=b", 0, ""),
            (
                "echo \"${a-none}\" \"${ref}\"; printf %s \"$a2\" | od -An -c | tr -s ' '",
                0,
                "none x y\n n e w \\n l i n e 377\n",
            ),
        ],
    ),
    (
        "arrays",
        &[
            (
                "a=(1 'two words' [5]=five); declare -A m=([k]=v ['a b']='c d')",
                0,
                "",
            ),
            (
                "a+=(six); echo \"${#a[@]} ${!a[*]} ${a[1]}\"",
                0,
                "4 0 1 5 6 two words\n",
            ),
            ("m[new]=x; echo \"${m[a b]} ${#m[@]}\"", 0, "c d 3\n"),
        ],
    ),
    (
        "functions",
        &[
            (
                "greet() { local who=$1; echo \"hello $who\" | tr a-z A-Z; return 4; }",
                0,
                "",
            ),
            ("greet you", 4, "HELLO YOU\n"),
            ("export -f greet; bash -c 'greet child'", 4, "HELLO CHILD\n"),
            ("unset -f greet; greet", 127, ""),
        ],
    ),
    (
        "the last exit code",
        &[
            ("(exit 9)", 9, ""),
            ("echo $?", 0, "9\n"),
            ("false | true; echo ${PIPESTATUS[@]}", 0, "1 0\n"),
        ],
    ),
    (
        "options",
        &[
            ("set -u -o pipefail; shopt -s nullglob extglob", 0, ""),
            (
                "echo *.none; [[ abc == +([a-c]) ]] && echo yes; false | true",
                1,
                "\nyes\n",
            ),
            ("echo $unset; echo not reached", 1, ""),
            ("set +u; echo \"[$unset]\" $-", 0, "[] hB\n"),
        ],
    ),
    (
        "set -e ends the script, not the session",
        &[
            ("set -e; echo one; false; echo two", 1, "one\n"),
            ("echo $? $-; false; echo no", 1, "1 ehB\n"),
            ("set +e; false; echo yes", 0, "yes\n"),
        ],
    ),
    (
        "exit",
        &[
            ("kept=1; exit 3; kept=2", 3, ""),
            ("echo $? $kept; trap 'echo bye $?' EXIT", 0, "3 1\n"),
            ("echo working", 0, "working\n"),
            ("exit 5", 5, "bye 5\n"),
            ("echo on", 0, "on\n"),
        ],
    ),
    (
        "directories",
        &[
            (
                "mkdir -p d/e; cd d/e; umask 027; pwd",
                0,
                "/home/user/d/e\n",
            ),
            (
                "pwd; echo $OLDPWD; touch f; stat -c %a f; umask",
                0,
                "/home/user/d/e\n/home/user\n640\n0027\n",
            ),
            ("pushd / >/dev/null", 0, ""),
            ("dirs; popd; cd -", 0, "/ ~/d/e\n~/d/e\n/\n"),
        ],
    ),
    (
        "aliases",
        &[
            ("shopt -s expand_aliases; alias hi='echo hello'", 0, ""),
            ("hi there", 0, "hello there\n"),
            ("unalias hi", 0, ""),
            ("hi there", 127, ""),
        ],
    ),
    (
        "traps and positional parameters",
        &[
            ("trap 'echo usr1' USR1; set -- a 'b c'", 0, ""),
            (
                "kill -USR1 $$; echo $# \"$2\"; shift; echo \"$1\"",
                0,
                "usr1\n2 b c\nb c\n",
            ),
            ("echo \"$@\"", 0, "b c\n"),
        ],
    ),
    (
        "a script that cannot be read",
        &[
            ("x=1", 0, ""),
            ("echo a\nx=2; if", 2, "a\n"),
            ("echo $x", 0, "1\n"),
        ],
    ),
    (
        "an error that ends a script",
        &[
            ("x=1; echo ${y:?is missing}; echo no", 1, ""),
            ("echo $x", 0, "1\n"),
        ],
    ),
    (
        "what is not kept",
        &[
            ("exec 5>file; echo to >&5; sleep 100 & echo $!", 0, "2\n"),
            ("echo again 2>/dev/null >&5; jobs; cat file", 0, "to\n"),
            ("exec echo replaced", 0, "replaced\n"),
            ("x=lost; exec true", 0, ""),
            ("echo \"[$x]\"", 0, "[]\n"),
            ("x=lost; kill -9 $$", 137, ""),
            ("echo \"[$x]\"", 0, "[]\n"),
        ],
    ),
    (
        "the state is nobody else's",
        &[
            (
                "ls /dev/fd | tr '\\n' ' '; (ls /dev/fd) | wc -l",
                0,
                "0 1 2 3\n",
            ),
            (
                "for n in 3 4 5 6 7 8 9; do echo x 2>/dev/null >&$n; cat <&$n; done 2>/dev/null; echo end",
                0,
                "end\n",
            ),
        ],
    ),
];

#[test]
fn sessions_keep_what_bash_keeps() {
    for (name, scripts) in SESSIONS {
        let sandbox = sandbox();
        let shell = sandbox.shell();
        for (script, code, stdout) in *scripts {
            let result = run(&shell, script);
            let errors = result.stderr_text();
            assert_eq!(
                (result.exit_code, &*result.stdout_text()),
                (*code, *stdout),
                "{name}: {script}: {errors}"
            );
            assert_eq!(sandbox.processes(), 0, "{name}: {script}");
        }
    }
}

#[test]
fn exit_is_told() {
    let sandbox = sandbox();
    let shell = sandbox.shell();
    for (script, exited) in [
        ("true", false),
        ("exit", true),
        ("exit 3", true),
        ("(exit 3)", false),
        ("bash -c 'exit 1'", false),
        ("if", false),
        ("echo ${x:?}", false),
        ("f() { exit 2; }; f", true),
        ("exec true", false),
        ("set -e; false", true),
    ] {
        assert_eq!(run(&shell, script).shell_exited, exited, "{script}");
    }
    assert!(!block_on(sandbox.exec("exit 3").run()).unwrap().shell_exited);
}

#[test]
fn environment_and_directory_hold_for_one_script() {
    let sandbox = sandbox();
    let shell = sandbox.shell();
    let once = |script: &str| {
        let exec = shell.exec(script).env("A", "once 'q' $x").env("B", "2");
        let result = block_on(exec.cwd("sub").run()).unwrap();
        result.stdout_text().into_owned()
    };
    check(&shell, "mkdir -p sub/deep; A=kept", 0, "");
    assert_eq!(
        once("pwd; printenv A B; A=changed; own=3; cd deep; pwd"),
        "/home/user/sub\nonce 'q' $x\n2\n/home/user/sub/deep\n"
    );
    check(
        &shell,
        "pwd; echo $OLDPWD $A ${B-none} $own; printenv A",
        1,
        "/home/user\nkept none 3\n",
    );
    check(&shell, "cd sub/deep", 0, "");
    assert_eq!(once("pwd"), "");
    let missing = block_on(shell.exec("echo no").cwd("nowhere").run()).unwrap();
    assert_eq!((missing.exit_code, &*missing.stdout_text()), (1, ""));
    assert!(missing.stderr_text().contains("nowhere: No such file"));
    check(&shell, "pwd", 0, "/home/user/sub/deep\n");
    // From the first script on.
    let fresh = sandbox.shell();
    let exec = fresh.exec("echo $A; pwd").env("A", "1").cwd("/tmp");
    assert_eq!(block_on(exec.run()).unwrap().stdout_text(), "1\n/tmp\n");
    check(&fresh, "echo ${A-none}; pwd", 0, "none\n/home/user\n");
}

#[test]
fn input_and_streams_work_as_elsewhere() {
    let sandbox = sandbox();
    let shell = sandbox.shell();
    let exec = shell
        .exec("read line; rest=$(cat)")
        .stdin("one\ntwo\nthree");
    assert_eq!(block_on(exec.run()).unwrap().exit_code, 0);
    check(&shell, "echo \"$line|$rest\"", 0, "one|two\nthree\n");
    block_on(async {
        let (stdin, stdout, _, result) = shell.exec("read x; echo got $x").stream().split();
        let result = tokio::spawn(result);
        assert!(stdin.write_all(b"streamed\n").await);
        let mut bytes = [0; 64];
        let count = stdout.read(&mut bytes).await;
        assert_eq!(&bytes[..count], b"got streamed\n");
        assert_eq!(result.await.unwrap().unwrap().exit_code, 0);
    });
    check(&shell, "echo $x", 0, "streamed\n");
}

#[test]
fn a_script_ended_from_outside_changes_nothing() {
    let sandbox = sandbox();
    let shell = sandbox.shell();
    check(&shell, "x=before", 0, "");
    let late = shell.exec("x=after; sleep 100");
    let late = block_on(late.timeout(Duration::from_millis(300)).run()).unwrap();
    assert_eq!((late.exit_code, late.timed_out), (124, true));
    check(&shell, "echo $x", 0, "before\n");
    let token = CancelToken::new();
    let cancelled = block_on(async {
        let (_, stdout, _, result) = shell
            .exec("x=after; echo begun; sleep 100")
            .cancel(&token)
            .stream()
            .split();
        let result = tokio::spawn(result);
        stdout.read(&mut [0; 64]).await;
        token.cancel();
        result.await.unwrap().unwrap()
    });
    assert_eq!((cancelled.exit_code, cancelled.cancelled), (130, true));
    check(&shell, "echo $x", 0, "before\n");
}

#[test]
fn forks_diverge() {
    let first = sandbox();
    let shell = first.shell();
    check(&shell, "mkdir d; cd d; x=1; f() { echo f $x; }", 0, "");
    let second = first.fork();
    let fork = shell.fork(&second);
    check(&fork, "f; x=2; touch only-here; cd /", 0, "f 1\n");
    check(&shell, "f; pwd; ls", 0, "f 1\n/home/user/d\n");
    check(&fork, "f; pwd; ls ~/d", 0, "f 2\n/\nonly-here\n");
    drop(first);
    check(&fork, "f", 0, "f 2\n");
}

#[test]
fn a_state_comes_back_from_its_bytes() {
    let first = sandbox();
    let shell = first.shell();
    assert!(shell.state().as_bytes().is_empty());
    check(&shell, "a=(1 2); set -u", 0, "");
    let stored = shell.state().as_bytes().to_vec();
    let back = first.fork().shell_from(ShellState::from(stored));
    check(&back, "echo ${a[1]} $-", 0, "2 huB\n");
}

#[test]
fn a_state_that_is_none_ends_the_script_and_nothing_else() {
    let sandbox = sandbox();
    for bytes in [&b"rubbish"[..], b"\0\xff", b"# wardian shell state 1\n"] {
        let shell = sandbox.shell_from(ShellState::from(bytes.to_vec()));
        let result = run(&shell, "echo ran");
        assert_eq!((result.exit_code, &*result.stdout_text()), (2, ""));
        assert!(result.stderr_text().contains("not a shell's state"));
    }
    // It is a script: what it does, it does in the sandbox.
    let hostile = "# wardian shell state 1\nwhile :; do :; done\n";
    let shell = sandbox.shell_from(ShellState::from(hostile.as_bytes().to_vec()));
    let exec = shell.exec("true").timeout(Duration::from_millis(200));
    assert_eq!(block_on(exec.run()).unwrap().exit_code, 124);
}

#[test]
fn a_state_over_the_limit_is_refused_with_a_line_that_names_it() {
    let sandbox = sandbox_with(Limits {
        shell_state_bytes: 20_000,
        ..Limits::default()
    });
    let shell = sandbox.shell();
    check(&shell, "x=small", 0, "");
    let result = run(&shell, "x=$(printf '%030000d' 0); echo done");
    assert_eq!((result.exit_code, &*result.stdout_text()), (1, "done\n"));
    let errors = result.stderr_text();
    assert!(errors.contains("limit shell_state_bytes"), "{errors}");
    assert_eq!(run(&shell, "x=$(printf '%030000d' 0); exit 7").exit_code, 7);
    check(&shell, "echo $x", 0, "small\n");
    check(&shell, "y=$(printf '%010000d' 0); echo ${#y}", 0, "10000\n");
    check(&shell, "echo ${#y}", 0, "10000\n");
}

#[test]
fn scripts_at_the_same_time_run_one_after_the_other() {
    let sandbox = sandbox();
    let shell = sandbox.shell();
    check(&shell, "n=0", 0, "");
    block_on(async {
        let script = "m=$n; sleep 0.02; n=$((m + 1))";
        let tasks: Vec<_> = (0..8)
            .map(|_| tokio::spawn(shell.exec(script).run()))
            .collect();
        for task in tasks {
            task.await.unwrap().unwrap();
        }
        // Waiting ends with a cancel, and a script that is dropped leaves its turn.
        let (_, stdout, _, first) = shell.exec("echo on; sleep 100").stream().split();
        let first = tokio::spawn(first);
        stdout.read(&mut [0; 8]).await;
        let token = CancelToken::new();
        let second = tokio::spawn(shell.exec("n=0").cancel(&token).run());
        token.cancel();
        assert!(second.await.unwrap().unwrap().cancelled);
        first.abort();
    });
    check(&shell, "echo $n", 0, "8\n");
}

#[test]
fn a_shell_tells_whether_a_script_has_an_end() {
    let sandbox = sandbox();
    let shell = sandbox.shell();
    let setup = "shopt -s expand_aliases extglob; alias loop='while true; do'";
    check(&shell, setup, 0, "");
    for script in [
        "echo 'a",
        "echo \"a $(",
        "if true",
        "for i in 1 2; do",
        "cat <<E\nline",
        "echo a |",
        "a &&",
        "f() {",
        "loop",
        "echo \\",
        "a=(1 2",
        "echo ${x",
        "case x in",
        "((1 +",
        "[[ a &&",
    ] {
        let syntax = block_on(shell.check(script)).unwrap();
        assert_eq!(syntax, Syntax::Incomplete, "{script}");
    }
    for script in [
        "",
        "touch made",
        "echo a # \\",
        "echo 'a \\'",
        "echo a \\\\",
        "cat <<E\nline\nE",
        "loop echo; done",
        "echo !(a)",
        "exit 3",
        "# comment",
    ] {
        let syntax = block_on(shell.check(script)).unwrap();
        assert_eq!(syntax, Syntax::Complete, "{script}");
    }
    for script in ["fi", "echo )", "if ; then", "a | | b"] {
        match block_on(shell.check(script)).unwrap() {
            Syntax::Wrong(text) => assert!(text.contains("syntax error"), "{text}"),
            other => panic!("{script}: {other:?}"),
        }
    }
    check(&shell, "ls; echo $-", 0, "hB\n");
}

/// A name that no variable of a shell can have is the commands' in every script.
#[test]
fn what_is_no_variable_reaches_commands_of_all_scripts() {
    let sandbox = Sandbox::builder(runtime())
        .tools(&wardian::tools())
        .env("a.b", "of the sandbox")
        .build()
        .expect("a sandbox");
    let shell = sandbox.shell();
    for _ in 0..3 {
        check(&shell, "printenv a.b", 0, "of the sandbox\n");
    }
    let once = shell.exec("printenv c.d").env("c.d", "of the script");
    let result = block_on(once.run()).expect("it starts");
    assert_eq!(result.stdout_text(), "of the script\n");
    check(&shell, "printenv c.d", 1, "");
}
