//! Where a shell's commands come from: a terminal, or a pipe or file.

use std::io::{BufRead, BufReader};

use tokio::sync::mpsc;
use tokio::task::block_in_place;
use wardian::Syntax;

use super::editor::{self, LineEditor};
use super::{Place, prompt};

/// How much of a pipe is taken at once.
const BLOCK_BYTES: usize = 64 << 10;

/// Where commands come from.
pub enum Source {
    /// Somebody types them.
    Terminal(Box<LineEditor>),
    /// They are read.
    Pipe(mpsc::Receiver<std::io::Result<Vec<u8>>>),
}

/// What was read.
pub enum Read {
    /// One or more whole commands.
    Script(Vec<u8>),
    /// A line that is empty, or was given up with Ctrl-C.
    Nothing,
    /// There are no more.
    End,
    /// Ctrl-C came while nothing ran.
    GivenUp,
}

impl Source {
    /// Standard input without a terminal.
    pub fn pipe() -> Source {
        let (sender, lines) = mpsc::channel(1);
        // A thread of its own: reading cannot be cancelled.
        std::thread::spawn(move || {
            let mut input = BufReader::with_capacity(BLOCK_BYTES, std::io::stdin());
            loop {
                let taken = take_lines(&mut input);
                let last = !matches!(&taken, Ok(lines) if !lines.is_empty());
                if sender.blocking_send(taken).is_err() || last {
                    return;
                }
            }
        });
        Source::Pipe(lines)
    }

    /// Reads whole commands, as many lines as they need.
    ///
    /// # Errors
    /// The terminal or pipe cannot be read.
    pub async fn read(&mut self, place: &Place) -> anyhow::Result<Read> {
        match self {
            Source::Terminal(editor) => {
                let prompt = prompt::of(place).await;
                block_in_place(|| editor.read(&prompt))
            }
            Source::Pipe(lines) => tokio::select! {
                read = from_pipe(lines, place) => read,
                _ = tokio::signal::ctrl_c() => Ok(Read::GivenUp),
            },
        }
    }
}

/// Takes the lines that have arrived, and more until they are whole commands.
async fn from_pipe(
    lines: &mut mpsc::Receiver<std::io::Result<Vec<u8>>>,
    place: &Place,
) -> anyhow::Result<Read> {
    let mut script = Vec::new();
    loop {
        let more = lines.recv().await.transpose()?.unwrap_or_default();
        let ended = more.is_empty();
        script.extend(more);
        if ended && script.is_empty() {
            return Ok(Read::End);
        }
        if ended || editor::syntax(place, &script).await != Some(Syntax::Incomplete) {
            return Ok(match script.trim_ascii().is_empty() {
                true => Read::Nothing,
                false => Read::Script(script),
            });
        }
    }
}

/// Takes whole lines: all that have arrived, at least one; none at the end.
fn take_lines(input: &mut impl BufRead) -> std::io::Result<Vec<u8>> {
    let mut lines = Vec::new();
    loop {
        let arrived = input.fill_buf()?;
        let last = arrived.iter().rposition(|byte| *byte == b'\n');
        let count = last.map_or(arrived.len(), |at| at + 1);
        lines.extend_from_slice(arrived.get(..count).unwrap_or_default());
        let ended = arrived.is_empty();
        input.consume(count);
        if last.is_some() || ended {
            return Ok(lines);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_lines_are_taken() {
        let mut input = BufReader::with_capacity(8, &b"a\nb\nlong line\nrest"[..]);
        let mut next = || String::from_utf8(take_lines(&mut input).unwrap()).unwrap();
        assert_eq!(next(), "a\nb\n");
        assert_eq!(next(), "long line\n");
        assert_eq!(next(), "rest");
        assert_eq!(next(), "");
    }
}
