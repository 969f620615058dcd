//! Calls of functions by name, and from within the machine.

use super::machine::{Machine, Run};
use crate::lex::Builtin;
use crate::value::Value;

impl Machine {
    fn function(&self, name: &[u8]) -> Option<(usize, usize)> {
        let mut functions = self.code.functions.iter();
        let (_, start, params) = functions.find(|f| f.0 == name)?;
        Some((*start as usize, *params as usize))
    }

    /// `@name(...)`: arguments and the name are on the stack.
    pub(super) fn call_named(&mut self, args: usize) -> Run<()> {
        let name = self.pop();
        let name = name.text(&self.convfmt).into_owned();
        if let Some((start, params)) = self.function(&name) {
            if args > params {
                let name = String::from_utf8_lossy(&name).into_owned();
                return self.fatal(format!(
                    "function `{name}' called with more arguments than declared"
                ));
            }
            return self.enter(start, params, args);
        }
        match Builtin::find(&name) {
            Some(Builtin::Sprintf) => self.sprintf(args),
            Some(builtin @ (Builtin::Asort | Builtin::Asorti)) => self.sort_op(builtin, args),
            Some(builtin @ (Builtin::Split | Builtin::Patsplit)) => self.split_op(builtin, args),
            Some(builtin) => {
                let (least, most) = builtin.arity();
                if args < least || args > most {
                    return self.fatal(format!(
                        "{args} is invalid as number of arguments for {}",
                        builtin.text()
                    ));
                }
                self.builtin(builtin, args)
            }
            None => {
                let name = String::from_utf8_lossy(&name).into_owned();
                self.fatal(format!(
                    "function called indirectly through `{name}' does not exist"
                ))
            }
        }
    }

    /// Calls a function of the program and waits for its value.
    pub(super) fn call_function(&mut self, name: &[u8], args: Vec<Value>) -> Run<Value> {
        let Some((start, params)) = self.function(name) else {
            let name = String::from_utf8_lossy(name).into_owned();
            return self.fatal(format!("sort comparison function `{name}' is not defined"));
        };
        let count = args.len().min(params);
        let pc = self.pc;
        // The last instruction ends a section: the call comes back to it.
        self.pc = self.code.ops.len() - 1;
        self.stack.extend(args.into_iter().take(count));
        self.enter(start, params, count)?;
        self.run(start)?;
        self.pc = pc;
        Ok(self.pop())
    }
}
