//! The shell's reading of damaged scripts: it neither panics nor hangs, and reads
//! the same the same way twice.

use std::time::{Duration, Instant};

use wardian_fuzz_shell::{compute, read};

use crate::{Target, Trace};

pub(crate) static TARGET: Target = Target {
    name: "scripts",
    run,
    seeds,
    pieces: PIECES,
    most_bytes: 4000,
};

/// Scripts of this length are read in far less, also without optimisation.
const LONGEST: Duration = Duration::from_secs(5);

fn run(input: &[u8], trace: &mut Trace) {
    let [choice, script @ ..] = input else {
        return;
    };
    let started = Instant::now();
    if choice % 4 == 3 {
        let value = compute(script);
        let message = value.err().map(|message| message.split_off_message());
        trace.note(message);
    } else {
        let (extglob, posix) = (choice & 1 != 0, choice & 4 != 0);
        let reading = read(script, extglob, posix);
        assert_eq!(reading, read(script, extglob, posix));
        trace.note((reading.error, reading.lines.min(3)));
        for word in reading.printed.split(u8::is_ascii_whitespace).take(20) {
            // Which words and marks stand side by side, whatever their names.
            let marks: Vec<u8> = word
                .iter()
                .copied()
                .filter(u8::is_ascii_punctuation)
                .collect();
            trace.note(marks.get(..marks.len().min(3)).map(<[u8]>::to_vec));
        }
    }
    let took = started.elapsed();
    assert!(took < LONGEST, "{} bytes took {took:?}", input.len());
}

/// What a message says, without what it says it of.
trait Message {
    fn split_off_message(self) -> Vec<u8>;
}

impl Message for Vec<u8> {
    fn split_off_message(self) -> Vec<u8> {
        let end = self.windows(2).position(|two| two == b" (");
        let start = self.windows(2).rposition(|two| two == b": ");
        let start = start.map_or(0, |at| at + 2);
        let end = end.unwrap_or(self.len()).max(start);
        self[start..end].iter().copied().take(40).collect()
    }
}

fn seeds() -> Vec<Vec<u8>> {
    let scripts = SCRIPTS.iter().map(|script| (1, *script));
    let expressions = EXPRESSIONS.iter().map(|expression| (3, *expression));
    scripts
        .chain(expressions)
        .map(|(choice, text)| [&[choice], text.as_bytes()].concat())
        .collect()
}

/// A construct or more each.
const SCRIPTS: &[&str] = &[
    "if test -f a; then echo 1; elif x; then y; else z; fi > out 2>&1\n",
    "while read -r l || [[ -n $l ]]; do echo \"$l\"; done < <(ls) | wc -l &\n",
    "for f in *.c {a..z} \"$@\"; do cc \"${f%.c}\"; done; for ((i=0;i<9;i++)) { :; }\n",
    "case \"$1\" in -h|--help) usage;; (-*) ;& [0-9]) ;;& *) exit 1; esac\n",
    "f() { local x=$1; return $((x+1)); }; function g() ( f 1 ); f 2>/dev/null\n",
    "cat <<E1 <<-\"E2\"\n$(date) ${x:-`id`}\nE1\n\t$x\n\tE2\n",
    "a=(1 [5]=2 $(seq 3)) b+=x c[1]=y declare -A m=([k]=v [\"a b\"]='c')\n",
    "echo ${a[@]:1:2} ${#a[*]} ${!p@} ${x//a/b} ${x^^} ${x@Q} ${x:?no} $'\\x41\\n' $\"t\"\n",
    "[[ $a =~ ^(a|b)+$ && ! -e x || $b == *.txt ]] && (( a <<= 2, b > 3 )) || { true; }\n",
    "coproc P { cat; }; time -p sleep 1 |& cat; select x in a b; do break; done; ! :\n",
    "exec 3<>f {fd}>&1 4>&- &>>log <<<\"$x\"; >(cat) <(ls); @(a|!(b)) ~u/x\n",
    "a\\\nb $(echo \"$(echo `echo \\`x\\``)\") \\\n| # comment\n c; ;\n",
];

const EXPRESSIONS: &[&str] = &[
    "1 + 2 * 3 ** 2 % 5 - -4",
    "a = b = 3, a += 2, b <<= 1, a > b ? a : b",
    "x[1] = 5, x[x[1]]++, --x[1], x[0x1f], 16#ff + 010 + 64#_@",
    "((1 << 63) / -1) || !~0 && (1 & 3 ^ 2 | 4) >= 2",
];

const PIECES: &[&[u8]] = &[
    b"'",
    b"\"",
    b"`",
    b"$(",
    b"${",
    b"$((",
    b"))",
    b"(",
    b")",
    b"{ ",
    b"}",
    b"[[ ",
    b" ]]",
    b"<<E\n",
    b"<<-E\n",
    b"\nE\n",
    b"\n",
    b"\\\n",
    b"\\",
    b";;",
    b";&",
    b"&",
    b"|",
    b"&&",
    b"||",
    b"case x in ",
    b"esac",
    b"if ",
    b"then ",
    b"fi",
    b"do ",
    b"done",
    b"for x in ",
    b"while ",
    b"function ",
    b"=(",
    b"[",
    b"]",
    b"!",
    b"~",
    b"*",
    b"?(",
    b"@(",
    b"#",
    b"<(",
    b">(",
    b"$'",
    b"$\"",
    b"$[",
    b"coproc ",
    b"time ",
    b"select ",
    b"{a,b}",
    b"{1..9}",
    b"\0",
    b"\xff",
    b"\xc3\xa9",
    b"a",
    b"b ",
    b"+=",
    b"**",
    b"<<=",
    b"?",
    b":",
    b"++",
    b"16#",
    b"0x",
    b"9223372036854775808",
    b"<<<",
    b"<>",
    b">&-",
    b"&>",
    b"/",
    b"//",
    b"%%",
    b"^^",
    b"@Q",
    b":-",
    b":=",
    b"!a",
    b"[@]",
    b"[*]",
];
