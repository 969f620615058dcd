//! `dd`.

use super::change::Change;
use super::sink::{Sink, Tally};
use crate::Args;
use crate::cli::{Context, Output};
use crate::sys::{self, Errno, File, OpenHow};
use crate::text::quote;
use crate::text::size::{self, SizeForm};

/// What a block leaves of the largest number.
const BLOCK_SLOP: u64 = 64 * 1024;

/// The last place that files may reach: they end a page before the largest number.
const PLACE_MAX: i64 = i64::MAX - 4095;

/// Room for what a file without a size gives at a time.
const ROOM_BYTES: u64 = 64 * 1024;

struct Job {
    input: Option<Vec<u8>>,
    output: Option<Vec<u8>>,
    ibs: u64,
    obs: u64,
    /// Bytes of a record for `block` and `unblock`.
    cbs: u64,
    count: Option<u64>,
    skip: u64,
    seek: u64,
    /// The same as given: in blocks or bytes.
    seek_given: u64,
    conv: Vec<Vec<u8>>,
    iflag: Vec<Vec<u8>>,
    oflag: Vec<Vec<u8>>,
    status: Vec<u8>,
    /// Whether short reads are put together to whole output blocks.
    reblock: bool,
}

/// Runs `dd`.
pub fn dd(args: &Args) -> i32 {
    let context = Context::new(args, "dd", 1);
    match args.get(1..) {
        Some([word]) if word == b"--help" => return context.help(),
        Some([word]) if word == b"--version" => return context.version(),
        _ => {}
    }
    let job = match read(&context, args) {
        Ok(job) => job,
        Err(code) => return code,
    };
    run(&context, &job)
}

const CONVERSIONS: &[&str] = &[
    "notrunc",
    "noerror",
    "sync",
    "fsync",
    "fdatasync",
    "excl",
    "nocreat",
    "ucase",
    "lcase",
    "swab",
    "sparse",
    "block",
    "unblock",
    "ascii",
    "ebcdic",
    "ibm",
];
const FLAGS: &[&str] = &[
    "append",
    "direct",
    "directory",
    "dsync",
    "noatime",
    "nocache",
    "noctty",
    "nofollow",
    "nonblock",
    "sync",
    "binary",
    "text",
];
const INPUT_FLAGS: &[&str] = &["fullblock", "count_bytes", "skip_bytes"];
const OUTPUT_FLAGS: &[&str] = &["seek_bytes"];

