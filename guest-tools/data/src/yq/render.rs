//! Results as YAML: with the text they came from where there is one, else
//! written anew.

use super::check::says;
use super::edit::{Editor, excerpt, is_collection};
use super::tree::Source;
use super::write;
use crate::json::Value;
use std::cell::OnceCell;
use std::collections::HashMap;
use std::rc::Rc;

/// Texts that were read.
pub struct Texts {
    pub sources: Vec<Source>,
    places: OnceCell<HashMap<usize, (usize, usize)>>,
}

/// A document of a text.
#[derive(Clone, Copy)]
pub struct Origin {
    pub source: usize,
    pub document: usize,
}

impl Texts {
    pub fn new(sources: Vec<Source>) -> Texts {
        Texts {
            sources,
            places: OnceCell::new(),
        }
    }

    /// The text of a result, with a newline at its end.
    pub fn render(&self, value: &Value, origin: Option<Origin>, indent: usize) -> String {
        let mut out = String::new();
        if is_collection(value) {
            if self.found(value, origin, indent, &mut out).is_some() {
                return out;
            }
            out.clear();
        }
        write::document(value, indent, &mut out);
        out
    }

    fn found(
        &self,
        value: &Value,
        origin: Option<Origin>,
        indent: usize,
        out: &mut String,
    ) -> Option<()> {
        let document = origin.and_then(|o| self.sources[o.source].documents.get(o.document));
        let of_document = document.is_some_and(|document| same_rc(&document.value, value));
        let place = match of_document {
            true => None,
            false => self.places().get(&address(value)?).copied(),
        };
        if let Some((source, node)) = place {
            let source = &self.sources[source];
            excerpt(source, &source.nodes[node], out).ok()?;
            return says(out, value, true).then_some(());
        }
        let (origin, document) = (origin?, document?);
        let source = &self.sources[origin.source];
        Editor::new(source, indent)
            .document(document, value, out)
            .ok()?;
        if !out.ends_with('\n') {
            out.push('\n');
        }
        says(out, value, document.anchors_repeat).then_some(())
    }

    /// Where collections are in the texts.
    fn places(&self) -> &HashMap<usize, (usize, usize)> {
        self.places.get_or_init(|| {
            let mut places = HashMap::new();
            for (at, source) in self.sources.iter().enumerate() {
                for (node, of) in source.nodes.iter().enumerate() {
                    if let Some(address) = address(&of.value) {
                        places.entry(address).or_insert((at, node));
                    }
                }
            }
            places
        })
    }
}

fn same_rc(a: &Value, b: &Value) -> bool {
    address(a).is_some_and(|a| Some(a) == address(b))
}

fn address(value: &Value) -> Option<usize> {
    match value {
        Value::Array(a) => Some(Rc::as_ptr(a).cast::<u8>() as usize),
        Value::Object(a) => Some(Rc::as_ptr(a).cast::<u8>() as usize),
        _ => None,
    }
}
