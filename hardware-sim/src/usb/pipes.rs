//! Which endpoint a device's bytes go through.

use std::collections::VecDeque;

use clap::ValueEnum;
use serde::{Deserialize, Serialize};

use super::descriptor::PACKET_BYTES;

/// How an ID-card reader puts frames into pipes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ReaderPipes {
    /// Head and body of a frame through pipes of their own
    #[default]
    Four,
    /// Whole frames through one pair of pipes
    Pair,
}

/// What a frame of a reader begins with, and how long its head is.
const PREAMBLE: [u8; 5] = [0xAA, 0xAA, 0xAA, 0x96, 0x69];
const HEAD_BYTES: usize = 7;

/// Packets on their way to the host, by endpoint.
#[derive(Debug, Default)]
pub(crate) struct Outbox {
    packets: VecDeque<(u8, Vec<u8>)>,
}

/// How answers are spread over endpoints.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Spread {
    /// All through one endpoint.
    All(u8),
    /// The head of a frame, with what comes before it, through the first, the rest through the second.
    HeadAndBody(u8, u8),
}

impl Outbox {
    /// Puts an answer into packets.
    pub(crate) fn put(&mut self, spread: Spread, bytes: &[u8]) {
        match spread {
            Spread::All(endpoint) => self.put_at(endpoint, bytes),
            Spread::HeadAndBody(head, body) => {
                let (front, back) = bytes.split_at(head_end(bytes));
                self.put_at(head, front);
                self.put_at(body, back);
            }
        }
    }

    fn put_at(&mut self, endpoint: u8, bytes: &[u8]) {
        self.packets.extend(bytes.chunks(PACKET_BYTES).map(|packet| (endpoint, packet.to_vec())));
    }

    /// The next packet of an endpoint.
    pub(crate) fn take(&mut self, endpoint: u8) -> Option<Vec<u8>> {
        let place = self.packets.iter().position(|(at, _)| *at == endpoint)?;
        self.packets.remove(place).map(|(_, packet)| packet)
    }

    /// Forgets all packets.
    pub(crate) fn clear(&mut self) {
        self.packets.clear();
    }
}

fn head_end(bytes: &[u8]) -> usize {
    let start = bytes.windows(PREAMBLE.len()).position(|window| window == PREAMBLE);
    (start.unwrap_or(0) + HEAD_BYTES).min(bytes.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    const NO_CARD: [u8; 11] = [0xAA, 0xAA, 0xAA, 0x96, 0x69, 0x00, 0x04, 0x00, 0x00, 0x80, 0x84];

    #[test]
    fn head_and_body_go_apart_and_noise_with_the_head() {
        let mut outbox = Outbox::default();
        outbox.put(Spread::HeadAndBody(0x81, 0x85), &[[0x55, 0xAA].as_slice(), &NO_CARD].concat());
        assert_eq!(outbox.take(0x85), Some(NO_CARD[7..].to_vec()));
        assert_eq!(outbox.take(0x81).map(|head| head.len()), Some(9));
        assert_eq!(outbox.take(0x81), None);
    }

    #[test]
    fn long_answers_come_in_packets() {
        let mut outbox = Outbox::default();
        outbox.put(Spread::All(0x81), &[7; 130]);
        let lengths: Vec<usize> =
            std::iter::from_fn(|| outbox.take(0x81)).map(|packet| packet.len()).collect();
        assert_eq!(lengths, [64, 64, 2]);
    }
}
