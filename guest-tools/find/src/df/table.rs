//! The table of `df`.

use super::options::{Config, Field};
use super::{Row, Usage};
use wardian_applet::cli::Output;
use wardian_applet::text::size::{self, SizeForm};
use wardian_applet::text::width;

/// Prints the table with its titles.
pub fn print(rows: &[Row], config: &Config, out: &mut Output) {
    let titles = config.fields.iter().map(|field| title(*field, config));
    let mut table: Vec<Vec<Vec<u8>>> = vec![titles.map(String::into_bytes).collect()];
    for row in rows {
        table.push(
            config
                .fields
                .iter()
                .map(|field| cell(*field, row, config))
                .collect(),
        );
    }
    let columns: Vec<usize> = config
        .fields
        .iter()
        .enumerate()
        .map(|(at, field)| {
            let longest = table.iter().filter_map(|line| line.get(at));
            let longest = longest.map(|text| width(text)).max().unwrap_or(0);
            longest.max(least(*field))
        })
        .collect();
    for line in &table {
        for (at, text) in line.iter().enumerate() {
            let last = at + 1 == line.len();
            let left = matches!(
                config.fields[at],
                Field::Source | Field::Type | Field::File | Field::Target
            );
            if at > 0 {
                out.put(b" ");
            }
            let padding = columns[at].saturating_sub(width(text));
            if !left {
                (0..padding).for_each(|_| out.put_byte(b' '));
            }
            out.put(text);
            if left && !last {
                (0..padding).for_each(|_| out.put_byte(b' '));
            }
        }
        out.put(b"\n");
    }
}

/// Least columns of a field.
fn least(field: Field) -> usize {
    match field {
        Field::Source => 14,
        Field::Type | Field::Share | Field::InodesShare => 4,
        Field::File | Field::Target => 0,
        _ => 5,
    }
}

fn title(field: Field, config: &Config) -> String {
    let human = matches!(config.form, SizeForm::Human | SizeForm::Si);
    match field {
        Field::Source => "Filesystem",
        Field::Type => "Type",
        Field::Inodes => "Inodes",
        Field::InodesUsed => "IUsed",
        Field::InodesFree => "IFree",
        Field::InodesShare => "IUse%",
        Field::Size => return size_title(config),
        Field::Used => "Used",
        Field::Available if human && !config.portable => "Avail",
        Field::Available if config.chosen => "Avail",
        Field::Available => "Available",
        Field::Share if config.portable => "Capacity",
        Field::Share => "Use%",
        Field::File => "File",
        Field::Target => "Mounted on",
    }
    .to_owned()
}

fn size_title(config: &Config) -> String {
    let bytes = match config.form {
        SizeForm::Human | SizeForm::Si if !config.portable => return "Size".to_owned(),
        SizeForm::Human | SizeForm::Si => return "Size".to_owned(),
        SizeForm::Units(bytes) | SizeForm::Named(bytes, _) => bytes,
    };
    if config.portable {
        return format!("{bytes}-blocks");
    }
    // A power is named by its letter, where that leaves whole numbers.
    for (base, letters) in [
        (1024u64, ["K", "M", "G", "T"]),
        (1000, ["kB", "MB", "GB", "TB"]),
    ] {
        let mut unit = 1;
        let mut name = None;
        for letter in letters {
            unit *= base;
            if bytes >= unit && bytes % unit == 0 {
                name = Some(format!("{}{letter}-blocks", bytes / unit));
            }
        }
        if let Some(name) = name {
            return name;
        }
    }
    format!("{bytes}B-blocks")
}

fn cell(field: Field, row: &Row, config: &Config) -> Vec<u8> {
    let Usage {
        bytes,
        bytes_used,
        inodes,
        inodes_used,
    } = row.system.usage;
    let count = match config.form {
        SizeForm::Human => SizeForm::Human,
        SizeForm::Si => SizeForm::Si,
        _ => SizeForm::Units(1),
    };
    let text = match field {
        Field::Source => return row.system.source.clone(),
        Field::Type => return row.system.kind.clone(),
        Field::File => return row.file.clone(),
        Field::Target => return row.system.target.clone(),
        Field::Inodes => size::show(inodes, count),
        Field::InodesUsed => size::show(inodes_used, count),
        Field::InodesFree => size::show(inodes.saturating_sub(inodes_used), count),
        Field::InodesShare => share(inodes_used, inodes),
        Field::Size => size::show(bytes, config.form),
        Field::Used => size::show(bytes_used, config.form),
        Field::Available => size::show(bytes.saturating_sub(bytes_used), config.form),
        Field::Share => share(bytes_used, bytes),
    };
    text.into_bytes()
}

/// Part of the whole in percent, rounded up.
fn share(used: u64, whole: u64) -> String {
    if whole == 0 {
        return "-".to_owned();
    }
    let percent = (u128::from(used) * 100).div_ceil(u128::from(whole.max(used)));
    format!("{percent}%")
}
