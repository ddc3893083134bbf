//! From the window to service: tries until identity and store open, then starts everything else.

use std::path::PathBuf;
use std::sync::mpsc::{Receiver, SyncSender};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use jiff::Timestamp;
use kiosk_client::renewal::Renewer;
use kiosk_client::{Handle, HttpTransport, Identity, Me, Runner};
use kiosk_protocol::trail::TrailEvent;
use kiosk_screens::Remote;
use kiosk_session::{Bar, CertificateEnd, Event, Settings};
use kiosk_store::{Store, StoreError};
use tokio::runtime;

use super::asker::Asker;
use super::board::Board;
use super::gate::{Certificate, Gate};
use super::hands::Hands;
use super::keeper::Keeper;
use super::orders::FromAfar;
use super::shell::Shell;
use super::switch::Switch;
use super::{closed, thread};
use crate::control::{self, Desk};
use crate::deadlines::OPEN_RETRY;
use crate::doctor::CERTIFICATE_WELL;
use crate::error::Failure;
use crate::setup::Setup;
use crate::technician::Bench;

/// A terminal that is not in service yet.
pub struct Opening {
    setup: Setup,
    runtime: runtime::Handle,
    glass: Remote,
    /// Where the running sync is put, to be stopped at the end.
    client: Arc<OnceLock<Handle>>,
    board: Board,
    /// What the control socket answers from; nothing before the socket is served.
    control: Option<Arc<Desk>>,
}

/// What service needs before anything else.
pub struct Parts {
    identity: Identity,
    transport: HttpTransport,
    store: Store,
}

impl Parts {
    /// The store last: opening it makes one where there is none, which must not happen on a disk that is not mounted.
    pub fn open(setup: &Setup) -> Result<Self, Failure> {
        let identity = setup.identity()?;
        let transport = HttpTransport::new(&setup.config.platform.url, &identity);
        let transport = transport.map_err(|error| Failure::Identity(Box::new(error)))?;
        let store = setup.open_store(&identity)?;
        Ok(Self { identity, transport, store })
    }
}

impl Opening {
    /// Nothing tried yet.
    pub fn new(setup: Setup, runtime: runtime::Handle, glass: Remote, client: Arc<OnceLock<Handle>>) -> Self {
        Self { setup, runtime, glass, client, board: Board::default(), control: None }
    }

    /// Goes on from a first try until everything is open, then runs the session until the program ends.
    pub fn run(mut self, first: Result<Parts, Failure>, events: SyncSender<Event>, inbox: &Receiver<Event>) {
        let mut first = Some(first);
        let parts = until_open(OPEN_RETRY, || {
            // What was touched in between came from nobody who was served.
            inbox.try_iter().for_each(drop);
            let parts = first.take().unwrap_or_else(|| Parts::open(&self.setup));
            self.accept(parts).map_err(|failure| self.stay_closed(failure.chain()))
        });
        match self.start(parts, events) {
            Ok(shell) => shell.run(inbox),
            Err(failure) => thread::end_program(&failure.chain()),
        }
    }

    /// Whether what was opened is enough.
    fn accept(&mut self, parts: Result<Parts, Failure>) -> Result<Parts, Failure> {
        // Whoever has the store may have the socket too.
        if matches!(parts, Err(Failure::Store(StoreError::InUse))) {
            return parts;
        }
        let served = self.serve_control();
        let parts = parts?;
        served?;
        Ok(parts)
    }

    /// Answers technicians, also while nobody can be taken in.
    fn serve_control(&mut self) -> Result<(), Failure> {
        if self.control.is_none() {
            let _inside = self.runtime.enter();
            let listener = control::bind(&self.setup.paths.control).map_err(Failure::Control)?;
            let desk = Arc::new(Desk::new(self.board.clone(), Bench::fresh(&self.setup)));
            self.runtime.spawn(control::serve(listener, Arc::clone(&desk)));
            self.control = Some(desk);
        }
        Ok(())
    }

    fn stay_closed(&self, cause: String) {
        if self.board.status().trouble.as_ref() != Some(&cause) {
            tracing::error!(cause, "out of service until this is mended");
        }
        self.board.state(closed::STATE, false);
        self.board.trouble(Some(cause));
        self.glass.show(closed::screen());
        self.glass.set_clock(kiosk_text::clock(jiff::Timestamp::now()));
    }

    fn start(self, parts: Parts, events: SyncSender<Event>) -> Result<Shell, Failure> {
        let Parts { identity, transport, store } = parts;
        self.board.trouble(None);
        let switch = bars(&store, &self.board, &events).map_err(Failure::Store)?;
        let client = self.start_client(transport, &identity, &store);
        let gate = self.gate(&store, &switch, events.clone()).map_err(Failure::Runtime)?;
        let hands = self.hands(&identity, store.clone(), &client, gate, events).map_err(Failure::Runtime)?;
        let name = identity.terminal.to_string();
        let opened = |desk: &Arc<Desk>| desk.open(store.clone(), switch.clone(), hands.bench(name.clone()));
        self.control.iter().for_each(opened);
        hands.keeper.record(TrailEvent::Started { software: env!("CARGO_PKG_VERSION").to_owned() });
        let _ = self.client.set(client);
        Ok(Shell::new(settings(&identity), hands, self.board))
    }

