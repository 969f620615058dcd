//! What the tools are given: texts that tools trip over, from a seed.

use std::path::{Path, PathBuf};

/// Numbers that look random, the same for the same seed.
pub struct Random(u64);

impl Random {
    /// Numbers of this seed.
    pub fn new(seed: u64) -> Random {
        Random(seed)
    }

    /// A number below `limit`.
    pub fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((mixed ^ (mixed >> 31)) % limit.max(1) as u64) as usize
    }

    fn word(&mut self) -> &'static str {
        WORDS[self.below(WORDS.len())]
    }

    fn phrase(&mut self, words: usize) -> String {
        let words: Vec<&str> = (0..words).map(|_| self.word()).collect();
        words.join(" ")
    }
}

const WORDS: [&str; 42] = [
    "the",
    "an",
    "of",
    "bee",
    "ant",
    "tree",
    "other",
    "Then",
    "apple",
    "eerie",
    "x",
    "letter",
    "queue",
    "moon",
    "and",
    "to",
    "go",
    "in",
    "on",
    "is.",
    "be,",
    "(see)",
    "it's",
    "end?",
    "yes!",
    "well:",
    "aa",
    "bab",
    "abc",
    "ccd",
    "theta",
    "They",
    "THE",
    "e",
    "a",
    "I",
    "\"quoted\"",
    "new",
    "one.",
    "two",
    "half-way",
    "under_score",
];

/// Names and contents.
pub fn files() -> Vec<(&'static str, Vec<u8>)> {
    let mut random = Random::new(7);
    let prose: Vec<String> = (0..24)
        .map(|_| match random.below(7) {
            0 => String::new(),
            _ => {
                let words = 1 + random.below(14);
                random.phrase(words)
            }
        })
        .collect();
    let mut second = prose.clone();
    for _ in 0..4 {
        let at = random.below(second.len());
        second[at] = random.phrase(5);
    }
    second.remove(random.below(20));
    second.insert(random.below(20), format!("{}  ", random.phrase(3)));
    let mut third = prose.clone();
    third[2] = third[2].to_uppercase();
    third[15] = "third".into();
    third.remove(8);
    third.push("tail".into());
    let joined = |lines: &[String]| (lines.join("\n") + "\n").into_bytes();
    let mut files: Vec<(&'static str, Vec<u8>)> = vec![
        ("prose", joined(&prose)),
        ("prose2", joined(&second)),
        ("prose3", joined(&third)),
        ("bytes", (0..700).map(|_| random.below(256) as u8).collect()),
    ];
    let mut indented = String::new();
    for _ in 0..14 {
        indented.push_str(&"  ".repeat(random.below(3)));
        indented.push_str(if random.below(5) == 0 { "> " } else { "" });
        let words = 2 + random.below(17);
        indented.push_str(&random.phrase(words));
        indented.push_str(if random.below(3) == 0 { "\n\n" } else { "\n" });
    }
    indented.push_str(&format!(
        "* {}\n  {}\n",
        random.phrase(20),
        random.phrase(12)
    ));
    files.push(("indented", indented.into_bytes()));
    let mut feeds = String::from("one\x0ctwo\nthree\n\x0c\nfour the\n\x0c\x0c five\n");
    for _ in 0..30 {
        feeds.push_str(&random.phrase(3));
        feeds.push('\n');
    }
    feeds.push_str("\x0clast\n");
    files.push(("formfeeds", feeds.into_bytes()));
    files.push(("table", table(&mut random)));
    files.push(("tabs", tabs(&mut random)));
    let keys = "abcdefgh";
    let other = "acceefgz";
    let pairs = |random: &mut Random, first: &str, tail: &str| -> Vec<u8> {
        let letter = |at: usize| char::from(keys.as_bytes()[at]);
        let line =
            |key: char, random: &mut Random| format!("{key} {}{tail}\n", letter(random.below(8)));
        first
            .chars()
            .map(|key| line(key, random))
            .collect::<String>()
            .into_bytes()
    };
    files.push(("pairs", pairs(&mut random, keys, "")));
    files.push(("pairs2", pairs(&mut random, other, " z")));
    let mut long = format!("the e{} ab ", "x".repeat(3)).repeat(1500);
    long.push_str("\nshort e\n");
    long.push_str(&"y".repeat(4097));
    long.push('\n');
    long.push_str(&"a b ".repeat(40));
    long.push('\n');
    files.push(("long", long.into_bytes()));
    let zeros = [vec![0; 100], b"abc".to_vec(), vec![0; 64], vec![0xff; 40]].concat();
    files.push(("zeros", zeros));
    files.extend(FIXED.iter().map(|(name, text)| (*name, text.to_vec())));
    files
}

