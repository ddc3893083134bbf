//! The control socket: a Unix socket for the machine's administrator alone (mode 0600). One question in a line,
//! one JSON answer in a line. It can show no screen and act for no resident.

use std::io::{BufRead, BufReader, ErrorKind, Write};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::sync::{Arc, OnceLock};

use kiosk_store::Store;
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt};
use tokio::net::UnixListener;

use crate::deadlines::{CONTROL_ANSWER, CONTROL_PAUSE};
use crate::run::Board;

/// Longest question, bytes.
const QUESTION_BYTES_MAX: u64 = 256;

/// What a technician can ask a running terminal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Question {
    /// State, link, devices.
    Status,
    /// What waits to be sent.
    Queue,
    /// Whether the journal's chain holds.
    VerifyJournal,
}

impl Question {
    const ALL: [Self; 3] = [Self::Status, Self::Queue, Self::VerifyJournal];

    fn word(self) -> &'static str {
        match self {
            Self::Status => "status",
            Self::Queue => "queue",
            Self::VerifyJournal => "verify-journal",
        }
    }
}

/// Asks a running terminal; `None` where none runs.
pub fn ask(socket: &Path, question: Question) -> std::io::Result<Option<Value>> {
    let mut stream = match UnixStream::connect(socket) {
        Ok(stream) => stream,
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::ConnectionRefused) => {
            return Ok(None);
        }
        Err(error) => return Err(error),
    };
    stream.set_read_timeout(Some(CONTROL_ANSWER))?;
    writeln!(stream, "{}", question.word())?;
    let mut line = String::new();
    BufReader::new(stream).read_line(&mut line)?;
    Ok(Some(serde_json::from_str(&line)?))
}

/// The store, once it is open.
pub type Opened = Arc<OnceLock<Store>>;

/// Answers until the runtime ends.
pub async fn serve(listener: UnixListener, board: Board, store: Opened) {
    loop {
        let Ok((stream, _)) = listener.accept().await else {
            // Out of descriptors, most likely: they come back.
            tokio::time::sleep(CONTROL_PAUSE).await;
            continue;
        };
        let (board, store) = (board.clone(), Arc::clone(&store));
        let answered = tokio::time::timeout(CONTROL_ANSWER, answer(stream, board, store));
        tokio::spawn(async move {
            if let Ok(Err(error)) = answered.await {
                tracing::debug!(%error, "a technician's question broke off");
            }
        });
    }
}

/// Binds the socket, replacing one that a killed program left behind. No other terminal runs: the store is not in use.
pub fn bind(socket: &Path) -> std::io::Result<UnixListener> {
    match std::fs::remove_file(socket) {
        Err(error) if error.kind() != ErrorKind::NotFound => return Err(error),
        Ok(()) | Err(_) => {}
    }
    let listener = UnixListener::bind(socket)?;
    std::fs::set_permissions(socket, std::fs::Permissions::from_mode(0o600))?;
    Ok(listener)
}

async fn answer(stream: tokio::net::UnixStream, board: Board, store: Opened) -> std::io::Result<()> {
    let (read, mut write) = stream.into_split();
    let mut line = String::new();
    tokio::io::BufReader::new(read.take(QUESTION_BYTES_MAX)).read_line(&mut line).await?;
    let answer = tokio::task::spawn_blocking(move || look_up(line.trim(), &board, store.get())).await?;
    write.write_all(format!("{answer}\n").as_bytes()).await
}

fn look_up(word: &str, board: &Board, store: Option<&Store>) -> Value {
    let question = Question::ALL.into_iter().find(|question| question.word() == word);
    let store = store.ok_or_else(|| board.status().trouble.unwrap_or_else(|| "not open yet".to_owned()));
    let result = match question {
        Some(Question::Status) => serde_json::to_value(board.status()).map_err(|error| error.to_string()),
        Some(Question::Queue) => store.and_then(crate::commands::queue::read),
        Some(Question::VerifyJournal) => store.and_then(crate::commands::journal::verify),
        None => Err(format!("`{word}` is not one of status, queue, verify-journal")),
    };
    result.unwrap_or_else(|error| json!({ "error": error }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_closed_terminal_says_why() {
        let board = Board::default();
        board.state("closed");
        board.trouble(Some("the store does not open: the disk is full".to_owned()));
        let status = look_up("status", &board, None);
        assert_eq!(status.get("state"), Some(&json!("closed")));
        for answer in [status.get("trouble").cloned(), look_up("queue", &board, None).get("error").cloned()] {
            assert_eq!(answer, Some(json!("the store does not open: the disk is full")));
        }
    }
}
