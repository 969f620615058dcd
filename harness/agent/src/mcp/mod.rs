//! Tools of MCP servers: child processes that talk over stdin and stdout, or
//! servers over streamable HTTP.

mod child;
mod connection;
mod http;
mod http_client;
mod limit;
mod link;
mod result;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use rmcp::model::Tool as ListedTool;

use self::connection::Connection;
use self::link::Link;
use crate::error::AgentError;
use crate::tools::Tool;

/// Shorter values stand in too many other words to be taken out of them.
const SHORTEST_SECRET: usize = 4;

/// A server of tools. A harness connects to it when it is made, and its tools
/// appear as `mcp__server__tool`. When it is gone, the next call of one of them
/// connects anew, once.
///
/// ```
/// use std::time::Duration;
/// use wardian_agent::mcp::McpServer;
///
/// let tickets = McpServer::http("tickets", "https://tickets.example/mcp")
///     .bearer_token("...")
///     .allow(["search", "comment"])
///     .timeout(Duration::from_secs(20));
/// let notes = McpServer::stdio("notes", "notes-server", ["--read-only"]);
/// ```
#[derive(Clone)]
#[must_use]
pub struct McpServer {
    name: String,
    way: Way,
    allowed: Option<Vec<String>>,
    start_timeout: Duration,
    timeout: Duration,
}

/// How to reach it.
#[derive(Clone)]
enum Way {
    Child {
        program: PathBuf,
        arguments: Vec<String>,
        env: Vec<(String, String)>,
        cwd: Option<PathBuf>,
    },
    Http {
        url: String,
        token: Option<String>,
        headers: Vec<(String, String)>,
    },
}

impl McpServer {
    /// A server that is a child process of the host, outside of any sandbox. It
    /// ends with the harness. Of the host's variables it sees `PATH`, `HOME`,
    /// `USER`, `LANG`, `TZ` and `TMPDIR`, no others unless [`McpServer::env`] gives
    /// them.
    pub fn stdio<A: Into<String>>(
        name: impl Into<String>,
        program: impl Into<PathBuf>,
        arguments: impl IntoIterator<Item = A>,
    ) -> McpServer {
        let way = Way::Child {
            program: program.into(),
            arguments: arguments.into_iter().map(Into::into).collect(),
            env: Vec::new(),
            cwd: None,
        };
        McpServer::new(name.into(), way)
    }

    /// A server over streamable HTTP.
    pub fn http(name: impl Into<String>, url: impl Into<String>) -> McpServer {
        let way = Way::Http {
            url: url.into(),
            token: None,
            headers: Vec::new(),
        };
        McpServer::new(name.into(), way)
    }

    fn new(name: String, way: Way) -> McpServer {
        McpServer {
            name,
            way,
            allowed: None,
            start_timeout: Duration::from_secs(30),
            timeout: Duration::from_secs(60),
        }
    }

    /// Only these tools. One that the server does not have is an error.
    pub fn allow<T: Into<String>>(mut self, tools: impl IntoIterator<Item = T>) -> Self {
        self.allowed = Some(tools.into_iter().map(Into::into).collect());
        self
    }

    /// How long a call may take; 60 seconds unless said.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// How long it may take to come up and list its tools; 30 seconds unless said.
    pub fn start_timeout(mut self, timeout: Duration) -> Self {
        self.start_timeout = timeout;
        self
    }

    /// A variable for a child process. Without effect over HTTP.
    pub fn env(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        if let Way::Child { env, .. } = &mut self.way {
            env.push((name.into(), value.into()));
        }
        self
    }

    /// The directory that a child process starts in. Without effect over HTTP.
    pub fn cwd(mut self, folder: impl Into<PathBuf>) -> Self {
        if let Way::Child { cwd, .. } = &mut self.way {
            *cwd = Some(folder.into());
        }
        self
    }

    /// A bearer token for HTTP. Without effect on a child process.
    pub fn bearer_token(mut self, secret: impl Into<String>) -> Self {
        if let Way::Http { token, .. } = &mut self.way {
            *token = Some(secret.into());
        }
        self
    }

    /// A header for every HTTP request. Without effect on a child process.
    pub fn header(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        if let Way::Http { headers, .. } = &mut self.way {
            headers.push((name.into(), value.into()));
        }
        self
    }

    /// Connects, and gives the server's tools.
    pub(crate) async fn connect(&self) -> Result<Vec<Tool>, AgentError> {
        let failed = |message: String| AgentError::Mcp {
            server: self.name.clone(),
            message,
        };
        let (connection, listed) = self.start().await.map_err(failed)?;
        self.check_allowed(&listed).map_err(failed)?;
        let link = Arc::new(Link::new(self.clone(), connection));
        let mut tools = Vec::new();
        for tool in listed {
            let is_allowed = |names: &Vec<String>| names.iter().any(|name| *name == tool.name);
            if self.allowed.as_ref().is_none_or(is_allowed) {
                tools.push(link::tool(&link, tool).map_err(failed)?);
            }
        }
        Ok(tools)
    }

    /// Connects, and says what the server has. What goes wrong is told without
    /// secrets.
    async fn start(&self) -> Result<(Connection, Vec<ListedTool>), String> {
        let starting = async {
            match &self.way {
                Way::Child {
                    program,
                    arguments,
                    env,
                    cwd,
                } => child::start(program, arguments, env, cwd.as_deref()).await,
                Way::Http {
                    url,
                    token,
                    headers,
                } => http::start(url, token.as_deref(), headers).await,
            }
        };
        match tokio::time::timeout(self.start_timeout, starting).await {
            Ok(started) => started.map_err(|problem| self.without_secrets(&problem)),
            Err(_) => Err(format!(
                "it did not come up within {} seconds; McpServer::start_timeout allows more",
                self.start_timeout.as_secs_f64()
            )),
        }
    }

    /// The text without tokens and values that were given for this server, should it
    /// repeat them.
    fn without_secrets(&self, text: &str) -> String {
        let secrets: Vec<&str> = match &self.way {
            Way::Child { env, .. } => env.iter().map(|(_, value)| value.as_str()).collect(),
            Way::Http { token, headers, .. } => {
                let values = headers.iter().map(|(_, value)| value.as_str());
                values.chain(token.as_deref()).collect()
            }
        };
        let mut text = text.to_owned();
        for secret in secrets {
            if secret.len() >= SHORTEST_SECRET {
                text = text.replace(secret, "[secret]");
            }
        }
        text
    }

    fn check_allowed(&self, listed: &[ListedTool]) -> Result<(), String> {
        for name in self.allowed.iter().flatten() {
            if !listed.iter().any(|tool| tool.name == name.as_str()) {
                let names: Vec<&str> = listed.iter().map(|tool| &*tool.name).collect();
                return Err(format!(
                    "it has no tool `{name}`, which McpServer::allow names; its tools are {}",
                    names.join(", ")
                ));
            }
        }
        Ok(())
    }
}

impl std::fmt::Debug for McpServer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // Tokens, headers and variables are secrets.
        f.debug_struct("McpServer")
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}
