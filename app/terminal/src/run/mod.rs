//! `kiosk run`: builds real devices, store, sync and window from the configuration, and runs the loop.
//!
//! Slint owns the main thread. The session has a thread, each device has one, the store has one, and so has
//! the keeper that seals and stores; HTTP and the control socket run on tokio. All meet in one bounded queue of events.
//!
//! Policy: the window comes first and stays. What stands in the way of service is said on it, and tried again until
//! it is gone (`opening`): a dark screen helps nobody.

mod absent;
pub mod actor;
mod asker;
mod board;
mod closed;
pub mod devices;
mod gate;
mod hands;
mod keeper;
mod kinds;
mod opening;
mod orders;
mod room;
mod sealing;
mod shell;
mod switch;
mod thread;
mod waiting;

pub use board::{Board, Leave};
pub use switch::Switch;

use std::sync::mpsc::{SyncSender, sync_channel};
use std::sync::{Arc, OnceLock};

use kiosk_screens::{Options, Remote, Ui};
use kiosk_session::Event;
use tokio::runtime::Runtime;

use crate::control::{self, Question};
use crate::deadlines::{EVENTS_MAX, SHUTDOWN};
use crate::error::Failure;
use crate::setup::Setup;
use opening::{Opening, Parts};

/// Runs the terminal until it is told to stop.
pub fn run(setup: Setup) -> Result<(), Failure> {
    refuse_a_second(&setup)?;
    let (events, inbox) = sync_channel(EVENTS_MAX);
    let (options, touches) = (options(&setup), events.clone());
    let runtime = Runtime::new().map_err(Failure::Runtime)?;
    let client = Arc::new(OnceLock::new());
    let (handle, running) = (runtime.handle().clone(), Arc::clone(&client));
    let (window, opened) = sync_channel(1);
    // Identity and store open while the window does: mostly the first thing drawn is a terminal in service.
    let session = move || {
        let first = Parts::open(&setup);
        if let Ok(glass) = opened.recv() {
            Opening::new(setup, handle, glass, running).run(first, events, &inbox);
        }
    };
    thread::spawn("session", session).map_err(Failure::Runtime)?;
    let ui = open_window(&options, touches)?;
    ui.show(&closed::screen());
    runtime.spawn(quit_on_signal(ui.remote()));
    let glass = ui.remote();
    // The session holds the other end until it has it.
    ui.once_running(move || drop(window.send(glass)));
    let ended = ui.run().map_err(|error| Failure::Window(error.to_string()));
    client.get().into_iter().for_each(kiosk_client::Handle::stop);
    runtime.shutdown_timeout(SHUTDOWN);
    ended
}

/// A second terminal would cover the window of the first, for it could never open the store.
fn refuse_a_second(setup: &Setup) -> Result<(), Failure> {
    match control::ask(&setup.paths.control, &Question::Status) {
        Ok(Some(_)) => Err(Failure::Refused("a terminal runs here already".to_owned())),
        Ok(None) | Err(_) => Ok(()),
    }
}

fn options(setup: &Setup) -> Options {
    let screen = &setup.config.screen;
    Options { fullscreen: screen.fullscreen, width_px: screen.width_px, height_px: screen.height_px }
}

fn open_window(options: &Options, events: SyncSender<Event>) -> Result<Ui, Failure> {
    let touched = move |action| {
        // A touch that finds the queue full is dropped: the glass must never wait.
        if events.try_send(Event::Touched(action)).is_err() {
            tracing::warn!("a touch was dropped");
        }
    };
    Ui::new(options, touched).map_err(|error| Failure::Window(error.to_string()))
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
