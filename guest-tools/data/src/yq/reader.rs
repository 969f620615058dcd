//! Reads documents, and where their parts are, from the parser's events.

use super::scalar::{key_text, merge, scalar, size};
use super::tree::{
    Child, Document, Key, Kind, Node, Source, behind_properties, behind_space, end_of_line,
    start_of_line, trimmed_end,
};
use crate::json::{Map, Value};
use saphyr_parser::{Event, Parser, ScalarStyle, Span};
use std::collections::{HashMap, HashSet};

/// Collections within each other.
const MAX_DEPTH: usize = 5_000;

/// Depth to which texts are changed in place: deeper ones are written anew.
const MAX_EDIT_DEPTH: usize = 200;

/// Values that aliases may bring in all, counted as nodes.
const MAX_ALIASED: usize = 10_000_000;

enum Content {
    List(Vec<Value>),
    Map(Map, Option<(Key, usize, Value)>),
}

struct Frame {
    node: usize,
    content: Content,
    anchor: usize,
    at: usize,
    slot: usize,
    key: Option<Key>,
}

struct Reader {
    source: Source,
    /// Bytes at which characters start, where that is not the same number.
    starts: Option<Vec<u32>>,
    /// Whether places are wanted, or values alone.
    places: bool,
    cursor: usize,
    frames: Vec<Frame>,
    anchors: HashMap<usize, (Value, usize)>,
    names: HashSet<String>,
    aliased: usize,
}

/// Reads all documents of a text.
///
/// # Errors
/// What is wrong with it.
pub fn parse(text: String) -> Result<Source, String> {
    read(text, true)
}

/// Reads the values alone of all documents.
///
/// # Errors
/// What is wrong with the text.
pub fn values(text: String) -> Result<Source, String> {
    read(text, false)
}

fn read(text: String, places: bool) -> Result<Source, String> {
    let starts = (places && !text.is_ascii()).then(|| {
        let ends = [text.len() as u32];
        let starts = text.char_indices().map(|(at, _)| at as u32);
        starts.chain(ends).collect()
    });
    let mut reader = Reader {
        source: Source {
            text: String::new(),
            nodes: Vec::new(),
            documents: Vec::new(),
        },
        starts,
        places,
        cursor: 0,
        frames: Vec::new(),
        anchors: HashMap::new(),
        names: HashSet::new(),
        aliased: 0,
    };
    for event in Parser::new_from_str(&text) {
        let (event, span) = event.map_err(|error| error.to_string())?;
        reader.take(&text, event, span)?;
    }
    if reader.source.documents.is_empty() {
        reader.nothing(text.len());
    }
    reader.source.text = text;
    Ok(reader.source)
}

impl Reader {
    fn byte(&self, index: usize) -> usize {
        match &self.starts {
            None => index,
            Some(starts) => starts
                .get(index)
                .or(starts.last())
                .map_or(0, |at| *at as usize),
        }
    }

    /// A text without a document: a null behind its comments, which is not shown.
    fn nothing(&mut self, end: usize) {
        self.source.nodes.push(Node {
            value: Value::Null,
            kind: Kind::Scalar(ScalarStyle::Plain),
            start: end,
            body: end,
            end,
            last: end,
            children: Vec::new(),
        });
        self.source.documents.push(Document {
            start: 0,
            end,
            root: Some(0),
            value: Value::Null,
            plain: true,
            anchors_repeat: false,
            absent: true,
        });
    }

    fn odd(&mut self) {
        if let Some(document) = self.source.documents.last_mut() {
            document.plain = false;
        }
    }

