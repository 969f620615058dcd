//! Conditions beside the name: type, size, time, owner.

use crate::accounts;
use crate::walk::filtered::Found;
use crate::walk::{self, CWD, Listing};
use crate::words;
use wardian_applet::sys::{self, ExtStat, mode};
use wardian_applet::text::date::parse_date;

/// `-S`.
#[derive(Clone, Copy)]
pub enum Size {
    /// At least so many bytes.
    Least(u64),
    /// At most so many bytes.
    Most(u64),
    /// So many bytes.
    Exactly(u64),
}

impl Size {
    /// Reads `+10k`, `-1Mi` and the like.
    pub fn parse(text: &str) -> Option<Size> {
        let (make, rest): (fn(u64) -> Size, &str) = match text.as_bytes().first()? {
            b'+' => (Size::Least, &text[1..]),
            b'-' => (Size::Most, &text[1..]),
            _ => (Size::Exactly, text),
        };
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        let (number, unit) = rest.split_at(digits);
        let factor: u64 = match unit.to_ascii_lowercase().as_str() {
            "b" => 1,
            "k" | "kb" => 1000,
            "m" | "mb" => 1_000_000,
            "g" | "gb" => 1_000_000_000,
            "t" | "tb" => 1_000_000_000_000,
            "ki" | "kib" => 1 << 10,
            "mi" | "mib" => 1 << 20,
            "gi" | "gib" => 1 << 30,
            "ti" | "tib" => 1 << 40,
            _ => return None,
        };
        Some(make(words::number(number.as_bytes())?.checked_mul(factor)?))
    }

    fn holds(self, bytes: u64) -> bool {
        match self {
            Size::Least(limit) => bytes >= limit,
            Size::Most(limit) => bytes <= limit,
            Size::Exactly(limit) => bytes == limit,
        }
    }
}

/// A user or group that a file has to have, or not.
#[derive(Clone, Copy)]
pub struct Account {
    number: u32,
    negated: bool,
}

/// `-o USER:GROUP`.
#[derive(Clone, Copy, Default)]
pub struct Owner {
    user: Option<Account>,
    group: Option<Account>,
}

impl Owner {
    /// Reads `user`, `:group`, `!user:group` and the like.
    ///
    /// # Errors
    /// The message.
    pub fn parse(text: &str) -> Result<Owner, String> {
        let (user, group) = text.split_once(':').unwrap_or((text, ""));
        let account = |text: &str, find: fn(&[u8]) -> Option<u32>| {
            let (negated, name) = match text.strip_prefix('!') {
                Some(name) => (true, name),
                None => (false, text),
            };
            if name.is_empty() {
                return Ok(None);
            }
            let number = name.parse().ok().or_else(|| find(name.as_bytes()));
            match number {
                Some(number) => Ok(Some(Account { number, negated })),
                None => Err(format!("'{name}' is not a recognized user name")),
            }
        };
        Ok(Owner {
            user: account(user, accounts::user_number)?,
            group: account(group, accounts::group_number)?,
        })
    }

    fn holds(self, stat: &ExtStat) -> bool {
        let fits = |account: Option<Account>, number: u32| {
            account.is_none_or(|account| (account.number == number) != account.negated)
        };
        fits(self.user, stat.uid) && fits(self.group, stat.gid)
    }
}

/// All conditions.
#[derive(Default)]
pub struct Conditions {
    /// Kinds that are wanted (`1 << (bits >> 12)`); none: all.
    pub kinds: u32,
    /// `-t x`.
    pub executable: bool,
    /// `-t e`.
    pub empty: bool,
    /// `-S`.
    pub sizes: Vec<Size>,
    /// `--changed-within`: not before.
    pub since: Option<u64>,
    /// `--changed-before`: not after.
    pub until: Option<u64>,
    /// `-o`.
    pub owner: Option<Owner>,
}