    fn start_client(&self, transport: HttpTransport, identity: &Identity, store: &Store) -> Handle {
        let orders = Arc::new(FromAfar { board: self.board.clone(), store: store.clone() });
        let (store, transport) = (Arc::new(store.clone()), Arc::new(transport));
        let key = identity.catalogue_key.clone();
        let settings = kiosk_client::sync::Settings::default();
        let (runner, handle) = Runner::new(store, Arc::<HttpTransport>::clone(&transport), key, settings);
        let software = env!("CARGO_PKG_VERSION").to_owned();
        let me = Me { terminal: identity.terminal.clone(), software };
        self.runtime.spawn(runner.obeying(orders).introducing(me).run());
        self.start_renewer(transport, identity, handle.clone());
        handle
    }

    /// A terminal whose certificate cannot be read does its work as long as the platform lets it.
    fn start_renewer(&self, transport: Arc<HttpTransport>, identity: &Identity, sync: Handle) {
        let (url, dir) = (&self.setup.config.platform.url, &self.setup.paths.identity);
        match Renewer::new(url, dir, identity.clone(), transport, move || sync.reached()) {
            Ok(renewer) => drop(self.runtime.spawn(renewer.run())),
            Err(error) => tracing::error!(%error, "the certificate will not be renewed"),
        }
    }

    fn gate(&self, store: &Store, switch: &Switch, events: SyncSender<Event>) -> std::io::Result<Gate> {
        let certificate = certificate(self.setup.paths.identity.clone());
        Gate::start(store.clone(), switch.clone(), certificate, events)
    }

    fn hands(
        &self,
        identity: &Identity,
        store: Store,
        client: &Handle,
        gate: Gate,
        events: SyncSender<Event>,
    ) -> std::io::Result<Hands> {
        let waker = client.clone();
        let key = identity.sealing_key.clone();
        let keeper = Keeper::start(store, key, events.clone(), move || waker.wake())?;
        let asker = Asker::start(client.clone(), self.runtime.clone(), events.clone());
        let terminal = identity.terminal.to_string();
        let devices = &self.setup.config.devices;
        Hands::start(devices, &terminal, (keeper, asker, gate), self.glass.clone(), events)
    }
}

/// What keeps people out is told before anything else, so that nobody gets in meanwhile.
fn bars(store: &Store, board: &Board, events: &SyncSender<Event>) -> Result<Switch, StoreError> {
    let is_down = store.suspension()?.is_some();
    // The session's thread only ends when the program does.
    let _ = events.send(Event::BarChanged { bar: Bar::Suspension, is_down });
    Switch::new(store.clone(), board.clone(), events.clone())
}

/// Tries at intervals, for ever.
fn until_open<T>(retry: Duration, mut attempt: impl FnMut() -> Result<T, ()>) -> T {
    loop {
        if let Ok(opened) = attempt() {
            return opened;
        }
        std::thread::sleep(retry);
    }
}

/// Read from the disk each time: it is renewed while the terminal runs.
fn certificate(identity: PathBuf) -> Certificate {
    Arc::new(move || {
        let validity = Identity::load(&identity).ok()?.validity().ok()?;
        let is_late = Timestamp::now() > validity.until - CERTIFICATE_WELL;
        Some(CertificateEnd { at: validity.until, is_late })
    })
}

fn settings(identity: &Identity) -> Settings {
    // The last 62 bits of a UUIDv7 are random.
    let (_, seed) = uuid::Uuid::now_v7().as_u64_pair();
    Settings { site: identity.site.clone(), ids_seed: seed }
}

#[cfg(test)]
#[path = "start_tests.rs"]
mod start_tests;

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn it_goes_on_until_what_was_wrong_is_mended() {
        let mended = tempfile::tempdir().unwrap();
        let marker = mended.path().join("disk-is-back");
        let mut tries = 0;
        until_open(Duration::ZERO, || {
            tries += 1;
            if tries == 3 {
                std::fs::write(&marker, "").unwrap();
            }
            std::fs::read(&marker).map_err(drop)
        });
        assert_eq!(tries, 3);
    }

    #[test]
    fn a_disk_that_is_not_there_is_named_and_nothing_is_made_on_it() {
        let folder = tempfile::tempdir().unwrap();
        let data = folder.path().join("not-mounted");
        let config = include_str!("../../../../packaging/kiosk.toml");
        let config = config.replace("/var/lib/hecheng-kiosk", &data.display().to_string());
        let file = folder.path().join("kiosk.toml");
        std::fs::write(&file, config).unwrap();
        let failure = Parts::open(&Setup::load(&file).unwrap()).err().unwrap();
        assert!(failure.chain().contains("not-mounted"), "{}", failure.chain());
        assert!(!data.exists());
    }
}
