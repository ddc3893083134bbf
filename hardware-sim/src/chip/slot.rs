//! The slot: a card in it is a connection to `pcscd`'s port for virtual cards, and removing it is closing that.

use std::collections::BTreeMap;
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use super::apdu::Transport;
use super::library::Card;
use super::wire::{ANSWER_TO_RESET, GET_ANSWER_TO_RESET, NO_ANSWER_TO_RESET, receive, send};
use crate::limits::{
    CHIP_CONNECT_WAIT, CHIP_RETRY_WAIT, CHIP_SWAP_WAIT, CHIP_WRITE_WAIT, THINK_CHIP, THINK_CHIP_BYTE,
    THINK_SLOW_EXTRA,
};
use crate::recording::{Tape, Way};

/// What is wrong with the card.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// It does not answer to power, as one that was put in the wrong way round.
    Mute,
    /// It keeps silent from its next command on.
    Silent,
    /// Its next answer comes late.
    Slow,
    /// Its answers wait until the fault is taken back.
    Hold,
    /// Its next answer is noise.
    Garbage,
    /// Its next command is refused with this status.
    Status(u16),
    /// It is taken out while it works on this command, counted from its insertion.
    RemoveAt(u32),
    /// Its issuer has blocked it.
    Blocked,
}

/// The slot at one moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SlotView {
    /// Key of the card in it.
    pub card: Option<String>,
    /// Whether `pcscd` has taken the card.
    pub is_connected: bool,
    /// What is wrong with the card.
    pub fault: Option<Fault>,
    /// Wrong PINs that are still allowed, on a card with one.
    pub tries_left: Option<u8>,
    /// Commands to the card since it was put in.
    pub commands: u32,
    /// From the arrival of commands until their answers were ready, all together since the simulator started.
    pub handling: Duration,
}

/// A slot with its thread. Dropping it takes the card out.
#[derive(Debug)]
pub struct Slot {
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
}

#[derive(Debug)]
struct Shared {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Debug)]
struct State {
    cards: BTreeMap<String, Card>,
    inserted: Option<String>,
    /// Counts insertions and removals.
    stay: u64,
    connection: Option<TcpStream>,
    /// When the last card was pulled that the service had taken.
    pulled: Option<Instant>,
    transport: Transport,
    fault: Option<Fault>,
    commands: u32,
    handling: Duration,
    tape: Option<(Tape, Instant)>,
    is_over: bool,
}

impl Slot {
    /// An empty slot of the reader that listens at `reader`.
    pub fn start(reader: SocketAddr, cards: BTreeMap<String, Card>) -> std::io::Result<Slot> {
        let state = State {
            cards,
            inserted: None,
            stay: 0,
            connection: None,
            pulled: None,
            transport: Transport::default(),
            fault: None,
            commands: 0,
            handling: Duration::ZERO,
            tape: None,
            is_over: false,
        };
        let shared = Arc::new(Shared { state: Mutex::new(state), changed: Condvar::new() });
        let served = Arc::clone(&shared);
        let thread = std::thread::Builder::new().name("chip".into());
        let thread = thread.spawn(move || served.serve(reader))?;
        Ok(Slot { shared, thread: Some(thread) })
    }

    /// Records from now on, in time since `epoch`; the recording is written when the slot ends.
    pub fn record(&self, tape: Tape, epoch: Instant) {
        self.shared.lock().tape = Some((tape, epoch));
    }

    /// Puts a card in, instead of the one that is there; gives the known ones where there is none of this key.
    pub fn insert(&self, key: &str) -> Result<(), Vec<String>> {
        let mut state = self.shared.lock();
        if !state.cards.contains_key(key) {
            return Err(state.cards.keys().cloned().collect());
        }
        state.take_out();
        state.inserted = Some(key.to_owned());
        (state.commands, state.stay) = (0, state.stay + 1);
        self.shared.changed.notify_all();
        Ok(())
    }

    /// Takes the card out.
    pub fn remove(&self) {
        self.shared.lock().take_out();
        self.shared.changed.notify_all();
    }

    /// Sets what is wrong with the card; `None` takes that back.
    pub fn set_fault(&self, fault: Option<Fault>) {
        self.shared.lock().fault = fault;
        self.shared.changed.notify_all();
    }

    /// How the slot stands.
    pub fn view(&self) -> SlotView {
        let state = self.shared.lock();
        SlotView {
            card: state.inserted.clone(),
            is_connected: state.connection.is_some(),
            fault: state.fault,
            tries_left: state.card().and_then(Card::tries_left),
            commands: state.commands,
            handling: state.handling,
        }
    }
}

impl Drop for Slot {
    fn drop(&mut self) {
        {
            let mut state = self.shared.lock();
            state.take_out();
            state.is_over = true;
        }
        self.shared.changed.notify_all();
        if self.thread.take().is_some_and(|thread| thread.join().is_err()) {
            tracing::error!("the slot's thread panicked");
        }
    }
}

impl State {
    fn note(&mut self, at: Instant, way: Way, bytes: &[u8]) {
        if let Some((tape, epoch)) = &mut self.tape {
            tape.note(at.saturating_duration_since(*epoch), way, bytes);
        }
    }

    fn card(&self) -> Option<&Card> {
        self.cards.get(self.inserted.as_ref()?)
    }

    fn take_out(&mut self) {
        self.power_cycle();
        self.inserted = None;
        self.stay += 1;
        if let Some(connection) = self.connection.take() {
            // Wakes the thread that reads it; an error means that the other end has gone first.
            let _ = connection.shutdown(Shutdown::Both);
            self.pulled = Some(Instant::now());
        }
    }

