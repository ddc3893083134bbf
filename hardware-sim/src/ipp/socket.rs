//! The printer's network plug: HTTP on a port of its own. Without the plug nobody listens and every connection is cut.

use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use tokio::net::TcpSocket;
use tokio::sync::watch;

use super::codec::without_document;
use super::model::PagePrinter;
use super::pages::PrintedJob;
use super::reply::reply;
use super::state::PagePrinterState;
use crate::limits::{DOCUMENT_BYTES_MAX, PLUG_WAIT};
use crate::recording::{Tape, Way};

/// The path printers use (PWG 5100.14).
const PATH: &str = "/ipp/print";

/// A printer on its port; all ends on drop.
#[derive(Debug)]
pub struct Socket {
    shared: Arc<Shared>,
    plug: watch::Sender<Plug>,
    thread: Option<JoinHandle<()>>,
    _port: TcpSocket,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Plug {
    In,
    Out,
    /// The simulator ends.
    Gone,
}

#[derive(Debug)]
struct Shared {
    epoch: Instant,
    address: SocketAddr,
    pages: PathBuf,
    desk: Mutex<Desk>,
    settled: Condvar,
}

/// The printer and what was seen of it.
#[derive(Debug, Default)]
struct Desk {
    printer: PagePrinter,
    printed: Vec<PrintedJob>,
    last_number: u32,
    is_open: bool,
    requests: u64,
    handled: Duration,
    tape: Option<Tape>,
}

impl Socket {
    /// Plugs a printer in: it listens on a free port of loopback, and its URI stands in `link`. What it prints goes to
    /// `pages`.
    pub fn start(link: &Path, pages: PathBuf, epoch: Instant) -> std::io::Result<Socket> {
        std::fs::create_dir_all(&pages)?;
        let port = reserve()?;
        let address = port.local_addr()?;
        let listener = TcpListener::bind(address)?;
        let last_number = crate::tray::last_number(&pages)?;
        let desk = Mutex::new(Desk { is_open: true, last_number, ..Desk::default() });
        let shared = Arc::new(Shared { epoch, address, pages, desk, settled: Condvar::new() });
        let (plug, watched) = watch::channel(Plug::In);
        let serving = Arc::clone(&shared);
        let run = move || {
            if let Err(error) = run(&serving, watched, listener) {
                tracing::error!(%error, "the page printer ended");
            }
        };
        let thread = std::thread::Builder::new().name("page-printer".into()).spawn(run)?;
        std::fs::write(link, format!("{}\n", shared.uri()))?;
        Ok(Socket { shared, plug, thread: Some(thread), _port: port })
    }

    /// Where it is printed to.
    pub fn uri(&self) -> String {
        self.shared.uri()
    }

    /// Records from now on; the recording is written when the printer ends.
    pub fn record(&self, tape: Tape) {
        self.shared.desk().tape = Some(tape);
    }

    /// Whether the plug is in.
    pub fn is_plugged(&self) -> bool {
        *self.plug.borrow() == Plug::In
    }

    /// Pulls the plug or puts it in; returns once nobody or somebody listens.
    pub fn set_plugged(&self, plugged: bool) {
        self.plug.send_replace(if plugged { Plug::In } else { Plug::Out });
        let waiting = |desk: &mut Desk| desk.is_open != plugged;
        let done = self.shared.settled.wait_timeout_while(self.shared.desk(), PLUG_WAIT, waiting);
        if done.is_ok_and(|(_, timeout)| timeout.timed_out()) {
            tracing::warn!(plugged, "the page printer's plug does not settle");
        }
    }

    /// Lets something happen to the printer.
    pub fn set_state(&self, state: PagePrinterState) {
        let now = self.shared.epoch.elapsed();
        self.shared.desk().printer.set_state(now, state);
    }

    /// Looks at the printer as it is now.
    pub fn with<T>(&self, look: impl FnOnce(&PagePrinter) -> T) -> T {
        let mut desk = self.shared.desk();
        self.shared.settle(&mut desk);
        look(&desk.printer)
    }

    /// What came out and was not taken, oldest first.
    pub fn printed(&self) -> Vec<PrintedJob> {
        let mut desk = self.shared.desk();
        self.shared.settle(&mut desk);
        desk.printed.clone()
    }

    /// Takes it; the files stay.
    pub fn take(&self) {
        self.shared.desk().printed.clear();
    }

