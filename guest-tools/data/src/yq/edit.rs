//! A changed value written into the text it came from: what did not change keeps
//! its text, its comments and its style.

use super::flow;
use super::shape::{self, Part, Shape};
use super::tree::{Document, Kind, Node, Source, behind_properties, end_of_line, start_of_line};
use super::write::{self, Layout};
use crate::json::{Value, to_text};
use saphyr_parser::ScalarStyle;

/// What is not written in place.
pub struct Unfit;

pub type Fits = Result<(), Unfit>;

/// Writes into one text.
pub struct Editor<'a> {
    pub source: &'a Source,
    pub layout: Layout,
}

/// How a node becomes its new value.
pub enum Plan<'v> {
    Keep,
    Inside(Shape<'v>),
    Anew,
}

impl<'a> Editor<'a> {
    pub fn new(source: &'a Source, indent: usize) -> Editor<'a> {
        Editor {
            source,
            layout: layout(source, indent),
        }
    }

    pub fn text(&self, from: usize, to: usize) -> Result<&'a str, Unfit> {
        self.source.text.get(from..to).ok_or(Unfit)
    }

    /// The text of a document with this value, from its start on.
    ///
    /// # Errors
    /// The value has nothing in common with the document.
    pub fn document(&self, document: &Document, new: &Value, out: &mut String) -> Fits {
        let root = document.root.ok_or(Unfit)?;
        let node = &self.source.nodes[root];
        if !document.plain {
            return Err(Unfit);
        }
        if is_collection(&node.value) && !shape::related(&node.value, new) {
            return Err(Unfit);
        }
        let plan = self.plan(node, new)?;
        let empty = node.start == node.end && write::is_block(new);
        match plan {
            Plan::Keep => out.push_str(self.text(document.start, document.end)?),
            Plan::Inside(_) => {
                out.push_str(self.text(document.start, node.start)?);
                self.inside(root, plan, None, out)?;
                out.push_str(self.text(node.last, document.end)?);
            }
            // Nothing but comments so far.
            Plan::Anew if empty => {
                let all = self.text(document.start, document.end)?;
                out.push_str(all);
                if !all.is_empty() && !all.ends_with('\n') {
                    out.push('\n');
                }
                write::block(new, 0, self.layout, out);
            }
            Plan::Anew => return Err(Unfit),
        }
        Ok(())
    }

