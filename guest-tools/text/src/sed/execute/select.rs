//! Whether a command's addresses select the line in hand.

use super::Machine;
use crate::sed::command::{Address, Command, End, Pattern, RangeState};
use crate::sed::run;

impl Machine<'_> {
    /// The pattern that is meant: an empty one is the one used last.
    pub(super) fn used(&mut self, pattern: Pattern) -> Result<usize, i32> {
        if let Some(index) = pattern.or(self.last_pattern) {
            self.last_pattern = Some(index);
            return Ok(index);
        }
        self.outputs.flush_main();
        self.context
            .say(b"-e expression #1, char 0: no previous regular expression");
        Err(run::BAD_USAGE)
    }

    fn matches(&mut self, pattern: Pattern) -> Result<bool, i32> {
        let index = self.used(pattern)?;
        Ok(self.patterns[index].regex.is_match(&self.space.bytes))
    }

    /// Whether the addresses select the line; moves a range on.
    pub(super) fn selects(&mut self, command: &mut Command) -> Result<bool, i32> {
        let line = self.input.line_number;
        let Some(from) = &command.from else {
            return Ok(true);
        };
        if let RangeState::Active(until) = command.range {
            return match &command.to {
                Some(End::Regex(pattern)) => {
                    if self.matches(*pattern)? {
                        command.range = RangeState::Closed;
                    }
                    Ok(true)
                }
                Some(End::Last) => {
                    if self.at_end()? {
                        command.range = RangeState::Closed;
                    }
                    Ok(true)
                }
                _ => {
                    let until = until.unwrap_or(0);
                    if line >= until {
                        command.range = RangeState::Closed;
                    }
                    Ok(line <= until)
                }
            };
        }
        let starts = match from {
            Address::Line(number) => match command.to.is_some() {
                // A range that starts at a line starts once, even if `n` or `N`
                // passed that line over.
                true => line >= *number && command.range != RangeState::Closed,
                false => line == *number,
            },
            Address::Step(first, step) => line >= *first && (line - first).is_multiple_of(*step),
            Address::Last => self.at_end()?,
            Address::Regex(pattern) => self.matches(*pattern)?,
        };
        let (Some(to), true) = (&command.to, starts) else {
            return Ok(starts);
        };
        let passed = match (from, to) {
            (Address::Line(number), _) => line > *number,
            _ => false,
        };
        command.range = match to {
            End::Line(until) if *until <= line => {
                command.range = RangeState::Closed;
                return Ok(!passed || *until == line);
            }
            End::Line(until) => RangeState::Active(Some(*until)),
            End::Plus(0) | End::Multiple(0) => RangeState::Closed,
            End::Plus(count) => RangeState::Active(Some(line.saturating_add(*count))),
            // A multiple that starts a range does not end it: the next one does.
            End::Multiple(factor) => {
                RangeState::Active(Some((line / *factor + 1).saturating_mul(*factor)))
            }
            End::Last if self.at_end()? => RangeState::Closed,
            End::Last | End::Regex(_) => RangeState::Active(None),
        };
        Ok(true)
    }
}

/// Puts all ranges back to their start: `0,/re/` is in it from the first line.
pub(super) fn reset(commands: &mut [Command]) {
    for command in commands {
        command.range = match command.from {
            Some(Address::Line(0)) => RangeState::Active(None),
            _ => RangeState::Inactive,
        };
    }
}
