//! Kinds of files that their first bytes tell.

use super::Verdict;
use wardian_applet::text::time;

/// The kind of a binary file, if it is a known one.
pub fn judge(bytes: &[u8]) -> Option<Verdict> {
    let starts = |magic: &[u8]| bytes.starts_with(magic);
    if starts(b"\x7fELF") {
        return Some(elf(bytes));
    }
    if starts(b"\0asm") {
        let version = number(bytes, 4, 4, false);
        let mvp = if version == 1 { " (MVP)" } else { "" };
        let words = format!("WebAssembly (wasm) binary module version {version:#x}{mvp}");
        return Some(Verdict::binary(words, "application/wasm"));
    }
    if starts(b"\x1f\x8b") {
        return Some(Verdict::binary(gzip(bytes), "application/gzip"));
    }
    if starts(b"BZh") {
        let level = bytes.get(3).copied().unwrap_or(b'9') as char;
        let words = format!("bzip2 compressed data, block size = {level}00k");
        return Some(Verdict::binary(words, "application/x-bzip2"));
    }
    if starts(b"\xfd7zXZ\0") {
        let check = match bytes.get(7) {
            Some(0) => ", checksum NONE",
            Some(1) => ", checksum CRC32",
            Some(4) => ", checksum CRC64",
            Some(10) => ", checksum SHA-256",
            _ => "",
        };
        return Some(Verdict::binary(
            format!("XZ compressed data{check}"),
            "application/x-xz",
        ));
    }
    if starts(b"\x28\xb5\x2f\xfd") {
        let words = "Zstandard compressed data (v0.8+), Dictionary ID: None";
        return Some(Verdict::binary(words, "application/zstd"));
    }
    if starts(b"7z\xbc\xaf\x27\x1c") {
        let words = format!(
            "7-zip archive data, version {}.{}",
            number(bytes, 6, 1, false),
            number(bytes, 7, 1, false)
        );
        return Some(Verdict::binary(words, "application/x-7z-compressed"));
    }
    if starts(b"PK\x03\x04") {
        return Some(zip(bytes));
    }
    if starts(b"PK\x05\x06") {
        return Some(Verdict::binary(
            "Zip archive data (empty)",
            "application/zip",
        ));
    }
    if starts(b"\x89PNG\r\n\x1a\n") {
        return Some(Verdict::binary(png(bytes), "image/png"));
    }
    if starts(b"GIF87a") || starts(b"GIF89a") {
        let words = format!(
            "GIF image data, version {}, {} x {}",
            String::from_utf8_lossy(&bytes[3..6]),
            number(bytes, 6, 2, false),
            number(bytes, 8, 2, false)
        );
        return Some(Verdict::binary(words, "image/gif"));
    }
    if starts(b"\xff\xd8\xff") {
        return Some(Verdict::binary(jpeg(bytes), "image/jpeg"));
    }
    if starts(b"BM") && bytes.len() >= 30 && number(bytes, 14, 4, false) == 40 {
        let words = format!(
            "PC bitmap, Windows 3.x format, {} x {} x {}, cbSize {}, bits offset {}",
            number(bytes, 18, 4, false),
            number(bytes, 22, 4, false),
            number(bytes, 28, 2, false),
            number(bytes, 2, 4, false),
            number(bytes, 10, 4, false)
        );
        return Some(Verdict::binary(words, "image/bmp"));
    }
    if starts(b"RIFF") && bytes.get(8..12) == Some(b"WEBP") {
        return Some(Verdict::binary(
            "RIFF (little-endian) data, Web/P image",
            "image/webp",
        ));
    }
    if starts(b"%PDF-") {
        let version = String::from_utf8_lossy(bytes.get(5..8).unwrap_or_default()).into_owned();
        let ascii = bytes.iter().take(4096).all(u8::is_ascii);
        return Some(Verdict {
            charset: if ascii { "us-ascii" } else { "binary" },
            ..Verdict::binary(
                format!("PDF document, version {version}"),
                "application/pdf",
            )
        });
    }
    if let Some([a, b, c, 0]) = bytes.strip_prefix(b"dex\n").and_then(|rest| rest.get(..4)) {
        let version = [*a, *b, *c];
        let version = String::from_utf8_lossy(&version);
        return Some(Verdict::binary(
            format!("Dalvik dex file version {version}"),
            "application/octet-stream",
        ));
    }
    if starts(b"SQLite format 3\0") {
        return Some(Verdict::binary(
            "SQLite 3.x database",
            "application/vnd.sqlite3",
        ));
    }
    match bytes.get(257..265) {
        Some(b"ustar  \0") => Some(Verdict::binary(
            "POSIX tar archive (GNU)",
            "application/x-tar",
        )),
        Some([b'u', b's', b't', b'a', b'r', 0, ..]) => {
            Some(Verdict::binary("POSIX tar archive", "application/x-tar"))
        }
        _ => None,
    }
}

