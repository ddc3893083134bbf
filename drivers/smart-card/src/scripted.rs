//! Cards played from a script, and a slot with virtual time for them. Everybody here is synthetic.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use encoding_rs::GB18030;
use kiosk_drivers_api::{Cancel, SmartCardFault};
use zeroize::Zeroizing;

use crate::protocol::{Command, Transmit};
use crate::slot::{Answer, Insertion, Request, Slot, SlotError, Wire};

/// Answers by command; both as hexadecimal digits.
#[derive(Clone)]
pub(crate) struct Script(Vec<(String, Vec<u8>)>);

impl Script {
    pub(crate) fn of(replies: &[(&str, &str)]) -> Self {
        Self(replies.iter().map(|(command, reply)| ((*command).to_owned(), hex(reply))).collect())
    }

    /// Answers `command` differently.
    pub(crate) fn replying(mut self, command: &str, reply: &str) -> Self {
        self.0.retain(|(known, _)| known != command);
        self.0.push((command.to_owned(), hex(reply)));
        self
    }

    /// Answers the command at this place of the script with these bytes.
    pub(crate) fn spoiled(mut self, at: usize, reply: &[u8]) -> Self {
        self.0[at].1 = reply.to_vec();
        self
    }

    fn reply(&self, command: &str) -> Vec<u8> {
        let known = self.0.iter().find(|(known, _)| command.starts_with(known.as_str()));
        let unknown = if command.starts_with("00B2") { [0x6A, 0x83] } else { [0x6A, 0x82] };
        known.map_or_else(|| unknown.to_vec(), |(_, reply)| reply.clone())
    }
}

impl Transmit for Script {
    fn transmit(&mut self, command: &Command) -> Result<Zeroizing<Vec<u8>>, SmartCardFault> {
        Ok(Zeroizing::new(self.reply(&digits(&command.bytes_t0()))))
    }
}

/// Answers in a row, whatever is asked; then nothing.
pub(crate) struct Scripted(VecDeque<Vec<u8>>);

impl Scripted {
    pub(crate) fn new(answers: Vec<Vec<u8>>) -> Self {
        Self(answers.into())
    }
}

impl Transmit for Scripted {
    fn transmit(&mut self, _: &Command) -> Result<Zeroizing<Vec<u8>>, SmartCardFault> {
        Ok(Zeroizing::new(self.0.pop_front().unwrap_or_default()))
    }
}

pub(crate) fn hex(digits: &str) -> Vec<u8> {
    let nibbles: Vec<u8> =
        digits.chars().filter_map(|char| char.to_digit(16)).map(|nibble| nibble as u8).collect();
    nibbles.chunks(2).map(|pair| pair[0] << 4 | pair[1]).collect()
}

fn digits(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02X}")).collect()
}

fn record(id: u8, value: &[u8]) -> String {
    digits(&[&[id, value.len() as u8], value, &[0x90, 0x00]].concat())
}

fn name(text: &str, bytes: usize) -> Vec<u8> {
    let mut field = GB18030.encode(text).0.into_owned();
    field.resize(bytes, 0);
    field
}

/// A social security card of this version. The number's check digit is right.
pub(crate) fn social(version: &str) -> Script {
    Script::of(&[
        ("00A404000F7378312E73682EC9E7BBE1B1A3D5CF", "9000"),
        ("00A4020002EF05", "9000"),
        ("00B2010012", "0110230200D15600000500000000000000009000"),
        ("00B2030006", &record(0x03, version.as_bytes())),
        ("00B207000B", &record(0x07, b"T00000012")),
        ("00B2050006", "0504201905069000"),
        ("00B2060006", "0604202905069000"),
        ("00A4020002EF06", "9000"),
        ("00B2080014", &record(0x08, b"11010519491231002X")),
        ("00B2090020", &record(0x09, &name("试验人", 30))),
        ("00B24E0016", &record(0x4E, &name("延长", 20))),
        ("00B20A0003", "0A01329000"),
        ("00B20B0003", "0B01319000"),
        ("00B20C0005", "0C031101059000"),
        ("00B20D0006", "0D04194912319000"),
    ])
}

/// A bank card with the number 6250940000000019, right by its check digit.
pub(crate) fn bank() -> Script {
    Script::of(&[
        ("00A404000E325041592E5359532E4444463031", "6F12BF0C0F610D4F08A0000003330101018701019000"),
        ("00A4040008A000000333010101", "6F0A8408A0000003330101019000"),
        ("80A80000028300", "80067C00080101009000"),
        ("00B2010C00", "700A5A0862509400000000199000"),
    ])
}

/// A technician's card, whose signature is nobody's.
pub(crate) fn technician() -> Script {
    let key = format!("04{}9000", "A5".repeat(64));
    let signature = format!("{}9000", "5A".repeat(64));
    Script::of(&[
        ("00A4040008F048434B54454348", "9000"),
        ("00B2010C00", "54533030303030319000"),
        ("00B2020C00", &key),
        ("0088000020", &signature),
    ])
}

/// A slot with virtual time. Clones share it.
#[derive(Clone)]
pub(crate) struct ScriptedSlot(Arc<Mutex<State>>);

