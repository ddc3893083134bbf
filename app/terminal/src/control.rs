//! The control socket: a Unix socket for the machine's administrator alone (mode 0600). One question in a line,
//! one JSON answer in a line. It can show no screen and act for no resident. Work at the devices is done only while
//! nobody is served, and given up when a visit begins or whoever asked goes away.

use std::io::{BufRead, BufReader, ErrorKind, Write};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use kiosk_protocol::trail::TrailEvent;
use kiosk_store::{Store, StoreError, Technician};
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt};
use tokio::net::UnixListener;
use tokio::net::unix::OwnedReadHalf;

use crate::commands::technician as roster;
use crate::deadlines::{CONTROL_ANSWER, CONTROL_PAUSE, CONTROL_WORK};
use crate::run::{Board, Leave, Switch};
use crate::technician::{Bench, Standing, Work};

/// Longest question, bytes.
const QUESTION_BYTES_MAX: u64 = 1024;
/// What the question for the journal's lines begins with; a row's sequence follows.
const JOURNAL_LINES: &str = "journal-lines ";
/// The same for the items of the queue; a place in it follows.
const QUEUE_PAGE: &str = "queue-page ";
/// The same for somebody to be put on the roster, as JSON, and for a card to be taken off it.
const ADD_TECHNICIAN: &str = "add-technician ";
const REMOVE_TECHNICIAN: &str = "remove-technician ";

/// What a technician can ask a running terminal.
#[derive(Clone)]
pub enum Question {
    /// State, link, catalogue.
    Status,
    /// How each device stands.
    Devices,
    /// What waits to be sent.
    Queue,
    /// The items behind this place of the queue.
    QueuePage(u64),
    /// How old what the platform published is.
    Published,
    /// Whether the journal's chain holds.
    VerifyJournal,
    /// The lines of the journal's export behind this row.
    JournalLines(u64),
    /// The roster of technicians.
    Technicians,
    /// Put somebody on it.
    AddTechnician(Box<Technician>),
    /// Take the card of this serial off it.
    RemoveTechnician(String),
    /// Set the count of wrong PINs back.
    UnlockTechnicians,
    /// Whether residents are served, and why not.
    Service,
    /// Take the terminal out of service.
    PauseService,
    /// Put it back.
    ResumeService,
    /// Work at a device.
    Work(Work),
}

impl Question {
    fn words(&self) -> String {
        match self {
            Self::Status => "status".to_owned(),
            Self::Devices => "devices".to_owned(),
            Self::Queue => "queue".to_owned(),
            Self::QueuePage(behind) => format!("{QUEUE_PAGE}{behind}"),
            Self::Published => "published".to_owned(),
            Self::VerifyJournal => "verify-journal".to_owned(),
            Self::JournalLines(behind) => format!("{JOURNAL_LINES}{behind}"),
            Self::Technicians => "technicians".to_owned(),
            Self::AddTechnician(technician) => {
                format!("{ADD_TECHNICIAN}{}", to_json(technician).unwrap_or_default())
            }
            Self::RemoveTechnician(card) => format!("{REMOVE_TECHNICIAN}{card}"),
            Self::UnlockTechnicians => "unlock-technicians".to_owned(),
            Self::Service => "service".to_owned(),
            Self::PauseService => "pause-service".to_owned(),
            Self::ResumeService => "resume-service".to_owned(),
            Self::Work(work) => work.words(),
        }
    }

    fn all() -> impl Iterator<Item = Self> {
        let looks = [Self::Status, Self::Devices, Self::VerifyJournal, Self::JournalLines(0)];
        let queue = [Self::Queue, Self::QueuePage(0)];
        let roster = [Self::Technicians, Self::RemoveTechnician("CARD".to_owned()), Self::UnlockTechnicians];
        let service = [Self::Service, Self::PauseService, Self::ResumeService, Self::Published];
        looks.into_iter().chain(queue).chain(roster).chain(service).chain(Work::all().map(Self::Work))
    }

    fn read(words: &str) -> Option<Self> {
        if let Some(behind) = words.strip_prefix(JOURNAL_LINES) {
            return behind.parse().ok().map(Self::JournalLines);
        }
        if let Some(behind) = words.strip_prefix(QUEUE_PAGE) {
            return behind.parse().ok().map(Self::QueuePage);
        }
        if let Some(technician) = words.strip_prefix(ADD_TECHNICIAN) {
            return serde_json::from_str(technician).ok().map(Self::AddTechnician);
        }
        if let Some(card) = words.strip_prefix(REMOVE_TECHNICIAN) {
            return Some(Self::RemoveTechnician(card.to_owned()));
        }
        Self::all().find(|question| question.words() == words)
    }