    pub fn plan<'v>(&self, node: &Node, new: &'v Value) -> Result<Plan<'v>, Unfit> {
        Ok(match (node.kind, &node.value, new) {
            (_, Value::Array(a), Value::Array(b)) if std::rc::Rc::ptr_eq(a, b) => Plan::Keep,
            (_, Value::Object(a), Value::Object(b)) if std::rc::Rc::ptr_eq(a, b) => Plan::Keep,
            (Kind::Alias, old, new) if same_within(old, new)? => Plan::Keep,
            (Kind::Scalar(_), old, new) if !is_collection(new) && same_leaf(old, new) => Plan::Keep,
            // An empty list does not stay in its brackets.
            (Kind::BlockList | Kind::FlowList, _, Value::Array(new))
                if !new.is_empty() && !node.children.is_empty() =>
            {
                Plan::Inside(shape::list(self.source, node, new))
            }
            (Kind::BlockMap | Kind::FlowMap, _, Value::Object(new)) if !new.is_empty() => {
                inside(shape::map(node, new)?)
            }
            (Kind::FlowList, Value::Array(old), Value::Array(new))
                if old.is_empty() && new.is_empty() =>
            {
                Plan::Keep
            }
            (Kind::FlowMap, Value::Object(old), Value::Object(new))
                if old.is_empty() && new.is_empty() =>
            {
                Plan::Keep
            }
            _ => Plan::Anew,
        })
    }

    /// Writes a value behind its colon or dash, up to the end of its last line.
    /// `column` is that of the collection it is in.
    fn slot(&self, id: usize, slot: usize, column: usize, new: &Value, out: &mut String) -> Fits {
        let node = &self.source.nodes[id];
        match self.plan(node, new)? {
            Plan::Keep => {
                out.push_str(self.text(slot, node.last)?);
                Ok(())
            }
            plan @ Plan::Inside(_) => self.inside(id, plan, Some(slot), out),
            Plan::Anew => self.anew(node, slot, column, new, out),
        }
    }

    fn anew(&self, node: &Node, slot: usize, column: usize, new: &Value, out: &mut String) -> Fits {
        let gap = self.text(slot, node.start)?;
        let first_line = self.text(slot, end_of_line(&self.source.text, slot).min(node.body))?;
        let on_next_line = gap.contains('\n') || first_line.len() < node.body - slot;
        // A comment behind the key stays there, one behind the old value too.
        let comment = match on_next_line {
            true => first_line
                .find('#')
                .map_or("", |at| first_line[at..].trim_end()),
            false => "",
        };
        let comment = match comment {
            "" if !node.kind.is_block() => self.text(node.end, node.last)?.trim_end(),
            comment => comment,
        };
        let comment = comment.trim_start();
        if !comment.is_empty() && !comment.starts_with('#') {
            return Err(Unfit);
        }
        match on_next_line || gap.is_empty() {
            true => out.push(' '),
            false => out.push_str(gap),
        }
        let words = self.text(node.start, node.body)?;
        let old_leaf = matches!(node.kind, Kind::Scalar(_)) && !is_collection(new);
        for word in words.split_whitespace() {
            let keep = word.starts_with('&')
                || word.starts_with('!') && !word.starts_with("!!") && old_leaf;
            if keep {
                out.push_str(word);
                out.push(' ');
            }
        }
        // An empty map stays in its brackets, an empty list does not.
        let brackets = node.kind == Kind::FlowMap && node.children.is_empty();
        if write::is_block(new) && !brackets {
            let dash = self.source.text.as_bytes().get(slot.wrapping_sub(1)) == Some(&b'-');
            let column = match dash {
                true => column + 2,
                false => column + self.layout.of(new),
            };
            let alone = out.ends_with("- ");
            if !(dash && alone && comment.is_empty()) {
                out.truncate(out.trim_end_matches(' ').len());
                if !comment.is_empty() {
                    out.push(' ');
                    out.push_str(comment);
                }
                out.push('\n');
                write::pad(column, out);
            }
            write::block(new, column, self.layout, out);
            out.truncate(out.len() - usize::from(out.ends_with('\n')));
            return Ok(());
        }
        let mut text = String::new();
        let style = match node.kind {
            Kind::Scalar(style) => style,
            _ => ScalarStyle::Plain,
        };
        leaf(new, style, column, self.layout, &mut text);
        let (head, rest) = match text.split_once('\n') {
            Some((head, rest)) => (head, Some(rest)),
            None => (&*text, None),
        };
        out.push_str(head);
        if !comment.is_empty() {
            let space = match on_next_line {
                true => " ",
                false => {
                    let tail = self.text(node.end, node.last)?;
                    &tail[..tail.len() - tail.trim_start().len()]
                }
            };
            out.push_str(if space.is_empty() || rest.is_some() {
                " "
            } else {
                space
            });
            out.push_str(comment);
        }
        if let Some(rest) = rest {
            out.push('\n');
            out.push_str(rest.strip_suffix('\n').unwrap_or(rest));
        }
        Ok(())
    }

    /// Writes a collection of which some part stays. `slot` is none for a document.
    fn inside(&self, id: usize, plan: Plan, slot: Option<usize>, out: &mut String) -> Fits {
        let node = &self.source.nodes[id];
        let Plan::Inside(shape) = plan else {
            return Err(Unfit);
        };
        if node.kind.is_flow() {
            out.push_str(self.text(slot.unwrap_or(node.start), node.body)?);
            flow::write(self, node, shape, out)?;
            out.push_str(self.text(node.end, node.last)?);
            return Ok(());
        }
        let column = node.body - start_of_line(&self.source.text, node.body);
        match shape {
            Shape::Same(values) => {
                let mut at = slot.unwrap_or(node.start);
                for (child, new) in node.children.iter().zip(values) {
                    out.push_str(self.text(at, child.slot)?);
                    if let Some(new) = new {
                        self.slot(child.node, child.slot, column, new, out)?;
                    } else {
                        out.push_str(self.text(child.slot, self.source.nodes[child.node].last)?);
                    }
                    at = self.source.nodes[child.node].last;
                }
                out.push_str(self.text(at, node.last)?);
                Ok(())
            }
            Shape::Parts(parts) => self.parts(node, &parts, slot, column, out),
        }
    }

    /// Comments between a child and the next: those of the child, those of the next.
    fn between(&self, node: &Node, child: usize) -> Result<(&'a str, &'a str), Unfit> {
        let (Some(one), Some(next)) = (node.children.get(child), node.children.get(child + 1))
        else {
            return Err(Unfit);
        };
        let end = self.source.nodes[one.node].last;
        let start = start_of_line(&self.source.text, next.at);
        if end + 1 > start {
            return Err(Unfit);
        }
        let lines = self.text(end + 1, start)?;
        let mut at = 0;
        for line in lines.split_inclusive('\n') {
            if line.trim().is_empty() {
                return Ok(lines.split_at(at));
            }
            at += line.len();
        }
        Ok(("", lines))
    }

    fn parts(
        &self,
        node: &Node,
        parts: &[Part],
        slot: Option<usize>,
        column: usize,
        out: &mut String,
    ) -> Fits {
        let gap = self.text(slot.unwrap_or(node.start), node.body)?;
        let first_line = gap.find('\n');
        let lead = match first_line {
            Some(at) => {
                out.push_str(&gap[..at]);
                let lines = &gap[at + 1..];
                &lines[..lines.rfind('\n').map_or(0, |at| at + 1)]
            }
            None => {
                out.push_str(gap);
                ""
            }
        };
        let own_line = first_line.is_some();
        for (n, part) in parts.iter().enumerate() {
            let head = match part.old {
                Some(0) => lead,
                Some(old) => self.between(node, old - 1)?.1,
                None => "",
            };
            if n > 0 || own_line {
                out.push('\n');
                let mut head = head;
                while n == 0
                    && head
                        .lines()
                        .next()
                        .is_some_and(|line| line.trim().is_empty())
                {
                    head = &head[head.find('\n').map_or(head.len(), |at| at + 1)..];
                }
                out.push_str(head);
                write::pad(column, out);
            } else if !head.trim().is_empty() {
                out.push_str(head.trim_start());
                write::pad(column, out);
            }
            self.part(node, part, column, out)?;
            if let Some(old) = part.old {
                let foot = match old + 1 < node.children.len() {
                    true => self.between(node, old)?.0,
                    false => {
                        let end = self.source.nodes[node.children[old].node].last;
                        self.text((end + 1).min(node.last), node.last)?
                    }
                };
                if !foot.is_empty() {
                    out.push('\n');
                    out.push_str(foot.strip_suffix('\n').unwrap_or(foot));
                }
            }
        }
        Ok(())
    }

    fn part(&self, node: &Node, part: &Part, column: usize, out: &mut String) -> Fits {
        let Some(child) = part.old.and_then(|old| node.children.get(old)) else {
            let Some(new) = part.value else {
                return Err(Unfit);
            };
            self.fresh(part, new, column, out);
            return Ok(());
        };
        match (&part.key, &child.key) {
            (Some(name), Some(_)) if part.renamed => {
                write::scalar(&Value::String((*name).clone()), 0, self.layout, out);
                out.push(':');
            }
            _ => out.push_str(self.text(child.at, child.slot)?),
        }
        match part.value {
            Some(new) => self.slot(child.node, child.slot, column, new, out),
            None => {
                out.push_str(self.text(child.slot, self.source.nodes[child.node].last)?);
                Ok(())
            }
        }
    }

    /// A member or an element that is new.
    fn fresh(&self, part: &Part, new: &Value, column: usize, out: &mut String) {
        match part.key {
            None => out.push('-'),
            Some(key) => {
                write::scalar(&Value::String(key.clone()), column, self.layout, out);
                out.push(':');
            }
        }
        match (write::is_block(new), part.key) {
            (true, None) => {
                out.push(' ');
                write::block(new, column + 2, self.layout, out);
            }
            (true, Some(_)) => {
                let column = column + self.layout.of(new);
                out.push('\n');
                write::pad(column, out);
                write::block(new, column, self.layout, out);
            }
            (false, _) => {
                out.push(' ');
                write::scalar(new, column, self.layout, out);
            }
        }
        out.truncate(out.len() - usize::from(out.ends_with('\n')));
    }
}

