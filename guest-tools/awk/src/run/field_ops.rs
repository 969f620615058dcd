//! Instructions on fields.

use super::machine::{Machine, Run};
use super::record::FIELDS_MAX;
use crate::value::Value;

impl Machine {
    /// The number of the field that an index names.
    pub(super) fn field_index(&self, index: &Value) -> Run<usize> {
        let n = index.num();
        if n < 0.0 || n.is_nan() {
            return self.fatal(format!("attempt to access field {}", n as i64));
        }
        match n as usize {
            n if n > FIELDS_MAX => self.fatal("field number too large"),
            n => Ok(n),
        }
    }

    pub(super) fn field_value(&mut self, index: usize) -> Value {
        if index == 0 {
            self.join();
            return self.record.value();
        }
        self.record.field(index)
    }

    pub(super) fn field_at(&mut self) -> Run<()> {
        let index = self.pop();
        let index = self.field_index(&index)?;
        let value = self.field_value(index);
        self.push(value);
        Ok(())
    }

    pub(super) fn set_field_op(&mut self, keep: bool) -> Run<()> {
        let index = self.pop();
        let value = self.pop();
        let index = self.field_index(&index)?;
        if keep {
            self.push(value.clone());
        }
        self.set_field(index, value)
    }

    pub(super) fn set_field(&mut self, index: usize, value: Value) -> Run<()> {
        if index == 0 {
            let text = value.text(&self.convfmt);
            let input = !matches!(&value, Value::Str(text) if !text.is_input());
            self.record.set_text(&text, input);
            self.record.splitter = self.splitter.clone();
        } else {
            let value = match value {
                Value::Uninit => Value::string(b""),
                value => value,
            };
            self.record.set_field(index, value);
        }
        Ok(())
    }
}