fn read(context: &Context<'_>, args: &Args) -> Result<Job, i32> {
    let mut job = Job {
        input: None,
        output: None,
        ibs: 512,
        obs: 512,
        cbs: 0,
        count: None,
        skip: 0,
        seek: 0,
        seek_given: 0,
        conv: Vec::new(),
        iflag: Vec::new(),
        oflag: Vec::new(),
        status: Vec::new(),
        reblock: false,
    };
    let mut both = None;
    let (mut skip_bytes, mut seek_bytes, mut count_bytes) = (false, false, false);
    for arg in args.iter().skip(1).filter(|arg| *arg != b"--") {
        let Some(at) = arg.iter().position(|byte| *byte == b'=') else {
            let text = [b"unrecognized operand ".as_slice(), &quote::always(arg)];
            return Err(context.usage(&text.concat()));
        };
        let (name, value) = (&arg[..at], &arg[at + 1..]);
        let number = |bytes: &mut bool| {
            *bytes = value.ends_with(b"B")
                && !value.ends_with(b"kB")
                && product(&value[..value.len() - 1]).is_some();
            let text = if *bytes {
                &value[..value.len() - 1]
            } else {
                value
            };
            if zero_by_mistake(text) {
                context.say(b"warning: '0x' is a zero multiplier; use '00x' if that is intended");
            }
            let problem = match product(text) {
                Some(number) if number <= i64::MAX as u64 => return Ok(number),
                Some(_) => ": Value too large for defined data type",
                None => "",
            };
            let text = [
                b"invalid number: ".as_slice(),
                &quote::always(value),
                problem.as_bytes(),
            ];
            context.say(&text.concat());
            Err(1)
        };
        let block = || match number(&mut false)? {
            0 => {
                context.say(&[b"invalid number: ".as_slice(), &quote::always(value)].concat());
                Err(1)
            }
            size if size < i64::MAX as u64 - BLOCK_SLOP => Ok(size),
            _ => {
                let text = b": Value too large for defined data type";
                context.say(&[b"invalid number: ", quote::always(value).as_slice(), text].concat());
                Err(1)
            }
        };
        let words = |known: &[&str], more: &[&str], what: &str| -> Result<Vec<Vec<u8>>, i32> {
            let words: Vec<Vec<u8>> = value.split(|b| *b == b',').map(<[u8]>::to_vec).collect();
            match words.iter().find(|word| {
                !known
                    .iter()
                    .chain(more)
                    .any(|k| k.as_bytes() == word.as_slice())
            }) {
                Some(word) => {
                    let text = format!("invalid {what}: ");
                    Err(context.usage(&[text.as_bytes(), &quote::always(word)].concat()))
                }
                None => Ok(words),
            }
        };
        match name {
            b"if" => job.input = Some(value.to_vec()),
            b"of" => job.output = Some(value.to_vec()),
            b"bs" => both = Some(block()?),
            b"ibs" => job.ibs = block()?,
            b"obs" => job.obs = block()?,
            b"cbs" => job.cbs = block()?,
            b"count" => job.count = Some(number(&mut count_bytes)?),
            b"skip" | b"iseek" => job.skip = number(&mut skip_bytes)?,
            b"seek" | b"oseek" => job.seek = number(&mut seek_bytes)?,
            b"conv" => job.conv.extend(words(CONVERSIONS, &[], "conversion")?),
            b"iflag" => job.iflag.extend(words(FLAGS, INPUT_FLAGS, "input flag")?),
            b"oflag" => job.oflag.extend(words(FLAGS, OUTPUT_FLAGS, "output flag")?),
            b"status" => {
                if ![b"none".as_slice(), b"noxfer", b"progress"].contains(&value) {
                    let text = [b"invalid status level: ".as_slice(), &quote::always(value)];
                    return Err(context.usage(&text.concat()));
                }
                job.status = value.to_vec();
            }
            _ => {
                let text = [b"unrecognized operand ".as_slice(), &quote::always(arg)];
                return Err(context.usage(&text.concat()));
            }
        }
    }
    let asks = |word: &str| job.conv.iter().any(|w| w == word.as_bytes());
    let sets = ["ascii", "ebcdic", "ibm"];
    if sets.iter().filter(|set| asks(set)).count() > 1 {
        context.say(b"cannot combine any two of {ascii,ebcdic,ibm}");
        return Err(1);
    }
    for (one, other) in [
        ("block", "unblock"),
        ("lcase", "ucase"),
        ("excl", "nocreat"),
    ] {
        if asks(one) && asks(other) {
            context.say(format!("cannot combine {one} and {other}").as_bytes());
            return Err(1);
        }
    }
    for flags in [&job.iflag, &job.oflag] {
        let given = |word: &[u8]| flags.iter().any(|flag| flag == word);
        if given(b"direct") && given(b"nocache") {
            context.say(b"cannot combine direct and nocache");
            return Err(1);
        }
    }
    let whole = [
        "ascii", "ebcdic", "ibm", "block", "unblock", "lcase", "ucase", "swab",
    ];
    job.reblock = both.is_none() || whole.iter().any(|word| asks(word));
    if let Some(size) = both {
        (job.ibs, job.obs) = (size, size);
    }
    let has = |list: &[Vec<u8>], word: &[u8]| list.iter().any(|w| w == word);
    if !(skip_bytes || has(&job.iflag, b"skip_bytes")) {
        job.skip = job.skip.saturating_mul(job.ibs);
    }
    job.seek_given = job.seek;
    if !(seek_bytes || has(&job.oflag, b"seek_bytes")) {
        job.seek = job.seek.saturating_mul(job.obs);
    }
    if !(count_bytes || has(&job.iflag, b"count_bytes")) {
        job.count = job.count.map(|count| count.saturating_mul(job.ibs));
    }
    Ok(job)
}