    fn take(&mut self, text: &str, event: Event, span: Span) -> Result<(), String> {
        let (from, to) = (self.byte(span.start.index()), self.byte(span.end.index()));
        // Beyond the text all is at its end.
        let (from, to) = (from.min(text.len()), to.min(text.len()));
        match event {
            Event::DocumentStart(_) => {
                self.anchors.clear();
                self.names.clear();
                let start = match self.source.documents.last_mut() {
                    None => 0,
                    Some(before) => {
                        before.end = from;
                        from
                    }
                };
                self.cursor = if to > from {
                    to
                } else {
                    start.max(self.cursor)
                };
                self.source.documents.push(Document {
                    start,
                    end: text.len(),
                    root: None,
                    value: Value::Null,
                    plain: true,
                    anchors_repeat: false,
                    absent: false,
                });
            }
            Event::SequenceStart(anchor, _) => self.open(text, from, to, anchor, true)?,
            Event::MappingStart(anchor, _) => self.open(text, from, to, anchor, false)?,
            Event::SequenceEnd | Event::MappingEnd => self.close(text, to)?,
            Event::Scalar(content, style, anchor, tag) => {
                let (at, slot) = self.place(text);
                let (start, body, end) = match self.places {
                    true => self.extent(text, &content, style, (from, to), slot),
                    false => (0, 0, 0),
                };
                self.cursor = end;
                let tag = tag.as_ref().map(|tag| tag.suffix.as_str());
                let value = scalar(&content, style, tag);
                self.name_anchor(text, start, body);
                self.leaf(
                    text,
                    Kind::Scalar(style),
                    [at, slot, start, body, end],
                    value,
                    anchor,
                )?;
            }
            Event::Alias(id) => {
                let (at, slot) = self.place(text);
                let (value, nodes) = self.anchors.get(&id).cloned().unwrap_or_default();
                self.aliased = self.aliased.saturating_add(nodes);
                if self.aliased > MAX_ALIASED {
                    return Err("aliases make the document too large".to_owned());
                }
                let end = trimmed_end(text, from, to);
                self.cursor = end;
                self.leaf(text, Kind::Alias, [at, slot, from, from, end], value, 0)?;
            }
            _ => {}
        }
        Ok(())
    }

    /// Where the child starts that comes now, and its value.
    fn place(&mut self, text: &str) -> (usize, usize) {
        let bytes = text.as_bytes();
        let Some(frame) = self.frames.last().filter(|_| self.places) else {
            return (self.cursor, self.cursor);
        };
        match (&frame.content, self.source.nodes[frame.node].kind) {
            (Content::Map(_, Some((key, at, _))), _) => {
                let mut slot = key.end;
                while matches!(bytes.get(slot), Some(b' ' | b'\t')) {
                    slot += 1;
                }
                match bytes.get(slot) {
                    Some(b':') => (*at, slot + 1),
                    _ => (*at, key.end),
                }
            }
            (Content::List(_), Kind::BlockList) => {
                let dash = behind_space(text, self.cursor);
                if bytes.get(dash) != Some(&b'-') {
                    self.odd();
                    return (self.cursor, self.cursor);
                }
                (dash, dash + 1)
            }
            _ => (self.cursor, self.cursor),
        }
    }

    /// Where a scalar starts, starts behind its properties, and ends.
    fn extent(
        &mut self,
        text: &str,
        content: &str,
        style: ScalarStyle,
        (from, to): (usize, usize),
        slot: usize,
    ) -> (usize, usize, usize) {
        let bytes = text.as_bytes();
        match style {
            ScalarStyle::Literal | ScalarStyle::Folded => {
                // The span is that of the content: the header comes before it.
                let start = behind_space(text, slot);
                let body = behind_properties(text, start);
                if !matches!(bytes.get(body), Some(b'|' | b'>')) {
                    self.odd();
                    return (from, from, to);
                }
                (start, body, trimmed_end(text, body, to.max(body + 1)))
            }
            ScalarStyle::SingleQuoted | ScalarStyle::DoubleQuoted => {
                let body = behind_properties(text, from);
                let mut at = body + 1;
                while let Some(byte) = bytes.get(at) {
                    match (style, byte) {
                        (ScalarStyle::DoubleQuoted, b'\\') => at += 1,
                        (ScalarStyle::DoubleQuoted, b'"') => break,
                        (ScalarStyle::SingleQuoted, b'\'') if bytes.get(at + 1) == Some(&b'\'') => {
                            at += 1;
                        }
                        (ScalarStyle::SingleQuoted, b'\'') => break,
                        _ => {}
                    }
                    at += 1;
                }
                let end = (at + 1).min(text.len());
                if !text.is_char_boundary(end) {
                    self.odd();
                    return (from, from, to);
                }
                (from, body.min(end), end)
            }
            _ if content.is_empty() => match bytes.get(from) {
                Some(b'&' | b'!') if to > from => {
                    let end = trimmed_end(text, from, to);
                    (from, end, end)
                }
                _ => (slot, slot, slot),
            },
            _ => {
                let end = trimmed_end(text, from, to);
                (from, behind_properties(text, from).min(end), end)
            }
        }
    }

