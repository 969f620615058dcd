//! What the server answers once.

/// An answer over HTTP, and how badly it arrives.
#[derive(Clone, Debug)]
pub struct Answer {
    pub(super) status: u16,
    pub(super) headers: Vec<(String, String)>,
    pub(super) body: Vec<u8>,
    /// How many bytes go at once.
    pub(super) piece: usize,
    /// After how many bytes of the body the connection is dropped.
    pub(super) cut: Option<usize>,
    /// Whether the connection then stays open and silent.
    pub(super) silent: bool,
}

impl Answer {
    /// A good answer of this type and body.
    pub fn ok(content_type: &str, body: impl Into<Vec<u8>>) -> Answer {
        Answer::status(200, content_type, body)
    }

    /// An answer with this status.
    pub fn status(status: u16, content_type: &str, body: impl Into<Vec<u8>>) -> Answer {
        Answer {
            status,
            headers: vec![("content-type".to_owned(), content_type.to_owned())],
            body: body.into(),
            piece: usize::MAX,
            cut: None,
            silent: false,
        }
    }

    /// Server-sent events with this data each.
    pub fn server_events<'a>(data: impl IntoIterator<Item = &'a str>) -> Answer {
        let body: String = data
            .into_iter()
            .map(|data| format!("data: {data}\n\n"))
            .collect();
        Answer::ok("text/event-stream", body)
    }

    /// With another header.
    pub fn with_header(mut self, name: &str, value: &str) -> Answer {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Sent in pieces of so many bytes.
    pub fn in_pieces(mut self, bytes: usize) -> Answer {
        self.piece = bytes.max(1);
        self
    }

    /// With the connection dropped after so many bytes of the body.
    pub fn cut_after(mut self, bytes: usize) -> Answer {
        self.cut = Some(bytes);
        self
    }

    /// With the body ended after so many bytes as if it were whole.
    pub fn ended_after(mut self, bytes: usize) -> Answer {
        self.body.truncate(bytes);
        self
    }

    /// With nothing more after the body, and the connection left open.
    pub fn then_silent(mut self) -> Answer {
        self.silent = true;
        self
    }

    /// How long the body is, in bytes.
    pub fn body_length(&self) -> usize {
        self.body.len()
    }
}
