//! The six tools over files and commands, with the host's own `sh`, `grep`, `find`.
#![cfg(unix)]

mod support;

use std::sync::Arc;

use serde_json::{Value, json};
use support::*;
use wardian_agent::Agent;

struct Bench {
    folder: tempfile::TempDir,
    has_ripgrep: bool,
}

impl Bench {
    fn new() -> Bench {
        let folder = tempfile::tempdir().unwrap();
        for (path, contents) in [
            ("src/main.rs", "fn main() {\n    it's(\"a\");\n}\n"),
            ("src/deep/er/lib.rs", "fn lib() {}\n"),
            ("notes.md", "fn is a word\n"),
            ("it's a file", "quoted $HOME\n"),
            ("-dash", "x\n"),
            ("src-extra/main.rs", "\n"),
        ] {
            let path = folder.path().join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, contents).unwrap();
        }
        Bench {
            folder,
            has_ripgrep: true,
        }
    }

    /// What the model is told of one call.
    async fn call(&self, tool: &str, arguments: Value) -> String {
        let mut folder = HostFolder::new(self.folder.path());
        folder.has_ripgrep = self.has_ripgrep;
        let script = Script::new([
            Step::Reply(calls([(tool, arguments)])),
            Step::Reply(say("ok")),
        ]);
        let agent = Agent::builder()
            .model(script.clone())
            .sandbox(Arc::new(HostFactory(Arc::new(folder))));
        let session = agent
            .build()
            .unwrap()
            .init()
            .await
            .unwrap()
            .session()
            .await
            .unwrap();
        session.prompt("go").await.unwrap();
        result_texts(&script.request(1).messages[2]).remove(0)
    }
}

#[tokio::test]
async fn files() {
    let bench = Bench::new();
    for (tool, arguments, wanted) in [
        (
            "read",
            json!({"path": "src/main.rs", "offset": 2, "limit": 1}),
            "    it's(\"a\");\n\n[Lines 2-2 of 3 are shown. Go on with offset=3.]",
        ),
        (
            "read",
            json!({"path": "gone"}),
            "ERROR gone: entity not found",
        ),
        (
            "write",
            json!({"path": "new/er/file", "content": "h\u{e9}llo"}),
            "Wrote 6 bytes to new/er/file.",
        ),
        (
            "edit",
            json!({"path": "new/er/file", "oldText": "h\u{e9}", "newText": "He"}),
            "Replaced the passage in new/er/file.",
        ),
        (
            "edit",
            json!({"path": "new/er/file", "oldText": "l", "newText": "L", "replaceAll": true}),
            "Replaced 2 occurrences in new/er/file.",
        ),
        ("read", json!({"path": "new/er/file"}), "HeLLo"),
        (
            "bash",
            json!({"command": "cat new/er/file; echo; echo no >&2; exit 3"}),
            "ERROR HeLLo\nno\n\nCommand exited with code 3",
        ),
        (
            "bash",
            json!({"command": "true", "timeout": -1}),
            "ERROR timeout is -1; it has to be a number of seconds above 0",
        ),
    ] {
        assert_eq!(
            bench.call(tool, arguments.clone()).await,
            wanted,
            "{tool} {arguments}"
        );
    }
}

#[tokio::test]
async fn searches() {
    let mut bench = Bench::new();
    for has_ripgrep in [true, false] {
        bench.has_ripgrep = has_ripgrep;
        for (arguments, wanted) in [
            (
                json!({"pattern": "fn (main|lib)", "include": "*.rs"}),
                vec![
                    "./src/deep/er/lib.rs:1:fn lib() {}",
                    "./src/main.rs:1:fn main() {",
                ],
            ),
            (
                json!({"pattern": "it's(\"a\")", "literal": true}),
                vec!["./src/main.rs:2:    it's(\"a\");"],
            ),
            (
                json!({"pattern": "$HOME", "literal": true, "path": "it's a file"}),
                vec!["./it's a file:1:quoted $HOME"],
            ),
            (
                json!({"pattern": "x", "path": "-dash"}),
                vec!["./-dash:1:x"],
            ),
            (json!({"pattern": "-n"}), vec!["No matches."]),
        ] {
            let found = bench.call("grep", arguments.clone()).await;
            let mut lines: Vec<&str> = found.lines().collect();
            lines.sort_unstable();
            assert_eq!(lines, wanted, "{arguments}");
        }
        let found = bench.call("grep", json!({"pattern": "("})).await;
        assert!(
            found.starts_with("ERROR The search failed with exit code 2: "),
            "{found}"
        );
    }
    for (arguments, wanted) in [
        (
            json!({"pattern": "*.rs"}),
            "./src-extra/main.rs\n./src/deep/er/lib.rs\n./src/main.rs",
        ),
        (json!({"pattern": "**/lib.rs"}), "./src/deep/er/lib.rs"),
        (json!({"pattern": "src/*.rs"}), "./src/main.rs"),
        (
            json!({"pattern": "src/**/*.rs"}),
            "./src/deep/er/lib.rs\n./src/main.rs",
        ),
        (
            json!({"pattern": "*.rs", "path": "src/deep"}),
            "./src/deep/er/lib.rs",
        ),
        (
            json!({"pattern": "er/*.rs", "path": "src/deep/"}),
            "./src/deep/er/lib.rs",
        ),
        (json!({"pattern": "it's*"}), "./it's a file"),
        (json!({"pattern": "*.py"}), "No files match *.py."),
        (
            json!({"pattern": "*", "path": "gone"}),
            "ERROR gone: entity not found",
        ),
    ] {
        assert_eq!(
            bench.call("glob", arguments.clone()).await,
            wanted,
            "{arguments}"
        );
    }
}
