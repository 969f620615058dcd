//! A server's tools as ours, over a connection that is made anew when it is gone.

use std::sync::Arc;

use rmcp::model::{CallToolRequestParams, Tool as ListedTool};
use serde_json::Value;
use tokio::sync::Mutex;

use super::McpServer;
use super::connection::{CallFailure, Connection};
use super::result::output_of;
use crate::models::ToolSpec;
use crate::tools::{Tool, ToolOutput};

/// A server, and the connection to it.
pub(super) struct Link {
    server: McpServer,
    /// Held while it is made anew: calls at the same time wait for the one attempt.
    connection: Mutex<Arc<Connection>>,
}

impl Link {
    pub(super) fn new(server: McpServer, connection: Connection) -> Link {
        Link {
            server,
            connection: Mutex::new(Arc::new(connection)),
        }
    }

    /// A connection that is up, as far as is known. One that is gone is made anew,
    /// once.
    async fn connection(&self) -> Result<Arc<Connection>, String> {
        let mut current = self.connection.lock().await;
        if current.is_gone() {
            let (connection, _) = self.server.start().await?;
            *current = Arc::new(connection);
        }
        Ok(current.clone())
    }

    async fn call(&self, call: CallToolRequestParams) -> ToolOutput {
        let name = &self.server.name;
        let connection = match self.connection().await {
            Ok(connection) => connection,
            Err(problem) => {
                return ToolOutput::error(format!(
                    "The server {name} is gone and did not come back: {problem}. Nothing was \
                     done. Do without its tools, or try again later."
                ));
            }
        };
        let timeout = self.server.timeout;
        let failure = match tokio::time::timeout(timeout, connection.call(call)).await {
            Ok(Ok(result)) => return output_of(result),
            Ok(Err(failure)) => failure,
            Err(_) => {
                return ToolOutput::error(format!(
                    "The server {name} did not answer within {} seconds. Whether the call \
                     took effect is unknown.",
                    timeout.as_secs_f64()
                ));
            }
        };
        let told = match failure {
            CallFailure::Refused(words) => format!("The server {name} refused the call: {words}"),
            CallFailure::Gone(problem) => format!(
                "The server {name} is gone ({problem}). Whether the call took effect is \
                 unknown. The next call of one of its tools starts it again."
            ),
            CallFailure::Other(problem) => format!("The server {name} failed: {problem}"),
        };
        ToolOutput::error(self.server.without_secrets(&told))
    }
}

/// A tool of a server.
pub(super) fn tool(link: &Arc<Link>, listed: ListedTool) -> Result<Tool, String> {
    let plain = |name: &str| -> String {
        let is_plain = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
        name.chars()
            .map(|c| if is_plain(c) { c } else { '_' })
            .collect()
    };
    let spec = ToolSpec {
        name: format!("mcp__{}__{}", plain(&link.server.name), plain(&listed.name)),
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
    let link = link.clone();
    Ok(Tool::from_spec(spec, move |arguments, _| {
        let link = link.clone();
        let mut call = CallToolRequestParams::new(listed.name.clone());
        async move {
            call.arguments = match arguments {
                Value::Object(arguments) => Some(arguments),
                Value::Null => None,
                other => {
                    return ToolOutput::error(format!(
                        "The arguments are no JSON object: {other}. Nothing was done."
                    ));
                }
            };
            link.call(call).await
        }
    }))
}
