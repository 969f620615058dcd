//! Streaming to and from a running command.

use std::future::Future;
use std::pin::Pin;

use super::exec::ExecResult;
use crate::error::Error;
use crate::fd::{PipeReader, PipeWriter};

/// A command that runs while its input and output stream.
pub struct Streaming {
    /// Its standard input; dropping it ends the input.
    pub stdin: InputWriter,
    /// Its standard output.
    pub stdout: OutputReader,
    /// Its standard error.
    pub stderr: OutputReader,
    pub(crate) result: Pin<Box<dyn Future<Output = Result<ExecResult, Error>> + Send>>,
}

impl Streaming {
    /// Splits it: the streams, and the future that runs the command. The
    /// command makes progress only while that future is polled.
    #[allow(clippy::type_complexity, reason = "a future has no shorter name")]
    pub fn split(
        self,
    ) -> (
        InputWriter,
        OutputReader,
        OutputReader,
        Pin<Box<dyn Future<Output = Result<ExecResult, Error>> + Send>>,
    ) {
        (self.stdin, self.stdout, self.stderr, self.result)
    }
}

/// Where a command's input is written.
pub struct InputWriter(pub(crate) PipeWriter);

impl InputWriter {
    /// Writes all of `data`, waiting while the command does not read.
    /// `false`: the command reads no more.
    pub async fn write_all(&self, data: &[u8]) -> bool {
        self.0.write_all(data).await.is_ok()
    }
}

/// Where a command's output is read.
pub struct OutputReader(pub(crate) PipeReader);

impl OutputReader {
    /// Reads some bytes; 0 means the end.
    pub async fn read(&self, buf: &mut [u8]) -> usize {
        self.0.read(buf).await
    }
}
