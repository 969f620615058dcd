//! Ctrl-C, heard from the moment one listens: what is pressed before a command is
//! first waited for counts as well.

use std::io;

/// Presses of Ctrl-C since this was made.
pub struct Interrupts {
    #[cfg(unix)]
    signal: tokio::signal::unix::Signal,
    #[cfg(windows)]
    signal: tokio::signal::windows::CtrlC,
}

impl Interrupts {
    /// Begins to listen. From here on Ctrl-C does not end this program by itself.
    ///
    /// # Errors
    /// The system does not let this program hear of it.
    pub fn listen() -> io::Result<Interrupts> {
        Ok(Interrupts {
            #[cfg(unix)]
            signal: tokio::signal::unix::signal(tokio::signal::unix::SignalKind::interrupt())?,
            #[cfg(windows)]
            signal: tokio::signal::windows::ctrl_c()?,
        })
    }

    /// Waits for the next press.
    pub async fn next(&mut self) {
        if self.signal.recv().await.is_none() {
            // Nobody will press it any more.
            std::future::pending().await
        }
    }
}
