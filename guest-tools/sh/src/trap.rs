//! Traps: what is to happen on signals and at EXIT, ERR, DEBUG, RETURN.

use crate::exec::{Flow, Shell};
use crate::sys;

/// The events that are no signals.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event {
    Exit,
    Err,
    Debug,
    Return,
    Signal(u32),
}

/// The traps of a shell.
#[derive(Default)]
pub struct Traps {
    exit: Option<Vec<u8>>,
    err: Option<Vec<u8>>,
    debug: Option<Vec<u8>>,
    on_return: Option<Vec<u8>>,
    /// By signal number; empty text: ignored.
    signals: Vec<(u32, Vec<u8>)>,
    /// Signals ignored when the shell started: they stay so.
    inherited: Option<u64>,
    /// Traps of the parent, which a subshell may still list.
    pub shown: bool,
    /// How many traps are being run.
    pub running: u32,
    /// `$?` before the trap being run.
    saved_status: Option<i32>,
    /// A background child without job control ignores interrupts.
    pub in_background: bool,
    /// Whether a signal that ends the shell lets the trap at EXIT run first: not in
    /// an interactive shell, nor in a session's.
    pub at_death: bool,
    /// Such signals that are caught only for that.
    deadly: u64,
    /// Signals that arrived and were not acted on yet.
    arrived: u64,
}

/// Signals that end a shell after its trap at EXIT: HUP, INT, USR1, USR2, PIPE, ALRM,
/// TERM, XCPU, XFSZ, VTALRM.
const DEADLY: [u32; 10] = [1, 2, 10, 12, 13, 14, 15, 24, 25, 26];

/// What a function call hid.
pub struct Kept {
    debug: Option<Vec<u8>>,
    on_return: Option<Vec<u8>>,
    err: Option<Vec<u8>>,
    restore: (bool, bool),
}

impl Traps {
    /// Whether any trap is set.
    pub fn any(&self) -> bool {
        self.exit.is_some()
            || self.err.is_some()
            || self.debug.is_some()
            || self.on_return.is_some()
            || !self.signals.is_empty()
    }

    /// `$?` before the trap being run, if one is.
    pub fn status_before(&self) -> Option<i32> {
        self.saved_status
    }

    /// Whether a trap on errors is set.
    pub fn has_err(&self) -> bool {
        self.err.is_some()
    }

    /// Whether a trap before commands is set.
    pub fn has_debug(&self) -> bool {
        self.debug.is_some()
    }

    fn place(&mut self, event: Event) -> Option<&mut Option<Vec<u8>>> {
        match event {
            Event::Exit => Some(&mut self.exit),
            Event::Err => Some(&mut self.err),
            Event::Debug => Some(&mut self.debug),
            Event::Return => Some(&mut self.on_return),
            Event::Signal(_) => None,
        }
    }

    /// Sets what an event runs (empty: nothing, the signal is ignored), or
    /// with none what it does by default.
    pub fn set(&mut self, event: Event, action: Option<Vec<u8>>) {
        if self.shown {
            // The first change in a subshell ends the listing of the parent's.
            self.shown = false;
            self.signals.retain(|(_, action)| action.is_empty());
            (self.exit, self.err, self.debug, self.on_return) = (None, None, None, None);
        }
        let Event::Signal(signal) = event else {
            if let Some(place) = self.place(event) {
                *place = action;
            }
            if event == Event::Exit {
                self.watch_deadly();
            }
            return;
        };
        if self.inherited() & (1 << (signal - 1)) != 0 {
            return;
        }
        let disposition = match &action {
            None => 0,
            Some(action) if action.is_empty() => 1,
            Some(_) => 2,
        };
        let _ = sys::signal_action(signal, disposition);
        self.signals.retain(|(known, _)| *known != signal);
        if let Some(action) = action {
            self.signals.push((signal, action));
            self.signals.sort_unstable_by_key(|(signal, _)| *signal);
        }
        self.deadly &= !(1 << (signal - 1));
        self.watch_deadly();
    }

