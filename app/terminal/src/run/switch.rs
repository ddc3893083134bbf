//! Takes the terminal out of service and puts it back: kept in the store, then told. Technicians do so at the screen, the
//! machine's administrator by `kiosk service`.

use std::sync::mpsc::SyncSender;
use std::sync::{Arc, Mutex, PoisonError};

use kiosk_session::{Bar, Event};
use kiosk_store::{Store, StoreError};

use super::board::Board;

/// Clones are the same switch.
#[derive(Clone)]
pub struct Switch {
    store: Store,
    board: Board,
    events: SyncSender<Event>,
    turn: Arc<Mutex<()>>,
}

impl Switch {
    /// A switch that stands as the store says; that is told at once.
    pub fn new(store: Store, board: Board, events: SyncSender<Event>) -> Result<Self, StoreError> {
        let switch = Self { store, board, events, turn: Arc::default() };
        switch.tell()?;
        Ok(switch)
    }

    /// Takes the terminal out of service. `card`: the technician's; nothing where the machine's administrator does it.
    pub fn pause(&self, card: Option<String>) -> Result<(), StoreError> {
        self.turn(|store| store.pause_service(card))
    }

    /// Puts it back.
    pub fn resume(&self, card: Option<String>) -> Result<(), StoreError> {
        self.turn(|store| store.resume_service(card))
    }

    /// One turn at a time, so that what is told last is what the store says. A change whose end the disk left open is told as
    /// the store has it.
    fn turn(&self, change: impl FnOnce(&Store) -> Result<(), StoreError>) -> Result<(), StoreError> {
        let _turn = self.turn.lock().unwrap_or_else(PoisonError::into_inner);
        let (changed, told) = (change(&self.store), self.tell());
        changed.and(told)
    }

    fn tell(&self) -> Result<(), StoreError> {
        let pause = self.store.pause()?;
        let is_down = pause.is_some();
        self.board.pause(pause);
        // The session's thread only ends when the program does.
        let _ = self.events.send(Event::BarChanged { bar: Bar::Pause, is_down });
        Ok(())
    }
}
