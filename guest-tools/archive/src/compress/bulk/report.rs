//! What these commands say about files: errors in the words of each family,
//! and listings.

use super::{Bulk, Family};
use crate::stream::{Source, errno};
use std::io;
use wardian_applet::cli::Output;
use wardian_applet::sys::Errno;

impl Bulk {
    pub(super) fn say(&mut self, text: &[u8], code: i32) {
        write_error(&[self.program.as_bytes(), b": ", text, b"\n"].concat());
        self.code = self.code.max(code);
    }

    pub(super) fn say_about(&mut self, name: &[u8], text: &str, code: i32) {
        self.say(&[name, b": ", text.as_bytes()].concat(), code);
    }

    pub(super) fn fail(&mut self, name: &[u8], errno: Errno) {
        let shown = String::from_utf8_lossy(name).into_owned();
        let message = errno.message();
        let text = match self.family {
            Family::Bzip2 => format!("Can't open input file {shown}: {message}."),
            Family::Xz => format!("{shown}: {message}"),
            Family::Zstd => format!("can't stat {shown} : {message} -- ignored "),
        };
        self.say(text.as_bytes(), 1);
    }

    pub(super) fn broken(&mut self, name: &[u8], error: &io::Error) {
        if let Some(errno) = errno(error) {
            return self.say_about(name, errno.message(), 1);
        }
        let early = error.kind() == io::ErrorKind::UnexpectedEof;
        match self.family {
            Family::Bzip2 if early => {
                self.say_about(name, "file ends unexpectedly", 2);
                write_error(
                    b"\nYou can use the `bzip2recover' program to attempt to recover\n\
                      data from undamaged sections of corrupted files.\n\n",
                );
            }
            Family::Bzip2 => self.say_about(name, "data integrity (CRC) error in data", 2),
            Family::Xz if early => self.say_about(name, "Unexpected end of input", 1),
            Family::Xz => self.say_about(name, "Compressed data is corrupt", 1),
            Family::Zstd if early => self.say_about(name, "Read error (39) : premature end ", 1),
            Family::Zstd => self.say_about(name, "unsupported format ", 1),
        }
    }

    pub(super) fn unrecognized(&mut self, name: &[u8]) {
        let shown = String::from_utf8_lossy(name).into_owned();
        match self.family {
            Family::Bzip2 => self.say(format!("{shown} is not a bzip2 file.").as_bytes(), 2),
            Family::Xz => self.say_about(name, "File format not recognized", 1),
            Family::Zstd => self.say_about(name, "unsupported format ", 1),
        }
    }

    pub(super) fn list_one(&mut self, input: Box<Source>, path: &[u8], size: u64) {
        self.test = true;
        let Some((_, total)) = self.run(input, path, 1) else {
            return;
        };
        let shown = String::from_utf8_lossy(path);
        let text = match self.family {
            Family::Xz => format!(
                "Strms  Blocks   Compressed Uncompressed  Ratio  Check   Filename\n    1       1 {:>12} {:>12}  {:.3}  CRC64   {shown}\n",
                xz_size(size),
                xz_size(total),
                size as f64 / total.max(1) as f64
            ),
            _ => format!(
                "Frames  Skips  Compressed  Uncompressed  Ratio  Check  Filename\n     1      0  {:>10}  {:>12}  {:.3}  XXH64  {shown}\n",
                human(size),
                human(total),
                total as f64 / size.max(1) as f64
            ),
        };
        let mut output = Output::stdout();
        output.put(text.as_bytes());
        output.flush();
    }
}

fn xz_size(bytes: u64) -> String {
    if bytes < 10_000 {
        return format!("{bytes} B");
    }
    let kib = bytes as f64 / 1024.0;
    if kib < 9999.95 {
        format!("{kib:.1} KiB")
    } else {
        format!("{:.1} MiB", kib / 1024.0)
    }
}

pub(super) fn human(bytes: u64) -> String {
    let mut size = bytes as f64;
    let units = ["  B", "KiB", "MiB", "GiB"];
    let mut at = 0;
    while size >= 1024.0 && at < units.len() - 1 {
        size /= 1024.0;
        at += 1;
    }
    match at {
        0 => format!("{bytes:>5} {}", units[0]),
        _ if size >= 100.0 => format!("{size:.0}. {}", units[at]).replace(". ", " "),
        _ if size >= 10.0 => format!("{size:.1} {}", units[at]),
        _ => format!("{size:.2} {}", units[at]),
    }
}

pub(super) fn write_error(text: &[u8]) {
    let mut output = Output::new(2);
    output.put(text);
    output.flush();
}
