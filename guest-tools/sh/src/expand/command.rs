//! Command substitution.

use crate::ast::CommandSub;
use crate::exec::{Flow, Shell};

impl Shell {
    /// The output of commands, without the newlines at its end.
    pub fn command_substitution(&mut self, command: &CommandSub) -> Result<Vec<u8>, Flow> {
        if let Some(error) = &command.error {
            self.syntax_error(error);
            return Err(self.fatal(2));
        }
        // A trap is to see the command around it.
        let outer = match self.traps.any() {
            true => Some(self.command_text.clone()),
            false => None,
        };
        self.state.trace_level += 1;
        let captured = self.capture(&command.body);
        self.state.trace_level -= 1;
        let mut text = captured?;
        if let Some(outer) = outer {
            self.command_text = outer;
        }
        while text.last() == Some(&b'\n') {
            text.pop();
        }
        if text.contains(&0) {
            self.complain(b"warning: command substitution: ignored null byte in input");
            text.retain(|c| *c != 0);
        }
        Ok(text)
    }
}
