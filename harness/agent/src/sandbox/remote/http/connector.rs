//! The connector that speaks the protocol.

use std::fmt;

use async_trait::async_trait;

use super::super::super::{DirEntry, ExecOutput, FileStat, SandboxError};
use super::super::{Connector, ExecRequest, Machine};
use super::client::Http;
use super::wire::{
    Bytes, Contents, Create, Created, Done, Exec, Executed, Kill, Names, OnPath, Stat,
};

/// Reaches sandboxes over HTTP, with a bearer token, in the protocol of
/// `PROTOCOL.md` beside the source of this type.
///
/// It follows no redirects, and speaks plain HTTP to this machine only, for the
/// token goes with every request.
pub struct HttpConnector {
    http: Http,
}

impl HttpConnector {
    /// A connector to the server at `base`, such as
    /// `https://sandboxes.example/api`.
    ///
    /// # Errors
    /// [`SandboxError::Setup`]: the address is none, or is neither `https` nor
    /// on this machine.
    pub fn new(base: &str, token: &str) -> Result<HttpConnector, SandboxError> {
        Ok(HttpConnector {
            http: Http::new(base, token)?,
        })
    }

    /// Most bytes that are read of one answer; 256 MiB unless told otherwise.
    #[must_use]
    pub fn answer_bytes(mut self, bytes: usize) -> HttpConnector {
        self.http.answer_bytes = bytes;
        self
    }

    async fn on_path<A: serde::de::DeserializeOwned>(
        &self,
        handle: &str,
        operation: &str,
        request: OnPath<'_>,
    ) -> Result<A, SandboxError> {
        let path = ["sandboxes", handle, operation];
        self.http.post(&path, &request).await
    }

    async fn lifecycle(&self, handle: &str, operation: &str) -> Result<(), SandboxError> {
        let path = ["sandboxes", handle, operation];
        let Done {} = self.http.post(&path, &serde_json::json!({})).await?;
        Ok(())
    }
}

impl fmt::Debug for HttpConnector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HttpConnector")
            .field("host", &self.http.host())
            .finish_non_exhaustive()
    }
}

#[async_trait]
impl Connector for HttpConnector {
    fn name(&self) -> &str {
        self.http.host()
    }

    async fn create(&self, id: &str) -> Result<Machine, SandboxError> {
        let Created { handle, cwd } = self.http.post(&["sandboxes"], &Create { id }).await?;
        // It becomes a segment of addresses, where these mean something else.
        if matches!(handle.as_str(), "" | "." | "..") {
            return Err(SandboxError::Setup(format!(
                "{} named the sandbox {handle:?}, which no address can hold",
                self.name()
            )));
        }
        Ok(Machine { handle, cwd })
    }

    async fn exec(&self, handle: &str, request: ExecRequest) -> Result<ExecOutput, SandboxError> {
        let body = Exec {
            exec_id: &request.exec_id,
            command: &request.command,
            cwd: &request.cwd,
            env: &request.env,
            stdin: Bytes(request.stdin),
            timeout_ms: millis_rounded_up(request.timeout),
        };
        let path = ["sandboxes", handle, "exec"];
        let done: Executed = self.http.post(&path, &body).await?;
        Ok(done.into())
    }

    async fn kill(&self, handle: &str, exec_id: &str) -> Result<(), SandboxError> {
        let path = ["sandboxes", handle, "kill"];
        let Done {} = self.http.post(&path, &Kill { exec_id }).await?;
        Ok(())
    }

    async fn read_file(&self, handle: &str, path: &str) -> Result<Vec<u8>, SandboxError> {
        let request = OnPath {
            path,
            ..OnPath::default()
        };
        let read: Contents = self.on_path(handle, "read_file", request).await?;
        Ok(read.contents.0)
    }

    async fn write_file(
        &self,
        handle: &str,
        path: &str,
        contents: &[u8],
    ) -> Result<(), SandboxError> {
        let request = OnPath {
            path,
            contents: Some(Bytes(contents.to_vec())),
            ..OnPath::default()
        };
        let Done {} = self.on_path(handle, "write_file", request).await?;
        Ok(())
    }

    async fn stat(&self, handle: &str, path: &str) -> Result<FileStat, SandboxError> {
        let request = OnPath {
            path,
            ..OnPath::default()
        };
        let stat: Stat = self.on_path(handle, "stat", request).await?;
        Ok(stat.into())
    }

    async fn read_dir(&self, handle: &str, path: &str) -> Result<Vec<DirEntry>, SandboxError> {
        let request = OnPath {
            path,
            ..OnPath::default()
        };
        let Names { names } = self.on_path(handle, "read_dir", request).await?;
        // A name with a way out of its directory would be one of another file.
        let is_name = |name: &String| {
            !matches!(name.as_str(), "" | "." | "..") && !name.contains(['/', '\0'])
        };
        if let Some(name) = names.iter().find(|name| !is_name(name)) {
            let name: String = name.chars().take(100).collect();
            return Err(SandboxError::Transport(format!(
                "{} lists {name:?} in {path}, which cannot be the name of a file",
                self.name()
            )));
        }
        Ok(names.into_iter().map(|name| DirEntry { name }).collect())
    }

    async fn mkdir(&self, handle: &str, path: &str, recursive: bool) -> Result<(), SandboxError> {
        let request = OnPath {
            path,
            recursive: Some(recursive),
            ..OnPath::default()
        };
        let Done {} = self.on_path(handle, "mkdir", request).await?;
        Ok(())
    }

    async fn rm(
        &self,
        handle: &str,
        path: &str,
        recursive: bool,
        force: bool,
    ) -> Result<(), SandboxError> {
        let request = OnPath {
            path,
            recursive: Some(recursive),
            force: Some(force),
            ..OnPath::default()
        };
        let Done {} = self.on_path(handle, "rm", request).await?;
        Ok(())
    }

    async fn suspend(&self, handle: &str) -> Result<(), SandboxError> {
        self.lifecycle(handle, "suspend").await
    }

    async fn resume(&self, handle: &str) -> Result<(), SandboxError> {
        self.lifecycle(handle, "resume").await
    }

    async fn destroy(&self, handle: &str) -> Result<(), SandboxError> {
        self.lifecycle(handle, "destroy").await
    }
}

/// A deadline is never made earlier by what the wire can say.
fn millis_rounded_up(time: std::time::Duration) -> u64 {
    u64::try_from(time.as_nanos().div_ceil(1_000_000)).unwrap_or(u64::MAX)
}
