//! The sandbox over a connector, with every wait bounded.

use std::sync::Arc;
use std::time::{Duration, Instant};

use async_trait::async_trait;
use tokio::time::timeout;

use super::super::{
    DirEntry, ExecOptions, ExecOutput, FileStat, Sandbox, SandboxError, SandboxFactory,
};
use super::running::Running;
use super::{Connector, ExecRequest, Machine};

/// Makes sandboxes that live with a provider.
///
/// | what | default |
/// |---|---|
/// | timeout of a command | 10 minutes |
/// | wait for the answer beyond that | 15 seconds |
/// | wait for any other answer | 60 seconds |
///
/// Whether two calls with one identity find the same files is the provider's
/// to say.
#[derive(Clone)]
pub struct Remote {
    connector: Arc<dyn Connector>,
    bounds: Bounds,
}

#[derive(Clone, Copy)]
struct Bounds {
    exec: Duration,
    margin: Duration,
    answer: Duration,
}

/// A machine of a provider. Dropping it leaves the machine as it is.
pub struct RemoteSandbox {
    connector: Arc<dyn Connector>,
    machine: Machine,
    bounds: Bounds,
}

impl Remote {
    /// Sandboxes of this provider.
    pub fn new(connector: Arc<dyn Connector>) -> Remote {
        Remote {
            connector,
            bounds: Bounds {
                exec: Duration::from_secs(600),
                margin: Duration::from_secs(15),
                answer: Duration::from_secs(60),
            },
        }
    }

    /// How long a command may take that names no timeout itself.
    #[must_use]
    pub fn exec_timeout(mut self, timeout: Duration) -> Remote {
        self.bounds.exec = timeout;
        self
    }

    /// How long after its timeout a command's answer is waited for.
    #[must_use]
    pub fn exec_margin(mut self, margin: Duration) -> Remote {
        self.bounds.margin = margin;
        self
    }

    /// How long the answer to anything but a command is waited for.
    #[must_use]
    pub fn answer_timeout(mut self, timeout: Duration) -> Remote {
        self.bounds.answer = timeout;
        self
    }

    /// The machine of an identity, made or found again.
    ///
    /// # Errors
    /// [`SandboxError::Setup`], [`SandboxError::Transport`].
    pub async fn open(&self, id: &str) -> Result<RemoteSandbox, SandboxError> {
        let create = self.connector.create(id);
        let machine = answered(&*self.connector, self.bounds.answer, create).await?;
        if !machine.cwd.starts_with('/') {
            return Err(SandboxError::Setup(format!(
                "{} gave the working directory {:?}, which is not an absolute path",
                self.connector.name(),
                machine.cwd
            )));
        }
        Ok(RemoteSandbox {
            connector: self.connector.clone(),
            machine,
            bounds: self.bounds,
        })
    }
}

impl RemoteSandbox {
    /// What the provider calls the machine.
    pub fn handle(&self) -> &str {
        &self.machine.handle
    }

    /// Puts the machine to rest; its files stay.
    ///
    /// # Errors
    /// [`SandboxError::Unsupported`] where the provider cannot do that.
    pub async fn suspend(&self) -> Result<(), SandboxError> {
        self.answered(self.connector.suspend(self.handle())).await
    }

    /// Wakes it.
    ///
    /// # Errors
    /// [`SandboxError::Unsupported`] where the provider cannot do that.
    pub async fn resume(&self) -> Result<(), SandboxError> {
        self.answered(self.connector.resume(self.handle())).await
    }

    /// Removes the machine with its files.
    ///
    /// # Errors
    /// [`SandboxError::Unsupported`] where the provider cannot do that.
    pub async fn destroy(&self) -> Result<(), SandboxError> {
        self.answered(self.connector.destroy(self.handle())).await
    }

    async fn answered<T>(
        &self,
        call: impl Future<Output = Result<T, SandboxError>>,
    ) -> Result<T, SandboxError> {
        answered(&*self.connector, self.bounds.answer, call).await
    }
}