/// Whether `0x…` was perhaps meant as hexadecimal.
fn zero_by_mistake(text: &[u8]) -> bool {
    text.split(|byte| byte.is_ascii_whitespace())
        .any(|part| part.starts_with(b"0x"))
}

/// A number with suffixes, or a product of such (`2x1k`).
fn product(text: &[u8]) -> Option<u64> {
    let one = |part: &[u8]| {
        let blanks = part.iter().take_while(|byte| byte.is_ascii_whitespace());
        let part = &part[blanks.count()..];
        let fit = part.first().is_some_and(u8::is_ascii_digit);
        match part.strip_suffix(b"w") {
            Some(number) if fit => size::parse(number).map(|n| n.saturating_mul(2)),
            _ if fit => size::parse(part),
            _ => None,
        }
    };
    text.split(|byte| *byte == b'x')
        .try_fold(1_u64, |product, part| {
            Some(product.saturating_mul(one(part)?))
        })
}

fn run(context: &Context<'_>, job: &Job) -> i32 {
    let conv = |word: &[u8]| job.conv.iter().any(|w| w == word);
    let flag = |list: &[Vec<u8>], word: &[u8]| list.iter().any(|w| w == word);
    let fail = |what: &str, path: &[u8], errno: Errno| {
        context.say_quoted(what, path, errno);
        1
    };
    let opening = |how: OpenHow, flags: &[Vec<u8>]| OpenHow {
        directory: flag(flags, b"directory"),
        no_follow: flag(flags, b"nofollow"),
        nonblock: flag(flags, b"nonblock"),
        ..how
    };
    let input = match &job.input {
        None => File::stdin(),
        Some(path) => match File::open(path, opening(OpenHow::READ, &job.iflag)) {
            Ok(file) => file,
            Err(errno) => return fail("failed to open", path, errno),
        },
    };
    let input_name = job.input.as_deref().unwrap_or(b"standard input");
    let place = |what: &str, path: &[u8], errno: Errno| {
        let text = [
            &quote::if_needed(path),
            b": cannot ".as_slice(),
            what.as_bytes(),
        ];
        context.say_error(&text.concat(), errno);
        1
    };
    let started = sys::monotonic_ns();
    // An end before anything is copied still tells that nothing was.
    let nothing = |code: i32| {
        let taken = sys::monotonic_ns() - started;
        report(job, &Tally::default(), &Tally::default(), 0, taken);
        code
    };
    let mut opened = None;
    if let Some(path) = &job.output {
        let how = OpenHow {
            create: !conv(b"nocreat"),
            exclusive: conv(b"excl"),
            truncate: !conv(b"notrunc") && job.seek == 0,
            append: flag(&job.oflag, b"append"),
            ..opening(OpenHow::CREATE, &job.oflag)
        };
        match File::open(path, how) {
            Ok(file) => opened = Some(file),
            Err(errno) => return fail("failed to open", path, errno),
        }
        if job.seek > i64::MAX as u64 && !conv(b"notrunc") {
            let text = format!(
                "offset too large: cannot truncate to a length of seek={} ({}-byte) blocks",
                job.seek_given, job.obs
            );
            context.say(text.as_bytes());
            return 1;
        }
    }
    // Of what was not opened here some flags can only be checked.
    for (path, flags, fd, name) in [
        (&job.input, &job.iflag, 0, "standard input"),
        (&job.output, &job.oflag, 1, "standard output"),
    ] {
        let folder = || sys::fstat(fd).is_ok_and(|stat| sys::is_dir(&stat));
        if path.is_none() && flag(flags, b"directory") && !folder() {
            return fail("setting flags for", name.as_bytes(), Errno::Notdir);
        }
    }
    let output_name = job.output.as_deref().unwrap_or(b"standard output");
    let output = opened.as_ref().map_or(1, File::fd);
    let mut failed = 0;
    if job.seek > 0 {
        if !conv(b"notrunc") && opened.is_some() {
            let regular = |stat: sys::ExtStat| stat.mode & sys::mode::TYPE == sys::mode::REGULAR;
            if let Err(errno) = sys::set_size(output, job.seek)
                && sys::fstat(output).is_ok_and(regular)
            {
                let text = format!("failed to truncate to {} bytes in output file", job.seek);
                fail(&text, output_name, errno);
                failed = 1;
            }
        }
        let moved = match i64::try_from(job.seek) {
            Ok(to) => seek(output, to, 1),
            Err(_) => Err(Errno::Overflow),
        };
        if let Err(errno) = moved {
            return nothing(place("seek", output_name, errno));
        }
    }
    let skipped = match job.skip {
        0 => Ok(true),
        bytes => skip(&input, bytes),
    };
    let short = match skipped {
        Ok(whole) => !whole,
        Err(errno) => return nothing(place("skip", input_name, errno)),
    };
    if short && job.status != b"none" {
        context.say(
            &[
                &quote::if_needed(input_name),
                b": cannot skip to specified offset".as_slice(),
            ]
            .concat(),
        );
    }
    let (mut read, mut code) = (Tally::default(), 0);
    let obs = usize::try_from(job.obs).unwrap_or(usize::MAX);
    let mut sink = Sink::new(output, obs, conv(b"sparse"));
    let whole_blocks = flag(&job.iflag, b"fullblock");
    let by_bytes = flag(&job.iflag, b"count_bytes");
    let mut block = Vec::new();
    let mut left = job.count.unwrap_or(u64::MAX);
    let mut change = Change::new(&conv, usize::try_from(job.cbs).unwrap_or(0));
    let mut converted = Vec::new();
    while left > 0 && code == 0 {
        let Some(room) = make_room(&mut block, &input, left.min(job.ibs)) else {
            code = no_room(context, job.ibs);
            break;
        };
        let mut got = 0;
        while got < room {
            match input.read(&mut block[got..room]) {
                Ok(0) => break,
                Ok(n) => got += n,
                Err(Errno::Intr) => continue,
                Err(errno) => {
                    code = fail("error reading", input_name, errno);
                    break;
                }
            }
            if !whole_blocks {
                break;
            }
        }
        if got == 0 {
            break;
        }
        read.add(got, job.ibs);
        // A count of blocks counts partial ones as blocks.
        left = left.saturating_sub(if by_bytes { got as u64 } else { job.ibs });
        if conv(b"sync") {
            let blank = if change.records.is_some() { b' ' } else { 0 };
            let full = usize::try_from(job.ibs).unwrap_or(usize::MAX);
            if block.try_reserve(full.saturating_sub(block.len())).is_err() {
                code = no_room(context, job.ibs);
                break;
            }
            block.truncate(got);
            block.resize(full, blank);
            got = full;
        }
        let part = match change.nothing {
            true => &block[..got],
            false => {
                converted.clear();
                change.convert(&mut block[..got], &mut converted);
                converted.as_slice()
            }
        };
        let put = match job.reblock {
            true => sink.put(part),
            false => sink.block(part),
        };
        if let Err(errno) = put {
            code = fail("error writing", output_name, errno);
        }
    }
    if code == 0 {
        converted.clear();
        change.finish(&mut converted);
        if let Err(errno) = sink.put(&converted).and_then(|()| sink.finish()) {
            code = fail("error writing", output_name, errno);
        }
    }
    // There is no cache to drop, but a pipe has no place to drop it at.
    for (flags, fd, name) in [
        (&job.iflag, input.fd(), input_name),
        (&job.oflag, output, output_name),
    ] {
        if flag(flags, b"nocache")
            && job.count == Some(0)
            && let Err(errno) = sys::seek(fd, 0, 1)
        {
            code = fail("failed to discard cache for:", name, errno);
        }
    }
    let truncated = change.records.map_or(0, |records| records.truncated);
    let taken = sys::monotonic_ns() - started;
    match report(job, &read, &sink.written, truncated, taken) {
        true => code.max(failed),
        false => 1,
    }
}