fn table(random: &mut Random) -> Vec<u8> {
    let mut text = String::new();
    for row in 0..12 {
        if row == 5 {
            text.push_str("  a   b  \n");
            continue;
        }
        let letter = char::from(b"abcd"[random.below(4)]);
        let (count, word) = (random.below(31), random.word());
        let (whole, part) = (random.below(100), random.below(100));
        text.push_str(&format!("{letter} {count} {word} {whole}.{part:02}\n"));
    }
    text.into_bytes()
}

fn tabs(random: &mut Random) -> Vec<u8> {
    let mut text = String::new();
    for row in 0..10 {
        let letter = char::from(b"abc"[random.below(3)]);
        let number = if row % 4 == 0 {
            String::new()
        } else {
            row.to_string()
        };
        text.push_str(&format!("{letter}\t{}\t{number}\ta,b:c|d\n", random.word()));
    }
    text.into_bytes()
}

const FIXED: &[(&str, &[u8])] = &[
    ("empty", b""),
    ("newline", b"\n"),
    ("partial", b"alpha beta\tgamma\nthe end\n\nlast one"),
    ("nul", b"a\0b the\n\0\0e\nc d\0\n the\0end"),
    ("invalid", b"ab\xff the\n\xc3\n\xe2\x82 e\xac x\n\x80\x81the \xc3\xa9 ok\n"),
    ("crlf", b"a the\r\nbee e\r\n\r\nlast, 12\r\n"),
    (
        "blanks",
        b"\n\n  two e \n\t tab\tend \n   \n\n\n\n a\x08\x08b  c\t\t d\n\x0c\n    the     end   \n",
    ),
    ("dups", b"a\na\nA\nb b\nb B\nb\tb\nc\n\n\nc\nd e\nd e\nx1\nx1\n"),
    ("dups2", b"a\nA\nA\nb b\nb\tb\nc\n\nc \nd  e\nd e\nx1\nx2\n"),
    (
        "numbers",
        b"1\n-3\n2.5\n10\n 7\n+4\n1e3\n0x10\nabc\n\n007\n-0\n.5\n1,000\n99999999999999999999\n3 4\n100000000000000000000000\n5K\n",
    ),
    ("sizes", b"1K\n2M\n512\n1.5G\n3k\n-1M\n 4Ki\nJan\nfeb 3\nDEC\nx\n10T\n"),
    (
        "versions",
        b"a-1.2\na-1.10\na-1.2~rc1\nb.tar.gz\n.hid\na-1.2.3\na-01\n1.0\n1.0.0\nfoo07.7z\nfoo7a.7z\n..\n.\n\n",
    ),
    ("words", b"an\nand\napple\nthe\ntheta\ntree\nxylem\n"),
    (
        "wide",
        "日本語 text é\nnaïve café ÉCOLE\ne\u{301} combining\n😀 emoji ß\n\u{3000}wide\u{3000}space\nабв Где\nplain the\n".as_bytes(),
    ),
];

/// A directory of the machine with the inputs below `in`.
///
/// # Panics
/// If it cannot be made.
pub fn scratch(name: &str, files: &[(&str, Vec<u8>)]) -> PathBuf {
    let directory = format!("wardian-flags-{name}-{}", std::process::id());
    let scratch = std::env::temp_dir().join(directory);
    let inputs: &Path = &scratch.join("in");
    std::fs::create_dir_all(inputs).expect("scratch directory");
    for (name, text) in files {
        std::fs::write(inputs.join(name), text).expect("input");
    }
    scratch
}
