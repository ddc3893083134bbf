//! The receive buffer, and how the printer asks for pauses when it fills.

use std::collections::VecDeque;

use clap::ValueEnum;

use crate::limits::{PRINTER_BUFFER_BYTES, PRINTER_RESERVE_BYTES, PRINTER_XOFF_FREE, PRINTER_XON_FREE};

/// Sent when the buffer is nearly full.
const XOFF: u8 = 0x13;
/// Sent when it has room again.
pub const XON: u8 = 0x11;

/// How the printer asks for pauses, as its switches set it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Flow {
    /// By wire: the line is held back while the buffer is full
    #[default]
    Hardware,
    /// By XOFF and XON; what comes to a full buffer is lost
    Software,
    /// Not at all; what comes to a full buffer is lost
    None,
}

/// Bytes that wait to be executed.
#[derive(Debug)]
pub struct Buffer {
    bytes: VecDeque<u8>,
    flow: Flow,
    is_paused: bool,
}

impl Buffer {
    /// An empty one.
    pub fn new(flow: Flow) -> Buffer {
        Buffer { bytes: VecDeque::new(), flow, is_paused: false }
    }

    /// How it asks for pauses.
    pub fn flow(&self) -> Flow {
        self.flow
    }

    /// Bytes in it.
    pub fn len(&self) -> usize {
        self.bytes.len()
    }

    /// Whether nothing is in it.
    pub fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }

    /// What is in it, oldest first.
    pub fn bytes(&self) -> &VecDeque<u8> {
        &self.bytes
    }

    /// Whether a pause was asked for and not ended.
    pub fn is_paused(&self) -> bool {
        self.is_paused
    }

    /// Bytes the line may bring: up to the buffer's end, then the reserve. Only a wire holds the line back.
    pub fn room(&self) -> usize {
        match (self.flow, PRINTER_BUFFER_BYTES.checked_sub(self.len())) {
            (Flow::Hardware, Some(free)) if free > 0 => free,
            (Flow::Hardware, _) => (PRINTER_BUFFER_BYTES + PRINTER_RESERVE_BYTES).saturating_sub(self.len()),
            (Flow::Software | Flow::None, _) => PRINTER_BUFFER_BYTES,
        }
    }

    /// Takes a byte; tells whether it found room.
    pub fn push(&mut self, byte: u8) -> bool {
        let has_room = self.len() < PRINTER_BUFFER_BYTES + PRINTER_RESERVE_BYTES;
        if has_room {
            self.bytes.push_back(byte);
        }
        has_room
    }

    /// The next byte to be executed.
    pub fn pop(&mut self) -> Option<u8> {
        self.bytes.pop_front()
    }

    /// Drops a real-time request that stands in the reserve, so that asking never fills it.
    pub fn drop_request(&mut self) {
        if self.len() > PRINTER_BUFFER_BYTES {
            self.bytes.truncate((self.len() - 3).max(PRINTER_BUFFER_BYTES));
        }
    }

    /// What is to be said about room, if anything changed.
    pub fn wish(&mut self) -> Option<u8> {
        let free = PRINTER_BUFFER_BYTES.saturating_sub(self.len());
        let (paused, wish) = match self.flow {
            Flow::Software if free < PRINTER_XOFF_FREE => (true, XOFF),
            Flow::Software if free > PRINTER_XON_FREE => (false, XON),
            Flow::Software | Flow::Hardware | Flow::None => return None,
        };
        (std::mem::replace(&mut self.is_paused, paused) != paused).then_some(wish)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn filled(flow: Flow, bytes: usize) -> (Buffer, Vec<u8>) {
        let mut buffer = Buffer::new(flow);
        let said = (0..bytes).filter_map(|_| {
            buffer.push(b'x');
            buffer.wish()
        });
        let said = said.collect();
        (buffer, said)
    }

    #[test]
    fn a_pause_is_asked_for_once_and_ended_once() {
        let (mut buffer, said) = filled(Flow::Software, PRINTER_BUFFER_BYTES);
        assert_eq!(said, [XOFF]);
        let said: Vec<u8> = std::iter::from_fn(|| buffer.pop().map(|_| buffer.wish())).flatten().collect();
        assert_eq!(said, [XON]);
    }

    #[test]
    fn only_a_wire_holds_the_line_back_and_only_software_speaks() {
        let all = PRINTER_BUFFER_BYTES + PRINTER_RESERVE_BYTES;
        for (flow, room) in [(Flow::Hardware, 0), (Flow::Software, 4_096), (Flow::None, 4_096)] {
            let (mut buffer, said) = filled(flow, all);
            assert_eq!(buffer.room(), room, "{flow:?}");
            assert_eq!(said.is_empty(), flow != Flow::Software);
            assert!(!buffer.push(b'x'), "no room is no room");
        }
    }
}