struct State {
    now: Duration,
    card: Option<Script>,
    insertions: u64,
    is_mute: bool,
    is_connected: bool,
    wire: Wire,
    /// How long each answer takes.
    takes: Duration,
    fails: Option<SlotError>,
    sent: Vec<String>,
    remove_at: Option<usize>,
    silent_at: Option<usize>,
    cancel_at: Option<(Duration, Cancel)>,
    /// When the answer is there.
    pending: Option<(Duration, Result<Answer, SlotError>)>,
}

impl ScriptedSlot {
    pub(crate) fn new() -> Self {
        Self(Arc::new(Mutex::new(State {
            now: Duration::ZERO,
            card: None,
            insertions: 0,
            is_mute: false,
            is_connected: false,
            wire: Wire::T0,
            takes: Duration::ZERO,
            fails: None,
            sent: Vec::new(),
            remove_at: None,
            silent_at: None,
            cancel_at: None,
            pending: None,
        })))
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Puts a card in, without whatever was wrong with the last one.
    pub(crate) fn insert(&self, card: Script) {
        let mut state = self.state();
        state.card = Some(card);
        state.insertions += 1;
        state.is_mute = false;
        (state.remove_at, state.silent_at) = (None, None);
    }

    /// Lets the card in the slot answer differently.
    pub(crate) fn change(&self, card: Script) {
        self.state().card = Some(card);
    }

    pub(crate) fn remove(&self) {
        self.state().card = None;
    }

    /// The service finds that there is a card, or still believes so, and that it does not answer to power.
    pub(crate) fn mute(&self) {
        self.state().is_mute = true;
    }

    pub(crate) fn remove_at(&self, command: usize) {
        self.state().remove_at = Some(command);
    }

    pub(crate) fn be_silent_at(&self, command: usize) {
        self.state().silent_at = Some(command);
    }

    pub(crate) fn cancel_at(&self, at: Duration, cancel: Cancel) {
        self.state().cancel_at = Some((at, cancel));
    }

    pub(crate) fn take(&self, time: Duration) {
        self.state().takes = time;
    }

    pub(crate) fn fail(&self, error: Option<SlotError>) {
        self.state().fails = error;
    }

    pub(crate) fn speak(&self, wire: Wire) {
        self.state().wire = wire;
    }

    pub(crate) fn is_connected(&self) -> bool {
        self.state().is_connected
    }

    pub(crate) fn commands(&self) -> usize {
        self.state().sent.len()
    }

    pub(crate) fn sent(&self) -> Vec<String> {
        self.state().sent.clone()
    }
}

impl Slot for ScriptedSlot {
    fn now(&self) -> Duration {
        self.state().now
    }

    fn ask(&mut self, request: Request) {
        let mut state = self.state();
        let ready =
            state.now + if matches!(request, Request::Transmit(_)) { state.takes } else { Duration::ZERO };
        state.pending = state.perform(request).map(|answer| (ready, answer));
    }

    fn answer(&mut self, wait: Duration) -> Option<Result<Answer, SlotError>> {
        let mut state = self.state();
        let end = state.now + wait;
        let found = state.pending.take_if(|(ready, _)| *ready <= end);
        state.now = found.as_ref().map_or(end, |(ready, _)| state.now.max(*ready));
        if state.cancel_at.as_ref().is_some_and(|(at, _)| *at <= state.now)
            && let Some((_, cancel)) = &state.cancel_at
        {
            cancel.cancel();
        }
        found.map(|(_, answer)| answer)
    }
}

impl State {
    /// `None` where the card keeps silent.
    fn perform(&mut self, request: Request) -> Option<Result<Answer, SlotError>> {
        if let (Some(error), false) = (self.fails, matches!(request, Request::Disconnect)) {
            return Some(Err(error));
        }
        match request {
            Request::Look => Some(match self.card {
                _ if self.is_mute => Ok(Answer::Mute(Insertion(self.insertions))),
                Some(_) => Ok(Answer::Card(Insertion(self.insertions))),
                None => Err(SlotError::NoCard),
            }),
            Request::About => {
                let answer = self.card.as_ref().map(|_| hex("3B6D000080318065B0")).unwrap_or_default();
                Some(Ok(Answer::About("Scripted 00 00".to_owned(), answer)))
            }
            Request::Connect => {
                self.is_connected = true;
                Some(Ok(Answer::Connected(self.wire)))
            }
            Request::Transmit(command) => self.transmit(&command),
            Request::Disconnect => {
                self.is_connected = false;
                Some(Ok(Answer::Disconnected))
            }
        }
    }

    fn transmit(&mut self, command: &[u8]) -> Option<Result<Answer, SlotError>> {
        self.sent.push(digits(command));
        if self.silent_at == Some(self.sent.len()) {
            return None;
        }
        if self.remove_at == Some(self.sent.len()) {
            self.card = None;
        }
        let reply = self.card.as_ref().map(|card| card.reply(&digits(command)));
        Some(Ok(Answer::Bytes(Zeroizing::new(reply.unwrap_or_default()))))
    }
}