    /// The end of the line; in brackets the end itself, as lines mean nothing there.
    fn last(&self, text: &str, end: usize) -> usize {
        let within = self.frames.last();
        match within.is_some_and(|frame| self.source.nodes[frame.node].kind.is_flow()) {
            true => end,
            false => end_of_line(text, end),
        }
    }

    fn name_anchor(&mut self, text: &str, start: usize, body: usize) {
        let words = text.get(start..body).unwrap_or_default().split_whitespace();
        for name in words.filter(|word| word.starts_with('&')) {
            if !self.names.insert(name.to_owned())
                && let Some(document) = self.source.documents.last_mut()
            {
                document.anchors_repeat = true;
            }
        }
    }

    fn leaf(
        &mut self,
        text: &str,
        kind: Kind,
        [at, slot, start, body, end]: [usize; 5],
        value: Value,
        anchor: usize,
    ) -> Result<(), String> {
        if anchor > 0 {
            self.anchors.insert(anchor, (value.clone(), 1));
        }
        if let Some(Frame {
            node,
            content: Content::Map(_, key @ None),
            ..
        }) = self.frames.last_mut()
        {
            // A key. One that an anchor or a question mark comes before is not taken apart.
            let node = self.source.nodes.get(*node);
            let simple = node.is_some_and(|node| {
                start == body
                    && (node.kind == Kind::FlowMap || {
                        let line = &text.as_bytes()[start_of_line(text, start)..start];
                        let first = node.children.is_empty();
                        line.iter().all(|b| *b == b' ' || first && *b == b'-')
                    })
            });
            let name = key_text(&value);
            *key = Some((
                Key {
                    merge: &*name == "<<",
                    quoted: matches!(text.as_bytes().get(body), Some(b'"')),
                    name,
                    end,
                },
                start,
                value,
            ));
            if !simple || kind == Kind::Alias || start == end {
                self.odd();
            }
            return Ok(());
        }
        if !self.places {
            self.add(0, 0, 0, None, value);
            return Ok(());
        }
        let last = self.last(text, end);
        let children = Vec::new();
        self.source.nodes.push(Node {
            value: value.clone(),
            kind,
            start,
            body,
            end,
            last,
            children,
        });
        let node = self.source.nodes.len() - 1;
        self.add(node, at, slot, None, value);
        Ok(())
    }

    /// Adds a finished value to what it is in.
    fn add(&mut self, node: usize, at: usize, slot: usize, key: Option<Key>, value: Value) {
        let mut odd = false;
        match self.frames.last_mut() {
            None => {
                if let Some(document) = self.source.documents.last_mut() {
                    document.value = value;
                    document.root = self.places.then_some(node);
                }
            }
            Some(frame) => {
                let key = match &mut frame.content {
                    Content::List(elements) => {
                        elements.push(value);
                        None
                    }
                    Content::Map(map, waiting) => {
                        let key = key.or_else(|| waiting.take().map(|(key, _, _)| key));
                        if let Some(key) = &key {
                            if key.merge {
                                merge(map, &value);
                            } else {
                                // A member that is there already: given twice, or merged before.
                                let merges =
                                    |child: &Child| child.key.as_ref().is_some_and(|key| key.merge);
                                odd = self.places
                                    && map.contains_key(&key.name)
                                    && !self.source.nodes[frame.node].children.iter().any(merges);
                                map.insert(key.name.clone(), value);
                            }
                        }
                        key
                    }
                };
                let child = Child {
                    at,
                    slot,
                    key,
                    node,
                };
                if self.places {
                    self.source.nodes[frame.node].children.push(child);
                }
            }
        }
        if odd {
            self.odd();
        }
    }

