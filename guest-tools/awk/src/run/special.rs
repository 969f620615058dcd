//! Variables with a meaning of their own.

use super::machine::{Machine, Run};
use super::record::FIELDS_MAX;
use super::split::Splitter;
use crate::compile::variable;
use crate::io::Separator;
use crate::value::array::Key;
use crate::value::{Array, Str, Value};
use std::rc::Rc;

impl Machine {
    /// Reads one.
    pub(super) fn special(&mut self, slot: u32) -> Value {
        match slot {
            variable::NF => Value::Num(self.record.count() as f64),
            variable::NR => Value::Num(self.nr),
            variable::FNR => Value::Num(self.fnr),
            slot => self.globals[slot as usize].clone(),
        }
    }

    /// Writes one.
    pub(super) fn set_special(&mut self, slot: u32, value: Value) -> Run<()> {
        let text = |machine: &Machine| value.text(&machine.convfmt).into_owned();
        match slot {
            variable::NF => {
                let count = value.num();
                if count < 0.0 {
                    return self.fatal("NF set to negative value");
                }
                if count > FIELDS_MAX as f64 {
                    return self.fatal("NF set too large");
                }
                self.record.set_count(count as usize);
                return Ok(());
            }
            variable::NR => {
                self.nr = value.num();
                return Ok(());
            }
            variable::FNR => {
                self.fnr = value.num();
                return Ok(());
            }
            variable::OFS => {
                self.join();
                self.ofs = text(self);
            }
            variable::ORS => self.ors = text(self),
            variable::SUBSEP => self.subsep = text(self),
            variable::CONVFMT => self.convfmt = text(self),
            variable::OFMT => self.ofmt = text(self),
            variable::IGNORECASE => self.fold = value.is_true(),
            _ => {}
        }
        self.globals[slot as usize] = value;
        match slot {
            variable::FS | variable::FIELDWIDTHS | variable::FPAT => {
                self.split_by = slot;
                if let Value::Array(info) = &self.globals[variable::PROCINFO as usize] {
                    let name = variable::NAMES[slot as usize];
                    info.borrow_mut().set(b"FS", Value::string(name.as_bytes()));
                }
                self.set_splitter()
            }
            variable::RS | variable::IGNORECASE => self.set_separator(),
            _ => Ok(()),
        }
    }

    /// Rebuilds the way of splitting; the record at hand keeps the old one.
    pub(super) fn set_splitter(&mut self) -> Run<()> {
        self.record.split_all();
        self.record_splitter_changed = true;
        let value = self.globals[self.split_by as usize].clone();
        self.splitter = match self.split_by {
            _ if self.csv => Splitter::Csv,
            variable::FIELDWIDTHS => {
                let text = value.text(&self.convfmt).into_owned();
                Splitter::Widths(Rc::new(self.widths(&text)?))
            }
            variable::FPAT => Splitter::Content(self.regex(&value)?),
            _ => {
                let paragraph = matches!(self.separator, Separator::Paragraph);
                self.field_splitter(&value, paragraph)?
            }
        };
        Ok(())
    }

    /// `FIELDWIDTHS`: widths, with bytes to skip before a colon, a star last.
    fn widths(&self, text: &[u8]) -> Run<Vec<(usize, Option<usize>)>> {
        let mut widths = Vec::new();
        for word in text.split(|b| matches!(b, b' ' | b'\t' | b'\n')) {
            let Ok(word) = std::str::from_utf8(word) else {
                continue;
            };
            if word.is_empty() {
                continue;
            }
            let (skip, width) = word.split_once(':').unwrap_or(("0", word));
            match (skip.parse(), width.parse(), width) {
                (Ok(skip), _, "*") => widths.push((skip, None)),
                (Ok(skip), Ok(width), _) => widths.push((skip, Some(width))),
                _ => {
                    let index = widths.len() + 1;
                    return self.fatal(format!(
                        "invalid FIELDWIDTHS value, for field {index}, near `{word}'"
                    ));
                }
            }
        }
        Ok(widths)
    }

    /// How `FS`, or the separator of `split`, splits.
    pub(super) fn field_splitter(&mut self, value: &Value, paragraph: bool) -> Run<Splitter> {
        if let Value::Regex(_) = value {
            return Ok(Splitter::Regex(self.regex(value)?));
        }
        let text = value.text(&self.convfmt).into_owned();
        Ok(match text.as_slice() {
            b" " => Splitter::Blank,
            b"" => Splitter::Characters,
            [byte] if !(self.fold && byte.is_ascii_alphabetic()) => match paragraph {
                true if *byte != b'\n' => Splitter::ByteOrNewline(*byte),
                _ => Splitter::Byte(*byte),
            },
            _ => Splitter::Regex(self.regex(value)?),
        })
    }

    /// How the separator of `split` splits: the case of a single letter counts.
    pub(super) fn text_splitter(&mut self, value: &Value) -> Run<Splitter> {
        match &*value.text(&self.convfmt) {
            [byte] if *byte != b' ' && !matches!(value, Value::Regex(_)) => {
                Ok(Splitter::Byte(*byte))
            }
            _ => self.field_splitter(value, false),
        }
    }

    /// Sets a global variable by its name, as `-v` does.
    pub(super) fn set_by_name(&mut self, name: &[u8], value: Value) -> Run<()> {
        let slot = self.code.globals.iter().position(|global| global == name);
        let shown = || String::from_utf8_lossy(name).into_owned();
        if self.code.functions.iter().any(|f| f.0 == name) {
            let name = shown();
            return self.fatal(format!(
                "cannot use function name `{name}' as variable name"
            ));
        }
        let Some(slot) = slot else { return Ok(()) };
        if let Value::Array(_) = self.globals[slot] {
            let name = shown();
            return self.fatal(format!("attempt to use array `{name}' in a scalar context"));
        }
        if (slot as u32) < variable::HOOKED {
            self.set_special(slot as u32, value)
        } else {
            self.globals[slot] = value;
            Ok(())
        }
    }

