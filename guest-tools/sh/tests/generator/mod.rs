//! Random but well-formed scripts: each seed gives one, which ends by itself,
//! needs no program but `cat`, and says the same wherever it runs.

/// Numbers from a seed (xorshift).
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        ((self.0 >> 11) % limit as u64) as usize
    }

    fn of<'a>(&mut self, choices: &[&'a str]) -> &'a str {
        choices[self.below(choices.len())]
    }
}

/// The script of a seed.
pub fn script(seed: u64) -> String {
    let mut writer = Writer {
        random: Random(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1),
        out: String::new(),
        depth: 0,
        functions: 0,
        loops: 0,
    };
    writer.line("a=1 b='x y' c= d=/usr/local/lib.tar.gz e=\"it's\" n=7");
    writer.line("arr=(one 'two three' '' four) k=arr");
    writer.line("declare -A map=([k]=v ['a b']=c)");
    writer.line("set -- first 'second word' '' '*'");
    let count = 3 + writer.random.below(8);
    for _ in 0..count {
        writer.statement();
    }
    writer.line("echo \"end $? $a $b $c $n ${#arr[@]} $#\"");
    writer.out
}

struct Writer {
    random: Random,
    out: String,
    depth: usize,
    functions: usize,
    loops: usize,
}

const NAMES: &[&str] = &["a", "b", "c", "d", "e", "n", "u"];

impl Writer {
    fn line(&mut self, text: &str) {
        self.out.push_str(text);
        self.out.push('\n');
    }