fn inside(shape: Option<Shape>) -> Plan {
    shape.map_or(Plan::Anew, Plan::Inside)
}

/// Whether a value has members or elements.
pub fn is_collection(value: &Value) -> bool {
    matches!(value, Value::Array(_) | Value::Object(_))
}

/// Whether two values without parts are the same.
pub fn same_leaf(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::String(a), Value::String(b)) => a == b,
        (Value::Number(a), Value::Number(b)) if a == b => true,
        (Value::Number(_) | Value::Literal(_), Value::Number(_) | Value::Literal(_)) => {
            to_text(a) == to_text(b) && a.number().map(f64::is_nan) == b.number().map(f64::is_nan)
        }
        (Value::Bool(a), Value::Bool(b)) => a == b,
        (Value::Null, Value::Null) => true,
        _ => false,
    }
}

/// Whether two values are the same; a large one is left undecided.
pub fn same_within(a: &Value, b: &Value) -> Result<bool, Unfit> {
    let mut steps = 1_000_000;
    same(a, b, 0, &mut steps)
}

fn same(a: &Value, b: &Value, depth: usize, steps: &mut usize) -> Result<bool, Unfit> {
    *steps = steps.checked_sub(1).ok_or(Unfit)?;
    if depth > 500 {
        return Err(Unfit);
    }
    match (a, b) {
        (Value::Array(a), Value::Array(b)) => {
            if std::rc::Rc::ptr_eq(a, b) {
                return Ok(true);
            }
            if a.len() != b.len() {
                return Ok(false);
            }
            for (a, b) in a.iter().zip(b.iter()) {
                if !same(a, b, depth + 1, steps)? {
                    return Ok(false);
                }
            }
            Ok(true)
        }
        (Value::Object(a), Value::Object(b)) => {
            if std::rc::Rc::ptr_eq(a, b) {
                return Ok(true);
            }
            if a.len() != b.len() {
                return Ok(false);
            }
            for ((key, a), (other, b)) in a.iter().zip(b.iter()) {
                if key != other || !same(a, b, depth + 1, steps)? {
                    return Ok(false);
                }
            }
            Ok(true)
        }
        (a, b) => Ok(same_leaf(a, b)),
    }
}

