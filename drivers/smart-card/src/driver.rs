//! The port on top of the protocol: order of steps, deadlines, reconnecting, cancelling.

use std::time::Duration;

use kiosk_drivers_api::{
    About, CHALLENGE_BYTES, Cancel, DeviceStatus, Private, SmartCard, SmartCardFault, SmartCardReader,
    SocialSecurityCard,
};
use rand::TryRng;
use rand::rngs::SysRng;
use zeroize::Zeroizing;

use crate::config::Config;
use crate::deadlines::{ANSWER_TO_RESET_SHOWN, COMMAND, CONNECT, LOOK, SLICE, WHOLE_CARD};
use crate::protocol::{
    Command, Conversation, Pin, Transmit, read_bank_card, read_social_card, read_technician_card,
    select_social_card, verify_pin,
};
use crate::slot::{Answer, Insertion, PcscSlot, Request, Slot, SlotError, Wire};

/// A reader of the service `pcscd`.
pub type PcscSmartCardReader = Reader<PcscSlot>;

/// A reader with some slot.
pub struct Reader<S> {
    slot: S,
    /// The name of the application on technicians' cards.
    technician: Vec<u8>,
    /// The stay of the card that answered to power last.
    was_up: Option<Insertion>,
    /// The stay of the card that was read last.
    was_read: Option<Insertion>,
}

impl PcscSmartCardReader {
    /// Remembers which reader it is. Never fails and never waits: the service is reached on first use.
    pub fn new(config: Config) -> Self {
        Self::on(PcscSlot::new(config.reader), config.technician)
    }
}

type Result<T> = std::result::Result<T, SmartCardFault>;

impl<S: Slot> Reader<S> {
    /// Drives a reader with `slot`; technicians' cards have an application of that name.
    pub fn on(slot: S, technician: Vec<u8>) -> Self {
        Self { slot, technician, was_up: None, was_read: None }
    }

    /// The slot, for whoever gave it.
    pub fn slot(&self) -> &S {
        &self.slot
    }

    fn look(&mut self, cancel: &Cancel) -> Result<Insertion> {
        match ask(&mut self.slot, Request::Look, LOOK, cancel)? {
            Answer::Card(stay) => Ok(stay),
            // It did answer: the hand that pulls it was faster than the service, which tried to let it go.
            Answer::Mute(stay) if self.was_up == Some(stay) => Err(SmartCardFault::NoCard),
            Answer::Mute(_) => Err(SmartCardFault::Mute),
            Answer::About(..) | Answer::Connected(_) | Answer::Bytes(_) | Answer::Disconnected => {
                Err(SmartCardFault::Garbled)
            }
        }
    }

    /// Powers the card, does something with it, and lets it go without waiting for that.
    fn with_card<T>(
        &mut self,
        stay: Insertion,
        cancel: &Cancel,
        act: impl FnOnce(&mut Conversation<Powered<'_, S>>) -> Result<T>,
    ) -> Result<T> {
        let end = self.slot.now() + WHOLE_CARD;
        let result = match ask(&mut self.slot, Request::Connect, CONNECT, cancel) {
            Ok(Answer::Connected(wire)) => {
                self.was_up = Some(stay);
                act(&mut Conversation::with(Powered { slot: &mut self.slot, cancel, end, wire }))
            }
            Ok(
                Answer::Card(_)
                | Answer::Mute(_)
                | Answer::About(..)
                | Answer::Bytes(_)
                | Answer::Disconnected,
            ) => Err(SmartCardFault::Garbled),
            Err(fault) => Err(fault),
        };
        self.slot.ask(Request::Disconnect);
        result
    }
}

impl<S: Slot> SmartCardReader for Reader<S> {
    fn status(&mut self) -> DeviceStatus {
        match self.look(&Cancel::default()) {
            Ok(_) => DeviceStatus::Online,
            Err(fault) => status_of_fault(&fault),
        }
    }

    fn read(&mut self, cancel: &Cancel) -> Result<SmartCard> {
        let stay = self.look(cancel)?;
        if self.was_read == Some(stay) {
            return Err(SmartCardFault::NoCard);
        }
        let technician = self.technician.clone();
        let card = self.with_card(stay, cancel, |card| read_any(card, &technician))?;
        self.was_read = Some(stay);
        Ok(card)
    }

    fn holds_card(&mut self, cancel: &Cancel) -> bool {
        self.was_read.is_some() && self.look(cancel).is_ok_and(|stay| self.was_read == Some(stay))
    }

    fn verify_pin(&mut self, pin: &Private, cancel: &Cancel) -> Result<SocialSecurityCard> {
        let pin = Pin::pack(pin)?;
        let stay = self.look(cancel)?;
        // Whoever typed it meant the card that was read: no try of another one is spent.
        if self.was_read != Some(stay) {
            return Err(SmartCardFault::Removed);
        }
        self.with_card(stay, cancel, |card| {
            if !select_social_card(card)? {
                return Err(SmartCardFault::UnknownCard);
            }
            verify_pin(card, &pin)?;
            read_social_card(card)
        })
    }