    /// Catches the deadly signals that have no trap of their own as long as there is
    /// one at EXIT, and no longer.
    fn watch_deadly(&mut self) {
        let wanted = self.at_death && self.exit.as_ref().is_some_and(|text| !text.is_empty());
        if !wanted && self.deadly == 0 {
            return;
        }
        let inherited = self.inherited();
        for signal in DEADLY {
            let bit = 1 << (signal - 1);
            let own = self.get(Event::Signal(signal)).is_some() || inherited & bit != 0;
            if wanted && !own && self.deadly & bit == 0 {
                let _ = sys::signal_action(signal, 2);
                self.deadly |= bit;
            } else if !wanted && self.deadly & bit != 0 {
                let _ = sys::signal_action(signal, 0);
                self.deadly &= !bit;
            }
        }
    }

    fn inherited(&mut self) -> u64 {
        *self
            .inherited
            .get_or_insert_with(|| sys::process_info().ignored_signals)
    }

    /// The first signal with a trap that has arrived; its action is the caller's.
    pub fn next_arrived(&mut self) -> Option<u32> {
        self.arrived |= sys::signal_take();
        let signal = (1..=64u32).find(|signal| {
            self.arrived & (1 << (signal - 1)) != 0 && self.get(Event::Signal(*signal)).is_some()
        });
        match signal {
            Some(signal) => self.arrived &= !(1 << (signal - 1)),
            // Deadly ones are heeded elsewhere.
            None => self.arrived &= self.deadly,
        }
        signal
    }

    /// What an event runs.
    pub fn get(&self, event: Event) -> Option<&[u8]> {
        match event {
            Event::Exit => self.exit.as_deref(),
            Event::Err => self.err.as_deref(),
            Event::Debug => self.debug.as_deref(),
            Event::Return => self.on_return.as_deref(),
            Event::Signal(signal) => self
                .signals
                .iter()
                .find(|(known, _)| *known == signal)
                .map(|(_, action)| action.as_slice()),
        }
    }

    /// All traps in the order of their numbers.
    pub fn list(&self) -> Vec<(Event, Vec<u8>)> {
        let mut all = Vec::new();
        let mut add = |event, action: &Option<Vec<u8>>| {
            if let Some(action) = action {
                all.push((event, action.clone()));
            }
        };
        add(Event::Exit, &self.exit);
        for (signal, action) in &self.signals {
            add(Event::Signal(*signal), &Some(action.clone()));
        }
        add(Event::Debug, &self.debug);
        add(Event::Err, &self.err);
        add(Event::Return, &self.on_return);
        all
    }

    /// Signals that commands are started with ignored.
    pub fn ignored(&self) -> u64 {
        let mut mask = self.inherited.unwrap_or(0);
        for (signal, action) in &self.signals {
            if action.is_empty() {
                mask |= 1 << (signal - 1);
            }
        }
        if self.in_background {
            mask |= 0b110;
        }
        mask
    }

    /// In a subshell traps are reset, except for ignored signals.
    pub fn enter_subshell(&mut self) {
        for (signal, action) in &self.signals {
            if !action.is_empty() {
                let _ = sys::signal_action(*signal, 0);
            }
        }
        self.let_die();
        self.arrived = 0;
        self.shown = self.any();
        self.running = 0;
    }

    /// Deadly signals are caught no longer.
    fn let_die(&mut self) {
        for signal in DEADLY {
            if self.deadly & (1 << (signal - 1)) != 0 {
                let _ = sys::signal_action(signal, 0);
            }
        }
        self.deadly = 0;
    }

    /// A function does not inherit DEBUG and RETURN, nor ERR, unless asked.
    pub fn enter_function(&mut self, functrace: bool, errtrace: bool) -> Kept {
        let mut kept = Kept {
            debug: None,
            on_return: None,
            err: None,
            restore: (!functrace, !errtrace),
        };
        if !functrace {
            kept.debug = self.debug.take();
            kept.on_return = self.on_return.take();
        }
        if !errtrace {
            kept.err = self.err.take();
        }
        kept
    }

    /// Brings back what the function did not inherit, unless it set its own.
    pub fn leave_function(&mut self, kept: Kept) {
        if kept.restore.0 {
            self.debug = self.debug.take().or(kept.debug);
            self.on_return = self.on_return.take().or(kept.on_return);
        }
        if kept.restore.1 {
            self.err = self.err.take().or(kept.err);
        }
    }
}