/// Makes a block as long as what may be read at once: at most `most`, and of
/// a file no more than it has left. `None`: there is not so much memory.
fn make_room(block: &mut Vec<u8>, input: &File, most: u64) -> Option<usize> {
    let mut room = most;
    if room > ROOM_BYTES
        && let Ok(stat) = sys::fstat(input.fd())
        && stat.mode & sys::mode::TYPE == sys::mode::REGULAR
        && let Ok(at) = sys::seek(input.fd(), 0, 1)
    {
        room = room.min(stat.size_bytes.saturating_sub(at).max(ROOM_BYTES));
    }
    let room = usize::try_from(room).ok()?;
    if block.len() < room {
        block.try_reserve(room - block.len()).ok()?;
        block.resize(room, 0);
    }
    Some(room)
}

/// Tells that a block does not fit in memory.
fn no_room(context: &Context<'_>, bytes: u64) -> i32 {
    let short = unit(bytes, SizeForm::Human);
    let text = format!("memory exhausted by input buffer of size {bytes} bytes ({short}iB)");
    context.say(text.as_bytes());
    1
}

/// Goes to a place, unless no file reaches so far.
fn seek(fd: u32, to: i64, whence: u32) -> Result<u64, Errno> {
    match to > PLACE_MAX {
        true => Err(Errno::Inval),
        false => sys::seek(fd, to, whence),
    }
}

