//! `gzip -l`.

use super::Gzip;
use crate::codec::{GzipReader, Problem};
use crate::stream::{Chained, read_full};
use std::io::{self, Read};

impl Gzip<'_> {
    pub(super) fn list_one(&mut self, mut input: Box<dyn Read>, name: &[u8], size: u64) {
        let mut first = vec![0; 2];
        let mut gz = match read_full(&mut input, &mut first) {
            Ok(0) => {
                return self.broken(
                    b"stdin",
                    &io::Error::new(io::ErrorKind::InvalidData, Problem::Ends),
                );
            }
            Ok(n) => {
                first.truncate(n);
                GzipReader::new(Box::new(Chained::new(first, input)))
            }
            Err(error) => return self.broken(name, &error),
        };
        let mut total = 0_u64;
        let mut buf = vec![0; 64 * 1024];
        loop {
            match gz.read(&mut buf) {
                Ok(0) => break,
                Ok(n) => total += n as u64,
                Err(error) => return self.broken(name, &error),
            }
        }
        let packed = if size > 0 { size } else { gz.consumed() };
        if self.listed.is_empty() && !self.quiet {
            if self.verbose {
                self.output.put(b"method  crc     date  time  ");
            }
            self.output
                .put(b"         compressed        uncompressed  ratio uncompressed_name\n");
        }
        let shown = match (&gz.header.name, self.name) {
            (Some(original), Some(true)) => original.clone(),
            _ => name.to_vec(),
        };
        let lead = if self.verbose {
            let date = day(u64::from(gz.header.time));
            format!("defla {:08x} {date} ", gz.checksum)
        } else {
            String::new()
        };
        let header = 18
            + gz.header
                .name
                .as_ref()
                .map_or(0, |name| name.len() as u64 + 1);
        self.listed.push((packed, total));
        self.row_with(&lead, (packed, total), header, &shown);
    }

    pub(super) fn row(&mut self, lead: &str, sums: (u64, u64), name: &[u8]) {
        self.row_with(lead, sums, 0, name);
    }

    fn row_with(&mut self, lead: &str, (packed, total): (u64, u64), header: u64, name: &[u8]) {
        let share = ratio(total, packed.saturating_sub(header));
        let text = format!("{lead}{packed:>19} {total:>19} {share} ");
        self.output.put(text.as_bytes());
        self.output.put(name);
        self.output.put(b"\n");
    }
}

/// Month, day and time as in `Nov 22 01:57`, in UTC.
fn day(seconds: u64) -> String {
    let days = (seconds / 86400) as i64;
    let shifted = days + 719_468;
    let of_era = shifted.rem_euclid(146_097);
    let year = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let month = (5 * of_year + 2) / 153;
    let date = of_year - (153 * month + 2) / 5 + 1;
    const NAMES: [&str; 12] = [
        "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec", "Jan", "Feb",
    ];
    let name = NAMES.get(month as usize).copied().unwrap_or("???");
    let rest = seconds % 86400;
    format!("{name} {date:2} {:02}:{:02}", rest / 3600, rest / 60 % 60)
}

/// How much was saved, as a percentage.
pub(super) fn ratio(unpacked: u64, packed: u64) -> String {
    if unpacked == 0 {
        return "  0.0%".to_owned();
    }
    let saved = 100.0 * (unpacked as f64 - packed as f64) / unpacked as f64;
    format!("{saved:5.1}%")
}
