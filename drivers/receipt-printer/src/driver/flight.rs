//! What is under way to the printer and not yet known to be printed.
//!
//! A printer with a full buffer loses what comes next, unless flow control is wired and set at both ends. So the driver
//! never sends more than the buffer holds beyond the last answer: every now and then it asks in order (`GS r`), and an
//! answer tells that all before it has left the buffer.

use std::collections::VecDeque;

/// Bytes under way.
pub(super) struct Flight {
    /// The most that may be under way.
    room: usize,
    /// Bytes before each question that is not answered, the oldest first.
    asked: VecDeque<usize>,
    /// Bytes behind the last question.
    since: usize,
}

impl Flight {
    /// Nothing under way to a printer with a buffer of so many bytes. A quarter of it is kept free for real-time
    /// questions, which printers store too.
    pub(super) fn new(buffer_bytes: usize) -> Self {
        Self { room: buffer_bytes / 4 * 3, asked: VecDeque::new(), since: 0 }
    }

    /// Notes that so many bytes were sent.
    pub(super) fn sent(&mut self, bytes: usize) {
        self.since += bytes;
    }

    /// Whether it is time to ask before `next` bytes are sent. A page of half a buffer needs no question.
    pub(super) fn should_ask(&self, next: usize) -> bool {
        let is_piece = self.since >= self.room / 4 && self.under_way() >= self.room / 2;
        is_piece || self.since > 0 && self.asked.is_empty() && !self.has_room(next)
    }

    /// Notes a question.
    pub(super) fn asked(&mut self) {
        self.asked.push_back(std::mem::take(&mut self.since));
    }

    /// Notes that only so many questions are left without an answer.
    pub(super) fn owed(&mut self, questions: usize) {
        self.asked.drain(..self.asked.len().saturating_sub(questions));
    }

    /// Whether `next` bytes fit; a command larger than the buffer is taken by an empty one, which prints as it fills.
    pub(super) fn has_room(&self, next: usize) -> bool {
        let under_way = self.under_way();
        under_way == 0 || under_way + next <= self.room
    }

    fn under_way(&self) -> usize {
        self.asked.iter().sum::<usize>() + self.since
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Sends commands of so many bytes to a printer that prints nothing, and tells how many it took and was asked.
    fn until_full(flight: &mut Flight, bytes: usize) -> (usize, usize) {
        let (mut sent, mut questions) = (0, 0);
        loop {
            if flight.should_ask(bytes) {
                flight.asked();
                questions += 1;
            }
            if !flight.has_room(bytes) {
                return (sent, questions);
            }
            flight.sent(bytes);
            sent += 1;
        }
    }

    #[test]
    fn no_more_is_sent_than_the_buffer_holds() {
        let mut flight = Flight::new(4_096);
        let (sent, questions) = until_full(&mut flight, 50);
        assert_eq!(sent, 61);
        assert!(questions >= 2, "what is owed must come back piece by piece: {questions}");
    }

    #[test]
    fn an_answer_makes_room_for_what_stood_before_its_question() {
        let mut flight = Flight::new(4_096);
        let (_, questions) = until_full(&mut flight, 50);
        flight.owed(questions);
        assert!(!flight.has_room(50));
        flight.owed(questions - 1);
        assert!(flight.has_room(50));
        flight.owed(0);
        assert!(flight.has_room(1_000));
    }

    #[test]
    fn a_short_page_is_not_interrupted() {
        let mut flight = Flight::new(4_096);
        for _ in 0..28 {
            assert!(!flight.should_ask(50) && flight.has_room(50));
            flight.sent(50);
        }
    }

    #[test]
    fn a_command_larger_than_the_buffer_goes_alone() {
        let mut flight = Flight::new(64);
        assert!(flight.has_room(1_000));
        flight.sent(1_000);
        assert!(!flight.has_room(1) && flight.should_ask(1));
        flight.asked();
        assert!(!flight.has_room(1) && !flight.should_ask(1));
        flight.owed(0);
        assert!(flight.has_room(1_000));
    }
}
