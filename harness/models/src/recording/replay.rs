//! Answers from a recording.

use std::collections::HashMap;
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use futures_util::StreamExt;
use futures_util::stream;

use super::{Entry, difference, key};
use crate::scripted::read;
use crate::turn::deltas;
use crate::{Event, Events, Model, ModelError, ModelErrorKind, Request};

/// The longest recording, in bytes.
const MAX_RECORDING: u64 = 1 << 30;

/// A model that answers as a [`crate::Recorder`] wrote down: each request must
/// equal a recorded one. A request that was recorded several times is answered
/// in the order of the recording, and from then on as the last time.
pub struct Replay {
    name: String,
    entries: Vec<Entry>,
    by_request: HashMap<String, Vec<usize>>,
    /// How often each request was answered.
    answered: Mutex<HashMap<String, usize>>,
}

impl Replay {
    /// A recording from a file. The model has the name of the recorded one.
    ///
    /// # Errors
    /// `BadRequest` when it cannot be read, is longer than 1 GiB, is empty, or a
    /// line is not what a recorder writes.
    pub fn open(path: &Path) -> Result<Replay, ModelError> {
        let fail = |message: String| ModelError {
            model: format!("replay/{}", path.display()),
            kind: ModelErrorKind::BadRequest,
            message,
        };
        let text = read(path, MAX_RECORDING).map_err(fail)?;
        let mut entries: Vec<Entry> = Vec::new();
        for (number, line) in text.lines().enumerate() {
            let place = format!("{}, line {}", path.display(), number + 1);
            let entry: Entry = serde_json::from_str(line)
                .map_err(|error| fail(format!("{place} is no recording: {error}")))?;
            entries.push(entry);
        }
        let Some(first) = entries.first() else {
            return Err(fail(format!("{} is empty", path.display())));
        };
        let name = first.model.clone();
        let mut by_request: HashMap<String, Vec<usize>> = HashMap::new();
        for (number, entry) in entries.iter().enumerate() {
            by_request
                .entry(key(&entry.request))
                .or_default()
                .push(number);
        }
        Ok(Replay {
            name,
            entries,
            by_request,
            answered: Mutex::default(),
        })
    }

    fn error(&self, kind: ModelErrorKind, message: impl Into<String>) -> ModelError {
        ModelError {
            model: self.name.clone(),
            kind,
            message: message.into(),
        }
    }

    fn entry(&self, request: &Request) -> Result<&Entry, ModelError> {
        let key = key(request);
        let Some(numbers) = self.by_request.get(&key) else {
            let recorded = self.entries.iter().map(|entry| &entry.request);
            return Err(self.error(
                ModelErrorKind::ScriptEnded,
                format!(
                    "the recording has no such request; {}",
                    difference::nearest(request, recorded)
                ),
            ));
        };
        let mut answered = self.answered.lock().unwrap_or_else(PoisonError::into_inner);
        let times = answered.entry(key).or_default();
        let number = numbers.get(*times).or(numbers.last());
        *times = times.saturating_add(1);
        number
            .and_then(|&number| self.entries.get(number))
            .ok_or_else(|| self.error(ModelErrorKind::ScriptEnded, "the recording is empty"))
    }

    fn events(&self, request: &Request) -> Result<Vec<Event>, ModelError> {
        let entry = self.entry(request)?;
        if let Some(reply) = &entry.reply {
            let mut events = deltas(&reply.parts);
            events.push(Event::Finished(reply.clone()));
            return Ok(events);
        }
        Err(match &entry.error {
            Some(fault) => {
                let kind = fault.kind().unwrap_or(ModelErrorKind::Protocol);
                self.error(kind, fault.message.clone())
            }
            None => self.error(
                ModelErrorKind::BadRequest,
                "the recording has neither a reply nor an error for this request",
            ),
        })
    }
}

impl Model for Replay {
    fn name(&self) -> &str {
        &self.name
    }

    fn send(&self, request: Request) -> Events {
        let events = match self.events(&request) {
            Ok(events) => events.into_iter().map(Ok).collect(),
            Err(error) => vec![Err(error)],
        };
        stream::iter(events).boxed()
    }
}
