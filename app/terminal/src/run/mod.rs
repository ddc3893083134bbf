//! `kiosk run`: builds real devices, store, sync and window from the configuration, and runs the loop.
//!
//! Slint owns the main thread. The session has a thread, each device has one, the store has one, and so has
//! the keeper that seals and stores; HTTP and the control socket run on tokio. All meet in one bounded queue of events.

mod absent;
mod asker;
mod board;
pub mod devices;
mod keeper;
mod printer;
mod reader;
mod shell;
mod thread;

pub use board::{Board, device_words, printer_words};

use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};

use kiosk_client::{Handle, HttpTransport, Identity, Runner};
use kiosk_protocol::trail::TrailEvent;
use kiosk_screens::{Remote, Ui};
use kiosk_session::{Event, Settings};
use kiosk_store::Store;
use tokio::runtime::Runtime;

use crate::control;
use crate::deadlines::{EVENTS_MAX, SHUTDOWN};
use crate::error::Failure;
use crate::setup::Setup;
use asker::Asker;
use keeper::{Keep, Keeper};
use printer::PrinterActor;
use reader::ReaderActor;
use shell::{Hands, Shell};

/// Runs the terminal until it is told to stop.
pub fn run(setup: &Setup) -> Result<(), Failure> {
    let identity = setup.identity()?;
    let (events, inbox) = sync_channel(EVENTS_MAX);
    let ui = open_window(setup, events.clone())?;
    let store = setup.open_store()?;
    let runtime = Runtime::new().map_err(Failure::Runtime)?;
    let board = Board::default();
    serve_control(setup, &runtime, &board, &store)?;
    let client = start_client(setup, &runtime, &identity, &store)?;
    let hands = hands(setup, &runtime, &identity, &store, &client, &ui, events)?;
    hands.keeper.keep(Keep::Trail(TrailEvent::Started { software: env!("CARGO_PKG_VERSION").to_owned() }));
    start_session(settings(&identity), hands, board, inbox)?;
    runtime.spawn(quit_on_signal(ui.remote()));
    let ended = ui.run().map_err(|error| Failure::Window(error.to_string()));
    client.stop();
    runtime.shutdown_timeout(SHUTDOWN);
    ended
}

fn open_window(setup: &Setup, events: SyncSender<Event>) -> Result<Ui, Failure> {
    let screen = &setup.config.screen;
    let options = kiosk_screens::Options {
        fullscreen: screen.fullscreen,
        width_px: screen.width_px,
        height_px: screen.height_px,
    };
    let touched = move |action| {
        // A touch that finds the queue full is dropped: the glass must never wait.
        if events.try_send(Event::Touched(action)).is_err() {
            tracing::warn!("a touch was dropped");
        }
    };
    Ui::new(&options, touched).map_err(|error| Failure::Window(error.to_string()))
}

fn serve_control(setup: &Setup, runtime: &Runtime, board: &Board, store: &Store) -> Result<(), Failure> {
    let _inside = runtime.enter();
    let listener = control::bind(&setup.paths.control).map_err(Failure::Control)?;
    runtime.spawn(control::serve(listener, board.clone(), store.clone()));
    Ok(())
}

fn start_client(
    setup: &Setup,
    runtime: &Runtime,
    identity: &Identity,
    store: &Store,
) -> Result<Handle, Failure> {
    let _inside = runtime.enter();
    let transport = HttpTransport::new(&setup.config.platform.url, identity);
    let transport = transport.map_err(|error| Failure::Identity(Box::new(error)))?;
    let key = identity.catalogue_key.clone();
    let (runner, handle) = Runner::new(
        Arc::new(store.clone()),
        Arc::new(transport),
        key,
        kiosk_client::sync::Settings::default(),
    );
    runtime.spawn(runner.run());
    Ok(handle)
}

fn hands(
    setup: &Setup,
    runtime: &Runtime,
    identity: &Identity,
    store: &Store,
    client: &Handle,
    ui: &Ui,
    events: SyncSender<Event>,
) -> Result<Hands, Failure> {
    let devices = &setup.config.devices;
    let reader = ReaderActor::start(devices::reader(devices.id_card.as_ref()), events.clone());
    let printer = PrinterActor::start(devices::printer(devices.receipt_printer.as_ref()), events.clone());
    let waker = client.clone();
    let key = identity.sealing_key.clone();
    let keeper = Keeper::start(store.clone(), key, events.clone(), move || waker.wake());
    Ok(Hands {
        reader: reader.map_err(Failure::Runtime)?,
        printer: printer.map_err(Failure::Runtime)?,
        keeper: keeper.map_err(Failure::Runtime)?,
        asker: Asker::start(client.clone(), runtime.handle().clone(), events),
        glass: ui.remote(),
    })
}

fn settings(identity: &Identity) -> Settings {
    // The last 62 bits of a UUIDv7 are random.
    let (_, seed) = uuid::Uuid::now_v7().as_u64_pair();
    Settings { site: identity.site.clone(), ids_seed: seed }
}

fn start_session(
    settings: Settings,
    hands: Hands,
    board: Board,
    inbox: Receiver<Event>,
) -> Result<(), Failure> {
    thread::spawn("session", move || Shell::new(settings, hands, board).run(&inbox)).map_err(Failure::Runtime)
}

async fn quit_on_signal(glass: Remote) {
    use tokio::signal::unix::{SignalKind, signal};
    let (Ok(mut term), Ok(mut int)) = (signal(SignalKind::terminate()), signal(SignalKind::interrupt()))
    else {
        tracing::error!("signals cannot be awaited");
        return;
    };
    tokio::select! {
        _ = term.recv() => {}
        _ = int.recv() => {}
    }
    glass.quit();
}