    /// Requests so far, and the time from their heads to their answers.
    pub fn handled(&self) -> (u64, Duration) {
        let desk = self.shared.desk();
        (desk.requests, desk.handled)
    }
}

impl Desk {
    fn note(&mut self, at: Duration, way: Way, bytes: &[u8]) {
        if let Some(tape) = &mut self.tape {
            tape.note(at, way, bytes);
        }
    }
}

impl Drop for Socket {
    fn drop(&mut self) {
        self.plug.send_replace(Plug::Gone);
        if self.thread.take().is_some_and(|thread| thread.join().is_err()) {
            tracing::error!("the page printer's thread panicked");
        }
    }
}

impl Shared {
    fn uri(&self) -> String {
        format!("ipp://{}{PATH}", self.address)
    }

    fn desk(&self) -> MutexGuard<'_, Desk> {
        self.desk.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Lets the printer go on up to now, and keeps what came out.
    fn settle(&self, desk: &mut Desk) {
        desk.printer.advance(self.epoch.elapsed());
        for job in desk.printer.take_out() {
            desk.last_number += 1;
            match PrintedJob::save(&self.pages, desk.last_number, job) {
                Ok(printed) => desk.printed.push(printed),
                Err(error) => tracing::error!(%error, "cannot save a printed job"),
            }
        }
    }

    fn set_open(&self, is_open: bool) {
        self.desk().is_open = is_open;
        self.settled.notify_all();
    }
}

/// A free port of loopback that nobody else gets while the plug is out: bound, never listening. Listeners set the same option
/// and bind beside it.
fn reserve() -> std::io::Result<TcpSocket> {
    let port = TcpSocket::new_v4()?;
    port.set_reuseaddr(true)?;
    port.bind((Ipv4Addr::LOCALHOST, 0).into())?;
    Ok(port)
}

/// A runtime for each time the plug is in: with it go all connections.
fn run(shared: &Arc<Shared>, mut plug: watch::Receiver<Plug>, first: TcpListener) -> std::io::Result<()> {
    let mut listener = Some(first);
    loop {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let now = *plug.borrow_and_update();
        match now {
            Plug::Gone => return Ok(()),
            Plug::Out => runtime.block_on(async { plug.changed().await.ok() }).unwrap_or_default(),
            Plug::In => {
                let listener = listener.take().map_or_else(|| TcpListener::bind(shared.address), Ok)?;
                listener.set_nonblocking(true)?;
                shared.set_open(true);
                runtime.block_on(serve(shared, listener, &mut plug))?;
            }
        }
        drop(runtime);
        if now == Plug::In {
            let mut desk = shared.desk();
            shared.settle(&mut desk);
            desk.printer.power_cycle(shared.epoch.elapsed());
            drop(desk);
            shared.set_open(false);
        }
    }
}

async fn serve(
    shared: &Arc<Shared>,
    listener: TcpListener,
    plug: &mut watch::Receiver<Plug>,
) -> std::io::Result<()> {
    let listener = tokio::net::TcpListener::from_std(listener)?;
    let routes = Router::new().route(PATH, post(answer)).with_state(Arc::clone(shared));
    tokio::select! {
        done = axum::serve(listener, routes) => done,
        _ = plug.changed() => Ok(()),
    }
}

/// Answers one request, not before its think time is over. A broken body gets what HTTP has for it.
async fn answer(State(shared): State<Arc<Shared>>, request: axum::extract::Request) -> Response {
    let begun = Instant::now();
    let Ok(body) = to_bytes(request.into_body(), DOCUMENT_BYTES_MAX).await else {
        return StatusCode::PAYLOAD_TOO_LARGE.into_response();
    };
    let state = shared.desk().printer.state();
    tokio::time::sleep_until((begun + state.think()).into()).await;
    let mut desk = shared.desk();
    shared.settle(&mut desk);
    let reply = reply(&mut desk.printer, shared.epoch.elapsed(), &shared.uri(), &body);
    desk.requests += 1;
    desk.handled += begun.elapsed();
    desk.note(shared.epoch.elapsed().saturating_sub(begun.elapsed()), Way::Question, without_document(&body));
    desk.note(shared.epoch.elapsed(), Way::Answer, &reply.bytes());
    drop(desk);
    let status = StatusCode::from_u16(reply.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    (status, [(header::CONTENT_TYPE, "application/ipp")], Body::from(reply.body)).into_response()
}
