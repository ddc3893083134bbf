//! A reader's slot, and the card in it: what the driver needs of PC/SC, and its implementation.
//!
//! Calls of PC/SC block without a deadline. So a slot is asked, and answers when it can; who asked stops waiting when he
//! wants to. A new request takes the place of an older one that was not begun.

mod errors;
mod pcsc_slot;
mod worker;

use std::time::Duration;

use zeroize::Zeroizing;

pub use pcsc_slot::PcscSlot;

/// A slot that can be asked one thing at a time.
pub trait Slot: Send {
    /// Time since some fixed moment.
    fn now(&self) -> Duration;

    /// Hands over a request. An older one that is not answered yet never will be.
    fn ask(&mut self, request: Request);

    /// The answer to the last request, waited for at most `wait`.
    fn answer(&mut self, wait: Duration) -> Option<Result<Answer, SlotError>>;
}

/// What a slot is asked for.
pub enum Request {
    /// Looks for the reader and a card in it; ends a connection that is still there.
    Look,
    /// Asks who the reader is, and what the card in it answered to power.
    About,
    /// Powers the card, for this program alone.
    Connect,
    /// Sends a command.
    Transmit(Zeroizing<Vec<u8>>),
    /// Lets the card forget what was proven to it, and lets go of it.
    Disconnect,
}

/// What a slot answers.
pub enum Answer {
    /// There is a card.
    Card(Insertion),
    /// There is a card that does not answer to power.
    Mute(Insertion),
    /// The reader's name, and the answer to reset (ISO/IEC 7816-3, 8.2) of the card; empty where there is none.
    About(String, Vec<u8>),
    /// The card is connected, and speaks this protocol.
    Connected(Wire),
    /// The card's answer.
    Bytes(Zeroizing<Vec<u8>>),
    /// The card was let go.
    Disconnected,
}

/// One stay of a card in the slot: another one has another value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Insertion(pub u64);

/// Transmission protocols, ISO/IEC 7816-3.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wire {
    /// Character by character.
    T0,
    /// Block by block; also what cards without contacts look like.
    T1,
}

/// Why a slot could not do what it was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SlotError {
    /// The service does not run, or went away. Cure: start it.
    NoService,
    /// The service refuses this program. Cure: install the polkit rule.
    NoPermission,
    /// There is no such reader. Cure: plug it in.
    NoReader,
    /// The slot is empty. Cure: put a card in.
    NoCard,
    /// The card went away, or lost contact. Cure: put it in again.
    Removed,
    /// The card does not answer to power when it is connected. Cure: turn it round.
    Mute,
    /// Another program has the card. Cure: end it.
    InUse,
    /// Anything else. Cure: reader and cable.
    Broken,
}