#[async_trait]
impl Sandbox for RemoteSandbox {
    async fn exec(&self, command: &str, options: ExecOptions) -> Result<ExecOutput, SandboxError> {
        let cancel = options.cancel.unwrap_or_default();
        if cancel.is_cancelled() {
            return Err(SandboxError::Cancelled);
        }
        let start = Instant::now();
        let allowed = options.timeout.unwrap_or(self.bounds.exec);
        let running = Running::new(&self.connector, self.handle(), self.bounds.answer);
        let request = ExecRequest {
            exec_id: running.exec_id().to_owned(),
            command: command.to_owned(),
            cwd: absolute(self.cwd(), options.cwd.as_deref().unwrap_or_default()),
            env: options.env,
            stdin: options.stdin,
            timeout: allowed,
        };
        let call = self.connector.exec(self.handle(), request);
        let wait = allowed.saturating_add(self.bounds.margin);
        let result = tokio::select! {
            biased;
            () = cancel.cancelled() => return Err(SandboxError::Cancelled),
            result = answered(&*self.connector, wait, call) => result,
        };
        match result {
            // Whether it runs still is not known: the kill is sent.
            Err(error @ SandboxError::Transport(_)) => Err(error),
            Err(error) => {
                running.ended();
                Err(error)
            }
            Ok(mut output) => {
                running.ended();
                if output.wall_time.is_zero() {
                    output.wall_time = start.elapsed();
                }
                Ok(output)
            }
        }
    }

    async fn read_file(&self, path: &str) -> Result<Vec<u8>, SandboxError> {
        let full = absolute(self.cwd(), path);
        let call = self.connector.read_file(self.handle(), &full);
        self.answered(call)
            .await
            .map_err(|error| asked(error, path))
    }

    async fn write_file(&self, path: &str, contents: &[u8]) -> Result<(), SandboxError> {
        let full = absolute(self.cwd(), path);
        let call = self.connector.write_file(self.handle(), &full, contents);
        self.answered(call)
            .await
            .map_err(|error| asked(error, path))
    }

    async fn stat(&self, path: &str) -> Result<FileStat, SandboxError> {
        let full = absolute(self.cwd(), path);
        let call = self.connector.stat(self.handle(), &full);
        self.answered(call)
            .await
            .map_err(|error| asked(error, path))
    }

    async fn read_dir(&self, path: &str) -> Result<Vec<DirEntry>, SandboxError> {
        let full = absolute(self.cwd(), path);
        let call = self.connector.read_dir(self.handle(), &full);
        let mut entries = self
            .answered(call)
            .await
            .map_err(|error| asked(error, path))?;
        entries.sort();
        Ok(entries)
    }

    async fn mkdir(&self, path: &str, recursive: bool) -> Result<(), SandboxError> {
        let full = absolute(self.cwd(), path);
        let call = self.connector.mkdir(self.handle(), &full, recursive);
        self.answered(call)
            .await
            .map_err(|error| asked(error, path))
    }

    async fn rm(&self, path: &str, recursive: bool, force: bool) -> Result<(), SandboxError> {
        let full = absolute(self.cwd(), path);
        let call = self.connector.rm(self.handle(), &full, recursive, force);
        self.answered(call)
            .await
            .map_err(|error| asked(error, path))
    }

    fn cwd(&self) -> &str {
        &self.machine.cwd
    }

    fn reach(&self) -> &'static str {
        "remote"
    }
}

#[async_trait]
impl SandboxFactory for Remote {
    async fn create(&self, id: &str) -> Result<Arc<dyn Sandbox>, SandboxError> {
        Ok(Arc::new(self.open(id).await?))
    }
}

/// An absolute path that leaves `..` to the machine, which knows its links.
fn absolute(cwd: &str, path: &str) -> String {
    if path.starts_with('/') {
        path.to_owned()
    } else {
        format!("{}/{path}", cwd.trim_end_matches('/'))
    }
}

/// The error with the path that the caller knows.
fn asked(error: SandboxError, path: &str) -> SandboxError {
    match error {
        SandboxError::File {
            message, not_found, ..
        } => SandboxError::File {
            path: path.to_owned(),
            message,
            not_found,
        },
        other => other,
    }
}

async fn answered<T>(
    connector: &dyn Connector,
    within: Duration,
    call: impl Future<Output = Result<T, SandboxError>>,
) -> Result<T, SandboxError> {
    timeout(within, call).await.unwrap_or_else(|_| {
        Err(SandboxError::Transport(format!(
            "{} gave no answer within {} s",
            connector.name(),
            within.as_secs_f64()
        )))
    })
}