/// A scalar in the style of the one that it takes the place of.
pub fn leaf(new: &Value, style: ScalarStyle, depth: usize, layout: Layout, out: &mut String) {
    let Value::String(text) = new else {
        return write::scalar(new, depth, layout, out);
    };
    let one_line = !text.chars().any(char::is_control);
    match style {
        ScalarStyle::SingleQuoted if one_line => {
            out.push('\'');
            out.push_str(&text.replace('\'', "''"));
            out.push('\'');
        }
        ScalarStyle::SingleQuoted | ScalarStyle::DoubleQuoted => out.push_str(&to_text(new)),
        ScalarStyle::Literal | ScalarStyle::Folded
            if one_line && !text.is_empty() && !text.starts_with(' ') =>
        {
            out.push_str(if style == ScalarStyle::Literal {
                "|-\n"
            } else {
                ">-\n"
            });
            write::pad(depth + layout.indent, out);
            out.push_str(text);
            out.push('\n');
        }
        _ => write::scalar(new, depth, layout, out),
    }
}

/// The columns that the text's own levels are indented by.
fn layout(source: &Source, indent: usize) -> Layout {
    let column = |node: &Node| node.body - start_of_line(&source.text, node.body);
    let mut found = Layout { indent: 0, list: 0 };
    let mut seen_list = false;
    for node in source
        .nodes
        .iter()
        .filter(|node| node.kind == Kind::BlockMap)
    {
        for child in &node.children {
            let inner = &source.nodes[child.node];
            let step = column(inner).saturating_sub(column(node));
            match inner.kind {
                Kind::BlockMap if found.indent == 0 => found.indent = step,
                Kind::BlockList if !seen_list => (seen_list, found.list) = (true, step),
                _ => {}
            }
        }
        if found.indent > 0 && seen_list {
            break;
        }
    }
    if found.indent == 0 || found.indent > 16 {
        found.indent = indent;
    }
    if !seen_list || found.list > 16 {
        found.list = found.indent;
    }
    found
}

/// The text of a collection within a document, with its comments, moved to the left.
pub fn excerpt(source: &Source, node: &Node, out: &mut String) -> Fits {
    let text = &source.text;
    let from = behind_properties(text, node.body);
    let line = start_of_line(text, from);
    let column = from - line;
    let lead = start_of_comments(text, line);
    let head = text.get(lead..line).ok_or(Unfit)?;
    let body = text.get(from..node.last).ok_or(Unfit)?;
    if !node.kind.is_flow() && text[line..from].bytes().all(|b| b == b' ') {
        for comment in head.lines() {
            out.push_str(comment.trim_start());
            out.push('\n');
        }
    }
    for line in body.split_inclusive('\n') {
        match out.is_empty() || out.ends_with('\n') && std::ptr::eq(line.as_ptr(), body.as_ptr()) {
            true => out.push_str(line),
            false => {
                let spaces = line.bytes().take(column).take_while(|b| *b == b' ').count();
                out.push_str(&line[spaces..]);
            }
        }
    }
    out.push('\n');
    Ok(())
}

/// The start of the comment lines right above a line.
fn start_of_comments(text: &str, line: usize) -> usize {
    let mut at = line;
    while at > 0 {
        let above = start_of_line(text, at - 1);
        if !text[above..at].trim_start().starts_with('#') {
            break;
        }
        at = above;
    }
    at
}