    fn name(&mut self) -> &'static str {
        self.random.of(NAMES)
    }

    /// One of the statements; compound ones hold others.
    fn statement(&mut self) {
        if self.depth > 3 {
            return self.simple();
        }
        self.depth += 1;
        match self.random.below(24) {
            0 => self.conditional(),
            1 => self.for_words(),
            2 => self.for_arith(),
            3 => self.while_loop(),
            4 => self.case(),
            5 => self.function(),
            6 => self.heredoc(),
            7 => self.pipeline(),
            8 => self.group(),
            9 => self.and_or(),
            _ => self.simple(),
        }
        self.depth -= 1;
    }

    fn body(&mut self) {
        for _ in 0..=self.random.below(2) {
            self.statement();
        }
    }

    fn simple(&mut self) {
        let text = self.simple_text();
        self.line(&text);
    }

    fn simple_text(&mut self) -> String {
        let name = self.name();
        match self.random.below(22) {
            0..=3 => format!("echo {}", self.words()),
            4 => format!("printf '[%s]' {}; echo", self.words()),
            5 => format!(
                "printf '%5s|%-4d|%03d|%x\\n' {} {} {} {}",
                self.quoted(),
                self.number(),
                self.number(),
                self.random.below(999)
            ),
            6 => format!("{name}={}", self.word()),
            7 => format!("{name}+={}", self.word()),
            8 => format!("n=$(({}))", self.arith(2)),
            9 => format!("(( n = {} ))", self.arith(2)),
            10 => format!("let 'n += {}'", self.random.below(9)),
            11 => format!("arr[{}]={}", self.random.below(6), self.word()),
            12 => format!("arr+=({})", self.words()),
            13 => format!(
                "map[{}]={}",
                self.random.of(&["k", "'a b'", "$a", "\"$b\""]),
                self.word()
            ),
            14 => format!(
                "unset {}",
                self.random.of(&["u", "'arr[1]'", "c", "'map[k]'"])
            ),
            15 => format!(
                "declare -p {} 2>/dev/null",
                self.random.of(&["a", "b", "arr", "n", "u", "e"])
            ),
            16 => format!("set -- {}", self.words()),
            17 => "shift 2>/dev/null; echo \"$# $*\"".to_owned(),
            18 => format!(
                "IFS={} read -r p q <<< {}; echo \"<$p|$q>\"",
                self.random.of(&[":", "', '", "x", "/"]),
                self.quoted()
            ),
            19 => format!("echo $({})", self.inner()),
            20 => format!("{name}=$({}); echo \"$? ${name}\"", self.inner()),
            _ => format!("echo {}", self.brace()),
        }
    }

    /// A command for inside a substitution.
    fn inner(&mut self) -> String {
        match self.random.below(5) {
            0 => format!("echo {}", self.words()),
            1 => format!("printf '%s\\n' {} | cat", self.words()),
            2 => format!("echo {}; exit {}", self.quoted(), self.random.below(4)),
            3 => format!("set -- {}; echo $#", self.words()),
            _ => "for w in \"${arr[@]}\"; do echo \"$w\"; done".to_owned(),
        }
    }

    fn brace(&mut self) -> String {
        self.random
            .of(&[
                "{a,b}{1,2}",
                "x{1..4}y",
                "{3..1}",
                "{a..e..2}",
                "{$a,$n}",
                "a{,b}c",
                "{a,'b c'}",
                "{1..3",
                "{x}",
                "{01..03}",
                "pre{a,{b,c}}post",
            ])
            .to_owned()
    }

    fn words(&mut self) -> String {
        let count = 1 + self.random.below(3);
        let words: Vec<String> = (0..count).map(|_| self.word()).collect();
        words.join(" ")
    }

    fn word(&mut self) -> String {
        match self.random.below(9) {
            0 => self
                .random
                .of(&["plain", "x=y", "a-b", "%s", "5", "--", "no\\ split", "\\$a"])
                .to_owned(),
            1 => format!(
                "'{}'",
                self.random.of(&["a b", "$a", "*", "", "x\"y", "\\n"])
            ),
            2 => format!(
                "$'{}'",
                self.random
                    .of(&["t\\tb", "it\\'s", "\\x41", "\\101", "a\\\\b"])
            ),
            3 => format!("${}", self.name()),
            4 => format!("${{{}}}", self.expansion()),
            5 => format!("$(({}))", self.arith(1)),
            6 => format!("{}{}", self.random.of(&["pre", "x-", "_"]), self.quoted()),
            _ => self.quoted(),
        }
    }

    fn quoted(&mut self) -> String {
        match self.random.below(6) {
            0 => format!(
                "\"{}\"",
                self.random.of(&[
                    "a  b", "x:y:z", "q\\\"q", "one, two", "\\$a", "a/b/c", "1x2x3"
                ])
            ),
            1 => format!("\"${}\"", self.name()),
            2 => format!("\"<${{{}}}>\"", self.expansion()),
            3 => format!(
                "\"{}\"",
                self.random.of(&[
                    "$*",
                    "$#",
                    "$?",
                    "${arr[*]}",
                    "${!map[*]}",
                    "$n$n",
                    "${#arr[1]}"
                ])
            ),
            4 => self
                .random
                .of(&[
                    "\"$@\"",
                    "\"${arr[@]}\"",
                    "\"${@:2}\"",
                    "\"${arr[@]:1:2}\"",
                    "\"${!arr[@]}\"",
                    "\"${arr[@]/o/0}\"",
                ])
                .to_owned(),
            _ => format!("\"$(({}))\"", self.arith(1)),
        }
    }

    fn expansion(&mut self) -> String {
        let name = self.random.of(&[
            "a", "b", "c", "d", "e", "n", "u", "1", "2", "arr[1]", "map[k]",
        ]);
        let operation = self.random.of(&[
            "",
            ":-def ault",
            "-x",
            ":+set",
            "+y",
            "#*/",
            "##*/",
            "%.*",
            "%%.*",
            "/a/A",
            "//[aeiou]/_",
            "/#x/<",
            "/%y/>",
            ":1",
            ":1:2",
            ": -2",
            "^",
            "^^",
            ",,",
            "@Q",
            ":-$a",
            ":-\"$b\"",
            "#?",
            "//[!a-z]",
            "%'y'",
            "/\\//-",
            "^^[a-m]",
        ]);
        match self.random.below(8) {
            0 => format!("#{name}"),
            _ => format!("{name}{operation}"),
        }
    }

    fn number(&mut self) -> String {
        match self.random.below(4) {
            0 => format!("-{}", self.random.below(50)),
            1 => "$n".to_owned(),
            _ => self.random.below(1000).to_string(),
        }
    }

    fn arith(&mut self, depth: usize) -> String {
        if depth == 0 || self.random.below(3) == 0 {
            return match self.random.below(6) {
                0 => "n".to_owned(),
                1 => "$n".to_owned(),
                2 => "a".to_owned(),
                3 => self
                    .random
                    .of(&["0x1f", "010", "2#101", "16#ff"])
                    .to_owned(),
                _ => self.random.below(40).to_string(),
            };
        }
        let left = self.arith(depth - 1);
        let right = self.arith(depth - 1);
        match self.random.below(6) {
            0 => format!("({left} {} {right})", self.random.of(&["/", "%"]))
                .replace(&format!(" {right})"), &format!(" (1 + ({right} & 7)))")),
            1 => format!("{left} ? {right} : {}", self.random.below(9)),
            2 => format!("{}({left})", self.random.of(&["-", "!", "~", "+"])),
            3 => format!("({left}) {} ({right})", self.random.of(&["<<", ">>"]))
                .replace(&format!("({right})"), &format!("(({right}) & 15)")),
            _ => format!(
                "({left}) {} ({right})",
                self.random.of(&[
                    "+", "-", "*", "&", "|", "^", "<", ">=", "==", "!=", "&&", "||"
                ])
            ),
        }
    }

    fn test(&mut self) -> String {
        match self.random.below(8) {
            0 => format!(
                "[ {} {} {} ]",
                self.quoted_one(),
                self.random.of(&["=", "!="]),
                self.quoted_one()
            ),
            1 => format!("[ -{} {} ]", self.random.of(&["n", "z"]), self.quoted_one()),
            2 => format!(
                "[[ ${} {} {} ]]",
                self.name(),
                self.random.of(&["==", "!="]),
                self.random.of(&["*x*", "?", "[a-m]*", "'*'", "$a*", "x?y"])
            ),
            3 => format!(
                "[[ ${} =~ {} ]]",
                self.name(),
                self.random
                    .of(&["^[0-9]+$", "(x)\\ ?(y)", "a|b", "^.$", "^$"])
            ),
            4 => format!("(( {} ))", self.arith(2)),
            5 => format!(
                "[[ -n ${} && ( $n -gt {} || -z $u ) ]]",
                self.name(),
                self.random.below(20)
            ),
            6 => self
                .random
                .of(&[
                    "true",
                    "false",
                    "! true",
                    "test -d /",
                    "[ -e /nonexistent ]",
                ])
                .to_owned(),
            _ => format!(
                "[ $n -{} {} ]",
                self.random.of(&["eq", "lt", "ge"]),
                self.random.below(20)
            ),
        }
    }

    fn quoted_one(&mut self) -> String {
        format!("\"${}\"", self.name())
    }

    fn conditional(&mut self) {
        let test = self.test();
        self.line(&format!("if {test}; then"));
        self.body();
        if self.random.below(3) == 0 {
            let test = self.test();
            self.line(&format!("elif {test}; then"));
            self.body();
        }
        if self.random.below(2) == 0 {
            self.line("else");
            self.body();
        }
        self.line("fi");
    }

    fn for_words(&mut self) {
        let words = match self.random.below(3) {
            0 => self.brace(),
            _ => self.words(),
        };
        self.line(&format!("for w in {words}; do"));
        self.line("echo \"w=$w\"");
        self.loop_body();
        self.line("done");
    }

    fn for_arith(&mut self) {
        self.loops += 1;
        let name = format!("i{}", self.loops);
        let limit = 1 + self.random.below(4);
        self.line(&format!(
            "for (({name} = 0; {name} < {limit}; {name}++)); do"
        ));
        self.loop_body();
        self.line("done");
    }

    fn while_loop(&mut self) {
        self.loops += 1;
        let name = format!("i{}", self.loops);
        let limit = 1 + self.random.below(4);
        self.line(&format!("{name}=0"));
        match self.random.below(2) {
            0 => self.line(&format!(
                "while [ ${name} -lt {limit} ]; do {name}=$(({name} + 1))"
            )),
            _ => self.line(&format!("until (( {name} >= {limit} )); do (( {name}++ ))")),
        }
        self.loop_body();
        self.line("done");
    }

    fn loop_body(&mut self) {
        self.body();
        if self.random.below(3) == 0 {
            let test = self.test();
            let leave = self.random.of(&["break", "continue"]);
            self.line(&format!("if {test}; then {leave}; fi"));
            self.simple();
        }
    }

    fn case(&mut self) {
        let word = self.quoted();
        self.line(&format!("case {word} in"));
        for _ in 0..=self.random.below(3) {
            let pattern = self.random.of(&[
                "x*", "[0-9]*", "'x y'", "$a", "\"$b\"", "?", "a|b|c", "(*/*", "''", "*[!a-z]*",
                "1*|2*",
            ]);
            self.line(&format!("{pattern})"));
            self.body();
            let end = self.random.of(&[";;", ";;", ";;", ";&", ";;&"]);
            self.line(end);
        }
        self.line("*) echo other ;;\nesac");
    }

    fn function(&mut self) {
        self.functions += 1;
        let name = format!("f{}", self.functions);
        let local = self.name();
        self.line(&format!("{name}() {{"));
        let value = self.word();
        self.line(&format!("local {local}={value} v=\"$1\""));
        self.body();
        self.line(&format!("echo \"in $# $v ${local}\""));
        if self.random.below(2) == 0 {
            let status = self.random.below(5);
            self.line(&format!("return {status}"));
        }
        self.line("}");
        let words = self.words();
        self.line(&format!("{name} {words}; echo \"returned $?\""));
    }

    fn heredoc(&mut self) {
        let quoted = self.random.below(3) == 0;
        let strip = self.random.below(3) == 0;
        let reader = self
            .random
            .of(&["cat", "while read -r l; do echo \"[$l]\"; done", "cat -"]);
        let (open, tab) = (
            if strip { "<<-" } else { "<<" },
            if strip { "\t" } else { "" },
        );
        let delimiter = if quoted { "'EOF'" } else { "EOF" };
        self.line(&format!("{reader} {open}{delimiter}"));
        for _ in 0..=self.random.below(3) {
            let text = match self.random.below(4) {
                0 => "plain 'text' \"here\"".to_owned(),
                1 => format!("v ${} ${{{}}}", self.name(), self.expansion()),
                2 => format!("sum $(({})) \\$a \\\\ $(echo in)", self.arith(1)),
                _ => "  blanks  ".to_owned(),
            };
            self.line(&format!("{tab}{text}"));
        }
        self.line(&format!("{tab}EOF"));
    }

    fn pipeline(&mut self) {
        let words = self.words();
        match self.random.below(4) {
            0 => self.line(&format!(
                "printf '%s\\n' {words} | while read -r x y; do echo \"<$x|$y>\"; done"
            )),
            1 => self.line(&format!(
                "echo {words} | cat | {{ read -r z; echo \"z=$z\"; }}"
            )),
            2 => {
                self.line("{");
                self.body();
                self.line("} | cat");
            }
            _ => self.line(&format!(
                "echo {words} | ( cat; exit 3 ); echo \"${{PIPESTATUS[*]}} $?\""
            )),
        }
    }

    fn group(&mut self) {
        let (open, close) = match self.random.below(2) {
            0 => ("(", ")"),
            _ => ("{", "}"),
        };
        self.line(open);
        self.body();
        self.line(close);
    }

    fn and_or(&mut self) {
        let (test, yes, no) = (self.test(), self.simple_text(), self.words());
        self.line(&format!("{test} && {{ {yes}; }} || echo {no}"));
    }
}
