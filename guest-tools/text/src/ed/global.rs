//! `g`, `v`, `G`, `V`: commands for all lines that match, or do not.

use super::address::Range;
use super::command::Show;
use super::cursor::Cursor;
use super::{Done, Editor, error};
use std::rc::Rc;

/// Present within a global command.
pub type Lists<'a> = Option<&'a ()>;

impl Editor {
    pub(super) fn global(&mut self, cursor: &mut Cursor, range: Range, command: u8) -> Done {
        let delimiter = cursor.peek();
        if delimiter == b'\n' {
            return error("Invalid pattern delimiter");
        }
        let regex = self.pattern(cursor)?;
        let wanted = command == b'g' || command == b'G';
        let mut active = Vec::new();
        for at in range.first..=range.second {
            if let Some(line) = self.buffer.line(at - 1)
                && regex.borrow_mut().is_match(&line.text) == wanted
            {
                active.push(line.id);
            }
        }
        let asks = command == b'G' || command == b'V';
        let mut show = Show::default();
        let mut commands: Rc<[u8]> = Rc::from(&b""[..]);
        if asks {
            show = self.suffix(cursor)?;
        } else {
            let mut text = cursor.line();
            text.push(b'\n');
            let Some(mut text) = self.input.continued(text, &mut self.out) else {
                return error("Unexpected end-of-file");
            };
            if text == b"\n" {
                text = b"p\n".to_vec();
            }
            commands = Rc::from(text);
        }
        self.buffer.start_undo();
        let mut near = range.first.saturating_sub(1);
        for id in active {
            let Some(at) = self.buffer.find(id, near) else {
                continue;
            };
            near = at;
            self.buffer.current = at + 1;
            if asks {
                self.show(at + 1, at + 1, show)?;
                commands = match self.asked_commands()? {
                    Some(commands) => commands,
                    None => continue,
                };
            }
            let mut cursor = Cursor::again(&commands);
            while !cursor.is_empty() {
                self.execute(&mut cursor, Some(&()))?;
            }
        }
        Ok(())
    }

    /// What is to be done with the line that was shown: nothing for an empty line,
    /// the same as before for `&`.
    fn asked_commands(&mut self) -> Done<Option<Rc<[u8]>>> {
        let Some(line) = self.input.line(&mut self.out) else {
            return error("Unexpected end-of-file");
        };
        match line.as_slice() {
            b"\n" => Ok(None),
            b"&\n" => match &self.global_command {
                Some(text) => Ok(Some(Rc::from(text.as_slice()))),
                None => error("No previous command"),
            },
            _ => {
                let Some(text) = self.input.continued(line, &mut self.out) else {
                    return error("Unexpected end-of-file");
                };
                self.global_command = Some(text.clone());
                Ok(Some(Rc::from(text)))
            }
        }
    }
}