    fn about(&mut self) -> About {
        let never = Cancel::default();
        // The reader is found by looking; whether a card is in it does not matter.
        let _ = self.look(&never);
        match ask(&mut self.slot, Request::About, LOOK, &never) {
            Ok(Answer::About(reader, answer)) => {
                vec![("reader", reader), ("answer to reset", shortened(&answer))]
            }
            Ok(
                Answer::Card(_)
                | Answer::Mute(_)
                | Answer::Connected(_)
                | Answer::Bytes(_)
                | Answer::Disconnected,
            )
            | Err(_) => About::new(),
        }
    }
}

/// A resident's card first: those are many.
fn read_any<T: Transmit>(card: &mut Conversation<T>, technician: &[u8]) -> Result<SmartCard> {
    if select_social_card(card)? {
        return read_social_card(card).map(|card| SmartCard::SocialSecurity(Box::new(card)));
    }
    match read_technician_card(card, technician, challenge()?)? {
        Some(card) => Ok(SmartCard::Technician(Box::new(card))),
        None => read_bank_card(card).map(SmartCard::Bank),
    }
}

/// From the system's random source; without one no card can prove anything.
fn challenge() -> Result<[u8; CHALLENGE_BYTES]> {
    let mut challenge = [0; CHALLENGE_BYTES];
    SysRng.try_fill_bytes(&mut challenge).map_err(|_| SmartCardFault::NoAnswer)?;
    Ok(challenge)
}

/// The first bytes of an answer to reset: the last of its historical bytes may be the chip's own number.
fn shortened(answer: &[u8]) -> String {
    let first =
        answer.iter().take(ANSWER_TO_RESET_SHOWN).map(|byte| format!("{byte:02X}")).collect::<String>();
    match answer.len() {
        0 => "no card".to_owned(),
        length => format!("{first}… ({length} bytes)"),
    }
}

/// Asks the slot, and waits until it answers, the time is over or the caller has enough.
fn ask(slot: &mut impl Slot, request: Request, limit: Duration, cancel: &Cancel) -> Result<Answer> {
    let end = slot.now() + limit;
    slot.ask(request);
    loop {
        if cancel.is_cancelled() {
            return Err(SmartCardFault::Cancelled);
        }
        let left = end.saturating_sub(slot.now());
        if left.is_zero() {
            return Err(SmartCardFault::NoAnswer);
        }
        if let Some(answer) = slot.answer(SLICE.min(left)) {
            return answer.map_err(fault_of_slot);
        }
    }
}

/// A card that has power.
struct Powered<'a, S> {
    slot: &'a mut S,
    cancel: &'a Cancel,
    /// When the whole card must have been read.
    end: Duration,
    wire: Wire,
}

impl<S: Slot> Transmit for Powered<'_, S> {
    fn transmit(&mut self, command: &Command) -> Result<Zeroizing<Vec<u8>>> {
        let bytes = match self.wire {
            Wire::T0 => command.bytes_t0(),
            Wire::T1 => command.bytes_t1(),
        };
        let limit = COMMAND.min(self.end.saturating_sub(self.slot.now()));
        match ask(self.slot, Request::Transmit(bytes), limit, self.cancel) {
            Ok(Answer::Bytes(bytes)) => Ok(bytes),
            Ok(
                Answer::Card(_)
                | Answer::Mute(_)
                | Answer::About(..)
                | Answer::Connected(_)
                | Answer::Disconnected,
            ) => Err(SmartCardFault::Garbled),
            // Once it had power, a card that is not there has been taken out.
            Err(SmartCardFault::NoCard | SmartCardFault::Mute) => Err(SmartCardFault::Removed),
            Err(fault) => Err(fault),
        }
    }
}

fn fault_of_slot(error: SlotError) -> SmartCardFault {
    match error {
        SlotError::NoService => SmartCardFault::NoService,
        SlotError::NoPermission => SmartCardFault::NoPermission,
        SlotError::NoReader => SmartCardFault::NotConnected,
        SlotError::NoCard => SmartCardFault::NoCard,
        SlotError::Removed => SmartCardFault::Removed,
        SlotError::Mute => SmartCardFault::Mute,
        SlotError::InUse => SmartCardFault::InUse,
        SlotError::Broken => SmartCardFault::Garbled,
    }
}

fn status_of_fault(fault: &SmartCardFault) -> DeviceStatus {
    match fault {
        // What is wrong with a card is not wrong with the reader.
        SmartCardFault::NoCard
        | SmartCardFault::Removed
        | SmartCardFault::Mute
        | SmartCardFault::UnknownCard
        | SmartCardFault::Blocked { .. }
        | SmartCardFault::Refused { .. }
        | SmartCardFault::BadRecord { .. }
        | SmartCardFault::PinWrong { .. }
        | SmartCardFault::PinBlocked
        | SmartCardFault::PinNotDigits => DeviceStatus::Online,
        SmartCardFault::NotConnected | SmartCardFault::NoPermission => DeviceStatus::NoDevice,
        SmartCardFault::NoService | SmartCardFault::NoAnswer | SmartCardFault::Cancelled => {
            DeviceStatus::Offline
        }
        SmartCardFault::InUse => DeviceStatus::Busy,
        SmartCardFault::Garbled => DeviceStatus::HardwareError,
    }
}

#[cfg(test)]
mod tests;