    fn patience(&self) -> Duration {
        match self {
            Self::Status
            | Self::Devices
            | Self::Queue
            | Self::QueuePage(_)
            | Self::Published
            | Self::VerifyJournal
            | Self::JournalLines(_)
            | Self::Technicians
            | Self::AddTechnician(_)
            | Self::RemoveTechnician(_)
            | Self::UnlockTechnicians
            | Self::Service
            | Self::PauseService
            | Self::ResumeService => CONTROL_ANSWER,
            Self::Work(_) => CONTROL_WORK,
        }
    }
}

/// Asks a running terminal; `None` where none runs.
pub fn ask(socket: &Path, question: &Question) -> std::io::Result<Option<Value>> {
    let mut stream = match UnixStream::connect(socket) {
        Ok(stream) => stream,
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::ConnectionRefused) => {
            return Ok(None);
        }
        Err(error) => return Err(error),
    };
    stream.set_read_timeout(Some(question.patience()))?;
    writeln!(stream, "{}", question.words())?;
    let mut line = String::new();
    BufReader::new(stream).read_line(&mut line)?;
    Ok(Some(serde_json::from_str(&line)?))
}

/// What questions are answered from.
pub struct Desk {
    board: Board,
    /// The devices, while no thread of the terminal has them.
    bench: Bench,
    opened: OnceLock<Opened>,
}

/// What there is once the store is open.
struct Opened {
    store: Store,
    switch: Switch,
    bench: Bench,
}

impl Desk {
    /// Of a terminal that is not in service yet.
    pub fn new(board: Board, bench: Bench) -> Self {
        Self { board, bench, opened: OnceLock::new() }
    }

    /// The store is open, and the devices' threads run.
    pub fn open(&self, store: Store, switch: Switch, bench: Bench) {
        // A terminal opens once.
        drop(self.opened.set(Opened { store, switch, bench }));
    }

    fn bench(&self) -> &Bench {
        self.opened.get().map_or(&self.bench, |opened| &opened.bench)
    }

    fn standings(&self) -> Vec<Standing> {
        if self.opened.get().is_some() { self.board.standings() } else { self.bench.standings() }
    }

    /// While the store does not open there is no trail, which the terminal's screen says.
    fn record(&self, step: TrailEvent) -> Result<(), StoreError> {
        self.opened.get().map_or(Ok(()), |opened| opened.store.record(vec![step]))
    }

    fn opened(&self) -> Result<&Opened, String> {
        let closed = || self.board.status().trouble.unwrap_or_else(|| "not open yet".to_owned());
        self.opened.get().ok_or_else(closed)
    }

    fn store(&self) -> Result<&Store, String> {
        self.opened().map(|opened| &opened.store)
    }

    /// What is kept of what keeps residents out, and the state that comes of that and of all else.
    fn service(&self) -> Result<Value, String> {
        let mut answer = crate::commands::service::read(self.store()?)?;
        answer["state"] = json!(self.board.status().state);
        Ok(answer)
    }

    /// Takes the terminal out of service or puts it back, for the machine's administrator.
    fn turn(&self, turn: fn(&Switch) -> Result<(), StoreError>) -> Result<Value, String> {
        let Opened { store, switch, .. } = self.opened()?;
        turn(switch).map_err(|error| error.to_string())?;
        crate::commands::service::read(store)
    }
}

