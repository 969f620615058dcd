//! What the tools work on, from a seed.

use std::path::Path;

/// A text, JSON, and the names of a tree of files.
pub struct Data {
    /// Lines of a word, a number, a word of few, and more words: 50 bytes each.
    pub text: Vec<u8>,
    /// Objects, one a line; half as many bytes as the text.
    pub json: Vec<u8>,
    files: usize,
}

/// Files of a directory.
const DIRECTORY_FILES: usize = 100;

/// Numbers that look random (xorshift).
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }
}

impl Data {
    /// So many lines and files.
    pub fn new(lines: usize, files: usize) -> Data {
        let mut random = Random(0x2545_f491_4f6c_dd1d);
        let mut text = Vec::with_capacity(lines * 50);
        for _ in 0..lines {
            let number = random.next();
            let rare = if number % 1000 == 7 {
                "needle"
            } else {
                "common"
            };
            let line = format!(
                "{:08x} {} word{} of {rare} {:016x}",
                number as u32,
                number >> 44,
                number % 1009,
                random.next(),
            );
            let line = &line[..line.len().min(49)];
            text.extend_from_slice(line.as_bytes());
            text.push(b'\n');
        }
        let mut json = Vec::with_capacity(text.len() / 2 + 100);
        while json.len() < text.len() / 2 {
            let number = random.next();
            json.extend_from_slice(
                format!(
                    "{{\"id\":\"{number:x}\",\"size\":{},\"tags\":[\"a\",\"b{}\"],\"ok\":{}}}\n",
                    number % 100_000,
                    number % 7,
                    number.is_multiple_of(2),
                )
                .as_bytes(),
            );
        }
        Data { text, json, files }
    }

    /// The directories of the tree.
    pub fn directories(&self) -> impl Iterator<Item = String> {
        (0..self.files.div_ceil(DIRECTORY_FILES)).map(|at| format!("d{at}"))
    }

    /// The files of the tree.
    pub fn names(&self) -> impl Iterator<Item = String> {
        (0..self.files).map(|at| format!("d{}/file{at}.txt", at / DIRECTORY_FILES))
    }

    /// Writes all to a directory of the machine.
    ///
    /// # Panics
    /// If that fails.
    pub fn write(&self, directory: &Path) {
        let tree = directory.join("D");
        std::fs::create_dir_all(&tree).expect("directory");
        std::fs::write(directory.join("T"), &self.text).expect("text");
        std::fs::write(directory.join("J"), &self.json).expect("JSON");
        for name in self.directories() {
            std::fs::create_dir_all(tree.join(name)).expect("directory");
        }
        for name in self.names() {
            std::fs::write(tree.join(name), "").expect("file");
        }
    }
}
