//! The reader as a device on a line: receives, thinks, answers, one request after the other.

use std::collections::VecDeque;
use std::time::Duration;

use super::frame::{Request, take_request};
use super::sam::Sam;
use crate::limits::{ANSWERS_MAX, REQUEST_GAP};
use crate::peripheral::{Peripheral, Said};

/// Bytes the reader takes at once.
const ROOM_BYTES: usize = 256;

/// An ID-card reader with its SAM.
#[derive(Debug)]
pub struct Reader {
    /// The SAM and the card on it.
    pub sam: Sam,
    power_on_baud: u32,
    baud: u32,
    /// The rate to take once all answers are out.
    next_baud: Option<u32>,
    received: Vec<u8>,
    heard_at: Duration,
    /// Requests, each with the end of its think time.
    thinking: VecDeque<(Duration, Request)>,
    answers: VecDeque<Said>,
}

impl Reader {
    /// A reader that listens at `baud` after power-on.
    pub fn new(baud: u32) -> Reader {
        Reader {
            sam: Sam::default(),
            power_on_baud: baud,
            baud,
            next_baud: None,
            received: Vec::new(),
            heard_at: Duration::ZERO,
            thinking: VecDeque::new(),
            answers: VecDeque::new(),
        }
    }

    fn begin(&mut self, now: Duration, request: Request) {
        if self.thinking.len() < ANSWERS_MAX {
            let start = self.thinking.back().map_or(now, |(end, _)| now.max(*end));
            let end = start + self.sam.think(&request);
            self.thinking.push_back((end, request));
        }
    }

    fn finish(&mut self, at: Duration, request: &Request) {
        let answer = self.sam.answer(request);
        self.next_baud = answer.then_baud.or(self.next_baud);
        if !answer.bytes.is_empty() && self.answers.len() < ANSWERS_MAX {
            self.answers.push_back(Said { at, bytes: answer.bytes });
        }
    }
}

impl Peripheral for Reader {
    fn baud(&self) -> u32 {
        self.baud
    }

    fn room(&self) -> usize {
        ROOM_BYTES
    }

    fn hear(&mut self, now: Duration, bytes: &[u8]) {
        if now.saturating_sub(self.heard_at) > REQUEST_GAP {
            self.received.clear();
        }
        self.heard_at = now;
        self.received.extend(bytes);
        while let Some(request) = take_request(&mut self.received) {
            self.begin(now, request);
        }
    }

    fn advance(&mut self, now: Duration) {
        while let Some((end, request)) = self.thinking.pop_front_if(|(end, _)| *end <= now) {
            self.finish(end, &request);
        }
    }

    fn due(&self) -> Option<Duration> {
        self.thinking.front().map(|(end, _)| *end)
    }

    fn say(&mut self) -> Option<Said> {
        self.answers.pop_front()
    }

    fn said(&mut self) {
        self.baud = self.next_baud.take().unwrap_or(self.baud);
    }

    fn power_cycle(&mut self) {
        let mut sam = std::mem::take(&mut self.sam);
        sam.reset();
        *self = Reader { sam, ..Reader::new(self.power_on_baud) };
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::limits::{THINK_FIND, THINK_SAM};

    const AFTER: Duration = Duration::from_secs(1);
    const FIND: [u8; 10] = [0xAA, 0xAA, 0xAA, 0x96, 0x69, 0x00, 0x03, 0x20, 0x01, 0x22];
    const BAUD_9600: [u8; 10] = [0xAA, 0xAA, 0xAA, 0x96, 0x69, 0x00, 0x03, 0x60, 0x04, 0x67];

    #[test]
    fn answers_come_after_the_think_time_and_not_before() {
        let mut reader = Reader::new(115_200);
        reader.hear(AFTER, &FIND);
        assert_eq!(reader.due(), Some(AFTER + THINK_FIND));
        reader.advance(AFTER + THINK_FIND - Duration::from_nanos(1));
        assert_eq!(reader.say(), None);
        reader.advance(AFTER + THINK_FIND);
        assert_eq!(reader.say().map(|said| said.at), Some(AFTER + THINK_FIND));
    }

    #[test]
    fn a_second_request_waits_for_the_first() {
        let mut reader = Reader::new(115_200);
        reader.hear(AFTER, &[FIND, FIND].concat());
        reader.advance(AFTER + THINK_FIND * 2);
        assert_eq!(reader.say().map(|said| said.at), Some(AFTER + THINK_FIND));
        assert_eq!(reader.say().map(|said| said.at), Some(AFTER + THINK_FIND * 2));
    }

    #[test]
    fn a_torn_request_is_forgotten_after_a_gap() {
        let mut reader = Reader::new(115_200);
        reader.hear(AFTER, &FIND[..6]);
        reader.hear(AFTER * 2, &FIND);
        assert_eq!(reader.due(), Some(AFTER * 2 + THINK_FIND));
        let mut reader = Reader::new(115_200);
        reader.hear(AFTER, &FIND[..6]);
        reader.hear(AFTER + REQUEST_GAP, &FIND[6..]);
        assert!(reader.due().is_some());
    }

    #[test]
    fn a_new_line_rate_counts_once_the_answer_is_out() {
        let mut reader = Reader::new(115_200);
        reader.hear(AFTER, &BAUD_9600);
        reader.advance(AFTER + THINK_SAM);
        assert!(reader.say().is_some());
        assert_eq!(reader.baud(), 115_200);
        reader.said();
        assert_eq!(reader.baud(), 9_600);
        reader.power_cycle();
        assert_eq!(reader.baud(), 115_200);
    }
}
