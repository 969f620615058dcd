//! Searching files and printing what was found.

use super::files::{self, Target, os_error};
use super::matcher::{self, Perl};
use super::options::{Config, Mode};
use crate::walk::rules::path_of;
use grep_matcher::Matcher;
use grep_printer::{
    ColorSpecs, JSON, JSONBuilder, Standard, StandardBuilder, Stats, Summary, SummaryBuilder,
    SummaryKind, UserColorSpec, default_color_specs,
};
use grep_searcher::{BinaryDetection, Encoding, Searcher, SearcherBuilder};
use std::io::{self, Write};
use termcolor::{Ansi, NoColor, WriteColor};
use wardian_applet::cli::{Context, Output};
use wardian_applet::sys::{self, Errno, File, OpenHow};

/// Standard output as the libraries want it.
struct Sink(Output);

impl Write for Sink {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.put(bytes);
        match self.0.failed() {
            true => Err(io::Error::from(io::ErrorKind::BrokenPipe)),
            false => Ok(bytes.len()),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush();
        Ok(())
    }
}

/// A file as the libraries want it.
struct Source<'a> {
    /// What was read before.
    head: &'a [u8],
    file: File,
    errno: Option<Errno>,
}

impl io::Read for Source<'_> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        if !self.head.is_empty() {
            let count = self.head.len().min(buf.len());
            let (now, later) = self.head.split_at(count);
            buf[..count].copy_from_slice(now);
            self.head = later;
            return Ok(count);
        }
        loop {
            match self.file.read(buf) {
                Ok(count) => return Ok(count),
                Err(Errno::Intr) => {}
                Err(errno) => {
                    self.errno = Some(errno);
                    return Err(io::Error::other(errno.message()));
                }
            }
        }
    }
}

enum Printer {
    Standard(Standard<Box<dyn WriteColor>>),
    Summary(Summary<Box<dyn WriteColor>>),
    Json(JSON<Box<dyn WriteColor>>),
}

/// Searches; gives the exit code.
pub fn run(context: &Context<'_>, config: &Config) -> i32 {
    let result = if config.perl {
        Perl::new(config).map(|matcher| search(context, config, &matcher))
    } else {
        matcher::build(config).map(|matcher| search(context, config, &matcher))
    };
    match result {
        Ok(Ok(code)) => code,
        Ok(Err(message)) | Err(message) => super::say(&message),
    }
}

fn search<M: Matcher>(context: &Context<'_>, config: &Config, matcher: &M) -> Result<i32, String> {
    let start = sys::monotonic_ns();
    let mut printer = printer(config)?;
    let mut searcher = searcher(config)?;
    let mut stats = (config.stats || config.mode == Mode::Json).then(Stats::new);
    let mut matched = false;
    let mut failed = false;
    let failed_walk = files::each(config, &mut |target| {
        match one(
            config,
            matcher,
            &mut searcher,
            &mut printer,
            target,
            &mut stats,
        ) {
            Ok(found) => matched |= found,
            Err(Some(message)) => {
                failed = true;
                if !config.quiet_errors {
                    super::say(&message);
                }
            }
            Err(None) => return false,
        }
        !(config.quiet && matched && stats.is_none())
    });
    failed |= failed_walk;
    let mut writer = match printer {
        Printer::Standard(printer) => printer.into_inner(),
        Printer::Summary(printer) => printer.into_inner(),
        Printer::Json(printer) => printer.into_inner(),
    };
    if let Some(stats) = stats {
        let elapsed = sys::monotonic_ns().saturating_sub(start);
        let text = match config.mode {
            Mode::Json => json_summary(&stats, elapsed),
            _ => summary(&stats, elapsed),
        };
        let _ = writer.write_all(text.as_bytes());
    }
    let _ = writer.flush();
    let _ = context;
    Ok(if matched && (config.quiet || !failed) {
        0
    } else if failed {
        2
    } else {
        1
    })
}

