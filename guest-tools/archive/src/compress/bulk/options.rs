//! The options of bzip2, xz and zstd, which share most letters.

use super::{Bulk, Family, write_error};
use crate::codec::Format;
use wardian_applet::Args;
use wardian_applet::cli::Output;

impl Bulk {
    pub(super) fn options(&mut self, args: &Args) -> Result<Vec<Vec<u8>>, i32> {
        let mut files = Vec::new();
        let mut rest = args.iter().skip(1);
        let mut operands = false;
        while let Some(arg) = rest.next() {
            if operands || arg.len() < 2 || arg[0] != b'-' {
                files.push(arg.clone());
                continue;
            }
            if arg == b"--" {
                operands = true;
                continue;
            }
            if let Some(name) = arg.strip_prefix(b"--") {
                let (name, value) = match name.iter().position(|b| *b == b'=') {
                    Some(at) => (&name[..at], Some(name[at + 1..].to_vec())),
                    None => (name, None),
                };
                let letter = match name {
                    b"decompress" | b"uncompress" => b'd',
                    b"compress" => b'z',
                    b"keep" => b'k',
                    b"force" => b'f',
                    b"test" => b't',
                    b"list" => b'l',
                    b"stdout" | b"to-stdout" => b'c',
                    b"quiet" | b"silent" => b'q',
                    b"verbose" => b'v',
                    b"small" => b's',
                    b"fast" => b'1',
                    b"best" => b'9',
                    b"extreme" => b'e',
                    b"threads" => {
                        if value.is_none() && self.family == Family::Xz {
                            rest.next();
                        }
                        continue;
                    }
                    b"format" if self.family == Family::Xz => {
                        let value = value.or_else(|| rest.next().cloned()).unwrap_or_default();
                        if matches!(value.as_slice(), b"lzma" | b"alone") {
                            self.format = Format::Lzma;
                        }
                        continue;
                    }
                    b"rm" if self.family == Family::Zstd => {
                        self.keep = false;
                        continue;
                    }
                    b"check" | b"suffix" | b"memlimit" => {
                        if value.is_none() {
                            rest.next();
                        }
                        continue;
                    }
                    b"no-progress" | b"no-check" | b"ultra" | b"no-sparse" | b"sparse"
                    | b"repetitive-fast" | b"repetitive-best" | b"no-warn" | b"exponential"
                    | b"single-stream" | b"long" | b"adapt" | b"rsyncable" | b"progress" => {
                        continue;
                    }
                    b"help" => b'h',
                    b"version" => b'V',
                    _ => return Err(self.bad_option(arg)),
                };
                self.letter(letter, arg)?;
                continue;
            }
            let mut at = 1;
            while at < arg.len() {
                let letter = arg[at];
                at += 1;
                match letter {
                    b'o' if self.family == Family::Zstd => {
                        let glued = arg[at..].to_vec();
                        let target = match glued.is_empty() {
                            true => rest.next().cloned().unwrap_or_default(),
                            false => glued,
                        };
                        self.target = Some(target);
                        break;
                    }
                    b'T' | b'S' | b'F' | b'C' | b'M' if self.family != Family::Bzip2 => {
                        let glued = arg[at..].to_vec();
                        let value = match glued.is_empty() {
                            true if self.family == Family::Xz => {
                                rest.next().cloned().unwrap_or_default()
                            }
                            _ => glued,
                        };
                        if letter == b'F' && matches!(value.as_slice(), b"lzma" | b"alone") {
                            self.format = Format::Lzma;
                        }
                        break;
                    }
                    b'0'..=b'9' => {
                        let mut level = u32::from(letter - b'0');
                        while self.family == Family::Zstd
                            && arg.get(at).is_some_and(u8::is_ascii_digit)
                        {
                            level = level.saturating_mul(10) + u32::from(arg[at] - b'0');
                            at += 1;
                        }
                        self.level = level;
                    }
                    letter => self.letter(letter, arg)?,
                }
            }
        }
        Ok(files)
    }

    fn letter(&mut self, letter: u8, arg: &[u8]) -> Result<(), i32> {
        match letter {
            b'd' => self.decompress = true,
            b'z' => self.decompress = false,
            b'k' => self.keep = true,
            b'f' => self.force = true,
            b't' => self.test = true,
            b'l' if self.family != Family::Bzip2 => self.list = true,
            b'c' => self.to_stdout = true,
            b'q' => self.quiet = true,
            b'v' => self.verbose = true,
            b's' | b'e' | b'r' => {}
            b'0'..=b'9' => self.level = u32::from(letter - b'0'),
            b'h' | b'H' => {
                let text = format!("Usage: {} [OPTION]... [FILE]...\n", self.program);
                let mut output = Output::stdout();
                output.put(text.as_bytes());
                output.flush();
                return Err(0);
            }
            b'V' | b'L' => {
                let mut output = Output::stdout();
                let text = format!("{} (Wardian) {}\n", self.program, env!("CARGO_PKG_VERSION"));
                output.put(text.as_bytes());
                output.flush();
                return Err(0);
            }
            _ => return Err(self.bad_option(arg)),
        }
        Ok(())
    }

    fn bad_option(&self, arg: &[u8]) -> i32 {
        let shown = String::from_utf8_lossy(arg);
        let text = match self.family {
            Family::Bzip2 => format!("{}: Bad flag `{shown}'\n", self.program),
            Family::Xz if shown.starts_with("--") => format!(
                "{0}: unrecognized option '{shown}'\n{0}: Try `{0} --help' for more information.\n",
                self.program
            ),
            Family::Xz => format!(
                "{0}: invalid option -- '{1}'\n{0}: Try `{0} --help' for more information.\n",
                self.program,
                shown.trim_start_matches('-')
            ),
            Family::Zstd => "Incorrect parameters \n".to_owned(),
        };
        write_error(text.as_bytes());
        1
    }
}
