//! Writes down what a model is asked and answers.

use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use futures_util::StreamExt;

use super::Entry;
use crate::{
    Event, Events, Model, ModelError, ModelErrorKind, Reply, Request, TokenUsage, TurnFault,
};

/// A model that has another one answer, and appends every request with its reply
/// or its error to a file: a line of JSON each. The file holds the whole
/// conversation with all that the tools returned, and no keys.
pub struct Recorder {
    inner: Arc<dyn Model>,
    log: Arc<Log>,
}

struct Log {
    path: PathBuf,
    file: Mutex<File>,
}

impl Recorder {
    /// Records to `path`, which is made if need be and appended to.
    ///
    /// # Errors
    /// The file cannot be opened.
    pub fn new(inner: Arc<dyn Model>, path: &Path) -> io::Result<Recorder> {
        let file = OpenOptions::new().create(true).append(true).open(path)?;
        let log = Log {
            path: path.to_owned(),
            file: Mutex::new(file),
        };
        Ok(Recorder {
            inner,
            log: Arc::new(log),
        })
    }
}

impl Log {
    /// One line, whole or not at all as far as other sessions see.
    fn append(&self, entry: &Entry) -> Result<(), ModelError> {
        let fail = |error: io::Error| ModelError {
            model: entry.model.clone(),
            kind: ModelErrorKind::BadRequest,
            message: format!(
                "the recording {} cannot be written: {error}",
                self.path.display()
            ),
        };
        let mut line = serde_json::to_vec(entry).map_err(|error| fail(error.into()))?;
        line.push(b'\n');
        let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        file.write_all(&line).map_err(fail)
    }
}

impl Model for Recorder {
    fn name(&self) -> &str {
        self.inner.name()
    }

    fn context_tokens(&self) -> Option<u64> {
        self.inner.context_tokens()
    }

    fn cost(&self, usage: &TokenUsage) -> Option<f64> {
        self.inner.cost(usage)
    }

    fn send(&self, request: Request) -> Events {
        let log = self.log.clone();
        let model = self.name().to_owned();
        let entry = {
            let request = request.clone();
            move |reply: Option<Reply>, error: Option<TurnFault>| Entry {
                model: model.clone(),
                request: request.clone(),
                reply,
                error,
            }
        };
        let events = self.inner.send(request);
        let recorded = events.map(move |event| {
            match &event {
                Ok(Event::Finished(reply)) => log.append(&entry(Some(reply.clone()), None))?,
                Err(error) => {
                    let fault = TurnFault::of(&error.kind, &error.message);
                    log.append(&entry(None, Some(fault)))?;
                }
                Ok(_) => {}
            }
            event
        });
        recorded.boxed()
    }
}
