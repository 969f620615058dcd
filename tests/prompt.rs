//! `wardian shell` as a person uses it, at a terminal, and as a program does,
//! through a pipe. These are tests of the package `wardian-cli`.

use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Command, Stdio};

fn piped(input: &str, arguments: &[&str]) -> (i32, String, String) {
    let mut child = Command::new(env!("CARGO_BIN_EXE_wardian"))
        .arg("shell")
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    stdin.write_all(input.as_bytes()).unwrap();
    drop(stdin);
    let output = child.wait_with_output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (
        output.status.code().unwrap(),
        text(output.stdout),
        text(output.stderr),
    )
}

#[test]
fn commands_come_through_a_pipe() {
    for (input, code, stdout) in [
        ("", 0, ""),
        ("echo a; exit 4\necho b\n", 4, "a\n"),
        ("x=1\ncd /tmp\necho $x; pwd\nfalse", 1, "1\n/tmp\n"),
        (
            "for i in 1 2\ndo echo $i\ndone\ncat <<E\na\nE\ncat",
            0,
            "1\n2\na\n",
        ),
        (
            "trap 'echo bye' EXIT; alias hi='echo hello'\nhi\n",
            0,
            "hello\nbye\n",
        ),
        ("exit() { :; }", 0, ""),
    ] {
        let (status, output, errors) = piped(input, &[]);
        assert_eq!((status, &*output), (code, stdout), "{input}: {errors}");
        assert_eq!(errors, "", "{input}");
    }
    let (status, _, errors) = piped("if", &[]);
    assert_eq!(status, 2);
    assert!(errors.contains("unexpected end of file"), "{errors}");
}