    /// The values that variables start with.
    pub(super) fn set_defaults(&mut self) {
        let set = |globals: &mut Vec<Value>, slot: u32, value: &[u8]| {
            globals[slot as usize] = Value::Str(Str::new(value));
        };
        let globals = &mut self.globals;
        set(globals, variable::FS, b" ");
        set(globals, variable::OFS, b" ");
        set(globals, variable::ORS, b"\n");
        set(globals, variable::RS, b"\n");
        set(globals, variable::SUBSEP, b"\x1c");
        set(globals, variable::CONVFMT, b"%.6g");
        set(globals, variable::OFMT, b"%.6g");
        set(globals, variable::FPAT, b"[^[:space:]]+");
        for slot in [
            variable::FILENAME,
            variable::FIELDWIDTHS,
            variable::RT,
            variable::ERRNO,
        ] {
            set(globals, slot, b"");
        }
        set(globals, variable::TEXTDOMAIN, b"messages");
        for slot in [
            variable::IGNORECASE,
            variable::RSTART,
            variable::ARGIND,
            variable::BINMODE,
            variable::LINT,
        ] {
            globals[slot as usize] = Value::Num(0.0);
        }
        globals[variable::RLENGTH as usize] = Value::Num(-1.0);
        for (slot, is_array) in self.code.arrays.iter().enumerate() {
            if *is_array {
                let array = Array::shared();
                array.borrow_mut().touched = true;
                globals[slot] = Value::Array(array);
            }
        }
    }

    /// Passes changes of `ENVIRON` on to the commands that follow.
    pub(super) fn sync_environment(&mut self) {
        if !self.uses_environ {
            return;
        }
        let Value::Array(environ) = &self.globals[variable::ENVIRON as usize] else {
            return;
        };
        let mut env = Vec::new();
        environ.borrow().walk(|key, value| {
            let mut pair = key.text(b"%d").into_owned();
            pair.push(b'=');
            value.write(&self.convfmt, &mut pair);
            env.push(pair);
        });
        self.streams.env = Some(env);
    }

    /// Fills `ENVIRON`, `ARGV` and `PROCINFO` as far as the program may look.
    pub(super) fn fill_arrays(&mut self, args: &[Vec<u8>], environ: bool, procinfo: bool) {
        let array = |machine: &Machine, slot: u32| match &machine.globals[slot as usize] {
            Value::Array(array) => Rc::clone(array),
            _ => Array::shared(),
        };
        let argv = array(self, variable::ARGV);
        for (index, arg) in args.iter().enumerate() {
            argv.borrow_mut().set_at(index, Value::Str(Str::input(arg)));
        }
        self.set_global(variable::ARGC, Value::Num(args.len() as f64));
        if environ {
            self.uses_environ = true;
            let to = array(self, variable::ENVIRON);
            for pair in wardian_applet::program::environment() {
                if let Some(at) = memchr::memchr(b'=', &pair) {
                    let value = Value::Str(Str::input(&pair[at + 1..]));
                    to.borrow_mut().set(&pair[..at], value);
                }
            }
        }
        if procinfo {
            self.fill_procinfo(&array(self, variable::PROCINFO));
        }
    }

    fn fill_procinfo(&self, to: &crate::value::ArrayRef) {
        let (uid, gid) = wardian_applet::sys::identity();
        let mut to = to.borrow_mut();
        let texts: [(&[u8], &[u8]); 5] = [
            (b"version", b"5.2.1"),
            (b"strftime", b"%a %b %e %H:%M:%S %Z %Y"),
            (b"platform", b"posix"),
            (b"FS", b"FS"),
            (b"pma", b"Avon 8-g1"),
        ];
        for (key, value) in texts {
            to.set(key, Value::string(value));
        }
        let (pid, parent, group) = process();
        let numbers: [(&[u8], u32); 11] = [
            (b"pid", pid),
            (b"ppid", parent),
            (b"pgrpid", group),
            (b"uid", uid),
            (b"euid", uid),
            (b"gid", gid),
            (b"egid", gid),
            (b"group1", gid),
            (b"api_major", 3),
            (b"api_minor", 2),
            (b"prec_max", 0),
        ];
        for (key, value) in numbers {
            if key != b"prec_max" {
                to.set(key, Value::Num(value.into()));
            }
        }
        // What splits records is told by name.
        to.remove(&Key::text(b"FS"));
        to.set(b"FS", Value::string(b"FS"));
        let argv = Array::shared();
        for (index, arg) in self.options.argv.iter().enumerate() {
            argv.borrow_mut().set_at(index, Value::Str(Str::input(arg)));
        }
        to.set(b"argv", Value::Array(argv));
        let names = Array::shared();
        for name in &self.code.globals {
            names.borrow_mut().set(name, Value::string(b"untyped"));
        }
        to.set(b"identifiers", Value::Array(names));
    }
}

#[cfg(target_os = "wasi")]
fn process() -> (u32, u32, u32) {
    let info = wardian_abi::imports::process_info();
    (info.pid, info.parent_pid, info.group)
}

#[cfg(not(target_os = "wasi"))]
fn process() -> (u32, u32, u32) {
    (
        std::process::id(),
        std::os::unix::process::parent_id(),
        std::process::id(),
    )
}
