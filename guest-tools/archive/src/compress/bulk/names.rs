//! Which file a file turns into, by its suffix.

use super::{Bulk, Family};
use crate::codec::Format;
use wardian_applet::sys::{File, OpenHow};

impl Bulk {
    fn suffixes(&self) -> &'static [(&'static [u8], &'static [u8])] {
        match self.family {
            Family::Bzip2 => &[
                (b".bz2", b""),
                (b".bz", b""),
                (b".tbz2", b".tar"),
                (b".tbz", b".tar"),
            ],
            Family::Xz => &[
                (b".xz", b""),
                (b".lzma", b""),
                (b".txz", b".tar"),
                (b".tlz", b".tar"),
            ],
            Family::Zstd => &[
                (b".zst", b""),
                (b".tzst", b".tar"),
                (b".gz", b""),
                (b".xz", b""),
                (b".lzma", b""),
            ],
        }
    }

    fn suffix(&self) -> &'static [u8] {
        match self.format {
            Format::Bzip2 => b".bz2",
            Format::Lzma => b".lzma",
            Format::Zstd => b".zst",
            _ => b".xz",
        }
    }

    pub(super) fn target_of(&mut self, path: &[u8], shown: &str) -> Option<Vec<u8>> {
        if let Some(target) = &self.target {
            return Some(target.clone());
        }
        let found = self
            .suffixes()
            .iter()
            .find(|(suffix, _)| path.ends_with(suffix) && path.len() > suffix.len());
        if self.decompress {
            if let Some((suffix, new)) = found {
                return Some([&path[..path.len() - suffix.len()], new].concat());
            }
            match self.family {
                Family::Bzip2 => {
                    let text =
                        format!("Can't guess original name for {shown} -- using {shown}.out");
                    self.say(text.as_bytes(), 0);
                    return Some([path, b".out"].concat());
                }
                Family::Xz => {
                    let mut head = [0; 6];
                    let opened = File::open(path, OpenHow::READ);
                    let n = opened.map_or(0, |file| file.read(&mut head).unwrap_or(0));
                    match Format::detect(&head[..n]) {
                        Some(_) => {
                            self.say_about(path, "Filename has an unknown suffix, skipping", 2)
                        }
                        None => self.unrecognized(path),
                    }
                }
                Family::Zstd => self.say_about(
                    path,
                    "unknown suffix (.zst/.tzst/.gz/.tgz/.lzma/.xz/.txz/.lz4/.tlz4 expected). \
                     Can't derive the output file name. Specify it with -o dstFileName. Ignoring.",
                    1,
                ),
            }
            return None;
        }
        if found.is_some() && self.family != Family::Zstd {
            let suffix = found.map_or("", |f| std::str::from_utf8(f.0).unwrap_or(""));
            match self.family {
                Family::Bzip2 => {
                    self.say(
                        format!("Input file {shown} already has {suffix} suffix.").as_bytes(),
                        1,
                    );
                }
                _ => self.say_about(
                    path,
                    &format!("File already has `{suffix}' suffix, skipping"),
                    2,
                ),
            }
            return None;
        }
        Some([path, self.suffix()].concat())
    }
}
