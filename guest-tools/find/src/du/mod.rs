//! `du`, after coreutils 9.1.

mod options;
mod walk;

use options::Config;
use wardian_applet::Args;
use wardian_applet::cli::{Context, Output};
use wardian_applet::sys::{self, File, OpenHow};
use wardian_applet::text::{quote, size, time};

/// Runs `du`.
pub fn run(args: &Args) -> i32 {
    let context = Context::new(args, "du", 1);
    let config = match options::read(&context, args) {
        Ok(config) => config,
        Err(code) => return code,
    };
    let mut out = Output::stdout();
    let mut walker = walk::Walker::new(&context, &config, &mut out);
    let mut total = walk::Sum::default();
    let mut failed = false;
    match &config.files_from {
        None => {
            for path in &config.paths {
                total.add(&walker.start(path));
            }
        }
        Some(from) => match names(&context, from) {
            Ok(names) => {
                for (index, path) in names.iter().enumerate() {
                    if path.is_empty() {
                        let place = format!(":{}: invalid zero-length file name", index + 1);
                        context.say(&[from.as_slice(), place.as_bytes()].concat());
                        failed = true;
                    } else {
                        total.add(&walker.start(path));
                    }
                }
            }
            Err(code) => return code,
        },
    }
    if config.total {
        walker.print(&total, b"total");
    }
    failed |= walker.failed();
    out.finish(&context, i32::from(failed))
}

fn names(context: &Context<'_>, from: &[u8]) -> Result<Vec<Vec<u8>>, i32> {
    let mut text = Vec::new();
    let file = match from {
        b"-" => Ok(File::stdin()),
        path => File::open(path, OpenHow::READ),
    };
    file.and_then(|file| file.read_to_end(&mut text))
        .map_err(|errno| {
            let subject = [
                b"cannot open ".as_slice(),
                &quote::always(from),
                b" for reading",
            ];
            context.say_error(&subject.concat(), errno);
            1
        })?;
    if text.last() == Some(&0) {
        text.pop();
    } else if text.is_empty() {
        return Ok(Vec::new());
    }
    Ok(text.split(|byte| *byte == 0).map(<[u8]>::to_vec).collect())
}

/// The columns before the name.
fn columns(config: &Config, sum: &walk::Sum) -> Vec<u8> {
    let mut line = if config.inodes {
        size::show(sum.inodes, config.inode_form()).into_bytes()
    } else {
        size::show(sum.bytes, config.form).into_bytes()
    };
    line.push(b'\t');
    if let Some(shown) = &config.time {
        let civil = time::local(sum.time_ns);
        let _ = shown;
        line.extend(civil.format(&config.time_format));
        line.push(b'\t');
    }
    line
}

/// The rules in a file of patterns, one a line.
fn pattern_lines(path: &[u8]) -> Result<Vec<Vec<u8>>, sys::Errno> {
    let mut text = Vec::new();
    match path {
        b"-" => File::stdin(),
        path => File::open(path, OpenHow::READ)?,
    }
    .read_to_end(&mut text)?;
    let lines = text.split(|byte| *byte == b'\n');
    Ok(lines
        .filter(|line| !line.is_empty())
        .map(<[u8]>::to_vec)
        .collect())
}