/// Answers until the runtime ends.
pub async fn serve(listener: UnixListener, desk: Arc<Desk>) {
    loop {
        let Ok((stream, _)) = listener.accept().await else {
            // Out of descriptors, most likely: they come back.
            tokio::time::sleep(CONTROL_PAUSE).await;
            continue;
        };
        let desk = Arc::clone(&desk);
        tokio::spawn(async move {
            if let Err(error) = answer(stream, desk).await {
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

async fn answer(stream: tokio::net::UnixStream, desk: Arc<Desk>) -> std::io::Result<()> {
    let (read, mut write) = stream.into_split();
    let mut lines = tokio::io::BufReader::new(read.take(QUESTION_BYTES_MAX));
    let mut line = String::new();
    tokio::time::timeout(CONTROL_ANSWER, lines.read_line(&mut line)).await??;
    let line = line.trim();
    let answer = match Question::read(line) {
        Some(Question::Status) => look(desk, |desk| to_json(&desk.board.status())).await?,
        Some(Question::Devices) => look(desk, |desk| to_json(&desk.standings())).await?,
        Some(Question::Queue) => with_store(desk, crate::commands::queue::read).await?,
        Some(Question::QueuePage(behind)) => {
            with_store(desk, move |store| crate::commands::queue::page(store, behind)).await?
        }
        Some(Question::VerifyJournal) => {
            look(desk, |desk| desk.store().and_then(crate::commands::journal::report)).await?
        }
        Some(Question::JournalLines(behind)) => {
            look(desk, move |desk| crate::commands::journal::lines(desk.store()?, behind)).await?
        }
        Some(Question::Technicians) => with_store(desk, roster::list).await?,
        Some(Question::AddTechnician(technician)) => {
            with_store(desk, move |store| roster::add(store, *technician)).await?
        }
        Some(Question::RemoveTechnician(card)) => {
            with_store(desk, move |store| roster::remove(store, &card)).await?
        }
        Some(Question::UnlockTechnicians) => with_store(desk, roster::unlock).await?,
        Some(Question::Service) => look(desk, Desk::service).await?,
        Some(Question::Published) => with_store(desk, crate::commands::published::read).await?,
        Some(Question::PauseService) => look(desk, |desk| desk.turn(|switch| switch.pause(None))).await?,
        Some(Question::ResumeService) => look(desk, |desk| desk.turn(|switch| switch.resume(None))).await?,
        Some(Question::Work(work)) => do_work(work, desk, lines.into_inner().into_inner()).await?,
        // What was asked is not said back: it may hold the hash of a PIN.
        None => error(format!("the question is not one of {}", every_question())),
    };
    write.write_all(format!("{answer}\n").as_bytes()).await
}

/// Works on a thread that may wait for a device; gives up when the time is over or whoever asked goes away.
async fn do_work(work: Work, desk: Arc<Desk>, mut asker: OwnedReadHalf) -> std::io::Result<Value> {
    let leave = match desk.board.leave() {
        Ok(leave) => leave,
        Err(taken) => return Ok(error(taken.to_string())),
    };
    let cancel = leave.cancel.clone();
    let mut working = tokio::task::spawn_blocking(move || work_with(leave, work, &desk));
    tokio::select! {
        done = &mut working => return Ok(done?),
        _ = asker.read_u8() => {}
        () = tokio::time::sleep(CONTROL_WORK) => {}
    }
    cancel.cancel();
    Ok(working.await?)
}

fn work_with(leave: Leave, work: Work, desk: &Desk) -> Value {
    let answer = work.carry_out(desk.bench(), leave.shift());
    if let Err(cause) = desk.record(work.step(&answer)) {
        return error(format!("done, but the trail took no note of it: {cause}"));
    }
    let is_interrupted = desk.board.is_visited() && answer.get("ok") != Some(&json!(true));
    if is_interrupted { error("a visit began; try again when it has ended".to_owned()) } else { answer }
}

/// The same with the store, where it is open.
async fn with_store(
    desk: Arc<Desk>,
    ask: impl FnOnce(&Store) -> Result<Value, String> + Send + 'static,
) -> std::io::Result<Value> {
    look(desk, |desk| desk.store().and_then(ask)).await
}

/// Looks something up on a thread that may wait for disk or device.
async fn look(
    desk: Arc<Desk>,
    read: impl FnOnce(&Desk) -> Result<Value, String> + Send + 'static,
) -> std::io::Result<Value> {
    let looking = tokio::task::spawn_blocking(move || read(&desk).unwrap_or_else(error));
    Ok(tokio::time::timeout(CONTROL_ANSWER, looking).await??)
}

fn error(words: String) -> Value {
    json!({ "error": words })
}

fn to_json(answer: &impl serde::Serialize) -> Result<Value, String> {
    serde_json::to_value(answer).map_err(|error| error.to_string())
}

fn every_question() -> String {
    Question::all().map(|question| question.words()).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use kiosk_protocol::crypto::SigningKey;

    use super::*;
    use crate::setup::Setup;
    use crate::technician::roster::testing::technician;

    #[test]
    fn no_two_questions_have_the_same_words_and_all_fit_the_line() {
        let mut words: Vec<_> = Question::all().map(|question| question.words()).collect();
        let count = words.len();
        words.sort();
        words.dedup();
        assert_eq!(words.len(), count);
        assert!(words.iter().all(|words| words.len() < QUESTION_BYTES_MAX as usize));
        let longest =
            Technician { name: "维".repeat(40), ..technician(&SigningKey::generate().unwrap(), "739154") };
        let added = Question::AddTechnician(Box::new(longest));
        assert!(added.words().len() < QUESTION_BYTES_MAX as usize, "{}", added.words().len());
        for question in Question::all().chain([Question::JournalLines(u64::MAX), added]) {
            let again = Question::read(&question.words()).map(|question| question.words());
            assert_eq!(again, Some(question.words()));
        }
        assert!(Question::read("journal-lines of everybody").is_none());
    }

    #[test]
    fn a_closed_terminal_says_why() {
        let folder = tempfile::tempdir().unwrap();
        let config = folder.path().join("kiosk.toml");
        std::fs::write(&config, include_str!("../../../packaging/kiosk.toml")).unwrap();
        let board = Board::default();
        board.state("closed", false);
        board.trouble(Some("the store does not open: the disk is full".to_owned()));
        assert_eq!(board.status().state, "closed");
        let desk = Desk::new(board, Bench::fresh(&Setup::load(&config).unwrap()));
        assert_eq!(desk.store().err().as_deref(), Some("the store does not open: the disk is full"));
    }
}
