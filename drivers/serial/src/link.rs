//! What a driver knows of its line.

use std::time::Duration;

use kiosk_drivers_api::DeviceStatus;

/// A byte line with a clock. The driver takes time from here, so that tests can run it in virtual time.
pub trait Link: Send {
    /// Opens the line; does nothing when it is open.
    fn open(&mut self) -> Result<(), LinkError>;

    /// Closes the line; the next `open` starts afresh.
    fn close(&mut self);

    /// Forgets everything received and everything not yet sent.
    fn clear(&mut self) -> Result<(), LinkError>;

    /// Sends what the line takes within `wait`, at most [`PIECE_BYTES`](crate::PIECE_BYTES), and says how many bytes
    /// that were; 0 when it takes none.
    fn write(&mut self, bytes: &[u8], wait: Duration) -> Result<usize, LinkError>;

    /// Receives what there is, waiting at most `wait` for the first byte; 0 when none came.
    fn read(&mut self, buffer: &mut [u8], wait: Duration) -> Result<usize, LinkError>;

    /// Time since some fixed moment; never goes back.
    fn now(&self) -> Duration;

    /// How long one byte is on the line.
    fn byte_time(&self) -> Duration;

    /// The line rate in bits per second; nothing where the line has none.
    fn baud(&self) -> Option<u32> {
        None
    }

    /// Talks at another rate from now on, after the next opening too; without effect where the line has none.
    fn set_baud(&mut self, _baud: u32) -> Result<(), LinkError> {
        Ok(())
    }

    /// Makes the device forget what it was given and what it has to say, where the line can do that beside the bytes; tells
    /// whether it did.
    fn reset_device(&mut self) -> bool {
        false
    }

    /// What the line tells of the device beside the bytes, asked anew; most lines tell nothing.
    fn side_status(&mut self) -> Option<SideStatus> {
        None
    }
}

/// What a line with a channel of its own tells of a printer, as parallel ports did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SideStatus {
    /// The paper is at its end.
    pub is_paper_out: bool,
}

/// Why the line cannot be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LinkError {
    /// The path is missing or leads to nothing. Cure: plug the device in, or correct the path.
    #[error("no device at the path")]
    Missing,
    /// The operating system refuses access. Cure: install the udev rules.
    #[error("no permission to open the path")]
    Refused,
    /// Somebody else holds the line. Cure: stop the other program.
    #[error("the path is in use by another program")]
    InUse,
    /// The line broke while open. Cure: plug the device in again; the driver reopens by itself.
    #[error("the line broke")]
    Gone,
}

impl LinkError {
    /// The status of a device that cannot be reached for this reason.
    pub fn status(self) -> DeviceStatus {
        match self {
            LinkError::Missing | LinkError::Refused | LinkError::Gone => DeviceStatus::NoDevice,
            LinkError::InUse => DeviceStatus::Busy,
        }
    }
}