    fn open(
        &mut self,
        text: &str,
        from: usize,
        to: usize,
        anchor: usize,
        list: bool,
    ) -> Result<(), String> {
        if self.frames.len() >= MAX_DEPTH {
            return Err("the document is nested too deeply".to_owned());
        }
        let (at, slot) = self.place(text);
        let token = text.get(from..to).unwrap_or_default();
        let kind = match (token.ends_with(['[', '{']), list) {
            (true, true) => Kind::FlowList,
            (true, false) => Kind::FlowMap,
            (false, true) => Kind::BlockList,
            (false, false) => Kind::BlockMap,
        };
        // The span of a list that stands at the column of its key is behind the dash.
        let from = match kind {
            Kind::BlockList if self.places => behind_space(text, slot),
            _ => from,
        };
        let body = match kind.is_flow() {
            true => to.saturating_sub(1),
            false => behind_properties(text, from),
        };
        if self.places {
            self.name_anchor(text, from, body);
        }
        let mut key = None;
        let mut odd = self.frames.len() >= MAX_EDIT_DEPTH;
        odd |= kind == Kind::BlockList && text.as_bytes().get(body) != Some(&b'-');
        if let Some(frame) = self.frames.last_mut() {
            let outer = self.source.nodes.get(frame.node);
            odd |= outer.is_some_and(|outer| outer.kind.is_flow()) && !kind.is_flow();
            if let Content::Map(_, waiting) = &mut frame.content {
                match waiting.take() {
                    Some((name, _, _)) => key = Some(name),
                    None => odd = true,
                }
            }
        }
        if odd {
            self.odd();
        }
        self.cursor = if kind.is_flow() { to } else { body };
        if self.places {
            self.source.nodes.push(Node {
                value: Value::Null,
                kind,
                start: from,
                body,
                end: to,
                last: to,
                children: Vec::new(),
            });
        }
        self.frames.push(Frame {
            node: self.source.nodes.len().saturating_sub(1),
            content: match list {
                true => Content::List(Vec::new()),
                false => Content::Map(Map::default(), None),
            },
            anchor,
            at,
            slot,
            key,
        });
        Ok(())
    }

    fn close(&mut self, text: &str, to: usize) -> Result<(), String> {
        let Some(frame) = self.frames.pop() else {
            return Ok(());
        };
        let value = match frame.content {
            Content::List(elements) => Value::array(elements),
            Content::Map(map, _) => Value::object(map),
        };
        if self.places {
            self.set_end(text, frame.node, to, &value);
        }
        if frame.anchor > 0 {
            let nodes = size(&value);
            self.anchors.insert(frame.anchor, (value.clone(), nodes));
        }
        let as_key = frame.key.is_none()
            && matches!(
                self.frames.last(),
                Some(Frame {
                    content: Content::Map(..),
                    ..
                })
            );
        if as_key {
            let name = key_text(&value);
            let key = Key {
                merge: false,
                quoted: false,
                name,
                end: self.cursor,
            };
            if let Some(Frame {
                content: Content::Map(_, waiting),
                ..
            }) = self.frames.last_mut()
            {
                *waiting = Some((key, frame.at, value));
            }
            return Ok(());
        }
        self.add(frame.node, frame.at, frame.slot, frame.key, value);
        Ok(())
    }

    fn set_end(&mut self, text: &str, at: usize, to: usize, value: &Value) {
        let node = &self.source.nodes[at];
        let last = node.children.last();
        let ends = match last.map(|child| &self.source.nodes[child.node]) {
            _ if node.kind.is_flow() => (to, self.last(text, to)),
            Some(child) => (child.end, self.with_comments(text, at, child.last)),
            None => (node.end, self.last(text, node.end)),
        };
        self.cursor = ends.0;
        let node = &mut self.source.nodes[at];
        node.value = value.clone();
        (node.end, node.last) = ends;
    }

    /// The end of the comments below a block that are indented as it is.
    fn with_comments(&self, text: &str, node: usize, last: usize) -> usize {
        let body = self.source.nodes[node].body;
        let column = body - start_of_line(text, body);
        if self.frames.len() > MAX_EDIT_DEPTH {
            return last;
        }
        // A list may stand at the column of its key: what follows is the next key's.
        if column == 0 && !self.frames.is_empty() {
            return last;
        }
        let list_at_key = self.frames.last().is_some_and(|frame| {
            let outer = self.source.nodes[frame.node].body;
            outer - start_of_line(text, outer) == column
        });
        if list_at_key {
            return last;
        }
        let (mut end, mut at) = (last, last);
        while at < text.len() {
            let line = &text[at + 1..end_of_line(text, at + 1)];
            let content = line.trim();
            let indent = line.len() - line.trim_start().len();
            match content.is_empty() {
                true if column == 0 => break,
                true => {}
                false if content.starts_with('#') && indent >= column => end = at + 1 + line.len(),
                false => break,
            }
            at += 1 + line.len();
        }
        end
    }
}