/// Moves forwards in the input; false if it ends before.
fn skip(input: &File, bytes: u64) -> Result<bool, Errno> {
    if let (Ok(at), Ok(end)) = (sys::seek(input.fd(), 0, 1), sys::seek(input.fd(), 0, 2)) {
        let device = sys::fstat(input.fd()).is_ok_and(|stat| stat.size_bytes == 0);
        let to = at.checked_add(bytes).and_then(|to| i64::try_from(to).ok());
        let to = to.ok_or(Errno::Overflow)?;
        seek(input.fd(), to, 0)?;
        return Ok(device || to as u64 <= end);
    }
    let mut left = bytes;
    let mut buf = [0; 4096];
    while left > 0 {
        let room = left.min(4096) as usize;
        match input.read(&mut buf[..room]) {
            Ok(0) | Err(_) => return Ok(false),
            Ok(got) => left -= got as u64,
        }
    }
    Ok(true)
}

/// Prints the figures; whether that went well.
fn report(job: &Job, read: &Tally, written: &Tally, truncated: u64, ns: u64) -> bool {
    if job.status == b"none" {
        return true;
    }
    let mut err = Output::new(2);
    let counts = format!(
        "{}+{} records in\n{}+{} records out\n",
        read.full, read.partial, written.full, written.partial
    );
    err.put(counts.as_bytes());
    if truncated > 0 {
        let plural = if truncated == 1 { "" } else { "s" };
        err.put(format!("{truncated} truncated record{plural}\n").as_bytes());
    }
    if job.status != b"noxfer" {
        let bytes = written.bytes;
        let mut text = format!("{bytes} byte{}", if bytes == 1 { "" } else { "s" });
        let si = unit(bytes, SizeForm::Si);
        let iec = unit(bytes, SizeForm::Human);
        match (bytes >= 1000, bytes >= 1024) {
            (true, true) => text += &format!(" ({si}B, {iec}iB)"),
            (true, false) => text += &format!(" ({si}B)"),
            _ => {}
        }
        let seconds = (ns.max(1)) as f64 / 1e9;
        let rate = unit((bytes as f64 / seconds) as u64, SizeForm::Si);
        text += &format!(" copied, {seconds:.6} s, {rate}B/s\n");
        err.put(text.as_bytes());
    }
    err.flush();
    !err.failed()
}

/// `1.2 M`, with the space before the letter.
fn unit(value: u64, form: SizeForm) -> String {
    let text = size::show(value, form);
    match text.find(|c: char| c.is_ascii_alphabetic()) {
        Some(at) => format!("{} {}", &text[..at], &text[at..]),
        None => format!("{text} "),
    }
}
