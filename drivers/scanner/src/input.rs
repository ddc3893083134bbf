//! Where a scanner's bytes or reports come from. A serial line is one implementation; a USB HID device is another.

use std::time::Duration;

use kiosk_serial::{Link, LinkError};

/// A way to a scanner, with a clock. The driver takes time from here, so that tests can run it in virtual time.
pub trait Input: Send {
    /// Opens it; does nothing when it is open.
    fn open(&mut self) -> Result<(), LinkError>;

    /// Closes it; the next `open` starts afresh.
    fn close(&mut self);

    /// Sends a whole command, which on a HID device is one output report; false where it is not taken within `wait`.
    fn send(&mut self, command: &[u8], wait: Duration) -> Result<bool, LinkError>;

    /// Receives what there is, waiting at most `wait` for the first byte; 0 when none came. A HID device gives whole
    /// reports of 64 bytes and nothing else; `buffer` has room for at least one.
    fn receive(&mut self, buffer: &mut [u8], wait: Duration) -> Result<usize, LinkError>;

    /// Time since some fixed moment; never goes back.
    fn now(&self) -> Duration;
}

/// A scanner on a serial line.
pub struct SerialInput<L>(pub L);

impl<L: Link> Input for SerialInput<L> {
    fn open(&mut self) -> Result<(), LinkError> {
        self.0.open()
    }

    fn close(&mut self) {
        self.0.close();
    }

    fn send(&mut self, command: &[u8], wait: Duration) -> Result<bool, LinkError> {
        let end = self.0.now() + wait;
        let mut rest = command;
        while !rest.is_empty() {
            let left = end.saturating_sub(self.0.now());
            if left.is_zero() {
                return Ok(false);
            }
            let sent = self.0.write(rest, left)?;
            rest = &rest[sent..];
        }
        Ok(true)
    }

    fn receive(&mut self, buffer: &mut [u8], wait: Duration) -> Result<usize, LinkError> {
        self.0.read(buffer, wait)
    }

    fn now(&self) -> Duration {
        self.0.now()
    }
}
