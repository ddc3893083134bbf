//! Plays messages that were answered one by one.
//!
//! A message must be one of those recorded. It is looked for from where the dialogue stands on, then before: hosts look by
//! the clock, so a message may come more often than it did, or less.

use std::time::Duration;

use super::{Recording, Way, Wire};
use crate::{chip, ipp};

/// A message and what came back.
#[derive(Clone, Debug)]
struct Exchange {
    question: Vec<u8>,
    at: Duration,
    /// How much later, and what; nothing where it was refused or met by silence.
    answer: Option<(Duration, Vec<u8>)>,
}

/// The side of the device in a recorded dialogue.
#[derive(Clone, Debug)]
pub struct Dialogue {
    wire: Wire,
    exchanges: Vec<Exchange>,
    next: usize,
    reached: usize,
    strayed: Option<String>,
}

impl Dialogue {
    /// The messages of a recording, from the first one on.
    pub fn new(recording: &Recording) -> Dialogue {
        let mut exchanges: Vec<Exchange> = Vec::new();
        for event in &recording.events {
            match (event.way, exchanges.last_mut()) {
                (Way::Question, _) => {
                    let question = question(recording.wire, &event.bytes);
                    exchanges.push(Exchange { question, at: event.at, answer: None });
                }
                (Way::Answer, Some(last)) => {
                    last.answer = Some((event.at.saturating_sub(last.at), event.bytes.clone()));
                }
                (Way::Answer | Way::ToDevice | Way::FromDevice, _) => {}
            }
        }
        Dialogue { wire: recording.wire, exchanges, next: 0, reached: 0, strayed: None }
    }

    /// The answer to a message, and how late it comes; nothing where none came, or once the host [strayed](Self::strayed).
    pub fn answer(&mut self, message: &[u8]) -> Option<(Duration, Vec<u8>)> {
        if self.strayed.is_some() {
            return None;
        }
        let wanted = question(self.wire, message);
        let is_it = |exchange: &Exchange| exchange.question == wanted;
        let (before, from) = self.exchanges.split_at(self.next);
        let later = from.iter().position(is_it).map(|place| self.next + place);
        let Some(place) = later.or_else(|| before.iter().rposition(is_it)) else {
            self.strayed = Some(format!("message {}: {message:02X?} was never asked", self.next));
            return None;
        };
        self.next = place + 1;
        self.reached = self.reached.max(self.next);
        self.exchanges[place].answer.clone()
    }

    /// Where the host asked what was not recorded, if it did.
    pub fn strayed(&self) -> Option<&str> {
        self.strayed.as_deref()
    }

    /// Which message was asked last, counted from 0.
    pub fn last(&self) -> Option<usize> {
        self.next.checked_sub(1)
    }

    /// Whether the last message was asked.
    pub fn is_over(&self) -> bool {
        self.reached == self.exchanges.len()
    }
}

/// What a message asks, without what differs each time or is masked.
fn question(wire: Wire, message: &[u8]) -> Vec<u8> {
    match wire {
        Wire::Serial { .. } | Wire::Usb => message.to_vec(),
        Wire::PcSc => chip::without_secret(message),
        Wire::Ipp => ipp::question(message),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn dialogue(wire: &str, body: &str) -> Dialogue {
        let text = format!("kiosk-sim recording 2\ndevice x\nwire {wire}\n{body}");
        Dialogue::new(&text.parse().unwrap())
    }

    const LOOKS: &str = "0.000000 ? 01\n0.002000 ! 0A\n0.100000 ? 02\n0.200000 ? 01\n0.203000 ! 0B\n0.300000 ? 03\n0.301000 !\n";

    #[test]
    fn answers_come_in_their_order_and_as_late_as_they_did() {
        let mut dialogue = dialogue("usb", LOOKS);
        let ms = Duration::from_millis;
        assert_eq!(dialogue.answer(&[1]), Some((ms(2), vec![0x0A])));
        assert_eq!(dialogue.answer(&[2]), None, "silence");
        assert_eq!(dialogue.answer(&[1]), Some((ms(3), vec![0x0B])));
        assert!(!dialogue.is_over());
        assert_eq!(dialogue.answer(&[3]), Some((ms(1), vec![])));
        assert_eq!((dialogue.is_over(), dialogue.strayed()), (true, None));
    }

    #[test]
    fn a_message_may_come_more_often_or_less() {
        let mut dialogue = dialogue("usb", LOOKS);
        assert!(dialogue.answer(&[3]).is_some());
        assert_eq!(dialogue.answer(&[1]).unwrap().1, [0x0B], "the last before");
        assert_eq!(dialogue.answer(&[1]).unwrap().1, [0x0B]);
        assert!(dialogue.is_over());
    }

    #[test]
    fn what_was_never_asked_is_told_and_met_by_silence() {
        let mut dialogue = dialogue("usb", LOOKS);
        assert_eq!(dialogue.answer(&[4]), None);
        assert!(dialogue.strayed().unwrap().contains("[04] was never asked"), "{:?}", dialogue.strayed());
        assert_eq!(dialogue.answer(&[1]), None);
    }

    #[test]
    fn any_pin_is_the_pin_that_was_masked() {
        let mut dialogue = dialogue("pcsc", "0.000000 ? 00 20 00 00 03 00 00 00\n0.001000 ! 90 00\n");
        assert_eq!(dialogue.answer(&[0, 0x20, 0, 0, 3, 0x12, 0x34, 0x56]).unwrap().1, [0x90, 0x00]);
        assert_eq!(dialogue.answer(&[0, 0x20, 0, 1, 3, 0x12, 0x34, 0x56]), None, "another PIN's place");
    }
}
