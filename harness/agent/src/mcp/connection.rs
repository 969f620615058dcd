//! A connection to a server, whatever the way, and its tools as ours.

use std::sync::Arc;
use std::time::Duration;

use rmcp::RoleClient;
use rmcp::model::{
    CallToolRequestParams, ClientCapabilities, ClientInfo, Implementation, Tool as ListedTool,
};
use rmcp::service::{RunningService, ServiceError, serve_client};
use rmcp::transport::IntoTransport;
use serde_json::Value;

use super::result::output_of;
use crate::models::ToolSpec;
use crate::tools::{Tool, ToolOutput};

/// A server that is up. Dropping it ends the connection, and a child process with
/// it.
pub(super) struct Connection {
    service: RunningService<RoleClient, ClientInfo>,
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
    let tools = service
        .list_all_tools()
        .await
        .map_err(|error| format!("it did not list its tools: {error}"))?;
    Ok((Connection { service }, tools))
}

/// A tool of a server.
pub(super) fn tool(
    server: &str,
    connection: &Arc<Connection>,
    listed: ListedTool,
    timeout: Duration,
) -> Result<Tool, String> {
    let plain = |name: &str| -> String {
        let is_plain = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
        name.chars()
            .map(|c| if is_plain(c) { c } else { '_' })
            .collect()
    };
    let spec = ToolSpec {
        name: format!("mcp__{}__{}", plain(server), plain(&listed.name)),
        description: listed.description.as_deref().unwrap_or_default().to_owned(),
        parameters: Value::Object((*listed.input_schema).clone()),
    };
    if spec.name.len() > 64 {
        return Err(format!(
            "the name {} has {} characters, providers take 64: give the server a shorter \
             name, or leave the tool out with McpServer::allow",
            spec.name,
            spec.name.len()
        ));
    }
    let (connection, server) = (connection.clone(), server.to_owned());
    Ok(Tool::from_spec(spec, move |arguments, _| {
        let (connection, server) = (connection.clone(), server.clone());
        let name = listed.name.clone();
        async move {
            let mut call = CallToolRequestParams::new(name);
            call.arguments = match arguments {
                Value::Object(arguments) => Some(arguments),
                Value::Null => None,
                other => {
                    return ToolOutput::error(format!(
                        "The arguments are no JSON object: {other}. Nothing was done."
                    ));
                }
            };
            let calling = connection.service.call_tool(call);
            match tokio::time::timeout(timeout, calling).await {
                Ok(Ok(result)) => output_of(result),
                Ok(Err(error)) => ToolOutput::error(failure(&server, &error)),
                Err(_) => ToolOutput::error(format!(
                    "The server {server} did not answer within {} seconds. Whether the call \
                     took effect is unknown.",
                    timeout.as_secs_f64()
                )),
            }
        }
    }))
}

fn failure(server: &str, error: &ServiceError) -> String {
    match error {
        ServiceError::McpError(refusal) => {
            format!("The server {server} refused the call: {}", refusal.message)
        }
        ServiceError::TransportClosed | ServiceError::TransportSend(_) => format!(
            "The server {server} is gone ({error}). Its tools will not work any more; do \
             without them."
        ),
        error => format!("The server {server} failed: {error}"),
    }
}
