//! `${x:offset:length}`.

use super::value::ParamValue;
use crate::ast::{Arith, ParamName, Subscript};
use crate::exec::{Flow, Shell};
use crate::text::{char_count, char_offset};
use crate::vars::Value;

impl Shell {
    /// Part of a text, counted in characters.
    pub fn substring(
        &mut self,
        value: ParamValue,
        offset: &Arith,
        length: Option<&Arith>,
    ) -> Result<ParamValue, Flow> {
        let ParamValue::Text(text) = value else {
            return Ok(value);
        };
        let count = char_count(&text) as i64;
        let mut start = self.eval_arith(offset)?;
        let wanted = match length {
            Some(length) => Some(self.eval_arith(length)?),
            None => None,
        };
        if start < 0 {
            start += count;
        }
        if start < 0 || start > count {
            return Ok(ParamValue::Text(Vec::new()));
        }
        let end = match wanted {
            None => count,
            Some(wanted) if wanted < 0 => {
                let end = count + wanted;
                if end < start {
                    let text = crate::text::int_text(wanted);
                    self.complain(&[text.as_slice(), b": substring expression < 0"].concat());
                    return Err(Flow::Discard(1));
                }
                end
            }
            Some(wanted) => start.saturating_add(wanted).min(count),
        };
        let (from, to) = (
            char_offset(&text, start as usize),
            char_offset(&text, end as usize),
        );
        Ok(ParamValue::Text(text[from..to].to_vec()))
    }

    /// Part of a list: of the parameters, or of an array by index.
    pub fn list_slice(
        &mut self,
        name: &ParamName,
        index: Option<&Subscript>,
        offset: &Arith,
        length: Option<&Arith>,
    ) -> Result<ParamValue, Flow> {
        let start = self.eval_arith(offset)?;
        let wanted = match length {
            Some(length) => Some(self.eval_arith(length)?),
            None => None,
        };
        if let Some(wanted) = wanted
            && wanted < 0
        {
            let text = crate::text::int_text(wanted);
            self.complain(&[text.as_slice(), b": substring expression < 0"].concat());
            return Err(Flow::Discard(1));
        }
        let wanted = wanted.map_or(usize::MAX, |wanted| wanted as usize);
        let (numbered, star) = self.numbered(name, index)?;
        let end = numbered.last().map_or(0, |(number, _)| number + 1);
        let start = if start < 0 { start + end } else { start };
        let items = if start < 0 {
            Vec::new()
        } else {
            numbered
                .into_iter()
                .filter(|(number, _)| *number >= start)
                .take(wanted)
                .map(|(_, value)| value)
                .collect()
        };
        Ok(ParamValue::List { items, star })
    }

    #[allow(clippy::type_complexity)]
    fn numbered(
        &mut self,
        name: &ParamName,
        index: Option<&Subscript>,
    ) -> Result<(Vec<(i64, Vec<u8>)>, bool), Flow> {
        match name {
            ParamName::Special(c) => {
                let all = std::iter::once(self.name.clone()).chain(self.positional.iter().cloned());
                let items = all
                    .enumerate()
                    .map(|(at, text)| (at as i64, text))
                    .collect();
                Ok((items, *c == b'*'))
            }
            ParamName::Variable(sym) => {
                let target = self.vars_target(*sym);
                let star = matches!(index, Some(Subscript::Star));
                self.load_dynamic(target);
                if let Value::Indexed(array) = &self.vars.get(target).value {
                    let items = array.iter().map(|(at, text)| (at, text.clone())).collect();
                    return Ok((items, star));
                }
                let items = self.elements(target);
                let first = i64::from(matches!(self.vars.get(target).value, Value::Assoc(_)));
                let items = items
                    .into_iter()
                    .enumerate()
                    .map(|(at, text)| (at as i64 + first, text))
                    .collect();
                Ok((items, star))
            }
            ParamName::Positional(_) => Ok((Vec::new(), false)),
        }
    }
}
