//! How `ls -l` prints times.

use crate::cli::{Context, Unclear, find_choice};
use crate::text::quote;

const RECENT: &[u8] = b"%b %e %H:%M";
const OLD: &[u8] = b"%b %e  %Y";

/// Formats as of `date`.
#[derive(Clone)]
pub struct TimeStyle {
    /// For times of the last six months.
    pub recent: Vec<u8>,
    /// For all others.
    pub old: Vec<u8>,
}

impl TimeStyle {
    /// The style of the POSIX locale.
    pub fn usual() -> TimeStyle {
        TimeStyle {
            recent: RECENT.to_vec(),
            old: OLD.to_vec(),
        }
    }

    /// What `--time-style` or TIME_STYLE says; nothing if the usual one stands.
    ///
    /// # Errors
    /// The exit code, when there is no such style.
    pub fn parse(context: &Context<'_>, style: &[u8]) -> Result<Option<TimeStyle>, i32> {
        let mut name = style;
        while let Some(rest) = name.strip_prefix(b"posix-") {
            // In the POSIX locale these stand for the usual style.
            if std::env::var_os("LC_ALL").is_none_or(|l| l == "C" || l == "POSIX") {
                return Ok(None);
            }
            name = rest;
        }
        const WORDS: &[&[&str]] = &[&["full-iso"], &["long-iso"], &["iso"], &["locale"]];
        let (recent, old): (&[u8], &[u8]) = match (name, find_choice(name, WORDS)) {
            ([b'+', format @ ..], _) => match format.iter().position(|byte| *byte == b'\n') {
                Some(at) => (&format[at + 1..], &format[..at]),
                None => (format, format),
            },
            (_, Ok(0)) => (b"%Y-%m-%d %H:%M:%S.%N %z", b"%Y-%m-%d %H:%M:%S.%N %z"),
            (_, Ok(1)) => (b"%Y-%m-%d %H:%M", b"%Y-%m-%d %H:%M"),
            (_, Ok(2)) => (b"%m-%d %H:%M", b"%Y-%m-%d "),
            (_, Ok(_)) => (RECENT, OLD),
            (_, Err(unclear)) => {
                let problem: &[u8] = match unclear {
                    Unclear::Invalid => b"invalid",
                    Unclear::Ambiguous => b"ambiguous",
                };
                let text = [
                problem,
                b" argument ",
                &quote::always(name),
                b" for 'time style'\nValid arguments are:\n  - [posix-]full-iso\n  - [posix-]long-iso\n  - [posix-]iso\n  - [posix-]locale\n  - +FORMAT (e.g., +%H:%M) for a 'date'-style format",
            ];
                return Err(context.usage(&text.concat()));
            }
        };
        Ok(Some(TimeStyle {
            recent: recent.to_vec(),
            old: old.to_vec(),
        }))
    }
}
