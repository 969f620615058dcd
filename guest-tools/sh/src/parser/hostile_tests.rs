//! The parser on scripts that were damaged at random: it neither panics nor hangs.

use std::time::{Duration, Instant};

use super::{Aliases, ParseOptions, Parser};
use crate::lexer::Input;
use crate::vars::Vars;

/// Scripts with every construct, to start from.
const SEEDS: &[&str] = &[
    "if a; then b; elif c; then d; else e; fi >f 2>&1 <<<x\n",
    "for i in a b {1..3}; do echo \"$i ${i%%x*} ${#i} ${i/a/b}\"; done | cat &\n",
    "for ((i = 0; i < 3; i++)); do continue 2; done; until false; do break; done\n",
    "case $x in (a|b*) echo 1 ;; [!c]) echo 2 ;& *) ;;& esac\n",
    "f() { local -a a=(1 [3]=2 'x y'); return $((${a[0]} + 1)); }; function g { :; }\n",
    "[[ -f a && ( $b == *.c || ! $d =~ ^(x|y)+$ ) ]] || (( a += 2, b ? c : d ))\n",
    "cat <<A <<-'B' <<\\C\n$x `echo` $(( 1 + \\\n2 ))\nA\n\ttext\n\tB\nC\n",
    "a=$'\\x41\\u263a\\'' b=\"$(echo \"$(echo '\")')\")\" c=`echo \\`x\\`` d+=(e) e[1+2]=f\n",
    "coproc N { read x; }; select s in 1 2; do echo $s; done; time -p ! a | b |& c\n",
    "echo ${x:-${y:=${z:?w}}} ${x:1:2} ${!p*} ${!a[@]} ${a[@]@Q} ${x^^[a-z]} <(a) >(b)\n",
    "{ a; } {fd}>x; exec 3<>y 4>&- &>z >|w; ((1<<2)); $((x)) $[y] ~u/~ @(a|b)\n",
    "a\\\nb=c\\\nd; ec\\\nho $\\\nx $\\\n((1)\\\n) ;\\\n; &\\\n& |\\\n| <\\\n<E\nE\n",
];

/// Bytes and pieces that mean something.
const PIECES: &[&str] = &[
    "'", "\"", "`", "$", "(", ")", "{", "}", "[", "]", "<<", "<<-E", "\n", "\\", ";", ";;", "&",
    "|", "$((", "))", "${", "[[", "]]", "case", "esac", "in", "if", "then", "fi", "do", "done",
    "=(", "#", "!", "~", "*", "\\\n", "<(", "EOF", "\u{0}", "\u{ff}", "$'", "((", "coproc",
    "function", "time",
];

/// Numbers from a seed (xorshift).
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % limit.max(1) as u64) as usize
    }
}

fn damaged(random: &mut Random) -> Vec<u8> {
    let mut text = Vec::new();
    for _ in 0..=random.below(3) {
        text.extend_from_slice(SEEDS[random.below(SEEDS.len())].as_bytes());
    }
    for _ in 0..=random.below(12) {
        let at = random.below(text.len() + 1);
        let end = (at + random.below(9)).min(text.len());
        match random.below(4) {
            0 => drop(text.drain(at..end)),
            1 => {
                let piece = PIECES[random.below(PIECES.len())].as_bytes();
                text.splice(at..at, piece.iter().copied());
            }
            2 => {
                let copy = text[at..end].to_vec();
                let to = random.below(text.len() + 1);
                text.splice(to..to, copy);
            }
            _ => {
                if let Some(byte) = text.get_mut(at) {
                    *byte = random.below(256) as u8;
                }
            }
        }
    }
    text
}

/// Reads a text as the shell does, line by line; gives how long that took.
fn read(text: &[u8], extglob: bool) -> Duration {
    let start = Instant::now();
    let mut vars = Vars::new();
    let mut aliases = Aliases::default();
    aliases.insert(b"a".to_vec(), b"b ".to_vec());
    aliases.insert(b"b".to_vec(), b"a 'x".to_vec());
    let mut input = Input::new(text.to_vec(), 1);
    let options = ParseOptions {
        extglob,
        aliases: extglob,
        ..ParseOptions::default()
    };
    loop {
        let list = Parser::new(&mut input, &mut vars, &aliases, options).parse_line();
        match list {
            Ok(Some(list)) => {
                let mut printed = Vec::new();
                for item in &list.items {
                    crate::ast::print_and_or(item, &mut vars, &mut printed);
                }
            }
            Ok(None) | Err(_) => return start.elapsed(),
        }
    }
}

fn with_room(test: impl FnOnce() + Send + 'static) {
    // As much stack as the shell has.
    let thread = std::thread::Builder::new().stack_size(16 << 20).spawn(test);
    thread.expect("thread").join().expect("no panic");
}

#[test]
fn damaged_scripts_are_read_to_an_end() {
    with_room(|| {
        for seed in 1..=30_000u64 {
            let mut random = Random(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15));
            let text = damaged(&mut random);
            let took = read(&text, seed % 2 == 0);
            assert!(
                took < Duration::from_secs(2),
                "seed {seed} took {took:?}: {:?}",
                String::from_utf8_lossy(&text)
            );
        }
    });
}

#[test]
fn deep_nesting_is_an_error() {
    with_room(|| {
        for piece in [
            "(",
            "((",
            "{ ",
            "$(",
            "\"$(",
            "${x:-",
            "$((",
            "`",
            "if ",
            "while ",
            "[[ ( ",
            "a=(",
            "<(",
            "case x in x) ",
            "f() { ",
            "! ",
            "${x[",
            "$[",
            "{a,",
            "@(",
            "coproc ",
            "time ",
            "a && ",
            "\\\n",
            "<<E\n",
            ";\\\n",
            "$\\\n",
            "1 ? ",
            "((1?",
            "((-",
            "(( a[",
        ] {
            let text = piece.repeat(20_000);
            for extglob in [false, true] {
                let took = read(text.as_bytes(), extglob);
                assert!(took < Duration::from_secs(10), "{piece:?} took {took:?}");
            }
        }
    });
}
