//! Lines that a script leaves alone, passed over many at a time: the commands'
//! regular expressions are searched for in whole blocks of input. A script that
//! is one `s` command does its work there as well.

use super::command::{
    Action, Address, Command, CompiledPattern, End, Lines, Pattern, Substitution,
};
use super::execute::Machine;
use super::substitute::char_length;
use wardian_posix_regex::Span;

/// What may make a line matter.
pub struct Plan {
    /// Patterns of which one has to match, and where each matches next.
    patterns: Vec<(usize, Next)>,
    /// Line numbers at which commands have work.
    numbers: Vec<(u64, u64)>,
    /// Whether the last line matters.
    last: bool,
    /// Whether line numbers have to be kept.
    counts: bool,
    /// The script is this `s` command and no more.
    only: Option<Substitution>,
    /// Lines to wait until the next try, and how many the last wait was: where
    /// nearly every line matters, looking ahead does not pay.
    wait: u32,
    waited: u32,
}

/// Where a pattern matches next in a block.
#[derive(Clone, Copy)]
struct Next {
    /// The block searched, by number; 0: none yet.
    block: u64,
    /// Bytes left of the block where the match starts; none: there is no match.
    left: Option<usize>,
}

/// Lines waited at most.
const WAIT_MAX: u32 = 64;

impl Plan {
    /// The plan for a script; none if every line may matter.
    pub fn new(commands: &[Command], patterns: &[CompiledPattern], quiet: bool) -> Option<Plan> {
        let mut plan = Plan {
            patterns: Vec::new(),
            numbers: Vec::new(),
            last: false,
            counts: false,
            only: None,
            wait: 0,
            waited: 0,
        };
        for command in commands {
            plan.counts |= matches!(command.action, Action::Number)
                || matches!(command.from, Some(Address::Line(_) | Address::Step(..)))
                || command.to.is_some();
            if uses_last_pattern(command) {
                return None;
            }
        }
        let mut at = 0;
        while let Some(command) = commands.get(at) {
            at += 1;
            if command.negated {
                return None;
            }
            match (&command.from, &command.to) {
                (None, _) => match &command.action {
                    Action::Substitute(substitution) => plan.add(substitution.pattern, patterns)?,
                    Action::Nothing | Action::Block(_) | Action::BranchIfReplaced(_) => {}
                    _ => return None,
                },
                (Some(from), to) => {
                    match (from, to) {
                        (Address::Regex(pattern), None) => plan.add(*pattern, patterns)?,
                        (Address::Last, None) => plan.last = true,
                        (Address::Line(line), None) => plan.numbers.push((*line, *line)),
                        (Address::Line(line), Some(End::Line(end))) => {
                            plan.numbers.push((*line, *end.max(line)));
                        }
                        _ => return None,
                    }
                    if let Action::Block(target) = command.action {
                        at = target;
                    }
                }
            }
        }
        if let [command] = commands
            && command.from.is_none()
            && let Action::Substitute(substitution) = &command.action
            && substitution.write.is_none()
            && !substitution.execute
            && substitution.number == 1
            && substitution.print == quiet
        {
            plan.only = Some((**substitution).clone());
        }
        Some(plan)
    }

    fn add(&mut self, pattern: Pattern, patterns: &[CompiledPattern]) -> Option<()> {
        let index = pattern?;
        if matches!(patterns.get(index)?.lines, Lines::None) {
            return None;
        }
        let next = Next {
            block: 0,
            left: None,
        };
        self.patterns.push((index, next));
        Some(())
    }

    /// Passes over lines of the block in hand.
    pub fn pass_over(&mut self, machine: &mut Machine<'_>) {
        if self.wait > 0 {
            self.wait -= 1;
            return;
        }
        let ahead = machine.input.ahead();
        let Some(length) = memchr::memrchr(b'\n', ahead) else {
            return;
        };
        for (index, _) in &self.patterns {
            if !machine.patterns[*index].lines.make() {
                self.wait = u32::MAX;
                return;
            }
        }
        if self.only.is_some() {
            return self.substitute(machine, length);
        }
        let stop = self.first_that_matters(machine, length);
        if stop == 0 {
            self.waited = (2 * self.waited).clamp(1, WAIT_MAX);
            self.wait = self.waited;
            return;
        }
        self.waited = 0;
        let passed = &machine.input.ahead()[..stop];
        let lines = match self.counts {
            true => memchr::memchr_iter(b'\n', passed).count() as u64,
            false => 0,
        };
        if !machine.quiet {
            machine.outputs.main().put(passed, b'\n');
        }
        machine.input.skip(stop);
        machine.input.line_number += lines;
    }

