//! `while`, `until`, `for`, `select`.

use super::Shell;
use super::flow::{Flow, Run};
use crate::ast::{Arith, List, Word};
use crate::sys;
use crate::text::{int_text, is_name, parse_int};
use crate::vars::Sym;

/// What to do after a loop's body.
enum Next {
    Go(i32),
    Stop(i32),
}

impl Shell {
    /// Runs a body once; tells whether the loop goes on.
    fn run_round(&mut self, body: &List) -> Result<Next, Flow> {
        match self.run_list(body) {
            Ok(status) => Ok(Next::Go(status)),
            Err(Flow::Break(levels)) if levels <= 1 => Ok(Next::Stop(self.break_status)),
            Err(Flow::Break(levels)) => Err(Flow::Break(levels - 1)),
            Err(Flow::Continue(levels)) if levels <= 1 => Ok(Next::Go(0)),
            Err(Flow::Continue(levels)) => Err(Flow::Continue(levels - 1)),
            Err(flow) => Err(flow),
        }
    }

    fn in_loop(&mut self, run: impl FnOnce(&mut Shell) -> Run) -> Run {
        self.tail = false;
        self.loop_depth += 1;
        let result = run(self);
        self.loop_depth -= 1;
        result
    }

    pub(super) fn run_while(&mut self, until: bool, condition: &List, body: &List) -> Run {
        self.in_loop(|sh| {
            let mut status = 0;
            loop {
                let goes_on = match sh.run_condition(condition) {
                    Ok(status) => (status == 0) != until,
                    Err(Flow::Break(levels)) if levels <= 1 => return Ok(sh.break_status),
                    Err(Flow::Continue(levels)) if until && levels <= 1 => return Ok(0),
                    Err(Flow::Break(levels)) => return Err(Flow::Break(levels - 1)),
                    Err(Flow::Continue(levels)) if levels <= 1 => continue,
                    Err(Flow::Continue(levels)) => return Err(Flow::Continue(levels - 1)),
                    Err(flow) => return Err(flow),
                };
                if !goes_on {
                    return Ok(status);
                }
                match sh.run_round(body)? {
                    Next::Go(last) => status = last,
                    Next::Stop(last) => return Ok(last),
                }
            }
        })
    }

    pub(super) fn run_for(&mut self, name: &[u8], words: Option<&[Word]>, body: &List) -> Run {
        if !is_name(name) {
            self.complain(&[b"`", name, b"': not a valid identifier"].concat());
            return Err(Flow::Discard(1));
        }
        let values = match words {
            Some(words) => self.expand_words(words)?,
            None => self.positional.clone(),
        };
        let sym = self.vars.sym(name);
        let line = self.line;
        self.in_loop(|sh| {
            let mut status = 0;
            for value in values {
                sh.line = line;
                if sh.options.xtrace || sh.traps.any() {
                    sh.before_for(b"for", name, words)?;
                }
                if let Err(error) = sh.assign_for(sym, value) {
                    sh.complain(&error);
                    return Ok(1);
                }
                match sh.run_round(body)? {
                    Next::Go(last) => status = last,
                    Next::Stop(last) => return Ok(last),
                }
            }
            Ok(status)
        })
    }

    /// A nameref as the variable of a loop refers to each word in turn.
    fn assign_for(&mut self, sym: Sym, value: Vec<u8>) -> Result<(), Vec<u8>> {
        use crate::vars::{Value, attr};
        if self.vars.get(sym).has(attr::NAMEREF) {
            self.vars.get_mut(sym).value = Value::Str(value);
            return Ok(());
        }
        self.assign_scalar(sym, value)
            .map_err(|error| error.message)
    }

    pub(super) fn run_arith_for(
        &mut self,
        init: &Arith,
        condition: &Arith,
        step: &Arith,
        body: &List,
    ) -> Run {
        let line = self.line;
        self.in_loop(|sh| {
            let mut status = 0;
            let clause = |sh: &mut Shell, arith: &Arith, absent: i64| {
                if arith.is_blank() {
                    return Ok(absent);
                }
                sh.line = line;
                if sh.options.xtrace {
                    sh.trace_arith(arith)?;
                }
                sh.run_debug_trap_of(arith)?;
                let outer = std::mem::replace(&mut sh.arith_command, "((");
                let value = sh.eval_arith(arith);
                sh.arith_command = outer;
                value
            };
            let failed = |flow: Flow| match flow {
                Flow::Discard(_) => Ok(1),
                flow => Err(flow),
            };
            if let Err(flow) = clause(sh, init, 0) {
                return failed(flow);
            }
            loop {
                match clause(sh, condition, 1) {
                    Ok(0) => return Ok(status),
                    Ok(_) => {}
                    Err(flow) => return failed(flow),
                }
                match sh.run_round(body)? {
                    Next::Go(last) => status = last,
                    Next::Stop(last) => return Ok(last),
                }
                if let Err(flow) = clause(sh, step, 0) {
                    return failed(flow);
                }
            }
        })
    }