impl Conditions {
    /// Adds a type; `false`: there is none of that name.
    pub fn add_kind(&mut self, name: &str) -> bool {
        let kind = match name {
            "f" | "file" => mode::REGULAR,
            "d" | "directory" => mode::DIRECTORY,
            "l" | "symlink" => mode::LINK,
            "s" | "socket" => mode::SOCKET,
            "p" | "pipe" => mode::FIFO,
            "x" | "executable" => {
                self.executable = true;
                mode::REGULAR
            }
            "e" | "empty" => {
                self.empty = true;
                return true;
            }
            _ => return false,
        };
        self.kinds |= 1 << (kind >> 12);
        true
    }

    /// Whether the file meets all.
    pub fn hold(&self, found: &Found<'_>) -> bool {
        let mut kinds = self.kinds;
        if self.empty && kinds == 0 {
            kinds = 1 << (mode::REGULAR >> 12) | 1 << (mode::DIRECTORY >> 12);
        }
        if kinds != 0 && kinds >> (found.kind >> 12) & 1 == 0 {
            return false;
        }
        let needs = self.executable
            || !self.sizes.is_empty()
            || self.since.is_some()
            || self.until.is_some()
            || self.owner.is_some();
        if self.empty && !is_empty(found) {
            return false;
        }
        if !needs {
            return true;
        }
        let stat = found.stat.or_else(|| sys::stat(found.path, false).ok());
        let Some(stat) = stat else {
            return false;
        };
        if self.executable && stat.mode & 0o111 == 0 {
            return false;
        }
        if !self.sizes.is_empty() {
            let file = stat.mode & mode::TYPE == mode::REGULAR;
            if !file || !self.sizes.iter().all(|size| size.holds(stat.size_bytes)) {
                return false;
            }
        }
        self.since.is_none_or(|since| stat.modified_ns >= since)
            && self.until.is_none_or(|until| stat.modified_ns <= until)
            && self.owner.is_none_or(|owner| owner.holds(&stat))
    }
}

fn is_empty(found: &Found<'_>) -> bool {
    if found.kind == mode::DIRECTORY {
        let mut listing = Listing::default();
        return walk::open_dir(CWD, found.path, true).is_ok_and(|fd| {
            let filled = listing.fill(fd).is_ok();
            sys::close(fd);
            filled && listing.len() == 0
        });
    }
    let stat = found.stat.or_else(|| sys::stat(found.path, false).ok());
    found.kind == mode::REGULAR && stat.is_some_and(|stat| stat.size_bytes == 0)
}

/// A duration before now (`2weeks`, `1d 3h`) or a date, in nanoseconds.
pub fn point_in_time(text: &str, now_ns: u64) -> Option<u64> {
    if let Some(seconds) = duration(text) {
        return Some(now_ns.saturating_sub(seconds.saturating_mul(1_000_000_000)));
    }
    parse_date(text.as_bytes(), now_ns)
}

fn duration(text: &str) -> Option<u64> {
    let mut rest = text.trim();
    let mut total: u64 = 0;
    if rest.is_empty() {
        return None;
    }
    while !rest.is_empty() {
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        let (number, tail) = rest.split_at(digits);
        let letters = tail.bytes().take_while(u8::is_ascii_alphabetic).count();
        let (unit, tail) = tail.split_at(letters);
        let seconds: u64 = match unit {
            "s" | "sec" | "secs" | "second" | "seconds" => 1,
            "m" | "min" | "mins" | "minute" | "minutes" => 60,
            "h" | "hr" | "hrs" | "hour" | "hours" => 3600,
            "d" | "day" | "days" => 86_400,
            "w" | "week" | "weeks" => 604_800,
            "M" | "month" | "months" => 2_630_016,
            "y" | "year" | "years" => 31_557_600,
            _ => return None,
        };
        total = total.saturating_add(words::number(number.as_bytes())?.saturating_mul(seconds));
        rest = tail.trim_start();
    }
    Some(total)
}
