//! The thread that calls PC/SC, and may be stuck there: the service's calls have no deadlines of their own.

use std::ffi::{CStr, CString};
use std::time::Duration;

use pcsc::{Card, Context, Disposition, Protocol, Protocols, ReaderState, Scope, ShareMode, State};
use zeroize::Zeroizing;

use super::{Answer, Insertion, Request, SlotError, Wire};
use crate::deadlines::READERS_MAX;

/// What the thread holds of PC/SC.
pub(super) struct Worker {
    /// A part of the reader's name.
    wanted: String,
    context: Option<Context>,
    /// Counts contexts: a service that was started anew counts a card's stays anew.
    epoch: u32,
    /// The reader that was seen last.
    reader: Option<CString>,
    card: Option<Card>,
}

type Result<T> = std::result::Result<T, SlotError>;

impl Worker {
    pub(super) fn new(wanted: String) -> Self {
        Self { wanted, context: None, epoch: 0, reader: None, card: None }
    }

    /// Does what was asked for. A service that went away is left behind, so that the next request reaches for it again.
    pub(super) fn perform(&mut self, request: Request) -> Result<Answer> {
        let result = match request {
            Request::Look => self.look(),
            Request::About => self.about(),
            Request::Connect => self.connect(),
            Request::Transmit(command) => self.transmit(&command),
            Request::Disconnect => Ok(self.disconnect()),
        };
        if matches!(result, Err(SlotError::NoService)) {
            self.card = None;
            self.context = None;
        }
        result
    }

    fn look(&mut self) -> Result<Answer> {
        self.disconnect();
        let was_there = self.context.is_some();
        match self.look_once() {
            // The service may have been started anew since the last time.
            Err(SlotError::NoService) if was_there => {
                self.context = None;
                self.look_once()
            }
            result => result,
        }
    }

    fn look_once(&mut self) -> Result<Answer> {
        let context = match self.context.take() {
            Some(context) => context,
            None => {
                self.epoch = self.epoch.wrapping_add(1);
                Context::establish(Scope::System)?
            }
        };
        let context = self.context.insert(context);
        let name = reader_named(context, &self.wanted)?;
        let mut states = [ReaderState::new(name.clone(), State::UNAWARE)];
        self.reader = Some(name);
        context.get_status_change(Duration::ZERO, &mut states)?;
        let stay = Insertion((u64::from(self.epoch) << 32) | u64::from(states[0].event_count()));
        presence(states[0].event_state(), stay)
    }

    fn about(&self) -> Result<Answer> {
        let context = self.context.as_ref().ok_or(SlotError::NoService)?;
        let name = reader_named(context, &self.wanted)?;
        let mut states = [ReaderState::new(name.clone(), State::UNAWARE)];
        context.get_status_change(Duration::ZERO, &mut states)?;
        Ok(Answer::About(name.to_string_lossy().into_owned(), states[0].atr().to_vec()))
    }

    fn connect(&mut self) -> Result<Answer> {
        let context = self.context.as_ref().ok_or(SlotError::NoService)?;
        let reader = self.reader.as_ref().ok_or(SlotError::NoReader)?;
        let card = context.connect(reader, ShareMode::Exclusive, Protocols::T0 | Protocols::T1)?;
        let card = self.card.insert(card);
        let wire = match card.status2_owned()?.protocol2() {
            Some(Protocol::T0) => Wire::T0,
            Some(Protocol::T1) => Wire::T1,
            Some(Protocol::RAW) | None => return Err(SlotError::Mute),
        };
        Ok(Answer::Connected(wire))
    }

    fn transmit(&self, command: &[u8]) -> Result<Answer> {
        let card = self.card.as_ref().ok_or(SlotError::Removed)?;
        let mut buffer = Zeroizing::new(vec![0; pcsc::MAX_BUFFER_SIZE]);
        let length = card.transmit(command, &mut buffer)?.len();
        buffer.truncate(length);
        Ok(Answer::Bytes(buffer))
    }

    /// Resets the card, so that a PIN that was proven does not outlive its visit.
    fn disconnect(&mut self) -> Answer {
        if let Some(card) = self.card.take()
            && let Err((card, error)) = card.disconnect(Disposition::ResetCard)
        {
            tracing::debug!(%error, "the card could not be reset");
            drop(card);
        }
        Answer::Disconnected
    }
}

/// The first reader whose name contains `wanted`.
fn reader_named(context: &Context, wanted: &str) -> Result<CString> {
    let names = context.list_readers_owned()?;
    let fits = |name: &&CString| is_named(name, wanted);
    names.iter().take(READERS_MAX).find(fits).cloned().ok_or(SlotError::NoReader)
}

fn is_named(name: &CStr, wanted: &str) -> bool {
    name.to_str().is_ok_and(|name| name.contains(wanted))
}

/// What the service says about the slot.
fn presence(state: State, stay: Insertion) -> Result<Answer> {
    if state.intersects(State::UNKNOWN | State::UNAVAILABLE | State::IGNORE) {
        Err(SlotError::NoReader)
    } else if state.contains(State::MUTE) {
        Ok(Answer::Mute(stay))
    } else if state.contains(State::PRESENT) {
        Ok(Answer::Card(stay))
    } else {
        Err(SlotError::NoCard)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_slot_is_told_by_its_state() {
        let stay = Insertion(7);
        assert!(matches!(presence(State::PRESENT, stay), Ok(Answer::Card(told)) if told == stay));
        assert!(matches!(presence(State::PRESENT | State::UNPOWERED, stay), Ok(Answer::Card(_))));
        assert!(
            matches!(presence(State::PRESENT | State::MUTE, stay), Ok(Answer::Mute(told)) if told == stay)
        );
        for (state, told) in [
            (State::EMPTY, SlotError::NoCard),
            (State::UNKNOWN, SlotError::NoReader),
            (State::UNAVAILABLE, SlotError::NoReader),
        ] {
            assert_eq!(presence(state, stay).err(), Some(told), "{state:?}");
        }
    }

    #[test]
    fn a_reader_is_found_by_a_part_of_its_name() {
        let name = c"Virtual PCD 00 01";
        assert!(is_named(name, "") && is_named(name, "PCD 00 01") && !is_named(name, "PCD 00 00"));
    }
}
