//! The listings of `unzip -l` and `unzip -v`.

use super::Unzip;
use crate::date::Date;
use crate::zip::archive::Member;

impl Unzip {
    pub(super) fn list(&mut self, members: &[&Member]) {
        if self.quiet < 2 {
            self.output
                .put(b"  Length      Date    Time    Name\n---------  ---------- -----   ----\n");
        }
        let mut total = 0_u64;
        for member in members {
            total = total.saturating_add(member.size);
            let line = format!("{:>9}  {}   ", member.size, stamp(member.time));
            self.output.put(line.as_bytes());
            self.output.put(&member.name);
            self.output.put(b"\n");
        }
        if self.quiet < 2 {
            let text = format!(
                "---------                     -------\n{total:>9}                     {}\n",
                files(members.len())
            );
            self.output.put(text.as_bytes());
        }
    }

    pub(super) fn list_long(&mut self, members: &[&Member]) {
        if self.quiet < 2 {
            self.output.put(
                b" Length   Method    Size  Cmpr    Date    Time   CRC-32   Name\n\
                  --------  ------  ------- ---- ---------- ----- --------  ----\n",
            );
        }
        let (mut total, mut packed) = (0_u64, 0_u64);
        for member in members {
            total = total.saturating_add(member.size);
            packed = packed.saturating_add(member.packed);
            let method = match (member.method, member.flags >> 1 & 3) {
                (0, _) => "Stored",
                (8, 0) => "Defl:N",
                (8, 1) => "Defl:X",
                (8, 2) => "Defl:F",
                (8, _) => "Defl:S",
                _ => "Unk:  ",
            };
            let line = format!(
                "{:>8}  {method}{:>9}{:>4}% {} {:08x}  ",
                member.size,
                member.packed,
                percent(member.size, member.packed),
                stamp(member.time),
                member.crc
            );
            self.output.put(line.as_bytes());
            self.output.put(&member.name);
            self.output.put(b"\n");
        }
        if self.quiet < 2 {
            let text = format!(
                "--------          -------  ---                            -------\n\
                 {total:>8}         {packed:>8}{:>4}%                            {}\n",
                percent(total, packed),
                files(members.len())
            );
            self.output.put(text.as_bytes());
        }
    }
}

fn stamp(time: i64) -> String {
    let date = Date::new(time);
    format!(
        "{:04}-{:02}-{:02} {:02}:{:02}",
        date.year, date.month, date.day, date.hour, date.minute
    )
}

fn files(count: usize) -> String {
    if count == 1 {
        "1 file".to_owned()
    } else {
        format!("{count} files")
    }
}

/// How much was saved, in per cent, rounded.
pub fn percent(size: u64, packed: u64) -> i64 {
    if size == 0 {
        return 0;
    }
    let saved = size as i64 - packed as i64;
    let half = if saved < 0 {
        -(size as i64) / 2
    } else {
        size as i64 / 2
    };
    (saved.saturating_mul(100) + half) / size as i64
}
