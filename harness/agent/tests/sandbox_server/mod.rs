//! A server of the sandbox protocol over any sandbox, as a provider would write
//! it, with switches for what can go wrong.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex};
use std::time::{Duration, UNIX_EPOCH};

use axum::Json;
use axum::extract::{DefaultBodyLimit, Path, Request, State};
use axum::http::{StatusCode, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use wardian_agent::sandbox::{
    CancellationToken, ExecOptions, FileKind, Sandbox, SandboxError, SandboxFactory,
};

/// What the server wants to see.
pub const TOKEN: &str = "a-token";

/// How the server misbehaves.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Fault {
    /// Not at all.
    #[default]
    None,
    /// It never answers.
    Silent,
    /// It answers 410 with nothing else.
    Gone,
    /// It answers 500 with a page.
    Broken,
    /// It answers 200 with what is no JSON.
    Garbled,
    /// It redirects.
    Redirects,
    /// It answers without end.
    Endless,
    /// Its errors are long and repeat the token.
    Chatty,
    /// It lists names that lead out of their directory.
    Strays,
}

/// A server on a port of this machine, until it is dropped.
pub struct Server {
    pub address: String,
    pub state: Arc<Served>,
    stop: CancellationToken,
}

pub struct Served {
    factory: Arc<dyn SandboxFactory>,
    sandboxes: Mutex<HashMap<String, Arc<dyn Sandbox>>>,
    running: Mutex<HashMap<String, CancellationToken>>,
    killed: Mutex<HashSet<String>>,
    pub fault: Mutex<Fault>,
    /// Operations in the order they came.
    pub log: Mutex<Vec<String>>,
}

impl Server {
    pub async fn start(factory: Arc<dyn SandboxFactory>) -> Server {
        let state = Arc::new(Served {
            factory,
            sandboxes: Mutex::default(),
            running: Mutex::default(),
            killed: Mutex::default(),
            fault: Mutex::default(),
            log: Mutex::default(),
        });
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let app = axum::Router::new()
            .route("/v1/sandboxes", post(create))
            .route("/v1/sandboxes/{handle}/{operation}", post(operate))
            .layer(middleware::from_fn_with_state(state.clone(), gate))
            .layer(DefaultBodyLimit::max(64 << 20))
            .with_state(state.clone());
        let stop = CancellationToken::new();
        let stopped = stop.clone();
        tokio::spawn(async move {
            tokio::select! {
                _ = axum::serve(listener, app) => {}
                () = stopped.cancelled() => {}
            }
        });
        Server {
            address,
            state,
            stop,
        }
    }

    pub fn misbehave(&self, fault: Fault) {
        *self.state.fault.lock().unwrap() = fault;
    }

    /// How often an operation was asked for.
    pub fn count(&self, operation: &str) -> usize {
        let log = self.state.log.lock().unwrap();
        log.iter().filter(|known| *known == operation).count()
    }