    pub(super) fn run_select(&mut self, name: &[u8], words: Option<&[Word]>, body: &List) -> Run {
        if !is_name(name) {
            self.complain(&[b"`", name, b"': not a valid identifier"].concat());
            return Err(Flow::Discard(1));
        }
        let values = match words {
            Some(words) => self.expand_words(words)?,
            None => self.positional.clone(),
        };
        if self.options.xtrace || self.traps.any() {
            self.before_for(b"select", name, words)?;
        }
        if values.is_empty() {
            return Ok(0);
        }
        self.in_loop(|sh| {
            let mut show = true;
            loop {
                if show {
                    sh.show_menu(&values);
                }
                let prompt = match sh.vars.get(Sym::PS3).value.text() {
                    Some(text) => text.into_owned(),
                    None => b"#? ".to_vec(),
                };
                sh.write_stderr(&prompt);
                let Some(line) = sh.read_line_here() else {
                    sh.print(b"\n");
                    sh.flush_out();
                    return Ok(1);
                };
                let reply = line.trim_ascii().to_vec();
                let _ = sh.assign_scalar(Sym::REPLY, line);
                if reply.is_empty() {
                    show = true;
                    continue;
                }
                let choice = parse_int(&reply)
                    .and_then(|number| usize::try_from(number - 1).ok())
                    .and_then(|at| values.get(at))
                    .cloned()
                    .unwrap_or_default();
                if !sh.set_text(name, choice) {
                    return Ok(1);
                }
                match sh.run_round(body)? {
                    Next::Go(_) => {}
                    Next::Stop(last) => return Ok(last),
                }
                show = sh
                    .vars
                    .get(Sym::REPLY)
                    .value
                    .text()
                    .is_none_or(|text| text.is_empty());
            }
        })
    }

    /// The numbered words of `select`, in columns.
    fn show_menu(&mut self, values: &[Vec<u8>]) {
        let width = self
            .get_text(b"COLUMNS")
            .and_then(|text| parse_int(&text))
            .unwrap_or(80)
            .max(1) as usize;
        let digits = int_text(values.len() as i64).len();
        let longest = values
            .iter()
            .map(|value| crate::text::char_count(value))
            .max()
            .unwrap_or(0);
        let column = digits + 2 + longest + 2;
        let columns = if values.len() == 1 {
            1
        } else {
            (width / column).max(1)
        };
        let mut rows = values.len().div_ceil(columns);
        if rows == 1 {
            rows = values.len();
        }
        let columns = values.len().div_ceil(rows);
        let mut out = Vec::new();
        for row in 0..rows {
            let mut position = 0;
            for at in (0..columns).map(|column| row + column * rows) {
                let Some(value) = values.get(at) else { break };
                let number = int_text(at as i64 + 1);
                out.resize(out.len() + digits - number.len(), b' ');
                out.extend_from_slice(&number);
                out.extend_from_slice(b") ");
                out.extend_from_slice(value);
                if values.get(at + rows).is_some() {
                    let end = position + digits + 2 + crate::text::char_count(value);
                    position += column;
                    out.resize(out.len() + position - end, b' ');
                }
            }
            out.push(b'\n');
        }
        self.write_stderr(&out);
    }

    /// A line of standard input, read byte by byte.
    fn read_line_here(&mut self) -> Option<Vec<u8>> {
        let mut line = Vec::new();
        let mut byte = [0];
        loop {
            match sys::read(0, &mut byte) {
                Ok(1) if byte[0] == b'\n' => return Some(line),
                Ok(1) => line.push(byte[0]),
                Err(sys::Errno::Intr) => self.heed_deadly(),
                _ if line.is_empty() => return None,
                _ => return Some(line),
            }
        }
    }
}