impl Shell {
    /// Runs the actions of signals that have arrived.
    pub fn run_pending_traps(&mut self) -> Result<(), Flow> {
        self.heed_deadly();
        if self.traps.signals.is_empty() || self.traps.shown {
            return Ok(());
        }
        let mask = sys::signal_take() | self.traps.arrived;
        // A deadly one that has come since is heeded the next time.
        self.traps.arrived = mask & self.traps.deadly;
        if mask == 0 {
            return Ok(());
        }
        for signal in 1..=64u32 {
            if mask & (1 << (signal - 1)) == 0 {
                continue;
            }
            if let Some(action) = self.traps.get(Event::Signal(signal)) {
                let action = action.to_vec();
                // Lines of a signal's action count from its start.
                self.run_action(action, 1)?;
            }
        }
        Ok(())
    }

    /// Ends the shell by a deadly signal that has arrived, after the trap at EXIT.
    /// Other signals are kept for later.
    #[inline]
    pub fn heed_deadly(&mut self) {
        if self.traps.deadly != 0 {
            self.die_if_due();
        }
    }

    #[cold]
    #[inline(never)]
    fn die_if_due(&mut self) {
        self.traps.arrived |= sys::signal_take();
        let deadly = self.traps.arrived & self.traps.deadly;
        if deadly == 0 {
            return;
        }
        let signal = deadly.trailing_zeros() + 1;
        self.traps.arrived &= !deadly;
        // The next one ends the trap as well.
        self.traps.let_die();
        self.run_exit_trap(self.status);
        self.flush_out();
        let _ = sys::kill(sys::process_info().pid as i32, signal);
        sys::exit(128 + signal as i32)
    }

    /// Runs a trap's action; `$?` is as before afterwards.
    fn run_action(&mut self, action: Vec<u8>, first_line: u32) -> Result<i32, Flow> {
        if action.is_empty() {
            return Ok(0);
        }
        let (status, line) = (self.status, self.line);
        let pipe_status = self.pipe_status.clone();
        self.traps.running += 1;
        self.tail = false;
        let outer = self.traps.saved_status.replace(status);
        self.state.trace_level += 1;
        let result = self.run_text(action, first_line);
        self.state.trace_level -= 1;
        self.traps.saved_status = outer;
        self.traps.running -= 1;
        self.status = status;
        self.line = line;
        self.pipe_status = pipe_status;
        result
    }

    /// The trap on errors.
    pub fn run_err_trap(&mut self, status: i32) -> Result<(), Flow> {
        if self.restoring || (self.traps.shown && !self.options.errtrace) {
            return Ok(());
        }
        let Some(action) = self.traps.err.take() else {
            return Ok(());
        };
        self.status = status;
        let result = self.run_action(action.clone(), self.line);
        if self.traps.err.is_none() {
            self.traps.err = Some(action);
        }
        result.map(|_| ())
    }

    /// The trap before commands.
    /// With `extdebug`, a status other than 0 skips the command (true), and 2
    /// ends the function.
    pub fn run_debug_trap(&mut self) -> Result<bool, Flow> {
        if self.traps.running > 0 || (self.traps.shown && !self.options.functrace) {
            return Ok(false);
        }
        let Some(action) = self.traps.debug.clone() else {
            return Ok(false);
        };
        let status = match self.run_action(action, self.line) {
            Ok(status) => status,
            Err(Flow::Return(status)) if self.shopt.extdebug => status,
            Err(flow) => return Err(flow),
        };
        if !self.shopt.extdebug || status == 0 {
            return Ok(false);
        }
        match status == 2 && self.in_function() {
            true => Err(Flow::Return(2)),
            false => Ok(true),
        }
    }

    /// The trap at the end of functions and sourced files.
    pub fn run_return_trap(&mut self) -> Result<(), Flow> {
        if self.traps.shown {
            return Ok(());
        }
        match self.traps.on_return.clone() {
            Some(action) if self.traps.running == 0 => {
                self.run_action(action, self.line).map(|_| ())
            }
            _ => Ok(()),
        }
    }

    /// The trap at the end of the shell; gives the exit status.
    pub fn run_exit_trap(&mut self, status: i32) -> i32 {
        let _ = self.run_pending_traps();
        if self.traps.shown {
            return status;
        }
        let Some(action) = self.traps.exit.take() else {
            return status;
        };
        self.status = status;
        self.errexit_ignored = 0;
        self.loop_depth = 0;
        self.exiting = true;
        self.traps.saved_status = Some(status);
        self.traps.running += 1;
        let result = self.run_text(action, 1);
        self.traps.running -= 1;
        self.flush_out();
        match result {
            Err(Flow::Exit(status)) => status,
            Err(Flow::Return(status)) => status,
            _ => status,
        }
    }
}