    /// Where the first line starts that may matter, in the first `length` bytes
    /// ahead and their newline. The search is without that newline, so that no
    /// empty line follows it.
    fn first_that_matters(&mut self, machine: &mut Machine<'_>, length: usize) -> usize {
        let text = &machine.input.ahead()[..length];
        let mut stop = length + 1;
        if self.last {
            stop = memchr::memrchr(b'\n', text).map_or(0, |at| at + 1);
        }
        let line = machine.input.line_number;
        for (from, to) in &self.numbers {
            if *to <= line {
                continue;
            }
            let before = from.saturating_sub(line + 1);
            stop = stop.min(match before {
                0 => 0,
                n => memchr::memchr_iter(b'\n', text)
                    .nth(usize::try_from(n - 1).unwrap_or(usize::MAX))
                    .map_or(length + 1, |at| at + 1),
            });
        }
        if stop == 0 {
            return 0;
        }
        let block = machine.input.block();
        for (index, next) in &mut self.patterns {
            let Lines::Ready(regex) = &mut machine.patterns[*index].lines else {
                return 0;
            };
            // A match that was found before is still ahead, or has been passed.
            if next.block != block || next.left.is_some_and(|left| left > length) {
                next.block = block;
                next.left = regex.find_at(text, 0).map(|(start, _)| length - start);
            }
            if let Some(left) = next.left {
                let start = length - left;
                let line = memchr::memrchr(b'\n', &text[..start]).map_or(0, |at| at + 1);
                stop = stop.min(line);
            }
        }
        stop
    }

    /// Does the work of a lone `s` on the block.
    fn substitute(&mut self, machine: &mut Machine<'_>, length: usize) {
        let (Some(command), Some((index, _))) = (&self.only, self.patterns.first()) else {
            return;
        };
        let Lines::Ready(regex) = &mut machine.patterns[*index].lines else {
            return;
        };
        let text = &machine.input.ahead()[..length];
        let out = machine.outputs.main();
        out.end_line(b'\n');
        let all = !machine.quiet;
        let made = &mut machine.scratch;
        let groups: &mut Vec<Option<Span>> = &mut machine.groups;
        let with_groups = command.replacement.needs_groups();
        let literal = command.replacement.literal();
        let (mut from, mut copied) = (0, 0);
        let mut last_end = None;
        // Where the line ends whose rest is still to be shown.
        let mut line_end: Option<usize> = all.then_some(length);
        while from <= length {
            let found = if with_groups {
                let found = regex.captures_at(text, from, groups);
                groups.first().copied().flatten().filter(|_| found)
            } else {
                regex.find_at(text, from)
            };
            let Some((start, end)) = found else {
                break;
            };
            if start == end && last_end == Some(start) {
                from = end + char_length(&text[end..], machine.options.unicode);
                continue;
            }
            if !all && line_end.is_none_or(|line_end| start > line_end) {
                if let Some(line_end) = line_end {
                    out.put(&text[copied..line_end], b'\n');
                    out.put(b"\n", b'\n');
                }
                copied = memchr::memrchr(b'\n', &text[..start]).map_or(0, |at| at + 1);
                line_end = Some(memchr::memchr(b'\n', &text[end..]).map_or(length, |at| end + at));
            }
            out.put(&text[copied..start], b'\n');
            if let Some(literal) = literal {
                out.put(literal, b'\n');
            } else {
                if !with_groups {
                    groups.clear();
                    groups.push(Some((start, end)));
                }
                made.clear();
                command.replacement.apply(text, groups, made);
                out.put(made, b'\n');
            }
            copied = end;
            last_end = Some(end);
            from = match (command.global, start < end) {
                (false, _) => match memchr::memchr(b'\n', &text[end..]) {
                    Some(at) => end + at + 1,
                    None => break,
                },
                (true, true) => end,
                (true, false) => end + char_length(&text[end..], machine.options.unicode),
            };
        }
        if let Some(line_end) = line_end {
            out.put(&text[copied..line_end], b'\n');
            out.put(b"\n", b'\n');
        }
        machine.input.skip(length + 1);
    }
}

fn uses_last_pattern(command: &Command) -> bool {
    let in_action = match &command.action {
        Action::Substitute(substitution) => substitution.pattern.is_none(),
        _ => false,
    };
    in_action
        || matches!(command.from, Some(Address::Regex(None)))
        || matches!(command.to, Some(End::Regex(None)))
}