    fn power_cycle(&mut self) {
        self.transport = Transport::default();
        if let Some(card) = self.inserted.as_ref().and_then(|key| self.cards.get_mut(key)) {
            card.reset();
        }
    }

    /// What the card answers to a command, and how long it thinks; `None` where it says nothing.
    fn perform(&mut self, command: &[u8]) -> Option<(Vec<u8>, Duration)> {
        self.commands += 1;
        let fault = self.fault;
        if matches!(fault, Some(Fault::Slow | Fault::Garbage | Fault::Status(_))) {
            self.fault = None;
        }
        let answer = match fault {
            Some(Fault::Silent) => return None,
            Some(Fault::RemoveAt(at)) if at == self.commands => {
                self.fault = None;
                self.take_out();
                return None;
            }
            Some(Fault::Garbage) => vec![0xA5; 7],
            Some(Fault::Status(status)) => status.to_be_bytes().to_vec(),
            Some(Fault::Mute | Fault::Slow | Fault::Hold | Fault::RemoveAt(_) | Fault::Blocked) | None => {
                let card = self.inserted.as_ref().and_then(|key| self.cards.get_mut(key))?;
                let is_blocked = fault == Some(Fault::Blocked);
                self.transport.answer(command, |command| card.perform(command, is_blocked))
            }
        };
        let characters = u32::try_from(command.len() + answer.len()).unwrap_or(u32::MAX);
        let late = if fault == Some(Fault::Slow) { THINK_SLOW_EXTRA } else { Duration::ZERO };
        Some((answer, THINK_CHIP + THINK_CHIP_BYTE * characters + late))
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Has the card in the slot talk to `pcscd`, again and again: `pcscd` may start later, and anew.
    fn serve(&self, reader: SocketAddr) {
        while let Some((stay, pause)) = self.next_stay() {
            if !self.wait(pause, stay) {
                continue;
            }
            match TcpStream::connect_timeout(&reader, CHIP_CONNECT_WAIT) {
                Ok(connection) => self.talk(connection, stay),
                Err(error) => tracing::debug!(%error, "no reader takes the card"),
            }
            self.wait(CHIP_RETRY_WAIT, stay);
        }
    }

    /// Waits for a card, and says after which pause it arrives; `None` when all is over.
    fn next_stay(&self) -> Option<(u64, Duration)> {
        let idle = |state: &mut State| state.inserted.is_none() && !state.is_over;
        let waited = self.changed.wait_while(self.lock(), idle);
        let state = waited.unwrap_or_else(PoisonError::into_inner);
        let since = state.pulled.map_or(Duration::MAX, |pulled| pulled.elapsed());
        if state.is_over { None } else { Some((state.stay, CHIP_SWAP_WAIT.saturating_sub(since))) }
    }

    /// Lets time pass while the card stays; says whether it stayed.
    fn wait(&self, time: Duration, stay: u64) -> bool {
        let stays = |state: &mut State| state.stay == stay;
        let waited = self.changed.wait_timeout_while(self.lock(), time, stays);
        waited.unwrap_or_else(PoisonError::into_inner).0.stay == stay
    }

    /// Waits until answers are not held back; says whether the card stayed.
    fn is_let_go(&self, stay: u64) -> bool {
        let held = |state: &mut State| state.stay == stay && state.fault == Some(Fault::Hold);
        let waited = self.changed.wait_while(self.lock(), held);
        waited.unwrap_or_else(PoisonError::into_inner).stay == stay
    }

    /// Serves one connection until either end closes it.
    fn talk(&self, mut connection: TcpStream, stay: u64) {
        if self.begin(&connection, stay).is_err() {
            return;
        }
        while let Ok(message) = receive(&mut connection) {
            if self.answer(&message, &mut connection, stay).is_err() {
                break;
            }
        }
        let mut state = self.lock();
        if state.stay == stay {
            state.power_cycle();
            state.connection = None;
        }
    }

    fn begin(&self, connection: &TcpStream, stay: u64) -> std::io::Result<()> {
        connection.set_nodelay(true)?;
        connection.set_write_timeout(Some(CHIP_WRITE_WAIT))?;
        let copy = connection.try_clone()?;
        let mut state = self.lock();
        if state.stay != stay {
            return Err(std::io::ErrorKind::NotConnected.into());
        }
        state.power_cycle();
        state.connection = Some(copy);
        Ok(())
    }

    fn answer(&self, message: &[u8], connection: &mut TcpStream, stay: u64) -> std::io::Result<()> {
        let began = Instant::now();
        match message {
            [GET_ANSWER_TO_RESET] => {
                let is_mute = self.lock().fault == Some(Fault::Mute);
                let answer: &[u8] = if is_mute { &NO_ANSWER_TO_RESET } else { &ANSWER_TO_RESET };
                self.send((message, began), connection, answer)
            }
            [_] => {
                self.lock().power_cycle();
                Ok(())
            }
            command => {
                let answer = self.lock().perform(command);
                let Some((answer, think)) = answer else {
                    self.lock().note(began, Way::Question, command);
                    return Ok(());
                };
                if self.wait(think.saturating_sub(began.elapsed()), stay) && self.is_let_go(stay) {
                    self.lock().handling += began.elapsed();
                    self.send((command, began), connection, &answer)?;
                }
                Ok(())
            }
        }
    }

    /// Answers a message that came when it did.
    fn send(
        &self,
        (message, came): (&[u8], Instant),
        connection: &mut TcpStream,
        answer: &[u8],
    ) -> std::io::Result<()> {
        let mut state = self.lock();
        state.note(came, Way::Question, message);
        state.note(Instant::now(), Way::Answer, answer);
        drop(state);
        send(connection, answer)
    }
}

#[cfg(test)]
mod tests;
