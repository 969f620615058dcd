//! The smallest server that answers `POST` over HTTP/1.1.

use std::collections::VecDeque;
use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

use super::Answer;

/// The longest request, in bytes.
const MAX_REQUEST: usize = 64 << 20;

/// A request that came.
#[derive(Clone, PartialEq, Debug)]
pub struct Received {
    /// Such as `POST`.
    pub method: String,
    /// The path with its query.
    pub path: String,
    /// Names in lower case, in order.
    pub headers: Vec<(String, String)>,
    /// The body; null if it was no JSON.
    pub body: Value,
}

impl Received {
    /// The first header of this name, in lower case.
    pub fn header(&self, name: &str) -> Option<&str> {
        let found = self.headers.iter().find(|(header, _)| header == name);
        found.map(|(_, value)| value.as_str())
    }
}

/// A server that gives its answers in order, one to each request. It ends when
/// it is dropped.
pub struct ModelServer {
    address: SocketAddr,
    state: Arc<Mutex<State>>,
    task: JoinHandle<()>,
}

#[derive(Default)]
struct State {
    answers: VecDeque<Answer>,
    received: Vec<Received>,
}

impl ModelServer {
    /// A server on a free port of this machine.
    ///
    /// # Errors
    /// No port could be had.
    pub async fn start(answers: impl IntoIterator<Item = Answer>) -> io::Result<ModelServer> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let address = listener.local_addr()?;
        let state = Arc::new(Mutex::new(State {
            answers: answers.into_iter().collect(),
            received: Vec::new(),
        }));
        let task = tokio::spawn(accept(listener, state.clone()));
        Ok(ModelServer {
            address,
            state,
            task,
        })
    }

    /// Where it is, such as `http://127.0.0.1:40000`.
    pub fn base_url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// What it was asked so far.
    pub fn requests(&self) -> Vec<Received> {
        lock(&self.state).received.clone()
    }

    /// Another answer after the others.
    pub fn push(&self, answer: Answer) {
        lock(&self.state).answers.push_back(answer);
    }
}

impl Drop for ModelServer {
    fn drop(&mut self) {
        self.task.abort();
    }
}

fn lock(state: &Mutex<State>) -> MutexGuard<'_, State> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}

async fn accept(listener: TcpListener, state: Arc<Mutex<State>>) {
    // Connections end with the server.
    let mut connections = tokio::task::JoinSet::new();
    while let Ok((stream, _)) = listener.accept().await {
        connections.spawn(serve(stream, state.clone()));
        while connections.try_join_next().is_some() {}
    }
}

/// One request; a client that goes away is no failure of the server.
async fn serve(mut stream: TcpStream, state: Arc<Mutex<State>>) {
    let Some(received) = receive(&mut stream).await else {
        return;
    };
    let answer = {
        let mut state = lock(&state);
        state.received.push(received);
        state.answers.pop_front()
    };
    let answer = answer.unwrap_or_else(|| {
        let body = r#"{"error":{"type":"invalid_request_error","message":"the test server has no answer left"}}"#;
        Answer::status(400, "application/json", body)
    });
    let _gone = send(&mut stream, &answer).await;
}

async fn receive(stream: &mut TcpStream) -> Option<Received> {
    let mut bytes = Vec::new();
    let head_length = loop {
        let end = bytes.windows(4).position(|window| window == b"\r\n\r\n");
        if let Some(end) = end {
            break end + 4;
        }
        more(stream, &mut bytes).await?;
    };
    let head = String::from_utf8_lossy(bytes.get(..head_length)?).into_owned();
    let mut lines = head.lines();
    let mut first = lines.next()?.split(' ');
    let (method, path) = (first.next()?.to_owned(), first.next()?.to_owned());
    let headers: Vec<(String, String)> = lines
        .filter_map(|line| line.split_once(':'))
        .map(|(name, value)| (name.to_ascii_lowercase(), value.trim().to_owned()))
        .collect();
    let length = headers.iter().find(|(name, _)| name == "content-length");
    let length: usize = length.map_or(Some(0), |(_, value)| value.parse().ok())?;
    let end = head_length.checked_add(length)?;
    while bytes.len() < end {
        more(stream, &mut bytes).await?;
    }
    let body = serde_json::from_slice(bytes.get(head_length..end)?).unwrap_or_default();
    Some(Received {
        method,
        path,
        headers,
        body,
    })
}

async fn more(stream: &mut TcpStream, bytes: &mut Vec<u8>) -> Option<()> {
    let mut piece = [0; 8192];
    let count = stream.read(&mut piece).await.ok()?;
    if count == 0 || bytes.len() > MAX_REQUEST {
        return None;
    }
    bytes.extend_from_slice(piece.get(..count)?);
    Some(())
}

async fn send(stream: &mut TcpStream, answer: &Answer) -> io::Result<()> {
    stream.set_nodelay(true)?;
    let mut head = format!("HTTP/1.1 {} Answer\r\n", answer.status);
    for (name, value) in &answer.headers {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    head.push_str("transfer-encoding: chunked\r\nconnection: close\r\n\r\n");
    stream.write_all(head.as_bytes()).await?;
    let sent = answer.cut.unwrap_or(answer.body.len());
    let body = answer.body.get(..sent).unwrap_or(&answer.body);
    for piece in body.chunks(answer.piece) {
        let mut chunk = format!("{:x}\r\n", piece.len()).into_bytes();
        chunk.extend_from_slice(piece);
        chunk.extend_from_slice(b"\r\n");
        stream.write_all(&chunk).await?;
        stream.flush().await?;
    }
    if answer.cut.is_some() {
        // No last chunk: the client must notice that something is missing.
        return Ok(());
    }
    if answer.silent {
        return std::future::pending().await;
    }
    stream.write_all(b"0\r\n\r\n").await?;
    stream.shutdown().await
}
