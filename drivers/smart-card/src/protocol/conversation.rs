//! One command after the other: fetching what is left, repeating with the right length.

use kiosk_drivers_api::SmartCardFault;
use zeroize::Zeroizing;

use super::apdu::Command;
use super::status::Status;
use crate::deadlines::{ANSWER_BYTES_MAX, ROUNDS_MAX};

/// Takes a command to a card and brings its whole answer, status word last.
pub trait Transmit {
    /// An answer without a byte means that the card has gone: that is how `pcscd` tells of it in the midst of a command.
    fn transmit(&mut self, command: &Command) -> Result<Zeroizing<Vec<u8>>, SmartCardFault>;
}

/// A card's answer.
pub struct Reply {
    /// What came before the status word; wiped with it.
    pub data: Zeroizing<Vec<u8>>,
    /// How the card ended.
    pub status: Status,
}

/// Talks to a card.
pub struct Conversation<T> {
    card: T,
}

impl<T: Transmit> Conversation<T> {
    /// Talks to `card`.
    pub fn with(card: T) -> Self {
        Self { card }
    }

    /// Asks until the answer is whole.
    pub fn ask(&mut self, command: Command) -> Result<Reply, SmartCardFault> {
        // Allocated once: a growing buffer would leave copies of itself behind.
        let mut data = Zeroizing::new(Vec::with_capacity(ANSWER_BYTES_MAX));
        let mut next = command;
        for _ in 0..ROUNDS_MAX {
            let answer = self.card.transmit(&next)?;
            let (part, status) = split(&answer)?;
            if let Some(length) = status.right_length() {
                next = next.wanting(length);
                continue;
            }
            if data.len() + part.len() > ANSWER_BYTES_MAX {
                break;
            }
            data.extend(part);
            let Some(count) = status.more() else {
                return Ok(Reply { data, status });
            };
            next = Command::get_response(count);
        }
        Err(SmartCardFault::Garbled)
    }

    /// Sends a command once, whatever comes of it: for one that counts how often it was sent.
    pub fn tell(&mut self, command: &Command) -> Result<Status, SmartCardFault> {
        split(&self.card.transmit(command)?).map(|(_, status)| status)
    }

    /// Asks, and takes every status but [`Status::OK`] for a fault.
    pub fn demand(&mut self, command: Command) -> Result<Zeroizing<Vec<u8>>, SmartCardFault> {
        let reply = self.ask(command)?;
        if reply.status == Status::OK { Ok(reply.data) } else { Err(reply.status.fault()) }
    }
}

fn split(answer: &[u8]) -> Result<(&[u8], Status), SmartCardFault> {
    match answer.split_last_chunk::<2>() {
        Some((data, status)) => Ok((data, Status(u16::from_be_bytes(*status)))),
        None if answer.is_empty() => Err(SmartCardFault::Removed),
        None => Err(SmartCardFault::Garbled),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use proptest::prelude::*;

    use super::*;
    use crate::scripted::Script;

    fn ask(script: Script) -> Result<(Vec<u8>, Status), SmartCardFault> {
        let reply = Conversation::with(script).ask(Command::read_record(1, 1))?;
        Ok((reply.data.to_vec(), reply.status))
    }

    #[test]
    fn what_is_left_is_fetched_part_by_part() {
        let script =
            Script::of(&[("00B2010C00", "6102"), ("00C0000002", "AABB6101"), ("00C0000001", "CC9000")]);
        assert_eq!(ask(script), Ok((vec![0xAA, 0xBB, 0xCC], Status::OK)));
    }

    #[test]
    fn a_wrong_length_is_repeated_with_the_right_one() {
        let script = Script::of(&[("00B2010C00", "6C03"), ("00B2010C03", "0102039000")]);
        assert_eq!(ask(script), Ok((vec![1, 2, 3], Status::OK)));
    }

    #[test]
    fn other_statuses_are_handed_on() {
        assert_eq!(ask(Script::of(&[("00B2010C00", "6A83")])), Ok((vec![], Status::NO_RECORD)));
    }

    #[test]
    fn nothing_is_a_card_that_has_gone_and_half_a_status_makes_no_sense() {
        assert_eq!(ask(Script::of(&[("00B2010C00", "")])), Err(SmartCardFault::Removed));
        assert_eq!(ask(Script::of(&[("00B2010C00", "90")])), Err(SmartCardFault::Garbled));
    }

    struct Endless(Vec<u8>);

    impl Transmit for Endless {
        fn transmit(&mut self, _: &Command) -> Result<Zeroizing<Vec<u8>>, SmartCardFault> {
            Ok(Zeroizing::new(self.0.clone()))
        }
    }

    #[test]
    fn a_card_that_never_ends_is_given_up() {
        for answer in [vec![0x6C, 0x10], vec![0x61, 0x10], [[0; 300].as_slice(), &[0x61, 0x00]].concat()] {
            let reply = Conversation::with(Endless(answer)).ask(Command::read_record(1, 1));
            assert_eq!(reply.err(), Some(SmartCardFault::Garbled));
        }
    }

    proptest! {
        #[test]
        fn no_answer_panics(answer in proptest::collection::vec(any::<u8>(), 0..300)) {
            let _ = Conversation::with(Endless(answer)).ask(Command::read_record(1, 1)).is_ok();
        }
    }
}