    pub fn is_running_anything(&self) -> bool {
        !self.state.running.lock().unwrap().is_empty()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

type Answer = Result<Json<Value>, Refusal>;

struct Refusal(SandboxError);

impl From<SandboxError> for Refusal {
    fn from(error: SandboxError) -> Refusal {
        Refusal(error)
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let (status, body) = match self.0 {
            SandboxError::File {
                path,
                message,
                not_found,
            } => (
                StatusCode::UNPROCESSABLE_ENTITY,
                json!({"kind": "file", "path": path, "message": message, "not_found": not_found}),
            ),
            SandboxError::Cancelled => (StatusCode::CONFLICT, json!({"kind": "cancelled"})),
            SandboxError::Unsupported(message) => (
                StatusCode::NOT_IMPLEMENTED,
                json!({"kind": "unsupported", "message": message}),
            ),
            SandboxError::Died(message) => (
                StatusCode::GONE,
                json!({"kind": "died", "message": message}),
            ),
            SandboxError::Transport(message) => (
                StatusCode::BAD_GATEWAY,
                json!({"kind": "transport", "message": message}),
            ),
            SandboxError::Setup(message) => (
                StatusCode::SERVICE_UNAVAILABLE,
                json!({"kind": "setup", "message": message}),
            ),
        };
        (status, Json(json!({ "error": body }))).into_response()
    }
}

async fn gate(State(served): State<Arc<Served>>, request: Request, next: Next) -> Response {
    let token = request.headers().get(header::AUTHORIZATION);
    if token.is_none_or(|token| token.as_bytes() != format!("Bearer {TOKEN}").as_bytes()) {
        return StatusCode::UNAUTHORIZED.into_response();
    }
    let fault = *served.fault.lock().unwrap();
    match fault {
        Fault::None => next.run(request).await,
        Fault::Silent => std::future::pending().await,
        Fault::Gone => StatusCode::GONE.into_response(),
        Fault::Broken => (StatusCode::INTERNAL_SERVER_ERROR, "<h1>sorry</h1>").into_response(),
        Fault::Garbled => "<h1>hello</h1>".into_response(),
        Fault::Chatty => {
            let said = format!("{TOKEN} {}", "x".repeat(64 << 10));
            let body = json!({"error": {"kind": "transport", "message": said}});
            (StatusCode::BAD_GATEWAY, Json(body)).into_response()
        }
        Fault::Strays => Json(json!({"names": ["fine", "../../etc"]})).into_response(),
        Fault::Redirects => (StatusCode::FOUND, [(header::LOCATION, "/elsewhere")]).into_response(),
        Fault::Endless => {
            let block = Ok::<_, std::io::Error>(vec![b' '; 64 << 10]);
            let blocks = futures_util::stream::repeat_with(move || {
                block
                    .as_ref()
                    .map(Vec::clone)
                    .map_err(|_| std::io::Error::other(""))
            });
            axum::body::Body::from_stream(blocks).into_response()
        }
    }
}

async fn create(State(served): State<Arc<Served>>, Json(body): Json<Value>) -> Answer {
    let id = text(&body, "id");
    let known = served.sandboxes.lock().unwrap().get(&id).cloned();
    let sandbox = match known {
        Some(sandbox) => sandbox,
        None => served.factory.create(&id).await?,
    };
    let cwd = sandbox.cwd().to_owned();
    served.sandboxes.lock().unwrap().insert(id.clone(), sandbox);
    Ok(Json(json!({"handle": id, "cwd": cwd})))
}

async fn operate(
    State(served): State<Arc<Served>>,
    Path((handle, operation)): Path<(String, String)>,
    Json(body): Json<Value>,
) -> Answer {
    served.log.lock().unwrap().push(operation.clone());
    let sandbox = served.sandboxes.lock().unwrap().get(&handle).cloned();
    let Some(sandbox) = sandbox else {
        return Err(SandboxError::Died(format!("{handle}: no such sandbox")).into());
    };
    let path = text(&body, "path");
    let (recursive, force) = (body["recursive"] == true, body["force"] == true);
    Ok(Json(match operation.as_str() {
        "exec" => return exec(&served, &*sandbox, &body).await,
        "kill" => {
            let exec_id = text(&body, "exec_id");
            if let Some(token) = served.running.lock().unwrap().get(&exec_id) {
                token.cancel();
            }
            served.killed.lock().unwrap().insert(exec_id);
            json!({})
        }
        "read_file" => json!({"contents": STANDARD.encode(sandbox.read_file(&path).await?)}),
        "write_file" => {
            let contents = bytes(&body, "contents");
            sandbox.write_file(&path, &contents).await?;
            json!({})
        }
        "stat" => {
            let stat = sandbox.stat(&path).await?;
            let modified = stat
                .modified
                .and_then(|time| time.duration_since(UNIX_EPOCH).ok());
            json!({
                "kind": match stat.kind {
                    FileKind::File => "file",
                    FileKind::Directory => "directory",
                    FileKind::Symlink | FileKind::Other => "other",
                },
                "is_symlink": stat.is_symlink,
                "size_bytes": stat.size_bytes,
                "modified_ms": modified.map(|time| time.as_millis() as u64),
            })
        }
        "read_dir" => {
            let entries = sandbox.read_dir(&path).await?;
            // The client sorts.
            let names: Vec<String> = entries.into_iter().rev().map(|entry| entry.name).collect();
            json!({ "names": names })
        }
        "mkdir" => {
            sandbox.mkdir(&path, recursive).await?;
            json!({})
        }
        "rm" => {
            sandbox.rm(&path, recursive, force).await?;
            json!({})
        }
        "suspend" | "resume" => json!({"a member from": "the future"}),
        "destroy" => {
            served.sandboxes.lock().unwrap().remove(&handle);
            json!({})
        }
        other => {
            return Err(SandboxError::Unsupported(format!("{other}: no such operation")).into());
        }
    }))
}

/// Forgets a run when it ends, whatever ends it.
struct Run<'a>(&'a Served, String);

impl Drop for Run<'_> {
    fn drop(&mut self) {
        self.0.running.lock().unwrap().remove(&self.1);
    }
}

async fn exec(served: &Served, sandbox: &dyn Sandbox, body: &Value) -> Answer {
    let exec_id = text(body, "exec_id");
    let token = CancellationToken::new();
    served
        .running
        .lock()
        .unwrap()
        .insert(exec_id.clone(), token.clone());
    let _run = Run(served, exec_id.clone());
    if served.killed.lock().unwrap().contains(&exec_id) {
        return Err(SandboxError::Cancelled.into());
    }
    let env: Vec<(String, String)> = serde_json::from_value(body["env"].clone()).unwrap();
    let options = ExecOptions {
        cwd: Some(text(body, "cwd")),
        env,
        stdin: bytes(body, "stdin"),
        timeout: body["timeout_ms"].as_u64().map(Duration::from_millis),
        cancel: Some(token),
    };
    let output = sandbox.exec(&text(body, "command"), options).await?;
    Ok(Json(json!({
        "exit_code": output.exit_code,
        "stdout": STANDARD.encode(output.stdout),
        "stderr": STANDARD.encode(output.stderr),
        "timed_out": output.timed_out,
        "dropped_bytes": output.dropped_bytes,
        "wall_time_us": output.wall_time.as_micros() as u64,
    })))
}

fn text(body: &Value, name: &str) -> String {
    body[name].as_str().unwrap_or_default().to_owned()
}

fn bytes(body: &Value, name: &str) -> Vec<u8> {
    STANDARD.decode(text(body, name)).unwrap()
}
