//! Bytes that leave a device no faster than the line rate.

use std::time::Duration;

use crate::limits::LINE_SAY_BYTES;
use crate::pacing::{bytes_due, wire_time};
use crate::peripheral::Said;

/// Bytes on their way to the peer.
#[derive(Default)]
pub(crate) struct Outgoing {
    bytes: Vec<u8>,
    sent: usize,
    start: Duration,
    pub(crate) baud: u32,
    /// When the line is free for the next bytes.
    free: Duration,
}

impl Outgoing {
    pub(crate) fn begin(&mut self, said: Said, baud: u32) {
        let start = self.free.max(said.at);
        let free = start + wire_time(said.bytes.len(), baud);
        *self = Outgoing { bytes: said.bytes, sent: 0, start, baud, free };
    }

    /// Bytes that are due by `now`, in groups of [`LINE_SAY_BYTES`] so as not to wake for each.
    pub(crate) fn take_due(&mut self, now: Duration) -> Vec<u8> {
        let due = bytes_due(self.start, now + Duration::from_nanos(1), self.baud);
        let all = due >= self.bytes.len();
        let end = if all { self.bytes.len() } else { due - due % LINE_SAY_BYTES };
        let part = self.bytes.get(self.sent..end).unwrap_or_default().to_vec();
        self.sent += part.len();
        part
    }

    pub(crate) fn is_out(&self) -> bool {
        self.sent >= self.bytes.len()
    }

    pub(crate) fn due(&self) -> Option<Duration> {
        let group = (self.sent + LINE_SAY_BYTES).min(self.bytes.len());
        (!self.is_out()).then(|| self.start + wire_time(group, self.baud))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn outgoing_bytes_leave_in_groups_on_absolute_deadlines() {
        let mut outgoing = Outgoing::default();
        let at = Duration::from_secs(1);
        outgoing.begin(Said { at, bytes: vec![7; 20] }, 9_600);
        assert_eq!(outgoing.due(), Some(at + wire_time(8, 9_600)));
        assert!(outgoing.take_due(at + wire_time(7, 9_600)).is_empty());
        assert_eq!(outgoing.take_due(at + wire_time(9, 9_600)).len(), 8);
        assert_eq!(outgoing.due(), Some(at + wire_time(16, 9_600)));
        assert_eq!(outgoing.take_due(at + wire_time(20, 9_600)).len(), 12);
        assert!(outgoing.is_out());
        outgoing.begin(Said { at, bytes: vec![7] }, 9_600);
        assert_eq!(outgoing.start, at + wire_time(20, 9_600));
    }
}