fn one<M: Matcher>(
    config: &Config,
    matcher: &M,
    searcher: &mut Searcher,
    printer: &mut Printer,
    target: &Target<'_>,
    stats: &mut Option<Stats>,
) -> Result<bool, Option<String>> {
    let shown: &[u8] = if target.path == b"-" {
        b"<stdin>"
    } else {
        target.path
    };
    let failure = |errno: Errno| {
        let path = String::from_utf8_lossy(shown);
        Some(format!("{path}: {}", os_error(errno)))
    };
    let file = match target.path {
        b"-" => File::stdin(),
        path => File::open(path, OpenHow::READ).map_err(failure)?,
    };
    searcher.set_binary_detection(if config.text || config.null_data {
        BinaryDetection::none()
    } else if target.explicit || config.binary {
        BinaryDetection::convert(0)
    } else {
        BinaryDetection::quit(0)
    });
    let head: &[u8] = if target.path == b"-" {
        &config.input
    } else {
        b""
    };
    let mut source = Source {
        head,
        file,
        errno: None,
    };
    let path = path_of(shown);
    let named = config.with_name;
    let (result, found, counted) = match printer {
        Printer::Standard(printer) => {
            let mut sink = match named {
                true => printer.sink_with_path(matcher, &path),
                false => printer.sink(matcher),
            };
            let result = searcher.search_reader(matcher, &mut source, &mut sink);
            (result, sink.has_match(), sink.stats().cloned())
        }
        Printer::Summary(printer) => {
            let mut sink = match named || !matches!(config.mode, Mode::Count | Mode::CountMatches) {
                true => printer.sink_with_path(matcher, &path),
                false => printer.sink(matcher),
            };
            let result = searcher.search_reader(matcher, &mut source, &mut sink);
            (result, sink.has_match(), sink.stats().cloned())
        }
        Printer::Json(printer) => {
            let mut sink = printer.sink_with_path(matcher, &path);
            let result = searcher.search_reader(matcher, &mut source, &mut sink);
            (result, sink.has_match(), Some(sink.stats().clone()))
        }
    };
    if let Err(error) = result {
        return Err(match source.errno {
            Some(errno) => failure(errno),
            None if error.kind() == io::ErrorKind::BrokenPipe => None,
            None => Some(format!("{}: {error}", String::from_utf8_lossy(shown))),
        });
    }
    if let (Some(all), Some(counted)) = (stats, counted) {
        *all += counted;
    }
    Ok(found)
}

fn searcher(config: &Config) -> Result<Searcher, String> {
    let numbers = config.mode == Mode::Json
        || (config.mode == Mode::Lines && (config.line_number || config.column));
    let mut builder = SearcherBuilder::new();
    builder
        .line_number(numbers)
        .invert_match(config.invert)
        .multi_line(config.multi_line)
        .max_matches(config.max_count)
        .stop_on_nonmatch(config.stop_on_nonmatch);
    if config.null_data {
        builder.line_terminator(grep_matcher::LineTerminator::byte(0));
    } else if config.crlf {
        builder.line_terminator(grep_matcher::LineTerminator::crlf());
    }
    if config.passthru {
        builder.passthru(true);
    } else if config.mode == Mode::Lines || config.mode == Mode::Json {
        builder
            .before_context(config.before)
            .after_context(config.after);
    }
    match config.encoding.as_deref() {
        None | Some("auto") => {}
        Some("none") => {
            builder.bom_sniffing(false);
        }
        Some(name) => {
            let encoding = Encoding::new(name).map_err(|error| error.to_string())?;
            builder.encoding(Some(encoding));
        }
    }
    Ok(builder.build())
}

fn color_specs(config: &Config) -> Result<ColorSpecs, String> {
    // The library's defaults differ by platform; these are the ones for Unix.
    const PATH: &str = "path:fg:magenta";
    let mut specs = default_color_specs();
    specs.extend(PATH.parse::<UserColorSpec>());
    for text in &config.colors {
        let spec: UserColorSpec = text
            .parse()
            .map_err(|error: grep_printer::ColorError| error.to_string())?;
        specs.push(spec);
    }
    Ok(ColorSpecs::new(&specs))
}