#[test]
fn each_answer_comes_before_the_next_question() {
    let mut child = Command::new(env!("CARGO_BIN_EXE_wardian"))
        .args(["shell", "--timeout", "0.5"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let mut stdout = BufReader::new(child.stdout.take().unwrap());
    for (question, answer) in [
        ("n=1; echo $n\n", "1\n"),
        ("if true\nthen echo $((n += 1))\nfi\n", "2\n"),
        ("n=9; echo late; sleep 100\n", "late\n"),
        ("echo $? $n\n", "124 2\n"),
    ] {
        stdin.write_all(question.as_bytes()).unwrap();
        let mut line = String::new();
        stdout.read_line(&mut line).unwrap();
        assert_eq!(line, answer, "{question}");
    }
    drop(stdin);
    assert_eq!(child.wait().unwrap().code(), Some(0));
}

#[cfg(target_os = "linux")]
mod terminal {
    use std::fs::File;
    use std::io::Read as _;
    use std::os::unix::fs::PermissionsExt as _;
    use std::path::PathBuf;
    use std::process::Child;
    use std::sync::mpsc::{Receiver, channel};
    use std::time::Duration;

    use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};

    use super::*;

    const PATIENCE: Duration = Duration::from_secs(60);

    /// A terminal with `wardian shell` on it.
    struct Terminal {
        keys: File,
        screen: Receiver<Vec<u8>>,
        unread: String,
        shell: Child,
    }

    impl Terminal {
        /// None where no program gives a process a terminal of its own.
        fn open(data: &std::path::Path) -> Option<Terminal> {
            let master = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).unwrap();
            grantpt(&master).unwrap();
            unlockpt(&master).unwrap();
            let path = ptsname(&master, Vec::new()).unwrap().into_string().unwrap();
            let end = || {
                let file = File::options().read(true).write(true).open(&path);
                Stdio::from(file.unwrap())
            };
            let shell = Command::new("setsid")
                .args(["--ctty", "--wait", env!("CARGO_BIN_EXE_wardian"), "shell"])
                .env("TERM", "xterm")
                .env("XDG_DATA_HOME", data)
                .env_remove("NO_COLOR")
                .stdin(end())
                .stdout(end())
                .stderr(end())
                .spawn()
                .ok()?;
            let keys = File::from(master);
            let mut output = keys.try_clone().unwrap();
            let (sender, screen) = channel();
            std::thread::spawn(move || {
                let mut block = [0; 4096];
                while let Ok(count @ 1..) = output.read(&mut block) {
                    if sender.send(block[..count].to_vec()).is_err() {
                        return;
                    }
                }
            });
            Some(Terminal {
                keys,
                screen,
                unread: String::new(),
                shell,
            })
        }

        /// Waits until the screen shows this.
        #[track_caller]
        fn shows(&mut self, text: &str) {
            loop {
                if let Some(at) = self.unread.find(text) {
                    self.unread.drain(..at + text.len());
                    return;
                }
                match self.screen.recv_timeout(PATIENCE) {
                    Ok(bytes) => self.unread.push_str(&String::from_utf8_lossy(&bytes)),
                    Err(_) => panic!("{text:?} never came: {:?}", self.unread),
                }
            }
        }

        #[track_caller]
        fn types(&mut self, keys: &str, shown: &str) {
            self.keys.write_all(keys.as_bytes()).unwrap();
            self.shows(shown);
        }
    }

    impl Drop for Terminal {
        fn drop(&mut self) {
            let _ = self.shell.kill();
        }
    }

    fn data_directory() -> PathBuf {
        let name = format!("wardian-prompt-{}", std::process::id());
        std::env::temp_dir().join(name)
    }

    #[test]
    fn a_person_at_a_prompt() {
        let data = data_directory();
        let Some(mut terminal) = Terminal::open(&data) else {
            eprintln!("setsid is not installed: not tested");
            return;
        };
        terminal.shows("user@wardian:~$ ");
        terminal.types("x=5; echo he\"\"llo\r", "\r\nhello\r\n");
        terminal.shows("$ ");
        // A command of several lines.
        terminal.types("for i in 1 2\r", "in 1 2\r\n");
        terminal.types("do echo n$i; done\r", "\r\nn1\r\nn2\r\n");
        terminal.shows("$ ");
        // Input of a command, with its end.
        terminal.types("echo begin; cat; echo e''nd\r", "\r\nbegin\r\n");
        terminal.types("typed\r", "typed\r\ntyped\r\n");
        terminal.types("\x04", "end\r\n");
        terminal.shows("$ ");
        // Ctrl-C: at a command, and at the prompt.
        terminal.types("x=6; echo sleep''ing; sleep 100\r", "sleeping\r\n");
        terminal.types("\x03", "cancelled");
        terminal.shows("$ ");
        terminal.types("echo code $? $x\r", "code 130 5\r\n");
        terminal.shows("$ ");
        terminal.types("echo not ru\x03", "\r\n");
        terminal.shows("$ ");
        // Completion: commands, paths with blanks, variables, functions.
        terminal.types("mkdir 'a dir'; mine() { echo o''wn; }\r", "\r\n");
        terminal.shows("$ ");
        terminal.types("printen\tHOME\r", "\r\n/home/user\r\n");
        terminal.shows("$ ");
        terminal.types("cd a\t\r", "~/a dir$ ");
        terminal.types("echo $LOGN\t\r", "\r\nuser\r\n");
        terminal.shows("$ ");
        terminal.types("min\t\r", "\r\nown\r\n");
        terminal.shows("$ ");
        // History: the line before the last.
        terminal.types("\x1b[A\x1b[A\r", "\r\nuser\r\n");
        terminal.shows("$ ");
        terminal.types("(exit 7)\r", "$ ");
        terminal.types("\x04", "exit\r\n");
        let status = terminal.shell.wait().unwrap();
        assert_eq!(status.code(), Some(7));

        let file = data.join("wardian/shell_history");
        let history = std::fs::read_to_string(&file).unwrap();
        assert!(history.contains("sleep''ing") && !history.contains("not ru"));
        let mode = |path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode(file), 0o600);
        assert_eq!(mode(data.join("wardian")), 0o700);
        std::fs::remove_dir_all(data).unwrap();
    }
}