/// An unsigned number at an offset; 0 beyond the end.
fn number(bytes: &[u8], at: usize, size: usize, big: bool) -> u64 {
    let Some(window) = bytes.get(at..at + size) else {
        return 0;
    };
    let join = |sum: u64, byte: &u8| sum << 8 | u64::from(*byte);
    match big {
        true => window.iter().fold(0, join),
        false => window.iter().rev().fold(0, join),
    }
}

fn gzip(bytes: &[u8]) -> String {
    let mut words = "gzip compressed data".to_owned();
    let flags = bytes.get(3).copied().unwrap_or(0);
    if flags & 8 != 0 && flags & 4 == 0 {
        let name = bytes.get(10..).unwrap_or_default();
        let name = name.split(|byte| *byte == 0).next().unwrap_or_default();
        words.push_str(&format!(", was \"{}\"", String::from_utf8_lossy(name)));
    }
    let date = number(bytes, 4, 4, false);
    if date > 0 {
        let date = time::local(date * 1_000_000_000).format(b"%a %b %e %H:%M:%S %Y");
        words.push_str(&format!(
            ", last modified: {}",
            String::from_utf8_lossy(&date)
        ));
    }
    match bytes.get(8) {
        Some(2) => words.push_str(", max compression"),
        Some(4) => words.push_str(", max speed"),
        _ => {}
    }
    match bytes.get(9) {
        Some(3) => words.push_str(", from Unix"),
        Some(0) => words.push_str(", from FAT filesystem (MS-DOS, OS/2, NT)"),
        _ => {}
    }
    let size = number(bytes, bytes.len().saturating_sub(4), 4, false);
    words.push_str(&format!(", original size modulo 2^32 {size}"));
    words
}

fn zip(bytes: &[u8]) -> Verdict {
    let name = number(bytes, 26, 2, false) as usize;
    let name = bytes.get(30..30 + name).unwrap_or_default();
    let version = number(bytes, 4, 1, false);
    let method = match number(bytes, 8, 2, false) {
        0 => "store",
        8 => "deflate",
        12 => "bzip2",
        14 => "lzma",
        93 => "zstd",
        _ => "unknown",
    };
    if name.starts_with(b"META-INF/") {
        return Verdict::binary("Java archive data (JAR)", "application/java-archive");
    }
    let words = format!(
        "Zip archive data, at least v{}.{} to extract, compression method={method}",
        version / 10,
        version % 10
    );
    Verdict::binary(words, "application/zip")
}

fn png(bytes: &[u8]) -> String {
    let colour = match bytes.get(25) {
        Some(0) => " grayscale",
        Some(2) => "/color RGB",
        Some(3) => " colormap",
        Some(4) => " gray+alpha",
        Some(6) => "/color RGBA",
        _ => "",
    };
    let laced = if bytes.get(28) == Some(&1) {
        "interlaced"
    } else {
        "non-interlaced"
    };
    format!(
        "PNG image data, {} x {}, {}-bit{colour}, {laced}",
        number(bytes, 16, 4, true),
        number(bytes, 20, 4, true),
        number(bytes, 24, 1, true)
    )
}