fn printer(config: &Config) -> Result<Printer, String> {
    let sink = Sink(Output::stdout());
    let writer: Box<dyn WriteColor> = if config.color {
        Box::new(Ansi::new(sink))
    } else {
        Box::new(NoColor::new(sink))
    };
    let terminator = config.null.then_some(0);
    let specs = color_specs(config)?;
    let summary = match config.mode {
        _ if config.quiet => Some(SummaryKind::QuietWithMatch),
        Mode::Count if config.only_matching => Some(SummaryKind::CountMatches),
        Mode::Count => Some(SummaryKind::Count),
        Mode::CountMatches => Some(SummaryKind::CountMatches),
        Mode::WithMatch => Some(SummaryKind::PathWithMatch),
        Mode::WithoutMatch => Some(SummaryKind::PathWithoutMatch),
        _ => None,
    };
    if let Some(kind) = summary {
        let mut builder = SummaryBuilder::new();
        builder
            .kind(kind)
            .color_specs(specs)
            .stats(config.stats)
            .path(
                config.with_name || !matches!(kind, SummaryKind::Count | SummaryKind::CountMatches),
            )
            .exclude_zero(!config.include_zero)
            .separator_field(b":".to_vec())
            .path_terminator(terminator);
        return Ok(Printer::Summary(builder.build(writer)));
    }
    if config.mode == Mode::Json {
        let mut builder = JSONBuilder::new();
        builder.always_begin_end(false);
        return Ok(Printer::Json(builder.build(writer)));
    }
    let separator = if config.heading {
        Some(Vec::new())
    } else if config.before > 0 || config.after > 0 {
        config.context_separator.clone()
    } else {
        None
    };
    let mut builder = StandardBuilder::new();
    builder
        .color_specs(specs)
        .stats(config.stats)
        .heading(config.heading && config.with_name)
        .path(config.with_name)
        .only_matching(config.only_matching)
        .per_match(config.vimgrep)
        .per_match_one_line(true)
        .replacement(config.replacement.clone())
        .max_columns(config.max_columns)
        .max_columns_preview(config.preview)
        .column(config.column)
        .byte_offset(config.byte_offset)
        .trim_ascii(config.trim)
        .separator_search(separator)
        .separator_context(config.context_separator.clone())
        .separator_field_match(config.field_match.clone())
        .separator_field_context(config.field_context.clone())
        .path_terminator(terminator);
    Ok(Printer::Standard(builder.build(writer)))
}

fn summary(stats: &Stats, elapsed: u64) -> String {
    format!(
        "\n{} matches\n{} matched lines\n{} files contained matches\n{} files searched\n\
         {} bytes printed\n{} bytes searched\n{:.6} seconds spent searching\n{:.6} seconds\n",
        stats.matches(),
        stats.matched_lines(),
        stats.searches_with_match(),
        stats.searches(),
        stats.bytes_printed(),
        stats.bytes_searched(),
        stats.elapsed().as_secs_f64(),
        elapsed as f64 / 1e9,
    )
}

fn json_summary(stats: &Stats, elapsed: u64) -> String {
    let duration = |ns: u64| {
        format!(
            "{{\"human\":\"{:.6}s\",\"nanos\":{},\"secs\":{}}}",
            ns as f64 / 1e9,
            ns % 1_000_000_000,
            ns / 1_000_000_000
        )
    };
    format!(
        "{{\"data\":{{\"elapsed_total\":{},\"stats\":{{\"bytes_printed\":{},\
         \"bytes_searched\":{},\"elapsed\":{},\"matched_lines\":{},\"matches\":{},\
         \"searches\":{},\"searches_with_match\":{}}}}},\"type\":\"summary\"}}\n",
        duration(elapsed),
        stats.bytes_printed(),
        stats.bytes_searched(),
        duration(stats.elapsed().as_nanos() as u64),
        stats.matched_lines(),
        stats.matches(),
        stats.searches(),
        stats.searches_with_match(),
    )
}
