//! A slot for chip cards in virtual time: the driver's [`Slot`] at one end, the simulator's cards at the other.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use kiosk_sim::chip::{Card, Transport, library};
use kiosk_sim::limits::{THINK_CHIP, THINK_CHIP_BYTE, THINK_SLOW_EXTRA};
use kiosk_sim::residents;
use kiosk_smart_card::{Answer, Insertion, Request, Slot, SlotError, Wire};
use zeroize::Zeroizing;

use crate::limits::{SLOT_CONNECT, SLOT_LOOK};
use crate::stage::{Actor, Stage};

/// The instruction that carries a PIN (ISO/IEC 7816-4).
const VERIFY: u8 = 0x20;

/// What is wrong with card, reader or service.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChipTrouble {
    /// The service is down.
    NoService,
    /// The reader is unplugged.
    NoReader,
    /// Another program has the card.
    InUse,
    /// The card does not answer to power.
    Mute,
    /// It says nothing.
    Silent,
    /// It takes its time.
    Slow,
    /// It answers noise.
    Garbage,
    /// Its issuer has blocked it.
    Blocked,
    /// It refuses with a status word.
    Refuses(u16),
    /// It is taken out at this command.
    RemovedAt(u32),
}

/// The slot as the hall sees it; clones are the same.
#[derive(Clone)]
pub struct Chips {
    state: Arc<Mutex<State>>,
    stage: Stage,
}

struct State {
    cards: BTreeMap<String, Card>,
    inserted: Option<String>,
    /// Counts insertions.
    stay: u64,
    is_connected: bool,
    transport: Transport,
    commands: u32,
    /// How often a card was given a PIN.
    pins: u32,
    trouble: Option<ChipTrouble>,
    /// What the driver waits for, and when it will be there.
    asked: Option<(Duration, Request)>,
}

impl Chips {
    /// An empty slot.
    pub fn new(stage: &Stage) -> Self {
        let state = State {
            cards: library(residents::library()),
            inserted: None,
            stay: 0,
            is_connected: false,
            transport: Transport::default(),
            commands: 0,
            pins: 0,
            trouble: None,
            asked: None,
        };
        Self { state: Arc::new(Mutex::new(state)), stage: stage.clone() }
    }

    /// Keys of all cards.
    pub fn keys(&self) -> Vec<String> {
        self.state().cards.keys().cloned().collect()
    }

    /// Puts a card in.
    pub fn insert(&self, key: &str) {
        let mut state = self.state();
        state.take_out();
        state.inserted = Some(key.to_owned());
        (state.stay, state.commands) = (state.stay + 1, 0);
    }

    /// Takes it out.
    pub fn remove(&self) {
        self.state().take_out();
    }

    /// Sets what is wrong, or takes it back.
    pub fn set_trouble(&self, trouble: Option<ChipTrouble>) {
        self.state().trouble = trouble;
    }

    /// How often a card was given a PIN.
    pub fn pins(&self) -> u32 {
        self.state().pins
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn take_out(&mut self) {
        self.let_go();
        self.inserted = None;
    }

    fn let_go(&mut self) {
        self.transport = Transport::default();
        self.is_connected = false;
        if let Some(card) = self.inserted.as_ref().and_then(|key| self.cards.get_mut(key)) {
            card.reset();
        }
    }

    /// How long an answer takes; nothing where none ever comes.
    fn time(&self, request: &Request) -> Option<Duration> {
        let late = if self.trouble == Some(ChipTrouble::Slow) { THINK_SLOW_EXTRA } else { Duration::ZERO };
        match request {
            Request::Look | Request::About | Request::Disconnect => Some(SLOT_LOOK),
            Request::Connect => Some(SLOT_CONNECT),
            Request::Transmit(_) if self.trouble == Some(ChipTrouble::Silent) => None,
            Request::Transmit(command) => {
                Some(THINK_CHIP + late + THINK_CHIP_BYTE * u32::try_from(command.len()).unwrap_or(u32::MAX))
            }
        }
    }

    fn serve(&mut self, request: &Request) -> Result<Answer, SlotError> {
        if self.trouble == Some(ChipTrouble::NoService) {
            return Err(SlotError::NoService);
        }
        if self.trouble == Some(ChipTrouble::NoReader) {
            return Err(SlotError::NoReader);
        }
        match request {
            Request::Disconnect => {
                self.let_go();
                Ok(Answer::Disconnected)
            }
            Request::About => Ok(Answer::About("Virtual 00 00".to_owned(), Vec::new())),
            Request::Look => {
                self.let_go();
                self.inserted.as_ref().map(|_| Answer::Card(Insertion(self.stay))).ok_or(SlotError::NoCard)
            }
            Request::Connect => self.connect(),
            Request::Transmit(command) => self.transmit(command),
        }
    }

    fn connect(&mut self) -> Result<Answer, SlotError> {
        if self.inserted.is_none() {
            return Err(SlotError::NoCard);
        }
        if self.trouble == Some(ChipTrouble::Mute) {
            return Err(SlotError::Mute);
        }
        if self.trouble == Some(ChipTrouble::InUse) {
            return Err(SlotError::InUse);
        }
        self.is_connected = true;
        Ok(Answer::Connected(Wire::T0))
    }

    fn transmit(&mut self, command: &[u8]) -> Result<Answer, SlotError> {
        if !self.is_connected {
            return Err(SlotError::Removed);
        }
        self.commands += 1;
        self.pins += u32::from(command.get(1) == Some(&VERIFY));
        let trouble = self.trouble;
        if trouble == Some(ChipTrouble::RemovedAt(self.commands)) {
            self.take_out();
            return Err(SlotError::Removed);
        }
        let card = self.inserted.as_ref().and_then(|key| self.cards.get_mut(key));
        let Some(card) = card else { return Err(SlotError::Removed) };
        let is_blocked = trouble == Some(ChipTrouble::Blocked);
        let answer = self.transport.answer(command, |command| card.perform(command, is_blocked));
        Ok(Answer::Bytes(Zeroizing::new(spoilt(answer, trouble))))
    }
}

fn spoilt(answer: Vec<u8>, trouble: Option<ChipTrouble>) -> Vec<u8> {
    match trouble {
        Some(ChipTrouble::Garbage) => vec![0xA5; 7],
        Some(ChipTrouble::Refuses(status)) => status.to_be_bytes().to_vec(),
        Some(
            ChipTrouble::NoService
            | ChipTrouble::NoReader
            | ChipTrouble::InUse
            | ChipTrouble::Mute
            | ChipTrouble::Silent
            | ChipTrouble::Slow
            | ChipTrouble::Blocked
            | ChipTrouble::RemovedAt(_),
        )
        | None => answer,
    }
}

impl Slot for Chips {
    fn now(&self) -> Duration {
        self.stage.now()
    }

    fn ask(&mut self, request: Request) {
        let now = self.stage.now();
        let mut state = self.state();
        let at = state.time(&request).map_or(Duration::MAX, |time| now + time);
        state.asked = Some((at, request));
    }

    fn answer(&mut self, wait: Duration) -> Option<Result<Answer, SlotError>> {
        let until = self.stage.now() + wait;
        loop {
            let at = self.state().asked.as_ref().map_or(until, |(at, _)| *at);
            let now = self.stage.now();
            if at <= now {
                let mut state = self.state();
                let (_, request) = state.asked.take()?;
                return Some(state.serve(&request));
            }
            if now >= until {
                return None;
            }
            self.stage.wait(Actor::Slot, at.min(until));
        }
    }
}