fn jpeg(bytes: &[u8]) -> String {
    let mut words = "JPEG image data".to_owned();
    if bytes.get(6..10) == Some(b"JFIF") {
        words.push_str(&format!(
            ", JFIF standard {}.{:02}, ",
            number(bytes, 11, 1, true),
            number(bytes, 12, 1, true)
        ));
        words.push_str(match bytes.get(13) {
            Some(1) => "resolution (DPI)",
            Some(2) => "resolution (DPCM)",
            _ => "aspect ratio",
        });
        words.push_str(&format!(
            ", density {}x{}, segment length {}",
            number(bytes, 14, 2, true),
            number(bytes, 16, 2, true),
            number(bytes, 4, 2, true)
        ));
    }
    let mut at = 2;
    while let Some([0xff, marker]) = bytes.get(at..at + 2) {
        let length = number(bytes, at + 2, 2, true) as usize;
        if matches!(marker, 0xc0..=0xc3) {
            let kind = ["baseline", "extended sequential", "progressive", "lossless"];
            words.push_str(&format!(
                ", {}, precision {}, {}x{}, components {}",
                kind[usize::from(marker - 0xc0)],
                number(bytes, at + 4, 1, true),
                number(bytes, at + 7, 2, true),
                number(bytes, at + 5, 2, true),
                number(bytes, at + 9, 1, true)
            ));
            break;
        }
        if length < 2 {
            break;
        }
        at += 2 + length;
    }
    words
}

fn elf(bytes: &[u8]) -> Verdict {
    let big = bytes.get(5) == Some(&2);
    let wide = bytes.get(4) == Some(&2);
    let field = |at: usize, size: usize| number(bytes, at, size, big);
    let (table, entry, count) = match wide {
        true => (field(32, 8), field(54, 2), field(56, 2)),
        false => (field(28, 4), field(42, 2), field(44, 2)),
    };
    let mut interpreter = None;
    let mut dynamic = false;
    for index in 0..count.min(256) {
        let at = usize::try_from(table.saturating_add(index * entry)).unwrap_or(usize::MAX / 2);
        let (offset, size) = match wide {
            true => (
                field(at.saturating_add(8), 8),
                field(at.saturating_add(32), 8),
            ),
            false => (
                field(at.saturating_add(4), 4),
                field(at.saturating_add(16), 4),
            ),
        };
        match field(at, 4) {
            2 => dynamic = true,
            3 => {
                let start = offset as usize;
                let text = bytes
                    .get(start..start.saturating_add(size as usize))
                    .unwrap_or_default();
                let text = text.split(|byte| *byte == 0).next().unwrap_or_default();
                interpreter = Some(String::from_utf8_lossy(text).into_owned());
            }
            _ => {}
        }
    }
    let (kind, media) = match field(16, 2) {
        1 => ("relocatable", "application/x-object"),
        2 => ("executable", "application/x-executable"),
        3 if interpreter.is_some() => ("pie executable", "application/x-pie-executable"),
        3 => ("shared object", "application/x-sharedlib"),
        4 => ("core file", "application/x-coredump"),
        _ => ("unknown type", "application/octet-stream"),
    };
    let machine = match field(18, 2) {
        3 => "Intel 80386",
        40 => "ARM, EABI5",
        62 => "x86-64",
        183 => "ARM aarch64",
        243 => "UCB RISC-V",
        _ => "unknown machine",
    };
    let mut words = format!(
        "ELF {}-bit {} {kind}, {machine}, version 1 ({})",
        if wide { 64 } else { 32 },
        if big { "MSB" } else { "LSB" },
        if bytes.get(7) == Some(&3) {
            "GNU/Linux"
        } else {
            "SYSV"
        }
    );
    if dynamic {
        words.push_str(", dynamically linked");
    } else if matches!(field(16, 2), 2 | 3) {
        words.push_str(", statically linked");
    }
    if let Some(path) = interpreter {
        words.push_str(&format!(", interpreter {path}"));
    }
    Verdict::binary(words, media)
}
