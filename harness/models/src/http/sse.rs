//! Server-sent events out of lines.

use super::lines::MAX_LINE;

/// One event.
#[derive(PartialEq, Eq, Debug, Default)]
pub(crate) struct ServerEvent {
    /// Its type, often empty.
    pub(crate) name: String,
    /// Its lines of data.
    pub(crate) data: String,
}

/// Collects lines until they are an event. Comments, identifiers and retry
/// times are passed over.
#[derive(Default)]
pub(crate) struct ServerEvents {
    event: ServerEvent,
    has_data: bool,
}

/// The data of one event is longer than any line may be.
#[derive(PartialEq, Eq, Debug)]
pub(crate) struct TooLong;

impl ServerEvents {
    /// The event that this line completes.
    pub(crate) fn line(&mut self, line: &str) -> Result<Option<ServerEvent>, TooLong> {
        if line.is_empty() {
            let event = std::mem::take(&mut self.event);
            return Ok(std::mem::take(&mut self.has_data).then_some(event));
        }
        let (field, value) = line.split_once(':').unwrap_or((line, ""));
        let value = value.strip_prefix(' ').unwrap_or(value);
        match field {
            "data" => {
                if std::mem::replace(&mut self.has_data, true) {
                    self.event.data.push('\n');
                }
                self.event.data.push_str(value);
            }
            "event" => value.clone_into(&mut self.event.name),
            _ => {}
        }
        if self.event.data.len() > MAX_LINE {
            return Err(TooLong);
        }
        Ok(None)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(body: &str, want: &[(&str, &str)]) {
        let mut events = ServerEvents::default();
        let mut got = Vec::new();
        for line in body.lines() {
            got.extend(events.line(line).unwrap());
        }
        let got: Vec<_> = got.iter().map(|e| (&*e.name, &*e.data)).collect();
        assert_eq!(got, want, "{body:?}");
    }

    #[test]
    fn lines_become_events() {
        check("data: a\n\n", &[("", "a")]);
        check("data:a\n\n", &[("", "a")]);
        check("event: x\ndata: a\ndata: b\n\n", &[("x", "a\nb")]);
        check(": comment\n\nid: 1\nretry: 3\n\n", &[]);
        check("event: ping\n\ndata: a\n\n", &[("", "a")]);
        check("data\n\n", &[("", "")]);
        check("data: never ended\n", &[]);
    }
}
