//! A connection to a server, whatever the way.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use rmcp::RoleClient;
use rmcp::model::{
    CallToolRequestParams, CallToolResult, ClientCapabilities, ClientInfo, Implementation,
    PaginatedRequestParams, Tool as ListedTool,
};
use rmcp::service::{RunningService, ServiceError, serve_client};
use rmcp::transport::IntoTransport;

use super::child::Child;
use super::limit::MAX_MESSAGE;

/// Most tools of one server.
const MAX_TOOLS: usize = 1000;
/// Most answers in which it may list them.
const MAX_PAGES: usize = 100;

/// A server that was up. Dropping it ends the connection, and a child process with
/// it.
pub(super) struct Connection {
    service: RunningService<RoleClient, ClientInfo>,
    is_gone: AtomicBool,
    /// Whether it said more at once than is read.
    too_long: Arc<AtomicBool>,
    _child: Option<Child>,
}

/// Why a call has no result.
pub(super) enum CallFailure {
    /// The server refused it, in these words.
    Refused(String),
    /// The server is gone.
    Gone(String),
    /// Anything else.
    Other(String),
}

/// Says hello and asks for the tools.
pub(super) async fn open<T, E, A>(transport: T) -> Result<(Connection, Vec<ListedTool>), String>
where
    T: IntoTransport<RoleClient, E, A>,
    E: std::error::Error + Send + Sync + 'static,
{
    let us = Implementation::new("wardian", env!("CARGO_PKG_VERSION"));
    let info = ClientInfo::new(ClientCapabilities::default(), us);
    let service = serve_client(info, transport)
        .await
        .map_err(|error| format!("it did not come up: {error}"))?;
    let tools = list(&service).await?;
    let connection = Connection {
        service,
        is_gone: AtomicBool::new(false),
        too_long: Arc::default(),
        _child: None,
    };
    Ok((connection, tools))
}

async fn list(service: &RunningService<RoleClient, ClientInfo>) -> Result<Vec<ListedTool>, String> {
    let mut tools = Vec::new();
    let mut cursor = None;
    for _ in 0..MAX_PAGES {
        let page = PaginatedRequestParams::default().with_cursor(cursor);
        let page = service
            .list_tools(Some(page))
            .await
            .map_err(|error| format!("it did not list its tools: {error}"))?;
        tools.extend(page.tools);
        if tools.len() > MAX_TOOLS {
            return Err(format!("it has more than {MAX_TOOLS} tools"));
        }
        cursor = page.next_cursor;
        if cursor.is_none() {
            return Ok(tools);
        }
    }
    Err(format!(
        "it lists its tools in more than {MAX_PAGES} answers"
    ))
}

impl Connection {
    /// The connection to this process, which ends with it.
    pub(super) fn of_child(self, child: Child) -> Connection {
        Connection {
            _child: Some(child),
            ..self
        }
    }

    /// The connection with what says that a message was too long.
    pub(super) fn watched(self, too_long: Arc<AtomicBool>) -> Connection {
        Connection { too_long, ..self }
    }

    /// Whether no call can be made any more.
    pub(super) fn is_gone(&self) -> bool {
        self.is_gone.load(Ordering::Relaxed)
            || self.service.is_closed()
            || self.service.is_transport_closed()
    }

    pub(super) async fn call(
        &self,
        call: CallToolRequestParams,
    ) -> Result<CallToolResult, CallFailure> {
        self.service
            .call_tool(call)
            .await
            .map_err(|error| match error {
                ServiceError::McpError(refusal) => CallFailure::Refused(refusal.message.into()),
                ServiceError::TransportClosed | ServiceError::TransportSend(_) => {
                    self.is_gone.store(true, Ordering::Relaxed);
                    CallFailure::Gone(explained(error.to_string(), &self.too_long))
                }
                error => CallFailure::Other(error.to_string()),
            })
    }
}

/// The problem, and what led to it where that is known.
pub(super) fn explained(problem: String, too_long: &AtomicBool) -> String {
    if too_long.load(Ordering::Relaxed) {
        format!("{problem}, for it sent a message of more than {MAX_MESSAGE} bytes")
    } else {
        problem
    }
}
